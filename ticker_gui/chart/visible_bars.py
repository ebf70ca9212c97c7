"""The visible bars of a series, downsampled to the width of the chart."""

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
    """Visible bars, at the positions ``left`` to ``right``; each stands for up to ``bars_per_point`` bars.

    They are the rows ``begin:end`` of the series. ``is_partial`` is a mask of partial bars, ``is_joined`` a mask of the
    bars that a line joins to the next one; lines are broken at gaps. None means that all are joined.
    """

    bars: Bars
    left: Floats
    right: Floats
    ends_ns: Times
    is_partial: Mask
    bars_per_point: int
    begin: int
    end: int
    is_joined: Mask | None = None

    def first(self, count: int) -> VisibleBars:
        """Return the first points."""
        return self._replace(
            bars=self.bars.rows(0, count),
            left=self.left[:count],
            right=self.right[:count],
            ends_ns=self.ends_ns[:count],
            is_partial=self.is_partial[:count],
            is_joined=None if self.is_joined is None else self.is_joined[:count],
        )


class VisibleLine(NamedTuple):
    """A line: positions on the time scale, prices (NaN if missing), and a mask of points joined to the next one.

    The prices of a downsampled line are the lowest and the highest of each point; ``closes`` are then its last ones.
    """

    positions: Floats
    prices: Floats
    is_joined: Mask | None = None
    closes: Floats | None = None

    @property
    def last_prices(self) -> Floats:
        """The last price of each point, from which changes are calculated."""
        return self.prices if self.closes is None else self.closes


class BarReader:
    """Reads the visible bars of one series."""

    # start, open, high, low, close, volume, start of the last part
    _REDUCERS: Final = (first, first, highest, lowest, last, total, last)

    def __init__(self, series: Series) -> None:
        self.series: Final = series
        self.time_scale: Final = scale_for(series)
        self._index = MultiResolutionIndex(self._REDUCERS)

    def read(
        self, left: float, right: float, max_points: int, gaps: Sequence[Gap] = (), partial_since_ns: int | None = None
    ) -> VisibleBars:
        """Return copies of the bars in a range of positions, downsampled to about ``max_points`` bars.

        Bars are partial if they overlap one of the ``gaps``, which must have an end, or if recording started in them.
        """
        series = self.series
        begin, end = self.time_scale.rows(series, left, right)
        source = series.source._replace(columns=(*series.bars, series.last_part_starts_ns))
        read = self._index.read(source, begin, end, max_points)
        bars, ends_ns = Bars(*read.columns[:6]), series.part_ends_ns(read.columns[6])
        edges = self.time_scale.edges(bars.start_ns, ends_ns, read.numbers, series.begin + end)
        partial = overlaps_gap(bars.start_ns, ends_ns, gaps, partial_since_ns)
        return VisibleBars(bars, *edges, ends_ns, partial, read.rows_per_point, begin, end)


class MinMaxReader:
    """Reads the visible values of an indicator, downsampled like the bars of a `BarReader`."""

    def __init__(self) -> None:
        self._index = MultiResolutionIndex((lowest, highest))

    def read(self, values: Floats, series: Series, visible: VisibleBars, max_points: int) -> tuple[Floats, Floats]:
        """Return the lowest and highest value per visible bar; both are the value itself without downsampling."""
        source = ColumnSource((values, values), series.begin, series.generation, series.source.capacity)
        lows, highs = self._index.read(source, visible.begin, visible.end, max_points).columns
        return lows, highs
