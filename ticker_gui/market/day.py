"""A symbol's statistics of the session: the provider's where it sends them, otherwise those of the trades observed."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.tape import UPDATES_HIGH_LOW, UPDATES_VOLUME
from ticker_gui.domain.event_time import ClockStep
from ticker_gui.domain.events import DayStats
from ticker_gui.domain.timeframe import NEVER_NS
from ticker_gui.market.outlier_filter import MAX_ABS_PRICE
from ticker_gui.market.session_calendar import ROLLING, SessionCalendar


class Day:
    """The statistics of the session.

    `SymbolState.apply` updates ``highest``, ``lowest``, ``observed_volume`` and ``turnover`` itself, without a call.

    A new session clears the statistics, so that a change never refers to yesterday's open. Statistics of the last 24
    hours have no session; then only the observed values are cleared, at midnight UTC.
    """

    __slots__ = (
        "_sent_high",
        "_sent_low",
        "_stamp_ns",
        "_stats_begin_ns",
        "_stats_end_ns",
        "_step",
        "begins_ns",
        "calendar",
        "ends_ns",
        "has_provider_range",
        "highest",
        "lowest",
        "observed_volume",
        "open",
        "previous_close",
        "provider_volume",
        "since_ns",
        "turnover",
    )

    def __init__(self, calendar: SessionCalendar = ROLLING) -> None:
        self.calendar: Final = calendar
        self.highest, self.lowest = -MAX_ABS_PRICE, MAX_ABS_PRICE
        self.observed_volume = self.turnover = 0.0  # of the observed trades
        self.since_ns: int | None = None  # the time of the first of them
        self.begins_ns = self.ends_ns = NEVER_NS  # the session of the observed trades
        self._stats_begin_ns = self._stats_end_ns = NEVER_NS  # the session of the provider's statistics
        self._stamp_ns = NEVER_NS  # the time of the newest statistics that have one
        self._step: Final = ClockStep()
        self._clear_stats()

    def _clear_stats(self) -> None:
        self.open: float | None = None
        self.previous_close: float | None = None
        self.provider_volume: float | None = None
        self.has_provider_range = False  # high and low are the provider's
        self._sent_high, self._sent_low = -MAX_ABS_PRICE, MAX_ABS_PRICE

    @property
    def high(self) -> float | None:
        """The high, or ``None`` if it is unknown."""
        return self.highest if self.highest > -MAX_ABS_PRICE else None

    @property
    def low(self) -> float | None:
        """The low, or ``None`` if it is unknown."""
        return self.lowest if self.lowest < MAX_ABS_PRICE else None

    @property
    def volume(self) -> float | None:
        """The provider's volume, or else the observed one; ``None`` if sizes are unknown."""
        return self.observed_volume or None if self.provider_volume is None else self.provider_volume

    @property
    def reference(self) -> float | None:
        """The price that a change refers to: the previous close, or else the open."""
        return self.open if self.previous_close is None else self.previous_close

    def is_current(self, time_ns: int) -> bool:
        """Return whether a time is not in an earlier session than the statistics, so that they may be compared."""
        return time_ns >= self._stats_begin_ns

    @property
    def vwap(self) -> float | None:
        """The volume-weighted average price of the observed trades."""
        return self.turnover / self.observed_volume if self.observed_volume else None

    def roll_to(self, time_ns: int) -> None:
        """Begin the session that contains the time of a trade."""
        self.begins_ns, self.ends_ns = self.calendar.bounds_ns(time_ns)
        self.since_ns = time_ns
        if not self.calendar.is_rolling and self._stats_end_ns <= self.begins_ns:
            self._clear_stats()
            self._stats_begin_ns, self._stats_end_ns = self.begins_ns, self.ends_ns
        self._clear_observed()

    def add(self, time_ns: int, price: float, size: float, updates: int) -> None:
        """Count a trade that is late or may not update everything, unless it is of an earlier session."""
        if time_ns >= self.ends_ns:
            self.roll_to(time_ns)
        elif time_ns < self.begins_ns:
            return
        if updates and self.since_ns is not None:
            self.since_ns = min(self.since_ns, time_ns)
        if updates & UPDATES_HIGH_LOW:
            self.highest, self.lowest = max(self.highest, price), min(self.lowest, price)
        if updates & UPDATES_VOLUME:
            self.observed_volume += size
            self.turnover += size * price

    def set_range(self, prices: npt.NDArray[np.float64]) -> None:
        """Set high and low from the prices of observed trades and the provider's statistics."""
        self.highest = max(float(prices.max(initial=-MAX_ABS_PRICE)), self._sent_high)
        self.lowest = min(float(prices.min(initial=MAX_ABS_PRICE)), self._sent_low)

    def _clear_observed(self) -> None:
        self.observed_volume = self.turnover = 0.0
        if not self.has_provider_range:
            self.highest, self.lowest = -MAX_ABS_PRICE, MAX_ABS_PRICE

    def apply(self, stats: DayStats, received_ns: int, stamp_ns: int | None = None, *, is_signed: bool = False) -> bool:
        """Apply the provider's statistics; return whether they are of the current session.

        ``stamp_ns`` is their own time, ``None`` if they have none. Older ones than those before add only what is
        unknown. A price of zero means unknown, unless prices can be negative (``is_signed``).
        """
        time_ns = received_ns if stamp_ns is None else stamp_ns
        if stamp_ns is not None:
            if stamp_ns < self._stamp_ns and not self._step.is_confirmed_by(stamp_ns, self._stamp_ns, received_ns):
                return self._complete(stats, stamp_ns)
            self._stamp_ns = stamp_ns
        if not self.calendar.is_rolling:
            time_ns = self.calendar.dated_ns(time_ns)
            if time_ns < self._stats_begin_ns:
                return False
            if time_ns >= self._stats_end_ns:
                self._begin_stats(time_ns)
        self.open = _known(stats.open, self.open, is_signed)
        self.previous_close = _known(stats.previous_close, self.previous_close, is_signed)
        if stats.high or (is_signed and stats.high is not None):
            self.highest, self.has_provider_range = stats.high, True
            self._sent_high = stats.high
        if stats.low or (is_signed and stats.low is not None):
            self.lowest = self._sent_low = stats.low
        if stats.volume is not None:
            self.provider_volume = stats.volume
        return True

    def _complete(self, stats: DayStats, time_ns: int) -> bool:
        """Add the values of older statistics that are unknown; return whether there are any."""
        if not self.calendar.is_rolling and self.calendar.dated_ns(time_ns) < self._stats_begin_ns:
            return False
        before = self.open, self.previous_close, self.provider_volume
        self.open, self.previous_close = self.open or stats.open, self.previous_close or stats.previous_close
        if self.provider_volume is None:
            self.provider_volume = stats.volume
        return before != (self.open, self.previous_close, self.provider_volume)

    def _begin_stats(self, time_ns: int) -> None:
        """Begin the session of new statistics; earlier observed trades belong to the one before."""
        self._stats_begin_ns, self._stats_end_ns = self.calendar.bounds_ns(time_ns)
        self._clear_stats()
        if self.ends_ns <= self._stats_begin_ns:
            self._clear_observed()


def _known(new: float | None, old: float | None, is_signed: bool) -> float | None:
    return new if new or (is_signed and new is not None) else old
