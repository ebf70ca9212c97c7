"""The error tree, by remedy: reject the frame, reconnect, or ask the user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final


class TickerError(Exception):
    """Anything that is no bug. Its text is a sentence for people, without secrets."""

    @property
    def for_user(self) -> str:
        """What happened, what the program does, what the person can do."""
        return str(self)


class FrameError(TickerError):
    """One frame, or one value in it, cannot be used. Remedy: skip it and count it."""


class TradeHeld(FrameError):
    """A trade waits for a second one to confirm it. Remedy: count its frame as rejected once the trade is discarded.

    ``is_discarded()`` returns whether it was; ``None`` while it waits.
    """

    def __init__(self, message: str, is_discarded: Callable[[], bool | None]) -> None:
        super().__init__(message)
        self.is_discarded: Final = is_discarded


class ConnectionLost(TickerError):
    """The connection is lost or was never established. Remedy: reconnect.

    ``retry_after`` is the least wait the server asked for, in seconds; ``slow_backoff`` asks for longer waits because
    the other side is there but unwilling; ``immediate`` for none the first time, as nobody is to blame. After
    ``max_attempts`` such losses in a row the user is asked, unless market data has come before; after a
    ``ProtocolViolation`` even then.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        slow_backoff: bool = False,
        immediate: bool = False,
        max_attempts: int | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.slow_backoff = slow_backoff
        self.immediate = immediate
        self.max_attempts = max_attempts


class ProtocolViolation(ConnectionLost):
    """The server broke the WebSocket protocol. Remedy: reconnect, but only a few times in a row."""


class InternalError(ConnectionLost):
    """An unexpected exception ended a feed's connection. Remedy: reconnect after a long wait; the log has the details.

    It is the one `TickerError` that stands for a bug, which has been counted and logged before.
    """

    IN_LOG: Final = "Details are in the log."

    def __init__(self, feed: str) -> None:
        super().__init__(f"Internal error in feed {feed}. {self.IN_LOG}")


class FeedRejected(TickerError):
    """The server will not serve us as we are. Remedy: ask the user."""


class KeyRejected(FeedRejected):
    """The server wants a key that it knows. Remedy: ask the user for one."""


class SettingsError(TickerError):
    """The settings, arguments or environment are not usable. Remedy: ask the user."""
