"""The rule of alerts on a line through two points of time and price, such as a trend line on the chart."""

from __future__ import annotations

from typing import Final, cast

from ticker_gui.alerts.condition import LineLevel
from ticker_gui.alerts.edge_rule import UNKNOWN
from ticker_gui.alerts.firing import Crossing
from ticker_gui.alerts.levels import MARGIN, LevelRule
from ticker_gui.alerts.past_values import PastSpan
from ticker_gui.alerts.symbol_monitor import SymbolMonitor
from ticker_gui.alerts.value_rules import BaseRule
from ticker_gui.chart.drawings import price_between
from ticker_gui.domain.events import MarketFact
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.display_values import spread
from ticker_gui.market.symbol_state import SymbolState


class _Distance(LevelRule):
    """The distance of the price from the line passes zero. ``line_price`` is where the line was last."""

    __slots__ = ("line_price",)

    def __init__(self, condition: LineLevel, *, needs_confirmation: bool) -> None:
        super().__init__(condition.direction, 0.0, needs_confirmation=needs_confirmation)
        self.line_price = 0.0

    def disarm(self, rearm_ns: int, spread: float | None, price: float) -> None:
        """Note a firing: the distance has to be more than the margin, which is a share of the line's price."""
        super().disarm(rearm_ns, spread, price)
        self._margin = max(self._margin, MARGIN * abs(self.line_price))
        self._is_clear = self._is_clear_at(price)


class LineRule(BaseRule):
    """An alert that fires when the last price crosses a line, which continues after its second point."""

    def __init__(self, condition: LineLevel, *, needs_confirmation: bool = False) -> None:
        super().__init__(_Distance(condition, needs_confirmation=needs_confirmation))
        self._condition: Final = condition

    @property
    def _distance(self) -> _Distance:
        return cast(_Distance, self._edge)

    def begin(self, monitor: SymbolMonitor, now_ns: int) -> None:
        """Take the current side of the line as the baseline."""
        self._since_ns = monitor.state.coverage.since_ns
        distance = self._distance_of(monitor.state.last, now_ns)
        if distance is not None:
            self._distance.begin_at(distance)

    def step(self, monitor: SymbolMonitor, fact: MarketFact, received_ns: int) -> Crossing | None:
        """Evaluate the last price after a fact."""
        last = monitor.state.last
        distance = self._distance_of(last, received_ns)
        if distance is None:
            return None
        observation = monitor.observation(fact, last, received_ns)
        gap = self._gap_before(monitor, received_ns)
        return self._distance.step_to(distance, lambda: observation, received_ns, gap)

    def disarm(self, monitor: SymbolMonitor, rearm_ns: int) -> None:
        """Note a firing: the price has to move away from the line, like from a level."""
        price, line_price = monitor.state.last, self._distance.line_price
        self._distance.disarm(rearm_ns, spread(monitor.state), 0.0 if price is None else price - line_price)

    def is_known_by_trades(self, span: PastSpan) -> bool:
        """Return true: the trades of a gap are all that the rule needs."""
        return True

    is_known_by_bars = is_known_by_trades

    def side_at(self, state: SymbolState, price: float, time_ns: int) -> int:
        """Return the side of the line that a price is on."""
        line_price = line_price_at(self._condition, time_ns)
        return UNKNOWN if line_price is None else self._distance.side_of(price - line_price)

    @property
    def target(self) -> float | None:
        """Where the line was when it was evaluated last."""
        return self._distance.line_price or None

    def _distance_of(self, price: float | None, time_ns: int) -> float | None:
        """Return the distance of a price from the line, whose price is noted."""
        line_price = line_price_at(self._condition, time_ns)
        if price is None or line_price is None:
            return None
        self._distance.line_price = line_price
        return price - line_price


def line_price_at(condition: LineLevel, time_ns: int) -> float | None:
    """Return the price of a line at a time in nanoseconds since the epoch; None before its first point.

    None also where a line that rises ever faster has left the range of numbers.
    """
    if time_ns < condition.begin_ns:
        return None
    share = (time_ns - condition.begin_ns) / max(condition.end_ns - condition.begin_ns, SECOND_NS // 1000)
    return price_between(condition.begin_price, condition.end_price, share, is_log=condition.is_log)
