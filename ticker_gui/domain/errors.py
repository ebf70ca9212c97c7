"""The error tree, by remedy: skip the frame, dial again, or ask the user."""

from __future__ import annotations


class TickerError(Exception):
    """Anything that is no bug. Its text is a sentence for people, without secrets."""

    @property
    def for_user(self) -> str:
        """What happened, what the program does, what the person can do."""
        return str(self)


class FrameError(TickerError):
    """One frame, or one value in it, cannot be used. Remedy: skip it and count it."""


class ConnectionLost(TickerError):
    """The line is down or never came up. Remedy: dial again.

    ``retry_after`` is the least wait the server asked for, in seconds; ``slowly`` asks for longer waits because
    the other side is there but unwilling; ``at_once`` for none the first time, as nobody is to blame. After
    ``give_up_after`` such losses in a row the user is asked, unless market data has come before.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        slowly: bool = False,
        at_once: bool = False,
        give_up_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.slowly = slowly
        self.at_once = at_once
        self.give_up_after = give_up_after


class FeedRejected(TickerError):
    """The server will not serve us as we are. Remedy: ask the user."""


class KeyRejected(FeedRejected):
    """The server wants a key that it knows. Remedy: ask the user for one."""


class SettingsError(TickerError):
    """The settings, arguments or environment are not usable. Remedy: ask the user."""
