"""The time scale: the conversion between times, bars and positions on the horizontal axis."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

import numpy as np

from ticker_gui.bars.arrays import Floats, Indices, Times
from ticker_gui.bars.series import Series, TimeSeries
from ticker_gui.domain.timeframe import SECOND_NS

EARLIEST_NS: Final = -2_208_988_800 * SECOND_NS  # the year 1900
LATEST_NS: Final = 7_258_118_400 * SECOND_NS  # the year 2200
_MAX_NS: Final = 2**63 - 1  # the range of int64
_MAX_TRADES: Final = 1e12


class TimeScale(ABC):
    """Positions on the time axis: ``width`` is the width of a bar, ``limits`` the range that can be shown."""

    width: float = 1.0
    limits: tuple[float, float]

    @abstractmethod
    def rows(self, series: Series, left: float, right: float) -> tuple[int, int]:
        """Return the range of held rows, begin and end, whose bars overlap a range of positions."""

    @abstractmethod
    def edges(self, starts_ns: Times, ends_ns: Times, numbers: Indices, stop: int) -> tuple[Floats, Floats]:
        """Return the positions at which bars begin and end.

        ``numbers`` are the first rows of the bars, counted from the first ever; ``stop`` is the end of the last bar.
        """

    @abstractmethod
    def x_at(self, series: Series, time_ns: int) -> float:
        """Return the position of a time, in nanoseconds since the epoch."""

    @abstractmethod
    def time_at(self, series: Series, position: float) -> int:
        """Return the time at a position, in nanoseconds since the epoch."""

    @abstractmethod
    def has_times(self, series: Series, *positions: float) -> bool:
        """Return whether the times at all these positions are known."""

    @abstractmethod
    def newest(self, series: Series) -> float:
        """Return the position at which the forming bar ends."""


class ContinuousTimeScale(TimeScale):
    """Positions are seconds since the epoch, so that the width of a gap is proportional to its length."""

    def __init__(self, series: TimeSeries) -> None:
        self.width = series.timeframe.width_ns / SECOND_NS
        self.limits = EARLIEST_NS / SECOND_NS, LATEST_NS / SECOND_NS

    def rows(self, series: Series, left: float, right: float) -> tuple[int, int]:
        """Return the range of held rows whose bars overlap a range of positions."""
        starts, left_ns = series.bars.start_ns, nanoseconds(left)
        begin = int(np.searchsorted(starts, left_ns, side="right"))
        if begin and series.ends_ns(begin - 1, begin)[0] > left_ns:  # days and months differ in length
            begin -= 1
        return begin, max(begin, int(np.searchsorted(starts, nanoseconds(right))))

    def edges(self, starts_ns: Times, ends_ns: Times, numbers: Indices, stop: int) -> tuple[Floats, Floats]:
        """Return the times at which bars begin and end, in seconds."""
        return starts_ns / SECOND_NS, ends_ns / SECOND_NS

    def x_at(self, series: Series, time_ns: int) -> float:
        """Return a time in seconds."""
        return time_ns / SECOND_NS

    def time_at(self, series: Series, position: float) -> int:
        """Return a position in nanoseconds."""
        return nanoseconds(position)

    def has_times(self, series: Series, *positions: float) -> bool:
        """Return True: every position is a time."""
        return True

    def newest(self, series: Series) -> float:
        """Return the end of the forming bar, in seconds; 0 without bars."""
        return float(series.ends_ns(-1)[0]) / SECOND_NS if len(series) else 0.0


class OrdinalScale(TimeScale):
    """Positions are bar numbers, counted from the first bar ever; all bars are equally wide."""

    limits = -_MAX_TRADES, _MAX_TRADES

    def rows(self, series: Series, left: float, right: float) -> tuple[int, int]:
        """Return the range of held rows whose bars overlap a range of positions."""
        begin = min(max(0, int(np.floor(left)) - series.begin), len(series))
        return begin, min(max(begin, int(np.ceil(right)) - series.begin), len(series))

    def edges(self, starts_ns: Times, ends_ns: Times, numbers: Indices, stop: int) -> tuple[Floats, Floats]:
        """Return the positions at which bars begin and end: each ends where the next one begins."""
        edges = np.append(numbers, stop).astype(np.float64)
        return edges[:-1], edges[1:]

    def x_at(self, series: Series, time_ns: int) -> float:
        """Return the position of a time, interpolated within its bar."""
        starts = series.bars.start_ns
        row = int(np.searchsorted(starts, time_ns, side="right")) - 1
        if row < 0:
            return float(series.begin)
        begins_ns, ends_ns = self._times(series, row)
        share = (time_ns - begins_ns) / max(ends_ns - begins_ns, 1)  # the length is 0 for a single trade
        return series.begin + row + min(share, 1.0)

    def time_at(self, series: Series, position: float) -> int:
        """Return the time at a position, interpolated within its bar; 0 without bars."""
        if not len(series):
            return 0
        within = min(max(position - series.begin, 0.0), float(len(series)))
        row = min(int(within), len(series) - 1)
        begins_ns, ends_ns = self._times(series, row)
        return begins_ns + int((within - row) * (ends_ns - begins_ns))

    def has_times(self, series: Series, *positions: float) -> bool:
        """Return whether there are bars at all these positions."""
        return all(series.begin <= position <= self.newest(series) for position in positions)

    def newest(self, series: Series) -> float:
        """Return the number of the forming bar plus one."""
        return float(series.begin + len(series))

    def _times(self, series: Series, row: int) -> tuple[int, int]:
        """Return the begin and end time of a row; a bar ends at the start of the next one, if there is one."""
        starts = series.bars.start_ns
        return int(starts[row]), int(starts[row + 1] if row + 1 < len(starts) else series.last_part_starts_ns[row])


def nanoseconds(seconds: float) -> int:
    """Return seconds as nanoseconds, clipped to the range of int64; 0 for NaN."""
    return int(min(max(seconds * SECOND_NS, -_MAX_NS), _MAX_NS)) if seconds == seconds else 0


def scale_for(series: Series) -> TimeScale:
    """Return the time scale for a series: continuous for a timeframe, ordinal for tick bars."""
    return ContinuousTimeScale(series) if isinstance(series, TimeSeries) else OrdinalScale()
