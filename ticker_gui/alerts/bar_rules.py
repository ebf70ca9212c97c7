"""Rules for the bars of a timeframe: volume against its average, and indicators."""

from __future__ import annotations

from math import isfinite, isnan, nan
from typing import Final, Self, cast

import numpy as np

from ticker_gui.alerts.condition import IndicatorLevel, VolumeSurge
from ticker_gui.alerts.edge_rule import FALSE, TRUE, EdgeRule
from ticker_gui.alerts.firing import Crossing, Observation
from ticker_gui.alerts.levels import LevelRule
from ticker_gui.alerts.past_values import PastSpan
from ticker_gui.alerts.point_in_time_bars import PointInTimeBars
from ticker_gui.alerts.symbol_monitor import BarsNeeded, SymbolMonitor, ValueRule
from ticker_gui.alerts.value_rules import BaseRule
from ticker_gui.bars.gaps import overlaps_gap
from ticker_gui.bars.series import TimeSeries
from ticker_gui.domain.events import MarketFact, Trade
from ticker_gui.domain.timeframe import BY_NAME, MINUTE_NS, SECOND_NS, timeframe_named
from ticker_gui.indicators.streaming import IndicatorValues
from ticker_gui.market.symbol_state import SymbolState

_CLOSED_AFTER_NS: Final = 2 * SECOND_NS  # after its end, trades of a bar may still arrive
_BACKFILL_NS: Final = 10 * SECOND_NS  # after a gap, the bars in it may be filled
_WARM_UP: Final = 3  # times the required bars are requested, because averages depend on their start


class _BarRule(BaseRule):
    """A rule that reads the bars of one timeframe."""

    def __init__(self, edge: EdgeRule, timeframe: str, required: int) -> None:
        super().__init__(edge)
        self._timeframe = BY_NAME[timeframe]  # with the days and hours of the market once the symbol is known
        self._required: Final = required
        self._series: TimeSeries | PointInTimeBars | None = None
        self._known = 0

    def is_known_by_trades(self, span: PastSpan) -> bool:
        """Return whether all trades of the bar are known in which the gap began."""
        return span.now.tape.is_complete_from(self._timeframe.start_of(span.begin_ns))

    def is_known_by_bars(self, span: PastSpan) -> bool:
        """Return whether the bars consist of whole minutes."""
        return self.is_known_by_trades(span) and self._timeframe.width_ns >= MINUTE_NS

    def begin_past(self, state: SymbolState, time_ns: int, *, by_bars: bool) -> PointInTimeBars:
        """Read the bars as they were at a time."""
        self._series = past = PointInTimeBars(self._bars_of(state), state.tape, time_ns)
        return past

    def _bars_of(self, state: SymbolState) -> TimeSeries:
        """Return the bars of a symbol, which are those of its charts."""
        self._timeframe = timeframe_named(self._timeframe.name, state.bars.days)
        return TimeSeries(state.bars, self._timeframe)

    def _read(self, state: SymbolState) -> TimeSeries | PointInTimeBars:
        """Return the current bars."""
        if self._series is None:
            self._series = self._bars_of(state)
        self._series.update()
        self._known = len(self._series)
        return self._series

    def _may_be_filled(self, state: SymbolState, now_ns: int) -> bool:
        """Return whether a gap has just ended whose trades are not known, so that its bars are incomplete."""
        coverage = state.coverage
        return (
            now_ns - coverage.since_ns < _BACKFILL_NS and bool(coverage.gaps) and bool(self._read(state).unfilled.gaps)
        )

    def problem(self, state: SymbolState) -> str:
        """Return a sentence if too few bars are known, otherwise an empty text."""
        if self._known >= self._required:
            return ""
        known = f"{state.symbol} has {self._known:,} of {self._required:,} so far"
        return f"It needs more {self._timeframe.name} bars; {known}."

    def bars_needed(self, state: SymbolState, now_ns: int) -> BarsNeeded | None:
        """Return the bars that are missing."""
        if len(self._read(state)) >= self._required:
            return None
        width_ns = self._timeframe.width_ns
        return BarsNeeded(self._timeframe, now_ns - _WARM_UP * self._required * width_ns, now_ns)


