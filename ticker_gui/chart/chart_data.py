"""The data of a chart: bars, price line, gaps, indicators and compared symbols."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from ticker_gui.bars.arrays import Floats, Mask, Times
from ticker_gui.bars.bar_history import Bars
from ticker_gui.bars.day_numbers import day_numbers
from ticker_gui.bars.downsampling import MinMaxDownsampler
from ticker_gui.bars.gaps import Gap, gaps_in_range, overlaps_gap
from ticker_gui.bars.heikin_ashi import WARM_UP, heikin_ashi
from ticker_gui.bars.merging import MissingData
from ticker_gui.bars.series import Series, TimeSeries, create_series, is_timeframe
from ticker_gui.chart.time_scale import ContinuousTimeScale, nanoseconds
from ticker_gui.chart.visible_bars import BarReader, MinMaxReader, VisibleBars, VisibleLine
from ticker_gui.domain.timeframe import FOREVER_NS, SECOND, SECOND_NS
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.indicators.spec import Output
from ticker_gui.indicators.streaming import IndicatorValues
from ticker_gui.market.symbol_state import SymbolState

# Single trades on a continuous time axis. The bars are seconds, whose closes precede the oldest trade in memory.
TICKS: Final = "ticks"
DEFAULT_TIMEFRAME: Final = TICKS
_MIN_SPACING_BARS: Final = 5  # to determine the spacing


class IndicatorSlice(NamedTuple):
    """The visible values of one output of an indicator, one per point; lowest and highest if a point has many bars."""

    output: Output
    lows: Floats
    highs: Floats


class VisibleData(NamedTuple):
    """The visible part of a chart.

    ``studies`` has the outputs of each indicator, ``compared`` the lines of the compared symbols.
    """

    visible: VisibleBars
    line: VisibleLine
    gaps: list[Gap]
    studies: list[list[IndicatorSlice]]
    compared: list[VisibleLine]


class SourceSpans(NamedTuple):
    """Ranges of the time scale whose bars have the same source, as arrays; ``sources`` contains values of `BarSource`.

    An illiquid symbol may have thousands of them in view: every other bar was received as trades.
    """

    lefts: Floats
    rights: Floats
    sources: Times


class ChartData:
    """The data of one symbol on one timeframe, with indicators and compared symbols."""

    def __init__(self, state: SymbolState, timeframe: str, configs: Sequence[IndicatorConfig] = ()) -> None:
        self.state: Final = state
        self.is_ticks: Final = timeframe == TICKS
        self.timeframe: Final = timeframe if is_timeframe(timeframe) else SECOND.name  # of the bars
        series = create_series(state.bars, state.tape, self.timeframe)
        assert series is not None
        self.series: Final[Series] = series
        self._reader = BarReader(self.series)
        self.time_scale: Final = self._reader.time_scale
        self._downsampler = MinMaxDownsampler(state.tape) if self.is_ticks else None
        self._sessions = partial(day_numbers, days=state.bars.days)
        self.studies: list[ActiveIndicator] = []
        self.compared: list[ChartData] = []
        self.set_indicators(configs)

    @property
    def is_daily(self) -> bool:
        """Whether bars consist of days, which have dates instead of times."""
        return isinstance(self.series, TimeSeries) and self.series.timeframe.consists_of_days

    def spacing(self, count: int) -> float:
        """Return the median distance on the time scale between the last ``count`` bars; with too few, a bar's width."""
        starts_ns = self.series.bars.start_ns[-count:]
        if not isinstance(self.time_scale, ContinuousTimeScale) or len(starts_ns) < _MIN_SPACING_BARS:
            return self.time_scale.width
        return float(np.median(np.diff(starts_ns))) / SECOND_NS  # not affected by a pause or a late trade

    def set_indicators(self, configs: Sequence[IndicatorConfig]) -> None:
        """Set the indicators; those that are active already are not recalculated."""
        before, self.studies = self.studies, []
        for one in configs:
            study = next((study for study in before if study.config.is_calculated_like(one)), None)
            if study is None:
                study = ActiveIndicator(one, IndicatorValues(one, self._sessions))
            else:
                before.remove(study)
                study.config = one  # with another color
            self.studies.append(study)

    def update(self) -> None:
        """Add the trades that were recorded since the last call."""
        for chart_data in (self, *self.compared):
            chart_data.series.update()

    def read(
        self, left: float, right: float, max_points: int, now_ns: int, *, is_heikin_ashi: bool = False
    ) -> VisibleData:
        """Return the data of a range of the time scale, downsampled to about ``max_points`` points.

        The result is a copy; later trades do not change it. ``now_ns`` is the current time of the exchange;
        ``is_heikin_ashi`` converts the bars to Heikin-Ashi.
        """
        gaps = self.gaps(left, right, now_ns)
        visible = self._reader.read(left, right, max_points, gaps, self.unfilled.partial_since_ns)
        visible = visible._replace(is_joined=_is_joined_to_next(visible.bars.start_ns, visible.ends_ns, gaps))
        line = self._line(visible, left, right, 2 * max_points, gaps)
        studies = [study.read(self.series, visible, max_points) for study in self.studies]
        compared = [other.compared_line(self, left, right, max_points, now_ns) for other in self.compared]
        if is_heikin_ashi:
            visible = visible._replace(bars=self._heikin_ashi(visible))
        return VisibleData(visible, line, gaps, studies, compared)

    def gaps(self, left: float, right: float, now_ns: int) -> list[Gap]:
        """Return the gaps in a range of the time scale; a gap that still lasts ends at ``now_ns``."""
        if not (gaps := self.unfilled.gaps):
            return []
        from_ns, to_ns = (self.time_scale.time_at(self.series, position) for position in (left, right))
        return gaps_in_range(gaps, from_ns, to_ns, now_ns)

    def partial_mask(self, begin: int, end: int, now_ns: int) -> Mask:
        """Return a mask of the partial bars among the held bars in ``begin:end``."""
        starts_ns, ends_ns = self.series.bars.start_ns[begin:end], self.series.ends_ns(begin, end)
        if not len(starts_ns):
            return np.zeros(0, bool)
        gaps = gaps_in_range(self.unfilled.gaps, int(starts_ns[0]), int(ends_ns[-1]), now_ns)
        return overlaps_gap(starts_ns, ends_ns, gaps, self.unfilled.partial_since_ns)

    @property
    def unfilled(self) -> MissingData:
        """What is missing in the bars."""
        bars, series = self.state.bars, self.series
        return series.unfilled if isinstance(series, TimeSeries) else bars.missing_data.unfilled(bars.provided)

    def source_spans(self, begin: int, end: int) -> SourceSpans:
        """Return the bars with equal sources among the held bars in ``begin:end``; none if no bars were provided."""
        series = self.series
        has_sources = isinstance(series, TimeSeries) and not self.is_ticks and self.state.bars.provided
        sources = series.sources(begin, end) if has_sources else np.empty(0, np.int64)
        is_first = np.append(True, sources[1:] != sources[:-1])[: len(sources)]
        firsts = np.flatnonzero(is_first)
        lasts = np.append(firsts[1:], len(sources))[: len(firsts)] - 1
        starts_ns, ends_ns = series.bars.start_ns[begin:end][firsts], series.ends_ns(begin, end)[lasts]
        return SourceSpans(*self.time_scale.edges(starts_ns, ends_ns, firsts, end), sources[firsts])

    def compared_line(self, other: ChartData, left: float, right: float, max_points: int, now_ns: int) -> VisibleLine:
        """Return the line of this symbol in positions of the time scale of another chart."""
        begin, end = (
            self.time_scale.x_at(self.series, other.time_scale.time_at(other.series, x)) for x in (left, right)
        )
        line = self.read(begin, end, max_points, now_ns).line
        if isinstance(self.time_scale, ContinuousTimeScale) and isinstance(other.time_scale, ContinuousTimeScale):
            return line
        times = [self.time_scale.time_at(self.series, position) for position in line.positions.tolist()]
        return line._replace(positions=np.array([other.time_scale.x_at(other.series, time) for time in times]))

    def _line(
        self, visible: VisibleBars, left: float, right: float, max_points: int, gaps: Sequence[Gap]
    ) -> VisibleLine:
        if self._downsampler is None:
            return _line_of_bars(visible)
        held = self.state.tape.times_ns
        begin = max(0, int(np.searchsorted(held, nanoseconds(left))) - 1)
        end = min(len(held), int(np.searchsorted(held, nanoseconds(right), side="right")) + 1)
        times, prices, closes = self._downsampler.points(begin, end, max_points)
        line = VisibleLine(times / SECOND_NS, prices.copy(), _is_joined_to_next(times, times, gaps), closes.copy())
        older = int(np.searchsorted(visible.ends_ns, held[0] if len(held) else FOREVER_NS, side="right"))
        return _joined_line(_line_of_bars(visible.first(older)), line) if older else line

    def _heikin_ashi(self, visible: VisibleBars) -> Bars:
        if visible.bars_per_point > 1:
            return heikin_ashi(visible.bars)
        first = max(0, visible.begin - WARM_UP)
        averaged = heikin_ashi(self.series.bars.rows(first, visible.end)).rows(visible.begin - first)
        return averaged._replace(start_ns=visible.bars.start_ns, volume=visible.bars.volume)  # copies


