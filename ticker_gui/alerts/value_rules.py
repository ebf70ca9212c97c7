"""Rules for conditions on more than the last price: expressions, columns, silence and the state of the feed."""

from __future__ import annotations

import re
from collections.abc import Set
from copy import copy
from typing import Final, Self, cast

from msgspec.structs import replace

from ticker_gui.alerts.condition import ColumnLevel, FeedCondition, FeedEvent, Silence
from ticker_gui.alerts.edge_rule import FALSE, TRUE, UNKNOWN, EdgeRule
from ticker_gui.alerts.firing import Crossing, Observation, UnobservedTime
from ticker_gui.alerts.levels import LevelRule
from ticker_gui.alerts.past_rule import PastRule
from ticker_gui.alerts.past_values import PastSpan, are_known_by_price, are_known_by_trades
from ticker_gui.alerts.symbol_monitor import BarsNeeded, SymbolMonitor, ValueRule
from ticker_gui.domain.events import MarketFact
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist import filter_language
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, CellKind, Column

_UNKNOWN_NS: Final = 10 * SECOND_NS
_NONE: Final = re.compile(r"\bnone\b", re.IGNORECASE)
_FEED_EVENTS: Final = {
    FeedStatus.SUBSCRIBING: FeedEvent.CONNECTED,
    FeedStatus.LIVE: FeedEvent.CONNECTED,
    FeedStatus.QUIET: FeedEvent.QUIET,
    FeedStatus.REJECTED: FeedEvent.REJECTED,
    FeedStatus.WAITING: FeedEvent.DISCONNECTED,
    FeedStatus.STOPPED: FeedEvent.DISCONNECTED,
}


class BaseRule(PastRule):
    """What rules have in common: the state of the alert, and whether a gap was just before."""

    needs_data = True  # there is a baseline only when data has arrived

    def __init__(self, edge: EdgeRule) -> None:
        self._edge = edge
        self._since_ns: int | None = None  # when the connection of the last evaluation was opened
        self._before: float | None = None  # the value that was compared with a level last

    @property
    def edge(self) -> EdgeRule:
        """The state of the alert."""
        return self._edge

    def begin(self, monitor: SymbolMonitor, now_ns: int) -> None:
        """Take the current values as the baseline."""

    def step(self, monitor: SymbolMonitor, fact: MarketFact, received_ns: int) -> Crossing | None:
        """Evaluate a fact that was applied to the state; return the crossing if it fires."""
        return None

    def tick(self, monitor: SymbolMonitor, now_ns: int) -> Crossing | None:
        """Evaluate what changes with time; called about once per second."""
        return None

    def note_feed(self, monitor: SymbolMonitor, status: FeedStatus, now_ns: int) -> Crossing | None:
        """Evaluate a new state of the feed."""
        return None

    def problem(self, state: SymbolState) -> str:
        """Return why the condition cannot be evaluated, as a sentence, or an empty text."""
        return ""

    def bars_needed(self, state: SymbolState, now_ns: int) -> BarsNeeded | None:
        """Return the past bars that are missing, or None."""
        return None

    def disarm(self, monitor: SymbolMonitor, rearm_ns: int) -> None:
        """Note a firing: the condition has to become false, or a value has to move away from its level."""
        if isinstance(self._edge, LevelRule) and self._before is not None:
            self._edge.disarm(rearm_ns, None, self._before)
        else:
            self._edge.disarm_until(rearm_ns)

    def copied(self) -> Self:
        """Return a copy."""
        other = copy(self)
        other._edge = copy(self._edge)
        return other

    def adopt(self, monitor: SymbolMonitor, other: ValueRule, *, with_side: bool) -> None:
        """Copy from another evaluation when the alert may fire again; with ``with_side``, also its side."""
        self._edge.adopt(other.edge, with_side=with_side)

    @property
    def target(self) -> float | None:
        """The price at which it fires now, if it depends on the last price only."""
        return None

    def _apply(
        self, monitor: SymbolMonitor, side: int, observation: Observation, *, is_clear: bool | None = None
    ) -> Crossing | None:
        """Apply a side of the condition."""
        return self._edge.step(
            side,
            lambda: observation,
            observation.received_ns,
            is_clear=side == FALSE if is_clear is None else is_clear,
            gap=self._gap_before(monitor, observation.received_ns),
        )

    def _gap_before(self, monitor: SymbolMonitor, now_ns: int) -> UnobservedTime | None:
        """Return the gap that a last price belongs to or ends, or else the one since the last evaluation.

        Several gaps without an evaluation between them are one.
        """
        coverage = monitor.state.coverage
        before_ns, self._since_ns = self._since_ns, coverage.since_ns
        if monitor.gap is not None or before_ns in (None, coverage.since_ns):
            return monitor.gap
        lag_ns = coverage.exchange_lag_ns
        gaps = [gap for gap in coverage.gaps if gap.start_ns >= (before_ns or 0) - lag_ns]
        if not gaps:  # it was too short to be kept
            return UnobservedTime(coverage.since_ns - lag_ns, coverage.since_ns - lag_ns)
        end_ns = gaps[-1].end_ns
        return UnobservedTime(gaps[0].start_ns, now_ns if end_ns is None else end_ns, gaps[-1].missed)


