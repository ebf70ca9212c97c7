"""Evaluates the alerts on one symbol for every fact that changed the market."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Final, NamedTuple, Protocol, TypeAlias

from ticker_gui.alerts.edge_rule import EdgeRule
from ticker_gui.alerts.firing import Crossing, Observation, UnobservedTime
from ticker_gui.alerts.levels import EVERY_PRICE, LevelRule
from ticker_gui.alerts.past_rule import PastRule
from ticker_gui.bars.gaps import Gap
from ticker_gui.bars.tape import UPDATES_LAST
from ticker_gui.domain.event_time import EARLIEST_NS
from ticker_gui.domain.events import Correction, DayStats, MarketFact, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS, Timeframe
from ticker_gui.market.display_values import spread
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.sorting import Filter

_MAX_SEARCHED: Final = 20
_SNAPSHOT_NS: Final = 10 * SECOND_NS  # after connecting, facts from before may arrive
_MAX_AGE_NS: Final = 7 * DAY_NS  # of such facts; with older times, the clock is wrong

# Called with the id of the alert and its crossing.
Report: TypeAlias = Callable[[str, "SymbolMonitor", Crossing], object]


class BarsNeeded(NamedTuple):
    """Past bars of a symbol that an alert needs: those of a timeframe in ``start_ns <= time < end_ns``."""

    timeframe: Timeframe
    start_ns: int
    end_ns: int


class ValueRule(PastRule, Protocol):
    """A rule that needs more than the last price, so that it is evaluated for every fact."""

    @property
    def needs_data(self) -> bool:
        """Whether there is a baseline only when data has arrived."""

    @property
    def edge(self) -> EdgeRule:
        """The state of the rule."""

    def begin(self, monitor: SymbolMonitor, now_ns: int) -> None:
        """Take the current values as the baseline."""

    def step(self, monitor: SymbolMonitor, fact: MarketFact, received_ns: int) -> Crossing | None:
        """Evaluate a fact that was applied to the state; return the crossing if it fires."""

    def tick(self, monitor: SymbolMonitor, now_ns: int) -> Crossing | None:
        """Evaluate what changes with time; called about once per second."""

    def note_feed(self, monitor: SymbolMonitor, status: FeedStatus, now_ns: int) -> Crossing | None:
        """Evaluate a new state of the feed."""

    def disarm(self, monitor: SymbolMonitor, rearm_ns: int) -> None:
        """Note a firing, after which the rule may fire again from this time on."""

    def adopt(self, monitor: SymbolMonitor, other: ValueRule, *, with_side: bool) -> None:
        """Copy from another evaluation when the alert may fire again; with ``with_side``, also its side."""

    @property
    def target(self) -> float | None:
        """The price at which it fires now, if it depends on the last price only."""

    def problem(self, state: SymbolState) -> str:
        """Return why the condition cannot be evaluated, as a sentence, or an empty text."""

    def bars_needed(self, state: SymbolState, now_ns: int) -> BarsNeeded | None:
        """Return the past bars that are missing, or None."""


Rule: TypeAlias = LevelRule | ValueRule


class SymbolMonitor:
    """The alerts on one symbol.

    A trade within the ignored range of the state, which is kept there because every trade is compared with it, needs no
    call at all. ``needs_all`` says that every fact has to be passed to `apply`; otherwise those are enough that can
    change the last price.
    """

    def __init__(self, state: SymbolState, report: Report) -> None:
        self.state: Final = state
        self.needs_all = False
        self.is_first_after_gap = False
        self.gap: UnobservedTime | None = None  # to which the last price belongs that is evaluated, or which it ends
        self._report: Final = report
        self._levels: dict[str, LevelRule] = {}
        self._values: dict[str, ValueRule] = {}
        self._changes_with_time = False  # price levels alone do not
        self._guards: dict[str, Filter] = {}
        self._gap_start_ns = 0
        self._is_settling = not state.has_data  # the first facts may be from before the first connection
        self._gap: UnobservedTime | None = None  # the last gap, as long as trades may be of its time
        self._stated: tuple[float, int | None, float | None] | None = None  # the last price in the statistics

    @property
    def alert_ids(self) -> frozenset[str]:
        """The alerts that are evaluated."""
        return frozenset((*self._levels, *self._values))

    def edge_of(self, alert_id: str) -> EdgeRule | None:
        """Return the state of an alert, if it is evaluated."""
        if (level := self._levels.get(alert_id)) is not None:
            return level
        value = self._values.get(alert_id)
        return None if value is None else value.edge

    def target_of(self, alert_id: str) -> float | None:
        """Return the price at which an alert on the last price fires now: its level, or where its line is."""
        if (level := self._levels.get(alert_id)) is not None:
            return level.level
        value = self._values.get(alert_id)
        return None if value is None else value.target

    def add(self, alert_id: str, rule: Rule, now_ns: int, guard: Filter | None = None) -> None:
        """Arm an alert, with the current values as its baseline, or else the first ones.

        Its crossings count only while ``guard`` is true.
        """
        self._is_settling = self._is_settling and self.live_price is None
        if isinstance(rule, LevelRule):
            if (price := self.live_price) is not None:
                rule.begin_at(price)
        elif self._is_connected and (self.state.has_data or not rule.needs_data):
            rule.begin(self, now_ns)
        self.resume(alert_id, rule, guard)

    @property
    def _is_connected(self) -> bool:
        return self.state.coverage.was_connected and self.state.coverage.is_connected

    def resume(self, alert_id: str, rule: Rule, guard: Filter | None) -> None:
        """Evaluate an alert from the state on that its rule has."""
        if guard is not None:
            self._guards[alert_id] = guard
        if isinstance(rule, LevelRule):
            self._levels[alert_id] = rule
        else:
            self._values[alert_id] = rule
        self._note_rules()
        self._update_range()

    def remove(self, alert_id: str) -> None:
        """Stop evaluating an alert."""
        self._levels.pop(alert_id, None)
        self._values.pop(alert_id, None)
        self._guards.pop(alert_id, None)
        self._note_rules()
        self._update_range()

    def _note_rules(self) -> None:
        self._changes_with_time = bool(self._values) or any(rule.hold_ns for rule in self._levels.values())

    def disarm(self, alert_id: str, rearm_ns: int) -> None:
        """Note that an alert has fired, and that it may fire again after this time."""
        if (level := self._levels.get(alert_id)) is not None:
            level.disarm(rearm_ns, spread(self.state), level.level if self.state.last is None else self.state.last)
        elif (value := self._values.get(alert_id)) is not None:
            value.disarm(self, rearm_ns)
        self._update_range()

    @property
    def live_price(self) -> float | None:
        """The last price if it was received on this connection."""
        state = self.state
        return state.last if state.has_data and state.coverage.is_connected else None

    # Facts

    def apply_fact(self, fact: MarketFact, received_ns: int) -> None:
        """Evaluate a fact that was applied to the state."""
        if type(fact) is Trade:
            self.apply_trade(fact, received_ns)
        else:
            self.apply(fact, received_ns)

    def apply_trade(self, trade: Trade, received_ns: int) -> None:
        """Evaluate a trade that was applied to the state. Trades that do not update the last price never fire."""
        if not trade.updates & UPDATES_LAST or self._is_late(trade):
            if self.needs_all:
                self._step_values(trade, received_ns)
            return
        if self._is_settling and self._settle(trade.time_ns, received_ns):
            return
        self._begin_facts(trade.time_ns, received_ns)
        if not self.state.ignored_low < trade.price < self.state.ignored_high:
            self._step_levels(trade.price, trade, received_ns)
        if self.needs_all:
            self.gap = self._gap
            self._step_values(trade, received_ns)
            self.gap = None

    def apply(self, fact: MarketFact, received_ns: int) -> None:
        """Evaluate another fact that was applied to the state."""
        last = self.state.last
        if type(fact) is Correction:
            if self._is_settling and self._settle(self.state.last_ns, received_ns):
                return
            if last is not None and not self.state.ignored_low < last < self.state.ignored_high:
                self._step_levels(last, fact, received_ns, is_revision=True)
        elif type(fact) is DayStats and fact.last is not None and last is not None and self.state.is_last_from_provider:
            stated = last, fact.last_time_ns, fact.volume
            is_revision, self._stated = stated == self._stated, stated  # the same trade confirms nothing
            if self._is_settling and self._settle(fact.last_time_ns, received_ns):
                return
            self._begin_facts(fact.last_time_ns, received_ns)
            if not self.state.ignored_low < last < self.state.ignored_high:
                self._step_levels(last, fact, received_ns, is_revision=is_revision)
            self.gap = self._gap
        if self.needs_all:
            self._step_values(fact, received_ns)
        self.gap = None

    def tick(self, now_ns: int) -> None:
        """Evaluate what changes with time."""
        if not self._changes_with_time:
            return
        for alert_id, rule in tuple(self._values.items()):
            if (crossing := rule.tick(self, now_ns)) is not None:
                self._report_guarded(alert_id, crossing)
        is_connected = self.state.coverage.is_connected
        edges: dict[str, EdgeRule] = {key: rule for key, rule in self._levels.items() if is_connected and rule.hold_ns}
        values = self._values.items()
        edges |= {key: rule.edge for key, rule in values if rule.edge.hold_ns and (is_connected or not rule.needs_data)}
        for alert_id, edge in edges.items():
            if (crossing := edge.settle(now_ns)) is not None:
                self._report_guarded(alert_id, crossing)
        if edges:
            self._update_range()

    def note_feed(self, status: FeedStatus, now_ns: int) -> None:
        """Evaluate a new state of the feed."""
        for alert_id, rule in tuple(self._values.items()):
            if (crossing := rule.note_feed(self, status, now_ns)) is not None:
                self._report_guarded(alert_id, crossing)

    def problem_of(self, alert_id: str) -> str:
        """Return why an alert cannot be evaluated, as a sentence, or an empty text."""
        rule = self._values.get(alert_id)
        return "" if rule is None else rule.problem(self.state)

    def bars_needed(self, now_ns: int) -> list[BarsNeeded]:
        """Return the past bars that alerts need and that are missing."""
        needed = [rule.bars_needed(self.state, now_ns) for rule in self._values.values()]
        return [one for one in needed if one is not None]

    def is_new_last(self, fact: MarketFact) -> bool:
        """Return whether a fact that was applied is the last price."""
        if type(fact) is Trade:
            return bool(fact.updates & UPDATES_LAST) and not self._is_late(fact)
        return type(fact) is DayStats and fact.last is not None and self.state.is_last_from_provider

    def begin_gap(self) -> int | None:
        """Note that the connection was lost: the next price is compared with the last one, but never a crossing.

        Return when the gap began; None if it lasts already, because no price has arrived since.
        """
        gaps = self.state.coverage.gaps
        if self.is_first_after_gap or not gaps:
            return None
        self.is_first_after_gap, self._gap_start_ns = True, gaps[-1].start_ns
        for level in self._levels.values():
            level.begin_gap()
        for value in self._values.values():
            if value.needs_data:
                value.edge.pending = None
        self._update_range()
        return self._gap_start_ns

    def copied_rules(self) -> dict[str, Rule]:
        """Return copies of the rules that depend on data."""
        levels: dict[str, Rule] = {key: rule.copied() for key, rule in self._levels.items()}
        return levels | {key: rule.copied() for key, rule in self._values.items() if rule.needs_data}

    def adopt(self, alert_id: str, reviewed: Rule, *, with_side: bool) -> None:
        """Copy the state of an alert from the evaluation of its gap; ``with_side`` if that reached the current time.

        A crossing in the gap that waits for its confirmation was found by then.
        """
        edge = self.edge_of(alert_id)
        if edge is not None and not with_side and edge.pending is not None and edge.pending[1] is not None:
            edge.begin(-edge.side)
        if isinstance(edge, LevelRule) and isinstance(reviewed, LevelRule):
            edge.adopt(reviewed, with_side=with_side)
        elif (value := self._values.get(alert_id)) is not None and not isinstance(reviewed, LevelRule):
            value.adopt(self, reviewed, with_side=with_side)
        self._update_range()

    def observation(self, fact: MarketFact, price: float | None, received_ns: int) -> Observation:
        """Return a fact as an observation of a value."""
        state, size, time_ns = self.state, None, received_ns
        if isinstance(fact, Trade | Correction):
            size, time_ns = fact.size, fact.time_ns or received_ns
        return Observation(price, time_ns, received_ns, size, _price_before(state, price))

    def _is_late(self, trade: Trade) -> bool:
        """Return whether a trade that was applied is not the last one."""
        state, time_ns = self.state, trade.time_ns
        return trade.price != state.last or (time_ns is not None and EARLIEST_NS < time_ns < state.last_ns)

    def _settle(self, time_ns: int | None, received_ns: int) -> bool:
        """Take a last price from before the first connection as the baseline; return whether it is one.

        Many providers send some of the last trades after the subscription.
        """
        state = self.state
        since_ns = state.coverage.since_ns
        before_ns = since_ns - state.coverage.exchange_lag_ns
        is_old = time_ns is not None and before_ns - _MAX_AGE_NS < time_ns < before_ns
        if not is_old or received_ns - since_ns > _SNAPSHOT_NS or state.last is None:
            self._is_settling = False
            self._update_range()
            return False
        for level in self._levels.values():
            level.begin_at(state.last)
        for value in self._values.values():
            value.begin(self, received_ns)
        return True

    def _begin_facts(self, time_ns: int | None, received_ns: int) -> None:
        """Set the gap that a new last price belongs to or ends: that of the connection, or of missed trades."""
        state = self.state
        if self.is_first_after_gap:
            self.is_first_after_gap = False
            gaps = state.coverage.gaps
            end_ns = _end(gaps[-1], received_ns) if gaps else received_ns  # a very short gap is none
            self._gap = UnobservedTime(self._gap_start_ns, max(end_ns, self._gap_start_ns))
            return
        gap_before, self._gap = self._gap, None
        is_snapshot = received_ns - state.coverage.since_ns < _SNAPSHOT_NS
        if gap_before is not None and is_snapshot and (time_ns or received_ns) < gap_before.end_ns:
            self._gap = gap_before  # the provider sends trades of the gap again
        elif state.gaps and state.gaps[-1].end_ns == state.last_ns:
            missed = state.gaps[-1]
            self._gap = UnobservedTime(missed.start_ns, _end(missed, received_ns), missed.missed)

    def _step_levels(self, price: float, fact: MarketFact, received_ns: int, *, is_revision: bool = False) -> None:
        for alert_id, rule in tuple(self._levels.items()):
            if rule.low < price < rule.high:
                continue
            crossing = rule.step_to(
                price,
                lambda: self.observation(fact, price, received_ns),
                received_ns,
                self._gap,
                is_revision=is_revision,
            )
            if crossing is not None:
                self._report_guarded(alert_id, crossing)
        self._update_range()

    def _step_values(self, fact: MarketFact, received_ns: int) -> None:
        for alert_id, rule in tuple(self._values.items()):
            if (crossing := rule.step(self, fact, received_ns)) is not None:
                self._report_guarded(alert_id, crossing)

    def _report_guarded(self, alert_id: str, crossing: Crossing) -> None:
        guard = self._guards.get(alert_id)
        if guard is None or guard(self.state, crossing.confirmed_ns or crossing.observation.received_ns):
            self._report(alert_id, self, crossing)

    def _update_range(self) -> None:
        self.needs_all = bool(self._values)
        rules = self._levels.values()
        low = max((rule.low for rule in rules), default=-inf)
        high = min((rule.high for rule in rules), default=inf)
        has_rules = bool(rules or self._values)
        if has_rules and (self._gap is not None or self.is_first_after_gap or self._is_settling or self.needs_all):
            low, high = EVERY_PRICE
        self.state.ignored_low, self.state.ignored_high = low, high


def _end(gap: Gap, received_ns: int) -> int:
    return received_ns if gap.end_ns is None else gap.end_ns


def _price_before(state: SymbolState, price: float | None) -> float | None:
    """Return the price of the trade before the newest one at this price."""
    prices = state.tape.prices[-_MAX_SEARCHED:].tolist()
    for index in range(len(prices) - 1, 0, -1):
        if prices[index] == price:
            return float(prices[index - 1])
    return None