class ActiveIndicator:
    """An indicator on a chart, with its values."""

    def __init__(self, config: IndicatorConfig, values: IndicatorValues) -> None:
        self.config = config
        self._values = values
        self._min_max_readers = [MinMaxReader() for _ in config.indicator.outputs]

    @property
    def required_bars(self) -> int:
        """The number of bars before it has values."""
        return self._values.required_bars

    def read(self, series: Series, visible: VisibleBars, max_points: int) -> list[IndicatorSlice]:
        """Return the visible values of each output."""
        outputs = self.values(series)
        return [
            IndicatorSlice(output, *extremes.read(values, series, visible, max_points))
            for output, extremes, values in zip(
                self.config.indicator.outputs, self._min_max_readers, outputs, strict=True
            )
        ]

    def values(self, series: Series) -> tuple[Floats, ...]:
        """Return the values of each output, one per held bar; valid until the next trade."""
        return self._values.read(series.bars, series.begin, series.generation)


def line_through(visible: VisibleBars, lows: Floats, highs: Floats) -> VisibleLine:
    """Return a line through the middles of bars; a point of many bars has two values, the lowest and the highest."""
    middles, joined = (visible.left + visible.right) / 2, visible.is_joined
    if visible.bars_per_point == 1:
        return VisibleLine(middles, highs, joined)
    both = None if joined is None else np.column_stack((np.ones_like(joined), joined)).ravel()
    return VisibleLine(np.repeat(middles, 2), np.column_stack((lows, highs)).ravel(), both)


