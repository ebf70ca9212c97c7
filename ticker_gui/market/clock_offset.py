"""The clock-offset estimator: separates how late messages arrive from how far the clocks differ."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.latency import MIN_DURATIONS, Percentiles, percentile_of, percentiles_of

_MAX_DELAYS: Final = 512
_RECENT: Final = 9  # the last delays, which decide whether messages are late at the moment
_LATE_NS: Final = SECOND_NS
_SIGNIFICANT_NS: Final = 2 * SECOND_NS  # a smaller difference may be due to the network
_MAX_OFFSET_NS: Final = 60 * SECOND_NS  # a larger one is not the clock's: the provider delays its data

Delays = npt.NDArray[np.int64]


class Delay(NamedTuple):
    """How old messages are when they arrive, in nanoseconds.

    ``spread`` and ``recent_ns``, the median of the last few messages, do not contain the clock offset.
    ``clock_offset_ns`` is how far our clock is ahead of the exchange's. ``provider_delay_ns`` is by how much the
    provider delays all its data; then the clock offset counts as 0, and ``spread`` contains the delay.
    """

    spread: Percentiles
    recent_ns: float
    clock_offset_ns: float
    provider_delay_ns: float

    @property
    def significant_offset_ns(self) -> int:
        """The clock offset, or 0 if it is so small that the network may cause it."""
        return round(self.clock_offset_ns) if abs(self.clock_offset_ns) > _SIGNIFICANT_NS else 0

    @property
    def exchange_lag_ns(self) -> int:
        """How far the exchange's timestamps are behind our clock, because of a delay or the clock offset."""
        return round(self.provider_delay_ns) or self.significant_offset_ns

    @property
    def is_late(self) -> bool:
        """Whether messages are more than a second old at the moment."""
        return self.late_ns > _LATE_NS

    @property
    def late_ns(self) -> float:
        """How old the messages of the moment are."""
        return self.provider_delay_ns or self.recent_ns


class ClockOffsetEstimator:
    """Collects the delays of one feed.

    ``round_trip_s`` is the time from a ping to its pong, 0 if unknown. ``server_offset_ns`` is how far our clock is
    ahead of the server's according to the opening handshake, ``None`` if unknown.
    """

    def __init__(self) -> None:
        self.round_trip_s = 0.0
        self.server_offset_ns: int | None = None
        self._delays_ns: deque[int] = deque(maxlen=_MAX_DELAYS)
        self._seen = set[str]()

    def add(self, symbol: str, delay_ns: int) -> None:
        """Add the time from a timestamp to its arrival, which is negative if our clock is behind.

        The first of each symbol does not count, because many servers reply to a subscription with the last trade.
        """
        if symbol in self._seen:
            self._delays_ns.append(delay_ns)
        self._seen.add(symbol)

    def forget_delays(self) -> None:
        """Forget all delays, because a new connection has delays of its own."""
        self._delays_ns.clear()
        self._seen.clear()

    def estimate(self, clock_adjustment_ns: int = 0) -> Delay | None:
        """Return the estimate, or ``None`` with too few delays. For the parameter see `estimate_delay`."""
        if len(self._delays_ns) < MIN_DURATIONS:
            return None
        return estimate_delay(self._delays_ns, self.round_trip_s, self.server_offset_ns, clock_adjustment_ns)


def estimate_delay(
    delays_ns: Sequence[int] | Delays,
    round_trip_s: float = 0.0,
    server_offset_ns: int | None = None,
    clock_adjustment_ns: int = 0,
) -> Delay:
    """Return the delay and the clock offset, on the assumption that the fastest message took half a round trip.

    Without a round trip the clocks are taken to agree, unless a message arrived before it was sent. The delays are
    measured by a clock that is never adjusted. If the computer's clock has been adjusted by ``clock_adjustment_ns``,
    either of the two may be right. If our clock agrees with the server's, the messages are really that late.
    """
    delays = np.asarray(delays_ns, np.int64)
    ordered = np.sort(delays)
    spread = percentiles_of(ordered)
    recent_ns = percentile_of(np.sort(delays[-_RECENT:]), 50)
    fastest_ns = _fastest(ordered, spread.p50)
    shift_ns = _more_likely((0, clock_adjustment_ns), fastest_ns)
    clocks_agree = server_offset_ns is not None and abs(server_offset_ns) < _SIGNIFICANT_NS
    if fastest_ns + shift_ns > (_SIGNIFICANT_NS if clocks_agree else _MAX_OFFSET_NS):
        return Delay(spread, recent_ns, 0.0, recent_ns + shift_ns)
    one_way_ns = round_trip_s * SECOND_NS / 2 if round_trip_s else max(0.0, fastest_ns + shift_ns)
    offset_ns = fastest_ns - one_way_ns
    return Delay(Percentiles(*(value - offset_ns for value in spread)), recent_ns - offset_ns, offset_ns, 0.0)


def _fastest(ordered: Delays, median_ns: float) -> int:
    """Return the shortest of ordered delays; messages dated in the future are ignored if most others are not."""
    return int(ordered[np.searchsorted(ordered, min(0.0, median_ns) - _SIGNIFICANT_NS)])


def _more_likely(shifts_ns: Sequence[int], fastest_ns: int) -> int:
    """Return the shift of the clock that makes messages youngest without dating them in the future."""
    return min(shifts_ns, key=lambda shift: (fastest_ns + shift < -_MAX_OFFSET_NS, abs(fastest_ns + shift)))
