"""How long facts take from the exchange's stamp to us, corrected for clocks that differ."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

_KEPT: Final = 512
_LEAST: Final = 5
_RECENT: Final = 9  # that say whether messages are late at the moment
_LATE_NS: Final = 1_000_000_000
_CLEAR_NS: Final = 2_000_000_000
_CLOCKS_DIFFER_NS: Final = 60 * 1_000_000_000  # more than that is no clock: what is told is old


class Percentiles(NamedTuple):
    """The median and the slow ends of some durations, in nanoseconds."""

    p50: float
    p95: float
    p99: float


def percentiles(durations_ns: Sequence[int]) -> Percentiles | None:
    """Return how durations are spread; nothing where there are too few to tell."""
    if len(durations_ns) < _LEAST:
        return None
    return Percentiles(*np.percentile(durations_ns, (50, 95, 99)).tolist())


class Delay(NamedTuple):
    """What is known of the way from the exchange to us: how long it takes, and by how much the clocks differ.

    ``recent_ns`` is how long it has taken recently. ``age_ns`` is by how much everything is old when it comes, where
    that is no difference of the clocks.
    """

    spread: Percentiles
    recent_ns: float
    skew_ns: float
    age_ns: float

    @property
    def significant_offset_ns(self) -> int:
        """By how much our clock is ahead, where that is more than the way there could make it seem; else nothing."""
        return round(self.skew_ns) if abs(self.skew_ns) > _CLEAR_NS else 0

    @property
    def exchange_lag_ns(self) -> int:
        """How long ago by our clock what comes now was told: it is old, or the clocks clearly differ."""
        return round(self.age_ns) or self.significant_offset_ns

    @property
    def is_late(self) -> bool:
        """Whether what comes is not of now."""
        return self.late_ns > _LATE_NS

    @property
    def late_ns(self) -> float:
        """How old what comes now is."""
        return self.age_ns or self.recent_ns


class Latency:
    """The last delays between a provider's time and the arrival here."""

    def __init__(self) -> None:
        self._delays_ns: deque[int] = deque(maxlen=_KEPT)
        self._begun = set[str]()

    def add(self, symbol: str, delay_ns: int) -> None:
        """Take in the time between a stamp and its arrival; below zero where the clocks differ.

        The first of each symbol does not count: many a server answers a request with the last trade, whenever that was.
        """
        if symbol in self._begun:
            self._delays_ns.append(delay_ns)
        self._begun.add(symbol)

    def forget(self) -> None:
        """Forget all delays: a new connection has delays of its own."""
        self._delays_ns.clear()
        self._begun.clear()

    def read(self, round_trip_s: float, set_by_ns: int = 0, clock_offset_ns: int | None = None) -> Delay | None:
        """Return what the delays say; the fastest is held to have taken half of a ping's way there and back.

        Where no ping has come back yet, the clocks are held to agree, unless something came before it was sent. Delays
        are by a clock that is never set; where the computer's has been, by ``set_by_ns``, either may be the right one.
        Where the server's own clock agrees with ours (``clock_offset_ns``, if it is known), delays are true ones.
        """
        raw = percentiles(self._delays_ns)
        if raw is None:
            return None
        fastest_ns = _fastest(self._delays_ns)
        shift_ns = _more_likely((0, set_by_ns), fastest_ns)
        recent_ns = float(np.median([*self._delays_ns][-_RECENT:]))
        do_clocks_agree = clock_offset_ns is not None and abs(clock_offset_ns) < _CLEAR_NS
        if fastest_ns + shift_ns > (_CLEAR_NS if do_clocks_agree else _CLOCKS_DIFFER_NS):
            return Delay(raw, recent_ns, 0.0, recent_ns + shift_ns)
        told_ns = round_trip_s * 1e9 / 2 if round_trip_s else max(0.0, fastest_ns + shift_ns)
        offset_ns = fastest_ns - told_ns
        return Delay(Percentiles(*(value - offset_ns for value in raw)), recent_ns - offset_ns, offset_ns, 0.0)


def _fastest(delays_ns: Sequence[int]) -> int:
    """Return the shortest delay, without those of facts stamped in the future while most are not."""
    floor_ns = min(0.0, float(np.median(delays_ns))) - _CLEAR_NS
    return min(delay_ns for delay_ns in delays_ns if delay_ns >= floor_ns)


def _more_likely(shifts_ns: Sequence[int], fastest_ns: int) -> int:
    """Return by which shift of the clock what comes is youngest, but not from the future."""
    return min(shifts_ns, key=lambda shift: (fastest_ns + shift < -_CLOCKS_DIFFER_NS, abs(fastest_ns + shift)))
