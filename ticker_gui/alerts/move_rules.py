"""Rules for moves of the last price within a time, and for new highs and lows."""

from __future__ import annotations

from collections import deque
from typing import Final, Self

import numpy as np

from ticker_gui.alerts.condition import Move, MoveDirection, NewExtreme
from ticker_gui.alerts.edge_rule import FALSE, TRUE, EdgeRule
from ticker_gui.alerts.firing import Crossing, Observation
from ticker_gui.alerts.levels import MARGIN
from ticker_gui.alerts.past_values import PastSpan
from ticker_gui.alerts.symbol_monitor import BarsNeeded, SymbolMonitor, ValueRule
from ticker_gui.alerts.value_rules import BaseRule
from ticker_gui.bars.series import TimeSeries
from ticker_gui.bars.tape import UPDATES_HIGH_LOW
from ticker_gui.bars.time_ranges import TimeRanges
from ticker_gui.domain.events import MarketFact, Trade
from ticker_gui.domain.timeframe import DAY, MINUTE_NS, timeframe_named
from ticker_gui.market.symbol_state import SymbolState


class _Extremes:
    """The highest price of a moving time, or the lowest if ``sign`` is -1. Adding a price is O(1) on average."""

    def __init__(self, sign: int) -> None:
        self._sign: Final = sign
        self._prices: Final[deque[tuple[int, float]]] = deque()

    def add(self, time_ns: int, price: float, since_ns: int) -> float:
        prices, sign = self._prices, self._sign
        while prices and sign * prices[-1][1] <= sign * price:
            prices.pop()
        prices.append((time_ns, price))
        while prices[0][0] < since_ns:
            prices.popleft()
        return prices[0][1]

    def clear(self) -> None:
        self._prices.clear()

    def since(self, since_ns: int) -> float | None:
        """Return the highest price since a time, or the lowest; None if there is none."""
        return next((price for time_ns, price in self._prices if time_ns >= since_ns), None)

    def copied(self) -> _Extremes:
        other = _Extremes(self._sign)
        other._prices.extend(self._prices)
        return other


