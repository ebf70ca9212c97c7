"""Evaluates alerts for a gap that was backfilled: with its trades, or with its minute bars.

The rules are copies of those before the gap. They are evaluated by a monitor of their own, on a state of the symbol as
it was then, so that they fire as they would have without the gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from msgspec.structs import replace

from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.alerts.edge_rule import UNKNOWN
from ticker_gui.alerts.firing import Crossing, Outcome, UnobservedTime
from ticker_gui.alerts.gap_bars import HiddenBar, hidden_bars
from ticker_gui.alerts.past_values import PastValues, apply_trade
from ticker_gui.alerts.point_in_time_bars import PointInTimeBars
from ticker_gui.alerts.symbol_monitor import Rule, SymbolMonitor
from ticker_gui.alerts.value_rules import SilenceRule
from ticker_gui.bars.tape import EVERYTHING, UPDATES_HIGH_LOW, Rows
from ticker_gui.domain.events import Trade, Updates
from ticker_gui.domain.timeframe import HOUR_NS, SECOND_NS
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.sorting import Filter

MAX_FOUND: Final = 100  # crossings of one alert in one gap; the others are only counted
_MAX_CONFIRMING_NS: Final = HOUR_NS  # how long after the gap a trade may confirm one in it
_MAX_ROWS_AFTER: Final = 2_000  # trades after the gap that are evaluated again
_TICK_NS: Final = SECOND_NS

Rearm = Callable[[Alert, SymbolState, Crossing, int], int]


class ReviewedAlert(NamedTuple):
    """An alert with its rule before the gap, and what has to be true as well when it fires."""

    alert: Alert
    rule: Rule
    guard: Filter | None = None


class GapReview:
    """The evaluation of alerts on one symbol from a gap on.

    ``found`` are the crossings of each alert in order, and as many as the alert would have fired for. ``is_current``
    says that all trades until now were evaluated, so that the rules have the states that they would have had.
    """

    def __init__(
        self,
        state: SymbolState,
        values: PastValues,
        alerts: Mapping[str, ReviewedAlert],
        backfill: Backfill,
        rearm: Rearm,
    ) -> None:
        self.found: Final[dict[str, list[Crossing]]] = {key: [] for key in alerts}
        self.is_current = False
        self._alerts: Final = alerts
        self._state: Final = state
        self._past: Final = values.restored(state, backfill.gap.start_ns)
        self._backfill: Final = backfill
        self._rearm: Final = rearm
        self._gaps_of_bars: Final[dict[int, UnobservedTime]] = {}  # by the end of the bar
        self._series: Final[list[PointInTimeBars]] = []
        self._has_holds: Final = any(reviewed.alert.hold_ns for reviewed in alerts.values())
        self._ticked_ns = 0
        self._monitor: Final = SymbolMonitor(self._past, self._note)
        for key, (_, rule, guard) in alerts.items():
            self._monitor.resume(key, rule, guard)
            series = rule.begin_past(state, backfill.after_ns, by_bars=bool(backfill.reason))
            if series is not None:
                self._series.append(series)

    def run_gap(self) -> Iterator[None]:
        """Evaluate the gap, in short steps."""
        gap, before_ns = self._backfill.gap, self._backfill.before_ns
        if self._backfill.reason:
            before_ns = gap.end_ns or before_ns
            yield from self._apply_bars()
        else:
            for row in _each(self._state.tape.between(self._backfill.after_ns + 1, before_ns)):
                self._apply(*row)
                yield
        self._tick(before_ns)
        for key, (_, rule, _) in self._alerts.items():
            if isinstance(rule, SilenceRule):  # after the gap, other data may have arrived
                self._monitor.remove(key)

    # What is applied

    def run_after(self, until_ns: int | None) -> None:
        """Evaluate what followed until a time or until now: everything, or of much only the first and what confirms."""
        backfill = self._backfill
        before_ns = (backfill.gap.end_ns if backfill.reason else None) or backfill.before_ns
        end_ns = before_ns + _MAX_CONFIRMING_NS
        rows = self._state.tape.between(before_ns, end_ns if until_ns is None else min(end_ns, until_ns))
        is_complete = len(rows.times_ns) <= _MAX_ROWS_AFTER
        for number, row in enumerate(_each(rows)):
            if number and not is_complete and not self._is_pending:
                return
            self._apply(*row)
        is_last = self._past.last == self._state.last and not self._state.is_last_from_provider
        self.is_current = is_complete and is_last and until_ns is None

    @property
    def _is_pending(self) -> bool:
        edges = [self._monitor.edge_of(key) for key in self._alerts]
        return any(edge is not None and edge.pending is not None for edge in edges)

    def _apply(self, time_ns: int, price: float, size: float, updates: int) -> None:
        day, past = self._state.day, self._past
        is_extreme = not (day.lowest <= price <= day.highest) and time_ns >= day.begins_ns
        if is_extreme:  # the price of a trade that may not update high and low
            updates &= ~UPDATES_HIGH_LOW
        if self._has_holds or time_ns - self._ticked_ns >= _TICK_NS:
            self._tick(time_ns)
        apply_trade(past, time_ns, price, size, updates)
        for series in self._series:
            series.add_trade(time_ns, price, size, updates)
        self._evaluate(time_ns, price, size, updates)

    def _evaluate(self, time_ns: int, price: float, size: float, updates: int) -> None:
        trade = Trade(self._past.symbol, price, size or None, time_ns, updates=Updates(updates))
        self._monitor.apply_fact(trade, time_ns)

    def _tick(self, time_ns: int) -> None:
        self._ticked_ns = time_ns
        self._monitor.tick(time_ns)

    def _apply_bars(self) -> Iterator[None]:
        """Apply the prices of bars that were there in this order; where it is not known, only what is certain.

        A bar begins with its open and ends with its close. In between, it has been at its high and its low. If that
        leaves open on which side it has ended, the time of the next crossing begins with it.
        """
        ((_, rule, _),) = self._alerts.values()
        uncertain_ns: int | None = None
        for bar in hidden_bars(self._state, self._backfill.gap):
            begin_ns = bar.begin_ns if uncertain_ns is None else uncertain_ns
            self._gaps_of_bars[bar.end_ns] = UnobservedTime(begin_ns, bar.end_ns)
            self._tick(bar.begin_ns)
            yield
            if self._series:
                self._apply_bar(bar)
                continue
            before = None
            for price in self._certain_prices(bar, rule):
                if price != before:  # it may be the same trade
                    self._apply_price(bar.end_ns, price)
                before = price
            is_uncertain = self._leaves_side_open(bar, rule, was_open=uncertain_ns is not None)
            uncertain_ns = begin_ns if is_uncertain else None

    def _apply_price(self, time_ns: int, price: float) -> None:
        apply_trade(self._past, time_ns, price, 0.0, EVERYTHING)
        self._evaluate(time_ns, price, 0.0, EVERYTHING)

    def _apply_bar(self, bar: HiddenBar) -> None:
        """Apply a whole bar, after which a rule is evaluated that reads bars."""
        prices = [price for price in (bar.open, bar.high, bar.low, bar.close) if price is not None]
        if not prices:
            return
        close = prices[-1] if bar.close is None else bar.close
        opened = prices[0] if bar.open is None else bar.open
        for series in self._series:
            series.add(bar.begin_ns, opened, max(prices), min(prices), close, bar.volume)
        if bar.close is not None:
            self._apply_price(bar.end_ns, close)

    def _certain_prices(self, bar: HiddenBar, rule: Rule) -> Iterator[float]:
        """Yield prices of a bar in an order in which they were there; each on one side during the whole bar."""
        if bar.open is not None and self._side(bar, bar.open, rule):
            yield bar.open
        edge = self._monitor.edge_of(next(iter(self._alerts)))
        side = UNKNOWN if edge is None else edge.side if edge.pending is None else -edge.side
        extremes = {price: self._side(bar, price, rule) for price in (bar.high, bar.low) if price is not None}
        if others := [price for price, its_side in extremes.items() if its_side == -side]:
            yield others[0]
        else:  # as long as their order does not matter
            yield from (price for price in extremes if self._side(bar, price, rule) == side)
        if bar.close is not None and self._side(bar, bar.close, rule):
            yield bar.close

    def _leaves_side_open(self, bar: HiddenBar, rule: Rule, *, was_open: bool) -> bool:
        """Return whether a bar has closed at the level and may have been on both sides: a crossing may be in it."""
        if bar.close is None or self._side(bar, bar.close, rule):
            return False
        if bar.high is None or bar.low is None:  # a hidden price may be as high or as low as those received
            return True
        sides = {self._side(bar, price, rule) for price in (bar.high, bar.low)} - {UNKNOWN}
        return len(sides) > 1 or (was_open and not sides)

    def _side(self, bar: HiddenBar, price: float, rule: Rule) -> int:
        """Return the side of a price during a whole bar; `UNKNOWN` if it is on both, as of a line that is not level."""
        sides = {rule.side_at(self._past, price, time_ns) for time_ns in (bar.begin_ns, bar.end_ns)}
        return sides.pop() if len(sides) == 1 else UNKNOWN

    # What is found

    def _note(self, alert_id: str, monitor: SymbolMonitor, crossing: Crossing) -> None:
        alert, time_ns = self._alerts[alert_id].alert, crossing.observation.time_ns
        if not alert.is_active_at(time_ns):
            return
        found, edge = self.found[alert_id], monitor.edge_of(alert_id)
        if len(found) < MAX_FOUND:
            found.append(self._placed(crossing))
        elif edge is not None:
            edge.suppressed += crossing.suppressed + 1
        if alert.repeat is Repeat.ONCE:
            monitor.remove(alert_id)
            return
        now_ns = crossing.confirmed_ns or crossing.observation.received_ns
        monitor.disarm(alert_id, self._rearm(alert, self._past, crossing, now_ns))

    def _placed(self, crossing: Crossing) -> Crossing:
        """Return a crossing with the unobserved time in which it happened."""
        observation, gap = crossing.observation, self._backfill.gap
        if (of_bar := self._gaps_of_bars.get(observation.time_ns)) is not None:
            observation = replace(observation, is_of_bar=True, previous=None)
            return replace(crossing, outcome=Outcome.CROSSED_IN_GAP, observation=observation, gap=of_bar)
        end_ns = self._backfill.before_ns
        if self._backfill.reason or observation.time_ns >= end_ns:
            return crossing
        times = UnobservedTime(gap.start_ns, end_ns if gap.end_ns is None else gap.end_ns, gap.missed)
        return replace(crossing, outcome=Outcome.CROSSED_IN_GAP, gap=times)


def _each(rows: Rows) -> Iterator[tuple[int, float, float, int]]:
    return zip(*(column.tolist() for column in rows), strict=True)


def arrived_at(crossing: Crossing, now_ns: int) -> Crossing:
    """Return a crossing of the past whose trade arrives now."""
    observation = replace(crossing.observation, received_ns=now_ns)
    return replace(crossing, observation=observation, confirmed_ns=crossing.confirmed_ns and now_ns)
