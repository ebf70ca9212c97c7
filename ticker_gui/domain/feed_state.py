"""The connection state of a feed: status, start and reason."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ticker_gui.domain.errors import InternalError
from ticker_gui.domain.timeframe import SECOND_NS


class FeedStatus(StrEnum):
    """The status of a feed; the values appear in the ``state`` lines of ``ticker-gui stream``."""

    CONNECTING = "connecting"  # DNS, TCP, TLS, handshake
    SUBSCRIBING = "subscribing"  # connected, no market data yet
    LIVE = "live"  # receiving market data
    QUIET = "quiet"  # connected, but no market data for a while
    WAITING = "waiting"  # disconnected, reconnects at retry_at_ns, or waits for a relay
    REJECTED = "rejected"  # the user has to act
    STOPPED = "stopped"


class Phase(StrEnum):
    """The phase of a connection attempt; the values are displayed."""

    NAME = "looking up the host"
    PROXY = "through the proxy"
    TCP = "TCP"
    TLS = "TLS"
    HANDSHAKE = "handshake"
    LOGIN = "logging in"
    OPEN = "open"


class FeedState(msgspec.Struct, frozen=True):
    """The state of a feed. ``reason`` is a sentence for the user; times are nanoseconds since the epoch, UTC.

    ``attempt`` counts the connection attempts since the last good connection. There has been no connection since
    ``down_since_ns``. While waiting, ``is_limited`` means that the server requested the wait (rate limit), and
    ``is_internal`` that an internal error ended the connection; ``waits_for_relay`` means that the connection is open,
    but the relay behind it has no data now. When rejected, ``wants_key`` means that an API key is missing or invalid.
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
    waits_for_relay: bool = False

    @property
    def is_connected(self) -> bool:
        """Whether the connection is established, with or without data."""
        return self.kind in (FeedStatus.SUBSCRIBING, FeedStatus.LIVE, FeedStatus.QUIET)

    @property
    def can_retry(self) -> bool:
        """Whether the next connection attempt can be made now: it waits for a time or for the user."""
        return self.kind is FeedStatus.REJECTED or (self.kind is FeedStatus.WAITING and not self.waits_for_relay)

    def seconds_left(self, now_ns: int) -> int:
        """Return the seconds until the next connection attempt, rounded up."""
        return -(-max(0, (self.retry_at_ns or now_ns) - now_ns) // SECOND_NS)

    def reason_at(self, now_ns: int) -> str:
        """Return the reason; after an internal error, with the time until the program reconnects."""
        if not self.is_internal or self.kind is not FeedStatus.WAITING:
            return self.reason
        error = self.reason.removesuffix(InternalError.IN_LOG)
        return f"{error}Reconnecting in {self.seconds_left(now_ns)} s. {InternalError.IN_LOG}"
