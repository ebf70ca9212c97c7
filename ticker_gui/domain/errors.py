"""The error tree, by remedy: skip the frame, dial again, or ask the user."""

from __future__ import annotations


class TickerError(Exception):
    """Anything that is no bug. Its text is a sentence for people, without secrets."""

    @property
    def for_user(self) -> str:
        """What happened, what the program does, what the person can do."""
        return str(self)


class FrameError(TickerError):
    """One frame could not be understood. Remedy: skip it and count it."""


class ConnectionLost(TickerError):
    """The line is down or never came up. Remedy: dial again.

    ``retry_after`` is the least wait the server asked for, in seconds; ``slowly`` asks for longer waits because
    the other side is there but unwilling.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, slowly: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.slowly = slowly


class FeedRejected(TickerError):
    """The server will not serve us as we are. Remedy: ask the user."""


class SettingsError(TickerError):
    """The settings, arguments or environment are not usable. Remedy: ask the user."""