class MoveRule(BaseRule):
    """An alert that fires when the price has moved by an amount within a time. After that, a new move begins."""

    def __init__(self, condition: Move, *, needs_confirmation: bool = False) -> None:
        super().__init__(EdgeRule(needs_confirmation=needs_confirmation))
        self._condition: Final = condition
        self._window_ns = condition.window_ns
        self._highest, self._lowest = _Extremes(1), _Extremes(-1)
        self._edge.begin(FALSE)

    def begin(self, monitor: SymbolMonitor, now_ns: int) -> None:
        """Take the last price as the one from which the price moves."""
        price = monitor.live_price
        self._since_ns = monitor.state.coverage.since_ns
        self._highest.clear()
        self._lowest.clear()
        if price is not None:
            self._add(monitor.state.received_ns or now_ns, price)

    def step(self, monitor: SymbolMonitor, fact: MarketFact, received_ns: int) -> Crossing | None:
        """Evaluate a new last price."""
        price = monitor.state.last
        if price is None or not monitor.is_new_last(fact):
            return None
        time_ns = fact.time_ns if isinstance(fact, Trade) and fact.time_ns is not None else received_ns
        highest, lowest = self._add(min(time_ns, received_ns), price)
        origin = self._origin(price, highest, lowest)
        side = FALSE if origin is None else TRUE
        if side == FALSE and self._edge.pending is None and self._edge.is_armed:
            self._since_ns = monitor.state.coverage.since_ns
            return None
        observation = Observation(price, time_ns, received_ns, getattr(fact, "size", None), origin)
        crossing = self._apply(monitor, side, observation, is_clear=True)
        if side == TRUE and self._edge.pending is None:  # fired or suppressed
            self._highest.clear()
            self._lowest.clear()
            self._add(min(time_ns, received_ns), price)
            self._edge.begin(FALSE)
        return crossing

    def copied(self) -> Self:
        """Return a copy."""
        other = super().copied()
        other._highest, other._lowest = self._highest.copied(), self._lowest.copied()
        return other

    def adopt(self, monitor: SymbolMonitor, other: ValueRule, *, with_side: bool) -> None:
        """Copy the state of another evaluation; with ``with_side``, also the prices from which the price moves."""
        super().adopt(monitor, other, with_side=with_side)
        self._edge.side = FALSE
        if with_side and isinstance(other, MoveRule):
            self._highest, self._lowest = other._highest.copied(), other._lowest.copied()

    def is_known_by_trades(self, span: PastSpan) -> bool:
        """Return true: the trades of a gap are all that the rule needs."""
        return True

    def is_known_by_bars(self, span: PastSpan) -> bool:
        """Return whether bars are short enough: their prices are up to a minute older than their ends."""
        return self._condition.window_ns > MINUTE_NS

    def begin_past(self, state: SymbolState, time_ns: int, *, by_bars: bool) -> None:
        """Count a price of a bar only as long as it is certainly recent enough."""
        self._window_ns -= MINUTE_NS if by_bars else 0

    def side_at(self, state: SymbolState, price: float, time_ns: int) -> int:
        """Return whether a price would be far enough from one before."""
        since_ns = time_ns - self._window_ns
        highest, lowest = self._highest.since(since_ns), self._lowest.since(since_ns)
        is_known = highest is not None and lowest is not None
        return TRUE if is_known and self._origin(price, highest or 0.0, lowest or 0.0) is not None else FALSE

    def _add(self, time_ns: int, price: float) -> tuple[float, float]:
        since_ns = time_ns - self._window_ns
        return self._highest.add(time_ns, price, since_ns), self._lowest.add(time_ns, price, since_ns)

    def _origin(self, price: float, highest: float, lowest: float) -> float | None:
        """Return the price from which the price has moved far enough, or None."""
        condition = self._condition
        is_up = lowest < price and price - lowest >= self._amount(lowest)  # a percentage of zero is zero
        is_down = highest > price and highest - price >= self._amount(highest)
        is_up &= condition.direction is not MoveDirection.DOWN
        is_down &= condition.direction is not MoveDirection.UP
        return lowest if is_up else highest if is_down else None

    def _amount(self, origin: float) -> float:
        amount = self._condition.amount
        return abs(origin) * amount / 100.0 * (1.0 - 1e-12) if self._condition.is_percent else amount