class VolumeRule(_BarRule):
    """An alert that fires when the volume of the forming bar exceeds a multiple of the average of those before.

    Bars with a gap do not count in the average, and neither do nights, weekends and holidays of markets with sessions.
    """

    def __init__(self, condition: VolumeSurge) -> None:
        super().__init__(EdgeRule(), condition.timeframe, condition.bars + 1)
        self._condition: Final = condition
        self._bar_ns = 0  # the start of the bar that was evaluated last
        self._average = 0.0  # of the bars before it
        self._average_key: object = None  # what it depends on

    def begin(self, monitor: SymbolMonitor, now_ns: int) -> None:
        """Take the current volume as the baseline."""
        self._since_ns = monitor.state.coverage.since_ns
        self._edge.begin(FALSE)
        if (volumes := self._volumes(monitor.state)) is not None:
            self._edge.begin(TRUE if volumes[0] > volumes[1] else FALSE)

    def step(self, monitor: SymbolMonitor, fact: MarketFact, received_ns: int) -> Crossing | None:
        """Evaluate the volume after a trade."""
        if type(fact) is not Trade or self._may_be_filled(monitor.state, received_ns):
            return None
        bar_before, volumes = self._bar_ns, self._volumes(monitor.state)
        if volumes is None:
            return None
        volume, threshold = volumes
        if bar_before != self._bar_ns and self._edge.side == TRUE:
            self._edge.begin(FALSE)  # a new bar begins without volume
        side = TRUE if volume > threshold else FALSE
        if side == self._edge.side and self._edge.is_armed:
            return None
        observation = monitor.observation(fact, fact.price, received_ns)
        return self._apply(monitor, side, observation, is_clear=True)

    def adopt(self, monitor: SymbolMonitor, other: ValueRule, *, with_side: bool) -> None:
        """Copy the state of another evaluation; with ``with_side``, also the bar that it belongs to."""
        super().adopt(monitor, other, with_side=with_side)
        if with_side and isinstance(other, VolumeRule):
            self._bar_ns = other._bar_ns

    def _volumes(self, state: SymbolState) -> tuple[float, float] | None:
        """Return the volume of the forming bar and the threshold, or None if there are too few bars."""
        series = self._read(state)
        bars = series.bars
        if len(bars.start_ns) < self._required:
            return None
        self._bar_ns = int(bars.start_ns[-1])
        key = self._bar_ns, series.generation, state.coverage.epoch, len(state.backfills.results)
        if key != self._average_key:
            self._average_key, self._average = key, self._read_average(state, series)
        return None if isnan(self._average) else (float(bars.volume[-1]), self._condition.factor * self._average)

    def _read_average(self, state: SymbolState, series: TimeSeries | PointInTimeBars) -> float:
        """Return the average volume of the bars before the forming one; NaN if no bar is without a gap."""
        bars = series.bars
        starts_ns = self._starts_before(state, bars.start_ns)
        ends_ns = np.array([self._timeframe.end_of(start_ns) for start_ns in starts_ns.tolist()], np.int64)
        is_known = ~overlaps_gap(starts_ns, ends_ns, series.unfilled.gaps)
        first = int(np.searchsorted(bars.start_ns, starts_ns[0]))
        counts = np.isin(bars.start_ns[first:-1], starts_ns[is_known])
        total = float(bars.volume[first:-1][counts].sum())  # times without trades have no bars, and no volume
        return total / int(is_known.sum()) if is_known.any() else nan

    def _starts_before(self, state: SymbolState, known_ns: np.ndarray) -> np.ndarray:
        """Return the starts of the bars of the average, of which some may have no trades; oldest first.

        Where a market has sessions, the time from the last bar of a day to the first one of the next does not count.
        The bars show that time, because hours and holidays are not known of all exchanges.
        """
        count, calendar, timeframe = self._condition.bars, state.day.calendar, self._timeframe
        if calendar.is_rolling:
            return np.array([timeframe.step(self._bar_ns, -number) for number in range(count, 0, -1)], np.int64)
        starts_ns, after_ns, number_of = list[int](), self._bar_ns, calendar.days.number_of
        for before_ns in reversed(known_ns[-count - 1 : -1].tolist()):
            if number_of(before_ns) == number_of(after_ns):
                starts_ns += range(after_ns - timeframe.width_ns, before_ns, -timeframe.width_ns)
            starts_ns.append(before_ns)
            after_ns = before_ns
        return np.array(starts_ns[:count][::-1], np.int64)


