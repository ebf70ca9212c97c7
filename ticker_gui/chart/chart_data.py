"""What a chart shows of a symbol: bars, the line through them, what was not watched, indicators, other symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from ticker_gui.bars.arrays import Floats, Mask, Times
from ticker_gui.bars.bar_history import Bars
from ticker_gui.bars.downsampling import MinMaxDownsampler
from ticker_gui.bars.gaps import Gap, overlaps_gap, within
from ticker_gui.bars.heikin_ashi import WARM_UP, heikin_ashi
from ticker_gui.bars.series import Series, TimeSeries, series_of
from ticker_gui.chart.time_scale import ContinuousTimeScale, nanoseconds
from ticker_gui.chart.visible_bars import BarReader, MinMaxReader, VisibleBars, VisibleLine
from ticker_gui.domain.timeframe import DAY_NS, SECOND, SECOND_NS
from ticker_gui.indicators.registry import Chosen
from ticker_gui.indicators.session_vwap import days_in, utc_days
from ticker_gui.indicators.spec import Output
from ticker_gui.indicators.streaming import IndicatorValues
from ticker_gui.market.symbol_state import SymbolState

TICKS: Final = "ticks"  # every trade on its own, on the axis of time; its bars are seconds
USUAL_TIMEFRAME: Final = TICKS
_ENOUGH_BARS: Final = 5  # to say how far apart they are


class IndicatorSlice(NamedTuple):
    """An indicator's output in view, a value a bar; where bars are merged, the lowest and the highest of each."""

    output: Output
    lows: Floats
    highs: Floats


class VisibleData(NamedTuple):
    """What is in view. ``studies`` are the curves of each indicator, ``compared`` the lines of other symbols."""

    visible: VisibleBars
    line: VisibleLine
    gaps: list[Gap]
    studies: list[list[IndicatorSlice]]
    compared: list[VisibleLine]


class ChartData:
    """One symbol on one timeframe, with indicators over its bars, and other symbols beside it."""

    def __init__(self, state: SymbolState, timeframe: str, chosen: Sequence[Chosen] = ()) -> None:
        self.state: Final = state
        self.is_ticks: Final = timeframe == TICKS
        series = series_of(state.bars, state.tape, SECOND.name if self.is_ticks else timeframe)
        self.series: Final[Series] = TimeSeries(state.bars, SECOND) if series is None else series
        self._view = BarReader(self.series)
        self.time_scale: Final = self._view.time_scale
        self._downsampler = MinMaxDownsampler(state.tape) if self.is_ticks else None
        self._sessions = utc_days if state.day.zone is None else days_in(state.day.zone)
        self.studies: list[ActiveIndicator] = []
        self.compared: list[ChartData] = []
        self.set_indicators(chosen)

    @property
    def is_daily(self) -> bool:
        """Whether a bar is a day, which begins at midnight UTC wherever its reader is."""
        return isinstance(self.series, TimeSeries) and self.series.timeframe.width_ns >= DAY_NS

    def spacing(self, count: int) -> float:
        """Return how far apart on the ruler most of the last ``count`` bars begin; without enough of them, a bar."""
        starts_ns = self.series.bars.start_ns[-count:]
        if not isinstance(self.time_scale, ContinuousTimeScale) or len(starts_ns) < _ENOUGH_BARS:
            return self.time_scale.width
        return float(np.median(np.diff(starts_ns))) / SECOND_NS  # a pause or a late trade makes no difference

    def set_indicators(self, chosen: Sequence[Chosen]) -> None:
        """Show these indicators from now on; those that are shown already keep what they know."""
        before = self.studies
        self.studies = [
            next((study for study in before if study.chosen == one), None)
            or ActiveIndicator(one, IndicatorValues(one, self._sessions))
            for one in chosen
        ]

    def update(self) -> None:
        """Take in what has happened."""
        for content in (self, *self.compared):
            content.series.update()

    def read(self, left: float, right: float, most: int, now_ns: int, *, is_averaged: bool = False) -> VisibleData:
        """Return what is in view from one place on the ruler to another, in about ``most`` bars at the most.

        It stays as it is. ``now_ns`` is the exchange's clock; ``is_averaged`` makes the bars Heikin-Ashi.
        """
        gaps = self.gaps(left, right, now_ns)
        visible = self._view.read(left, right, most, gaps, self.state.bars.partial_since_ns)
        visible = visible._replace(is_joined=_joined(visible.bars.start_ns, visible.ends_ns, gaps))
        line = self._line(visible, left, right, 2 * most, gaps)
        studies = [study.read(self.series, visible, most) for study in self.studies]
        compared = [other.compared_line(self, left, right, most, now_ns) for other in self.compared]
        if is_averaged:
            visible = visible._replace(bars=self._averaged(visible))
        return VisibleData(visible, line, gaps, studies, compared)

    def gaps(self, left: float, right: float, now_ns: int) -> list[Gap]:
        """Return what was not watched in a stretch of the ruler, with an end each."""
        if not (gaps := self._all_gaps):
            return []
        from_ns, to_ns = (self.time_scale.time_at(self.series, place) for place in (left, right))
        return within(gaps, from_ns, to_ns, now_ns)

    def are_partial(self, begin: int, end: int, now_ns: int) -> Mask:
        """Return of the held bars from one up to, not including, another, whether a part of each was not watched."""
        starts_ns, ends_ns = self.series.bars.start_ns[begin:end], self.series.ends_ns(begin, end)
        if not len(starts_ns):
            return np.zeros(0, bool)
        gaps = within(self._all_gaps, int(starts_ns[0]), int(ends_ns[-1]), now_ns)
        return overlaps_gap(starts_ns, ends_ns, gaps, self.state.bars.partial_since_ns)

    @property
    def _all_gaps(self) -> tuple[Gap, ...]:
        return (*self.state.coverage.gaps, *self.state.gaps)

    def compared_line(self, other: ChartData, left: float, right: float, most: int, now_ns: int) -> VisibleLine:
        """Return the line of this symbol on another one's ruler."""
        begin, end = (
            self.time_scale.x_at(self.series, other.time_scale.time_at(other.series, x)) for x in (left, right)
        )
        line = self.read(begin, end, most, now_ns).line
        if isinstance(self.time_scale, ContinuousTimeScale) and isinstance(other.time_scale, ContinuousTimeScale):
            return line
        times = [self.time_scale.time_at(self.series, place) for place in line.places.tolist()]
        return line._replace(places=np.array([other.time_scale.x_at(other.series, time) for time in times]))

    def _line(self, visible: VisibleBars, left: float, right: float, most: int, gaps: Sequence[Gap]) -> VisibleLine:
        if self._downsampler is not None:
            times = self.state.tape.times_ns
            begin = max(0, int(np.searchsorted(times, nanoseconds(left))) - 1)
            end = min(len(times), int(np.searchsorted(times, nanoseconds(right), side="right")) + 1)
            times, prices = self._downsampler.points(begin, end, most)
            return VisibleLine(times / SECOND_NS, prices.copy(), _joined(times, times, gaps))
        if visible.merged == 1:
            return line_through(visible, visible.bars.close, visible.bars.close)
        return line_through(visible, visible.bars.low, visible.bars.high)

    def _averaged(self, visible: VisibleBars) -> Bars:
        if visible.merged > 1:
            return heikin_ashi(visible.bars)
        first = max(0, visible.begin - WARM_UP)
        averaged = heikin_ashi(self.series.bars.rows(first, visible.end)).rows(visible.begin - first)
        return averaged._replace(start_ns=visible.bars.start_ns, volume=visible.bars.volume)  # copies