class ExtremeRule(BaseRule):
    """An alert that fires for a new high or low of the day, or of several trading days with today.

    The high and low that are known when the alert is armed are the baseline. After a firing, the price has to move away
    by the margin before another one counts.
    """

    def __init__(self, condition: NewExtreme, *, needs_confirmation: bool = False) -> None:
        super().__init__(EdgeRule(needs_confirmation=needs_confirmation))
        self._condition: Final = condition
        self._sign: Final = 1.0 if condition.is_high else -1.0
        self._today: float | None = None  # the extreme before the current fact
        self._earlier: float | None = None  # of the days before
        self._begins_ns: int | None = None
        self._edge.begin(FALSE)

    def begin(self, monitor: SymbolMonitor, now_ns: int) -> None:
        """Take the extreme so far as the baseline."""
        self._since_ns = monitor.state.coverage.since_ns
        self._read_extremes(monitor.state)

    def step(self, monitor: SymbolMonitor, fact: MarketFact, received_ns: int) -> Crossing | None:
        """Evaluate a new last price that may be a high or low."""
        state = monitor.state
        is_candidate = monitor.is_new_last(fact) and (not isinstance(fact, Trade) or fact.updates & UPDATES_HIGH_LOW)
        crossing = self._evaluate(monitor, fact, received_ns) if is_candidate and not self.problem(state) else None
        self._read_extremes(state)
        return crossing

    def tick(self, monitor: SymbolMonitor, now_ns: int) -> Crossing | None:
        """Read the bars of the days before if they have arrived; for every trade, that would take too long."""
        if self._earlier is None:
            self._earlier = self._read_earlier(monitor.state)
        return None

    def adopt(self, monitor: SymbolMonitor, other: ValueRule, *, with_side: bool) -> None:
        """Copy the state of another evaluation. The extreme is that of all trades that are known now."""
        super().adopt(monitor, other, with_side=with_side)
        self._edge.side = FALSE
        if with_side and isinstance(other, ExtremeRule):
            self._today = other._today
        self._read_extremes(monitor.state)

    def is_known_by_trades(self, span: PastSpan) -> bool:
        """Return true: the trades of a gap are all that the rule needs."""
        return True

    is_known_by_bars = is_known_by_trades

    def side_at(self, state: SymbolState, price: float, time_ns: int) -> int:
        """Return whether a price would be beyond the extreme."""
        extreme = self._extreme
        return TRUE if extreme is not None and self._sign * price > self._sign * extreme else FALSE

    def _evaluate(self, monitor: SymbolMonitor, fact: MarketFact, received_ns: int) -> Crossing | None:
        state, price, extreme = monitor.state, monitor.state.last, self._extreme
        if self._begins_ns != state.day.begins_ns and self._condition.days == 1:
            return None  # the first price of a day is not a new high
        if price is None or extreme is None:
            return None
        side = TRUE if self._sign * price > self._sign * extreme else FALSE
        is_clear = self._sign * price < self._sign * extreme - MARGIN * abs(extreme)
        time_ns = fact.time_ns if isinstance(fact, Trade) and fact.time_ns is not None else received_ns
        observation = Observation(price, time_ns, received_ns, getattr(fact, "size", None), extreme)
        crossing = self._apply(monitor, side, observation, is_clear=is_clear)
        if side == TRUE and self._edge.pending is None:
            self._edge.begin(FALSE)  # the next high is another one
        return crossing

    @property
    def _extreme(self) -> float | None:
        known = [value for value in (self._today, self._earlier) if value is not None]
        return max(known, key=lambda value: self._sign * value) if known else None

    def _read_extremes(self, state: SymbolState) -> None:
        if self._begins_ns != state.day.begins_ns:
            self._begins_ns, self._earlier = state.day.begins_ns, self._read_earlier(state)
        if self._edge.pending is None:  # a price that is not confirmed yet is not an extreme
            self._today = state.day.high if self._condition.is_high else state.day.low

    def _read_earlier(self, state: SymbolState) -> float | None:
        """Return the extreme of the trading days before this one, or None if not all of them are known."""
        count = self._condition.days - 1
        if not count:
            return None
        history, timeframe = state.bars, timeframe_named(DAY.name, state.bars.days)
        today_ns = timeframe.start_of(max(state.day.begins_ns, 0))
        bars = TimeSeries(history, timeframe).bars
        end = int(np.searchsorted(bars.start_ns, today_ns))
        if end < count:
            return None
        known = TimeRanges()
        for start_ns, end_ns in (*history.received(timeframe), *history.provided.complete(timeframe)):
            known.add(start_ns, end_ns)
        if not known.covers(int(bars.start_ns[end - count]), today_ns):
            return None
        values = (bars.high if self._condition.is_high else bars.low)[end - count : end]
        return float(values.max() if self._condition.is_high else values.min())

    def problem(self, state: SymbolState) -> str:
        """Return a sentence if earlier days are not known, otherwise an empty text."""
        if self._condition.days == 1 or self._earlier is not None:
            return ""
        return f"The bars of the last {self._condition.days} days of {state.symbol} are not known yet."

    def bars_needed(self, state: SymbolState, now_ns: int) -> BarsNeeded | None:
        """Return the days that are not known."""
        if self._condition.days == 1 or self._earlier is not None:
            return None
        self._earlier = self._read_earlier(state)
        if self._earlier is not None:
            return None
        timeframe = timeframe_named(DAY.name, state.bars.days)
        today_ns = timeframe.start_of(now_ns)
        return BarsNeeded(timeframe, timeframe.step(today_ns, -_calendar_days(self._condition.days)), today_ns)


def _calendar_days(trading_days: int) -> int:
    """Return a number of days that contains as many trading days, also with weekends and holidays of a week."""
    return trading_days * 3 // 2 + 8