class IndicatorRule(_BarRule):
    """An alert that fires when an indicator passes a level: at any time, or with the values of closed bars only."""

    def __init__(self, condition: IndicatorLevel, *, needs_confirmation: bool = False) -> None:
        level = LevelRule(condition.direction, condition.level, needs_confirmation=needs_confirmation)
        self._config: Final = condition.config
        self._values = IndicatorValues(condition.config)
        super().__init__(level, condition.timeframe, max(2, self._values.required_bars + 1))
        outputs = [output.key for output in condition.config.indicator.outputs]
        self._output: Final = outputs.index(condition.output)
        self._is_on_close: Final = condition.is_on_close
        self._evaluated_ns = 0  # the start of the closed bar that was evaluated last

    def begin(self, monitor: SymbolMonitor, now_ns: int) -> None:
        """Take the current value as the baseline."""
        self._since_ns = monitor.state.coverage.since_ns
        value = self._read_value(monitor.state, now_ns)
        if value is not None:
            self._before = value
            self._level.begin_at(value)

    @property
    def _level(self) -> LevelRule:
        return cast(LevelRule, self._edge)

    def copied(self) -> Self:
        """Return a copy, which reads the bars from their start."""
        other = super().copied()
        other._values = IndicatorValues(self._config)
        return other

    def adopt(self, monitor: SymbolMonitor, other: ValueRule, *, with_side: bool) -> None:
        """Copy the state of another evaluation; with ``with_side``, also the bar that was evaluated last."""
        super().adopt(monitor, other, with_side=with_side)
        if with_side and isinstance(other, IndicatorRule):
            self._evaluated_ns, self._before = other._evaluated_ns, other._before

    def step(self, monitor: SymbolMonitor, fact: MarketFact, received_ns: int) -> Crossing | None:
        """Evaluate the indicator after a trade."""
        if type(fact) is not Trade:
            return None
        return self._evaluate(monitor, fact.time_ns or received_ns, received_ns)

    def tick(self, monitor: SymbolMonitor, now_ns: int) -> Crossing | None:
        """Evaluate a bar that has ended without a later trade."""
        return self._evaluate(monitor, now_ns, now_ns) if self._is_on_close else None

    def _evaluate(self, monitor: SymbolMonitor, time_ns: int, received_ns: int) -> Crossing | None:
        if self._may_be_filled(monitor.state, received_ns):
            return None
        evaluated_ns = self._evaluated_ns
        value = self._read_value(monitor.state, received_ns)
        if value is None or (self._is_on_close and self._evaluated_ns == evaluated_ns):
            return None
        before, self._before = self._before, value
        if self._is_on_close:
            time_ns = self._timeframe.end_of(self._evaluated_ns)
        observation = Observation(value, time_ns, received_ns, None, before)
        gap = self._gap_before(monitor, received_ns)
        return self._level.step_to(value, lambda: observation, received_ns, gap)

    def _read_value(self, state: SymbolState, now_ns: int) -> float | None:
        """Return the current value, or that of the last closed bar; None if it is not known."""
        series = self._read(state)
        if len(series) < self._required:
            return None
        row = -1
        if self._is_on_close:
            end_ns = self._timeframe.end_of(int(series.bars.start_ns[-1])) + state.coverage.exchange_lag_ns
            row = -1 if now_ns >= end_ns + _CLOSED_AFTER_NS else -2
            self._evaluated_ns = int(series.bars.start_ns[row])
        value = float(self._values.read(series.bars, series.begin, series.generation)[self._output][row])
        return value if isfinite(value) else None