class ActiveIndicator:
    """An indicator over growing bars."""

    def __init__(self, chosen: Chosen, values: IndicatorValues) -> None:
        self.chosen: Final = chosen
        self._values = values
        self._extremes = [MinMaxReader() for _ in chosen.indicator.outputs]

    def read(self, series: Series, visible: VisibleBars, most: int) -> list[IndicatorSlice]:
        """Return what is in view of each output."""
        outputs = self.all_of(series)
        return [
            IndicatorSlice(output, *extremes.read(values, series, visible, most))
            for output, extremes, values in zip(self.chosen.indicator.outputs, self._extremes, outputs, strict=True)
        ]

    def all_of(self, series: Series) -> tuple[Floats, ...]:
        """Return the values of each output, one for each bar held; valid until the next trade."""
        return self._values.read(series.bars, series.begin, series.generation)


def line_through(visible: VisibleBars, lows: Floats, highs: Floats) -> VisibleLine:
    """Return a line through the middles of bars; of merged ones, through the lowest and the highest value of each."""
    middles, joined = (visible.left + visible.right) / 2, visible.is_joined
    if visible.merged == 1:
        return VisibleLine(middles, highs, joined)
    both = None if joined is None else np.column_stack((np.ones_like(joined), joined)).ravel()
    return VisibleLine(np.repeat(middles, 2), np.column_stack((lows, highs)).ravel(), both)


def _joined(starts_ns: Times, ends_ns: Times, gaps: Sequence[Gap]) -> Mask | None:
    """Return of each point whether the line goes on to the next one: a gap stays a gap.

    One that begins and ends within a point's own time breaks nothing: that bar is partial.
    """
    if not gaps:
        return None
    joined = np.ones(len(starts_ns), bool)
    for gap in gaps:
        before = int(np.searchsorted(starts_ns, gap.start_ns, side="right")) - 1
        after = int(np.searchsorted(ends_ns, gap.end_ns or gap.start_ns))
        joined[max(before, 0) : after] = False
    return joined