class ExpressionRule(BaseRule):
    """An alert that fires when an expression of the filter language becomes true.

    After the first data, the columns in it may become known one after the other; until all are, or for some seconds,
    there is no baseline.
    """

    def __init__(self, text: str, *, needs_confirmation: bool = False) -> None:
        super().__init__(EdgeRule(needs_confirmation=needs_confirmation))
        self._predicate: Final = filter_language.parse(text)
        self._keys: Final = filter_language.columns_in(text)
        self._columns: Final = _columns_needed(text, self._keys)
        self._first_ns: int | None = None  # when it was evaluated first

    def begin(self, monitor: SymbolMonitor, now_ns: int) -> None:
        """Take the current value as the baseline."""
        self._since_ns = monitor.state.coverage.since_ns
        self._edge.begin(self._side(monitor.state, now_ns))

    def step(self, monitor: SymbolMonitor, fact: MarketFact, received_ns: int) -> Crossing | None:
        """Evaluate the expression after a fact."""
        edge, state = self._edge, monitor.state
        if edge.side == UNKNOWN:
            self.begin(monitor, received_ns)
            return None
        side = self._side(state, received_ns)
        if side == edge.side and edge.pending is None and edge.is_armed and self._since_ns == state.coverage.since_ns:
            return None
        return self._apply(monitor, side, monitor.observation(fact, state.last, received_ns))

    def tick(self, monitor: SymbolMonitor, now_ns: int) -> Crossing | None:
        """Evaluate the expression because its ages have changed."""
        state = monitor.state
        if self._edge.side == UNKNOWN or not state.coverage.is_connected:
            return None
        side = self._side(state, now_ns)
        if side == self._edge.side or self._edge.pending is not None:  # time is no second trade
            return None
        return self._apply(monitor, side, Observation(state.last, state.received_ns or now_ns, now_ns))

    def is_known_by_trades(self, span: PastSpan) -> bool:
        """Return whether the expression reads nothing but what trades change."""
        return are_known_by_trades(self._keys, span)

    def is_known_by_bars(self, span: PastSpan) -> bool:
        """Return whether the expression reads nothing but the last price."""
        return are_known_by_price(self._keys, span)

    def side_at(self, state: SymbolState, price: float, time_ns: int) -> int:
        """Return the side if the last price were this one."""
        last, state.last = state.last, price
        try:
            return TRUE if self._predicate(state, time_ns) else FALSE
        finally:
            state.last = last

    def _side(self, state: SymbolState, now_ns: int) -> int:
        side = TRUE if self._predicate(state, now_ns) else FALSE
        if self._edge.side == UNKNOWN:
            self._first_ns = now_ns if self._first_ns is None else self._first_ns
            is_new = now_ns - self._first_ns < _UNKNOWN_NS
            if is_new and any(column.value(state, now_ns) is None for column in self._columns):
                return UNKNOWN
        return side


