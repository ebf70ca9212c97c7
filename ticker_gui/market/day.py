"""A symbol's figures of the day: the provider's where it tells them, else those of what was watched of the day."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Final

from ticker_gui.domain.events import DayStats
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.market.plausible import IMPOSSIBLE


class Day:
    """The day's figures. ``highest``, ``lowest``, ``size`` and ``turnover`` are raised by each trade, without a call.

    A day ends at midnight in its zone, UTC where none is given. What was only watched begins anew then; what the
    provider tells stays until it tells otherwise, as it may mean the last 24 hours.
    """

    __slots__ = (
        "ends_ns",
        "has_range",
        "highest",
        "lowest",
        "open",
        "previous_close",
        "since_ns",
        "size",
        "told_volume",
        "turnover",
        "zone",
    )

    def __init__(self, zone: tzinfo | None = None) -> None:
        self.zone: Final = zone
        self.open: float | None = None
        self.previous_close: float | None = None
        self.told_volume: float | None = None
        self.has_range = False  # as the provider tells it, not as we have seen it
        self.highest, self.lowest = -IMPOSSIBLE, IMPOSSIBLE
        self.size = self.turnover = 0.0  # of the trades watched
        self.since_ns: int | None = None  # from when on they were
        self.ends_ns = -(2**63)

    @property
    def high(self) -> float | None:
        """The high, or ``None`` before anything is known."""
        return self.highest if self.highest > -IMPOSSIBLE else None

    @property
    def low(self) -> float | None:
        """The low, likewise."""
        return self.lowest if self.lowest < IMPOSSIBLE else None

    @property
    def volume(self) -> float | None:
        """The volume that the provider tells, or else what was seen traded, if sizes are told at all."""
        return self.size or None if self.told_volume is None else self.told_volume

    @property
    def reference(self) -> float | None:
        """What a change is measured against: the previous close, or the open where none is told."""
        return self.open if self.previous_close is None else self.previous_close

    @property
    def vwap(self) -> float | None:
        """The average price of what was watched of the day, weighted by volume."""
        return self.turnover / self.size if self.size else None

    def begin(self, time_ns: int) -> None:
        """A day begins with a trade of this time."""
        self.ends_ns = next_midnight_ns(time_ns, self.zone)
        self.since_ns = time_ns
        self.size = self.turnover = 0.0
        if not self.has_range:
            self.highest, self.lowest = -IMPOSSIBLE, IMPOSSIBLE

    def apply(self, told: DayStats) -> None:
        """Take in what the provider tells; zero is said where there is nothing to say."""
        self.open = told.open or self.open
        self.previous_close = told.previous_close or self.previous_close
        if told.high:
            self.highest, self.has_range = told.high, True
        if told.low:
            self.lowest = told.low
        if told.volume is not None:
            self.told_volume = told.volume


def next_midnight_ns(time_ns: int, zone: tzinfo | None) -> int:
    """Return when the day that holds a moment ends, in nanoseconds since the epoch; in UTC without a zone."""
    if zone is None:
        return time_ns - time_ns % DAY_NS + DAY_NS
    day = datetime.fromtimestamp(time_ns // SECOND_NS, zone).date() + timedelta(days=1)
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * SECOND_NS
