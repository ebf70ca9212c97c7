"""The visible bars of a series, downsampled to the room there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from ticker_gui.bars.arrays import Floats, Mask, Times
from ticker_gui.bars.bar_history import Bars
from ticker_gui.bars.downsampling import ColumnSource, MultiResolutionIndex, first, highest, last, lowest, total
from ticker_gui.bars.gaps import Gap, overlaps_gap
from ticker_gui.bars.series import Series
from ticker_gui.chart.time_scale import scale_for


class VisibleBars(NamedTuple):
    """Bars in view, from ``left`` to ``right`` on the ruler; each stands for ``merged`` bars at the most.

    ``begin`` and ``end`` are the rows of the series that they are made of; ``is_partial`` says of each whether a part
    of it was not watched, and ``is_joined`` whether a line through it goes on to the next: a gap stays a gap.
    """

    bars: Bars
    left: Floats
    right: Floats
    ends_ns: Times
    is_partial: Mask
    merged: int
    begin: int
    end: int
    is_joined: Mask | None = None


class VisibleLine(NamedTuple):
    """Points of a line: places on the ruler, prices (NaN where there is none), and whether each goes on to the next."""

    places: Floats
    prices: Floats
    is_joined: Mask | None = None


class BarReader:
    """Reads what is in view of one series."""

    # start, open, high, low, close, volume, tail
    _FOLDS: Final = (first, first, highest, lowest, last, total, last)

    def __init__(self, series: Series) -> None:
        self.series: Final = series
        self.time_scale: Final = scale_for(series)
        self._pyramid = MultiResolutionIndex(self._FOLDS)

    def read(
        self, left: float, right: float, most: int, gaps: Sequence[Gap] = (), partial_since_ns: int | None = None
    ) -> VisibleBars:
        """Return the bars of a stretch, about ``most`` of them at the most; they stay as they are.

        Those are partial that ``gaps``, with an end each, reach into, and the one in which watching began.
        """
        series = self.series
        begin, end = self.time_scale.rows(series, left, right)
        source = series.source._replace(columns=(*series.bars, series.last_part_starts_ns))
        read = self._pyramid.read(source, begin, end, most)
        bars, ends_ns = Bars(*read.columns[:6]), read.columns[6] + series.last_part_width_ns
        edges = self.time_scale.edges(bars.start_ns, ends_ns, read.numbers, series.begin + end)
        partial = overlaps_gap(bars.start_ns, ends_ns, gaps, partial_since_ns)
        return VisibleBars(bars, *edges, ends_ns, partial, read.rows_per_point, begin, end)


class MinMaxReader:
    """The lowest and the highest values of an indicator in view, merged as the bars of a `BarReader` are."""

    def __init__(self) -> None:
        self._pyramid = MultiResolutionIndex((lowest, highest))

    def read(self, values: Floats, series: Series, visible: VisibleBars, most: int) -> tuple[Floats, Floats]:
        """Return lows and highs, one for each bar in view; both are the values themselves where bars are not merged."""
        source = ColumnSource((values, values), series.begin, series.generation, series.source.capacity)
        lows, highs = self._pyramid.read(source, visible.begin, visible.end, most).columns
        return lows, highs