class ColumnRule(BaseRule):
    """An alert that fires when the value of a column crosses a level."""

    def __init__(self, condition: ColumnLevel, *, needs_confirmation: bool = False) -> None:
        super().__init__(LevelRule(condition.direction, condition.level, needs_confirmation=needs_confirmation))
        self._column: Final = condition.column
        self._value: Final = COLUMNS[COLUMN_INDEX[condition.column]].value

    def begin(self, monitor: SymbolMonitor, now_ns: int) -> None:
        """Take the current value as the baseline."""
        self._since_ns = monitor.state.coverage.since_ns
        self._before = self._value(monitor.state, now_ns)
        if self._before is not None:
            self._level.begin_at(self._before)

    @property
    def _level(self) -> LevelRule:
        return cast(LevelRule, self._edge)

    def is_known_by_trades(self, span: PastSpan) -> bool:
        """Return whether trades determine the value."""
        return are_known_by_trades({self._column}, span)

    def step(self, monitor: SymbolMonitor, fact: MarketFact, received_ns: int) -> Crossing | None:
        """Evaluate the value after a fact."""
        value = self._value(monitor.state, received_ns)
        if value is None:
            return None
        before, self._before = self._before, value
        observation = replace(monitor.observation(fact, value, received_ns), previous=before)
        gap = self._gap_before(monitor, received_ns)
        return self._level.step_to(value, lambda: observation, received_ns, gap)


class SilenceRule(BaseRule):
    """An alert that fires when a symbol is silent although the feed is connected and its market is not closed.

    A silence begins with the last data, or when the market opens.
    """

    def __init__(self, condition: Silence) -> None:
        super().__init__(EdgeRule())
        self._after_ns: Final = condition.after_ns
        self._is_closed = False  # the market, at the last evaluation
        self._opened_ns = 0

    def begin(self, monitor: SymbolMonitor, now_ns: int) -> None:
        """Take the current silence as the baseline."""
        self._edge.begin(self._side(monitor.state, now_ns))

    def step(self, monitor: SymbolMonitor, fact: MarketFact, received_ns: int) -> Crossing | None:
        """Note that the symbol is not silent."""
        if self._edge.side != FALSE or not self._edge.is_armed:
            self._apply(monitor, FALSE, monitor.observation(fact, monitor.state.last, received_ns))
        return None

    def tick(self, monitor: SymbolMonitor, now_ns: int) -> Crossing | None:
        """Evaluate how long the symbol has been silent."""
        state = monitor.state
        was_closed, self._is_closed = self._is_closed, bool(state.day.calendar.why_closed(now_ns))
        if was_closed and not self._is_closed:
            self._opened_ns = now_ns
        if self._is_closed or not state.coverage.is_connected:
            return None
        side = self._side(state, now_ns)
        if side == self._edge.side:
            return None
        self._since_ns = state.coverage.since_ns  # a silence is observed, also after a gap
        return self._apply(monitor, side, Observation(state.last, state.received_ns or now_ns, now_ns))

    def is_known_by_trades(self, span: PastSpan) -> bool:
        """Return whether trades alone determine a silence: the symbol has no quotes."""
        return span.now.bid is None and span.now.ask is None

    def _side(self, state: SymbolState, now_ns: int) -> int:
        since_ns = max(state.received_ns or 0, state.coverage.since_ns, self._opened_ns)
        after_ns = state.staleness.stale_after_ns if self._after_ns is None else self._after_ns
        is_silent = now_ns - since_ns > after_ns and not state.day.calendar.why_closed(since_ns + after_ns)
        return TRUE if is_silent else FALSE


class FeedRule(BaseRule):
    """An alert that fires when the feed gets into a state. The state at the arming is the baseline."""

    needs_data = False

    def __init__(self, condition: FeedCondition) -> None:
        super().__init__(EdgeRule())
        self._event: Final = condition.event

    def begin(self, monitor: SymbolMonitor, now_ns: int) -> None:
        """Take the current state, which is connected, as the baseline."""
        event = FeedEvent.QUIET if monitor.state.coverage.is_quiet else FeedEvent.CONNECTED
        self._edge.begin(TRUE if event is self._event else FALSE)

    def note_feed(self, monitor: SymbolMonitor, status: FeedStatus, now_ns: int) -> Crossing | None:
        """Evaluate a new state of the feed."""
        event = _FEED_EVENTS.get(status)
        if event is None:  # connecting
            return None
        is_true = event is self._event or (self._event is FeedEvent.DISCONNECTED and event is FeedEvent.REJECTED)
        return self._edge.step(
            TRUE if is_true else FALSE,
            lambda: Observation(None, now_ns, now_ns),
            now_ns,
            is_clear=not is_true,
        )


def _columns_needed(text: str, keys: Set[str]) -> list[Column]:
    """Return the columns that have to be known for a baseline; none if an expression tests for unknown values."""
    if _NONE.search(text) is not None:
        return []
    return [column for column in COLUMNS if column.key in keys and column.kind is not CellKind.TEXT]
