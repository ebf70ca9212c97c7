"""The exception classes, by remedy: reject the frame, reconnect, or ask the user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Self


class TickerError(Exception):
    """Base class of all expected errors. The message is a sentence for the user, without secrets."""

    @property
    def for_user(self) -> str:
        """What happened, what the program does, and what the user can do."""
        return str(self)

    def redacted(self, redact: Callable[[str], str]) -> Self:
        """Return the error itself, without a secret that a server repeated: asyncio may log errors of tasks."""
        self.args = (redact(str(self)),)
        return self


class FrameError(TickerError):
    """One frame, or one value in it, cannot be used. Remedy: reject the frame and count it."""


class TradeHeld(FrameError):
    """A trade waits for confirmation by a second one. Remedy: count its frame as rejected if the trade is discarded.

    ``is_discarded()`` returns whether it was discarded, or None while it waits.
    """

    def __init__(self, message: str, is_discarded: Callable[[], bool | None]) -> None:
        super().__init__(message)
        self.is_discarded: Final = is_discarded


class ConnectionLost(TickerError):
    """The connection is lost or was never established. Remedy: reconnect.

    ``retry_after`` is the minimum wait in seconds that the server requested. ``slow_backoff`` makes waits longer,
    because the server is reachable but refuses; ``immediate`` skips the first wait, because the server is not the
    cause. An error that ``is_persistent`` will hardly disappear by itself, so after a few of them in a row the user is
    asked.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        slow_backoff: bool = False,
        immediate: bool = False,
        is_persistent: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.slow_backoff = slow_backoff
        self.immediate = immediate
        self.is_persistent = is_persistent


class ProtocolViolation(ConnectionLost):
    """The server broke the WebSocket protocol. Remedy: reconnect, but only a few times in a row."""


class InternalError(ConnectionLost):
    """An unexpected exception ended a feed's connection. Remedy: reconnect after a long wait; the log has the details.

    It is the only `TickerError` that stands for a bug; the original exception was counted and logged before.
    """

    IN_LOG: Final = "Details are in the log."

    def __init__(self, feed: str) -> None:
        super().__init__(f"Internal error in feed {feed}. {self.IN_LOG}")


class FeedRejected(TickerError):
    """The server rejected the connection, and a retry would not help. Remedy: ask the user."""


class KeyRejected(FeedRejected):
    """The server requires a valid API key. Remedy: ask the user for one."""


class WrongServer(FeedRejected):
    """Another server seems to answer: its certificate is not trusted, or it redirects. Remedy: ask the user.

    If the feed has worked before, reconnect: a network that requires a sign-in answers in place of every server.
    """


class SettingsError(TickerError):
    """The settings, arguments or environment are not usable. Remedy: ask the user."""
