"""What a feed is doing: one of a few words, since when, and why."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ticker_gui.domain.errors import InternalError
from ticker_gui.domain.timeframe import SECOND_NS


class FeedStatus(StrEnum):
    """The words; the values are those of the ``state`` lines of ``ticker-gui stream``."""

    CONNECTING = "connecting"  # name, TCP, TLS, handshake
    SUBSCRIBING = "subscribing"  # connected and asking; nothing has come yet
    LIVE = "live"  # market data arrives
    QUIET = "quiet"  # connected, but no market data for a while
    WAITING = "waiting"  # lost; reconnects at retry_at_ns
    REJECTED = "rejected"  # the user has to act
    STOPPED = "stopped"


class Phase(StrEnum):
    """How far an attempt to connect has come; the values are words for people."""

    NAME = "looking up the name"
    PROXY = "through the proxy"
    TCP = "TCP"
    TLS = "TLS"
    HANDSHAKE = "handshake"
    LOGIN = "logging in"
    OPEN = "open"


class FeedState(msgspec.Struct, frozen=True):
    """A feed's state. ``reason`` is a sentence for people; times are nanoseconds since the epoch, UTC.

    ``attempt`` counts the attempts since the last good connection, and ``down_since_ns`` is when the line was lost,
    before all of them. While waiting, ``is_limited`` says that the server
    asked for the pause, and ``is_internal`` that an internal error ended the connection; of a rejection, ``wants_key``
    says that a key is what is missing.
    """

    kind: FeedStatus
    since_ns: int
    reason: str = ""
    retry_at_ns: int | None = None
    attempt: int = 0
    is_limited: bool = False
    wants_key: bool = False
    down_since_ns: int | None = None
    is_internal: bool = False

    @property
    def is_connected(self) -> bool:
        """Whether the line is up, with or without data on it."""
        return self.kind in (FeedStatus.SUBSCRIBING, FeedStatus.LIVE, FeedStatus.QUIET)

    def seconds_left(self, now_ns: int) -> int:
        """Return how long it still waits before it connects again, rounded up."""
        return -(-max(0, (self.retry_at_ns or now_ns) - now_ns) // SECOND_NS)

    def reason_at(self, now_ns: int) -> str:
        """Return the reason; after an internal error it says when the program connects again."""
        if not self.is_internal or self.kind is not FeedStatus.WAITING:
            return self.reason
        what = self.reason.removesuffix(InternalError.IN_LOG)
        return f"{what}Reconnecting in {self.seconds_left(now_ns)} s. {InternalError.IN_LOG}"
