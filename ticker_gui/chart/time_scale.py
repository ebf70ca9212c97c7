"""Where bars stand on the axis of a chart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

import numpy as np

from ticker_gui.bars.arrays import Floats, Indices, Times
from ticker_gui.bars.series import Series, TimeSeries
from ticker_gui.domain.timeframe import SECOND_NS

EARLIEST_NS: Final = -2_208_988_800 * SECOND_NS  # the year 1900
LATEST_NS: Final = 7_258_118_400 * SECOND_NS  # and 2200
_MAX_NS: Final = 2**63 - 1  # an array of times can hold no more
_MAX_TRADES: Final = 1e12


class TimeScale(ABC):
    """Places along the axis. ``width`` is how much of it a bar takes, ``limits`` from where to where it can be seen."""

    width: float = 1.0
    limits: tuple[float, float]

    @abstractmethod
    def rows(self, series: Series, left: float, right: float) -> tuple[int, int]:
        """Return from which held row, and up to which one, bars reach into a stretch of the axis."""

    @abstractmethod
    def edges(self, starts_ns: Times, ends_ns: Times, numbers: Indices, stop: int) -> tuple[Floats, Floats]:
        """Return where bars begin and end in view; ``numbers`` are the rows they begin with, ``stop`` ends the last."""

    @abstractmethod
    def x_at(self, series: Series, time_ns: int) -> float:
        """Return where a moment is."""

    @abstractmethod
    def time_at(self, series: Series, place: float) -> int:
        """Return which moment a place is, in nanoseconds since the epoch."""

    @abstractmethod
    def newest(self, series: Series) -> float:
        """Return where the forming bar ends."""


class ContinuousTimeScale(TimeScale):
    """Bars stand where their time is, in seconds since the epoch, so that a gap is as wide as it was long."""

    def __init__(self, series: TimeSeries) -> None:
        self._width_ns: Final = series.timeframe.width_ns
        self.width = self._width_ns / SECOND_NS
        self.limits = EARLIEST_NS / SECOND_NS, LATEST_NS / SECOND_NS

    def rows(self, series: Series, left: float, right: float) -> tuple[int, int]:
        """Return the rows that reach into a stretch."""
        starts = series.bars.start_ns
        begin = int(np.searchsorted(starts, nanoseconds(left - self.width), side="right"))
        return begin, max(begin, int(np.searchsorted(starts, nanoseconds(right))))

    def edges(self, starts_ns: Times, ends_ns: Times, numbers: Indices, stop: int) -> tuple[Floats, Floats]:
        """Return where bars in view begin and end: when they did."""
        return starts_ns / SECOND_NS, ends_ns / SECOND_NS

    def x_at(self, series: Series, time_ns: int) -> float:
        """Return where a moment is."""
        return time_ns / SECOND_NS

    def time_at(self, series: Series, place: float) -> int:
        """Return which moment a place is."""
        return nanoseconds(place)

    def newest(self, series: Series) -> float:
        """Return where the forming bar ends."""
        return float(series.bars.start_ns[-1]) / SECOND_NS + self.width if len(series) else 0.0


class OrdinalScale(TimeScale):
    """Bars stand side by side, counted from the first one ever, however long they took."""

    limits = -_MAX_TRADES, _MAX_TRADES

    def rows(self, series: Series, left: float, right: float) -> tuple[int, int]:
        """Return the rows that reach into a stretch."""
        begin = min(max(0, int(np.floor(left)) - series.begin), len(series))
        return begin, min(max(begin, int(np.ceil(right)) - series.begin), len(series))

    def edges(self, starts_ns: Times, ends_ns: Times, numbers: Indices, stop: int) -> tuple[Floats, Floats]:
        """Return where bars in view begin and end: each where the next one begins."""
        marks = np.append(numbers, stop).astype(np.float64)
        return marks[:-1], marks[1:]

    def x_at(self, series: Series, time_ns: int) -> float:
        """Return where a moment is: as far within its bar as it is in time."""
        starts = series.bars.start_ns
        row = int(np.searchsorted(starts, time_ns, side="right")) - 1
        if row < 0:
            return float(series.begin)
        begins_ns, ends_ns = self._times(series, row)
        share = (time_ns - begins_ns) / max(ends_ns - begins_ns, 1)  # one trade takes no time, and ends the bar
        return series.begin + row + min(share, 1.0)

    def time_at(self, series: Series, place: float) -> int:
        """Return which moment a place is."""
        if not len(series):
            return 0
        within = min(max(place - series.begin, 0.0), float(len(series)))
        row = min(int(within), len(series) - 1)
        begins_ns, ends_ns = self._times(series, row)
        return begins_ns + int((within - row) * (ends_ns - begins_ns))

    def newest(self, series: Series) -> float:
        """Return where the forming bar ends."""
        return float(series.begin + len(series))

    def _times(self, series: Series, row: int) -> tuple[int, int]:
        """Return when the time that a bar stands for begins and ends: with the next, as there is no room between."""
        starts = series.bars.start_ns
        return int(starts[row]), int(starts[row + 1] if row + 1 < len(starts) else series.last_part_starts_ns[row])


def nanoseconds(seconds: float) -> int:
    """Return seconds as nanoseconds, within what an array of times can hold."""
    return int(min(max(seconds * SECOND_NS, -_MAX_NS), _MAX_NS)) if seconds == seconds else 0


def scale_for(series: Series) -> TimeScale:
    """Return the ruler that fits a series."""
    return ContinuousTimeScale(series) if isinstance(series, TimeSeries) else OrdinalScale()