def _line_of_bars(visible: VisibleBars) -> VisibleLine:
    """Return a line through the closes of bars; for points of many bars, through their lows and highs."""
    bars = visible.bars
    if visible.bars_per_point == 1:
        return line_through(visible, bars.close, bars.close)
    return line_through(visible, bars.low, bars.high)._replace(closes=np.repeat(bars.close, 2))


def _joined_line(older: VisibleLine, newer: VisibleLine) -> VisibleLine:
    is_joined = None
    if older.is_joined is not None and newer.is_joined is not None:
        is_joined = np.concatenate((older.is_joined, newer.is_joined))
    positions, prices = (np.concatenate(pair) for pair in zip(older[:2], newer[:2], strict=True))
    return VisibleLine(positions, prices, is_joined, np.concatenate((older.last_prices, newer.last_prices)))


def _is_joined_to_next(starts_ns: Times, ends_ns: Times, gaps: Sequence[Gap]) -> Mask | None:
    """Return a mask of the points that are joined to the next one, because there is no gap between them.

    A gap within the time of one point does not break the line; that bar is partial. None means that all are joined.
    """
    if not gaps:
        return None
    joined = np.ones(len(starts_ns), bool)
    for gap in gaps:
        before = int(np.searchsorted(starts_ns, gap.start_ns, side="right")) - 1
        after = int(np.searchsorted(ends_ns, gap.end_ns or gap.start_ns))
        joined[max(before, 0) : after] = False
    return joined
