"""Arms the alerts of a book on the symbols that they concern, and turns their crossings into firings."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.condition import Condition, Guarded
from ticker_gui.alerts.firing import Crossing, Firing, Observation, Outcome, UnobservedTime
from ticker_gui.alerts.gap_bars import has_bars
from ticker_gui.alerts.gap_review import GapReview, ReviewedAlert, arrived_at
from ticker_gui.alerts.past_values import PastSpan, PastValues
from ticker_gui.alerts.rules import guard_of, make_rule
from ticker_gui.alerts.symbol_monitor import Rule, SymbolMonitor
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import BY_NAME, FOREVER_NS, timeframe_named
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.symbol_state import SymbolState

_MAX_GAPS: Final = 20  # of one symbol, which may be backfilled later
_MAX_AWAITING_BARS: Final = 200

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class Arming(NamedTuple):
    """An alert to evaluate, and for which symbols."""

    alert: Alert
    condition: Condition
    states: Sequence[SymbolState]


class _GapStart(NamedTuple):
    """The values of a symbol when it lost its connection, and its alerts with their rules that were not reviewed."""

    values: PastValues
    rules: dict[str, tuple[Alert, Rule]]


class AlertEvaluator:
    """The alerts that are evaluated, by symbol. ``monitors`` has an entry for each symbol with alerts, and no others.

    ``on_firing`` receives each firing with its alert. All firings of a replay are marked as such.
    """

    def __init__(self, book: AlertBook, *, is_replay: bool = False) -> None:
        self.book: Final = book
        # Runs the steps of a review, which may be many; by default at once.
        self.run_steps: Callable[[Iterator[None]], object] = deque[None](maxlen=0).extend
        self.on_firing: Callable[[Firing, Alert], object] = lambda firing, alert: None
        self._is_replay: Final = is_replay
        self.monitors: Final[dict[SymbolState, SymbolMonitor]] = {}
        self._armed: dict[str, Arming] = {}
        self._before_gap: dict[SymbolState, dict[int, _GapStart]] = {}  # by symbol and by the start of a gap
        self._awaiting_bars: dict[tuple[SymbolState, int], Backfill] = {}  # gaps whose trades are not listed
        self._now_ns = 0

    def states_of(self, alert_id: str) -> Sequence[SymbolState]:
        """Return the symbols for which an alert is evaluated."""
        arming = self._armed.get(alert_id)
        return () if arming is None else arming.states

    def true_at_arming(self, alert_id: str) -> Sequence[SymbolState]:
        """Return the symbols for which the condition was true already when the alert was armed, and still is."""
        return [state for state in self.states_of(alert_id) if self._was_true_at_arming(alert_id, state)]

    def arm(self, armings: Mapping[str, Arming], now_ns: int) -> None:
        """Evaluate exactly these alerts. Those that have not changed keep their state; others get a new baseline."""
        self._now_ns = now_ns
        for alert_id in [one for one in self._armed if one not in armings]:
            self._disarm(alert_id)
        for alert_id, arming in armings.items():
            before = self._armed.get(alert_id)
            if before is not None and before.alert is not arming.alert:
                self._disarm(alert_id)
                before = None
            known = () if before is None else before.states
            if before is None or tuple(arming.states) != tuple(known):
                for state in known:
                    if state not in arming.states:
                        self._remove(alert_id, state)
                for state in arming.states:
                    if state not in known:
                        self._add(alert_id, arming, state, now_ns)
            if alert_id in self._armed or before is None:
                self._armed[alert_id] = arming

    def fire_now(self, alert_id: str, now_ns: int) -> None:
        """Fire an alert for the symbols for which it was true already when it was armed."""
        self._now_ns = now_ns
        for state in self.true_at_arming(alert_id):
            if alert_id not in self._armed:  # it fires only once, or it has fired too often
                return
            received_ns = now_ns if state.received_ns is None else state.received_ns
            observation = Observation(state.last, max(state.last_ns, 0), received_ns, state.last_size or None)
            self._report(alert_id, self.monitors[state], Crossing(Outcome.FIRED, observation))

    def forget_removed(self, is_watched: Callable[[SymbolState], bool]) -> None:
        """Forget the symbols that are no longer watched, so that their data is freed."""
        self._before_gap = {state: gaps for state, gaps in self._before_gap.items() if is_watched(state)}
        self._awaiting_bars = {key: one for key, one in self._awaiting_bars.items() if is_watched(key[0])}

    def begin_gap(self, feed: str) -> None:
        """Note that a feed has lost its connection."""
        for state in [one for one in self._before_gap if one not in self.monitors]:
            del self._before_gap[state]
        for state, monitor in self.monitors.items():
            if state.feed != feed:
                continue
            rules = {key: (self._armed[key].alert, rule) for key, rule in monitor.copied_rules().items()}
            before = _GapStart(PastValues.of(state), rules)
            if (start_ns := monitor.begin_gap()) is not None:
                gaps = self._before_gap.setdefault(state, {})
                gaps[start_ns] = before
                _drop_oldest(gaps, _MAX_GAPS)

    def note_backfill(self, state: SymbolState, backfill: Backfill, now_ns: int) -> None:
        """Evaluate the alerts for a gap whose trades are known now; without trades, its bars are awaited.

        The firing for a crossing in the gap gets the trade; crossings that were not noticed fire.
        """
        self._now_ns = now_ns
        if not backfill.reason:
            self.run_steps(self._review(state, backfill))
        elif backfill.gap.start_ns in self._before_gap.get(state, {}):
            self._awaiting_bars[state, backfill.gap.start_ns] = backfill
            _drop_oldest(self._awaiting_bars, _MAX_AWAITING_BARS)

    def unobserved_time(self, alert_id: str) -> UnobservedTime | None:
        """Return the last gap for which an alert was not evaluated; None if there is none, or if it still lasts."""
        times = [time for _, time in self.unobserved_times(alert_id)]
        return max(times, key=lambda time: time.end_ns, default=None)

    def unobserved_times(self, alert_id: str) -> list[tuple[SymbolState, UnobservedTime]]:
        """Return the gaps that have ended and for which an alert was not evaluated, each with its symbol."""
        found = []
        for state in self.states_of(alert_id):
            starts = self._before_gap.get(state, {})
            for start_ns, next_ns in pairwise((*starts, FOREVER_NS)):
                # Gaps without a price between them are one.
                ends = [gap.end_ns for gap in state.coverage.gaps if start_ns <= gap.start_ns < next_ns]
                end_ns = ends[-1] if ends and alert_id in starts[start_ns].rules else None
                if end_ns is not None:
                    found.append((state, UnobservedTime(start_ns, end_ns)))
        return found

    def _review(self, state: SymbolState, backfill: Backfill) -> Iterator[None]:
        """Evaluate the alerts that the trades or the bars of a gap decide; the others stay unobserved."""
        starts = self._before_gap.get(state, {})
        start = starts.get(backfill.gap.start_ns)
        if start is None:
            return
        alerts = self._reviewed(state, start, backfill)
        groups = [{key: one} for key, one in alerts.items()] if backfill.reason else [alerts] if alerts else []
        for group in groups:
            review = GapReview(state, start.values, group, backfill, _rearm_ns)
            yield from review.run_gap()
            next_ns = min((time_ns for time_ns in starts if time_ns > backfill.gap.start_ns), default=None)
            review.run_after(next_ns)
            for alert_id, (alert, rule, _) in group.items():
                if start.rules.pop(alert_id, None) is None:  # it was changed in the meantime
                    continue
                if next_ns is not None and alert_id in starts[next_ns].rules:
                    starts[next_ns].rules[alert_id] = alert, rule
                self._note_reviewed(alert_id, state, backfill, review, rule)
        if not start.rules:
            starts.pop(backfill.gap.start_ns, None)

    def _reviewed(self, state: SymbolState, start: _GapStart, backfill: Backfill) -> dict[str, ReviewedAlert]:
        """Return the alerts that can be evaluated for a gap. Those that were changed since are forgotten."""
        found = {}
        past = start.values.restored(state, backfill.gap.start_ns)
        span = PastSpan(past, state, backfill.after_ns, backfill.before_ns)
        for alert_id, (alert, rule) in tuple(start.rules.items()):
            record = self.book.find(alert_id)
            if record is None or record.alert is not alert:
                del start.rules[alert_id]
                continue
            condition = self.book.condition_of(alert_id)
            rules = [rule, make_rule(condition.guard)] if isinstance(condition, Guarded) else [rule]
            if all(one.is_known_by_bars(span) if backfill.reason else one.is_known_by_trades(span) for one in rules):
                found[alert_id] = ReviewedAlert(alert, rule, guard_of(condition))
        return found

    def _note_reviewed(
        self, alert_id: str, state: SymbolState, backfill: Backfill, review: GapReview, rule: Rule
    ) -> None:
        found = review.found[alert_id]
        known = self.book.find_gap_firing(alert_id, state.feed, state.symbol, backfill.gap.start_ns)
        if known is not None and found:
            self.book.note_found(known, arrived_at(found[0], self._now_ns))
        self._report_found(alert_id, state, found if known is None else found[1:])
        monitor = self.monitors.get(state)
        if monitor is not None and (found or known is not None or review.is_current):
            monitor.adopt(alert_id, rule, with_side=review.is_current)

    def _report_found(self, alert_id: str, state: SymbolState, found: Sequence[Crossing]) -> None:
        """Report crossings of the past, except those that were reported when their trades arrived."""
        reported = {
            firing.observation.time_ns
            for firing in self.book.history
            if (firing.alert_id, firing.feed, firing.symbol) == (alert_id, state.feed, state.symbol)
        }
        for crossing in found:
            monitor = self.monitors.get(state)
            if monitor is None or alert_id not in monitor.alert_ids:
                return
            if crossing.observation.is_of_bar or crossing.observation.time_ns not in reported:
                self._report(alert_id, monitor, arrived_at(crossing, self._now_ns), is_backfilled=True)

    def note_feed(self, feed: str, status: FeedStatus, now_ns: int) -> None:
        """Evaluate a new state of a feed."""
        self._now_ns = now_ns
        for state, monitor in tuple(self.monitors.items()):
            if state.feed == feed:
                monitor.note_feed(status, now_ns)

    def problem_of(self, alert_id: str) -> str:
        """Return why the condition of an alert cannot be evaluated for any symbol, as a sentence, or an empty text."""
        monitors = [self.monitors.get(state) for state in self.states_of(alert_id)]
        problems = ["" if monitor is None else monitor.problem_of(alert_id) for monitor in monitors]
        return problems[0] if problems and all(problems) else ""

    def tick(self, now_ns: int) -> None:
        """Evaluate what changes with time; called about once per second."""
        self._now_ns = now_ns
        for monitor in tuple(self.monitors.values()):
            monitor.tick(now_ns)
        for (state, start_ns), backfill in tuple(self._awaiting_bars.items()):
            if has_bars(state, backfill.gap):
                del self._awaiting_bars[state, start_ns]
                self.run_steps(self._review(state, backfill))

    def _add(self, alert_id: str, arming: Arming, state: SymbolState, now_ns: int) -> None:
        monitor = self.monitors.get(state)
        if monitor is None:
            monitor = self.monitors[state] = SymbolMonitor(state, self._report)
        for start in self._before_gap.get(state, {}).values():
            start.rules.pop(alert_id, None)  # its baseline is the current price
        rule = make_rule(arming.condition, arming.alert.is_confirmed, arming.alert.hold_ns)
        monitor.add(alert_id, rule, now_ns, guard_of(arming.condition))

    def _remove(self, alert_id: str, state: SymbolState) -> None:
        monitor = self.monitors.get(state)
        if monitor is not None:
            monitor.remove(alert_id)
            if not monitor.alert_ids:
                del self.monitors[state]

    def _was_true_at_arming(self, alert_id: str, state: SymbolState) -> bool:
        monitor = self.monitors.get(state)
        edge = None if monitor is None else monitor.edge_of(alert_id)
        return edge is not None and edge.was_true_at_arming

    def _disarm(self, alert_id: str) -> None:
        arming = self._armed.pop(alert_id, None)
        for state in () if arming is None else arming.states:
            self._remove(alert_id, state)

    def _report(
        self, alert_id: str, monitor: SymbolMonitor, crossing: Crossing, *, is_backfilled: bool = False
    ) -> None:
        """Turn a crossing into a firing, and decide when the alert may fire again."""
        if self.book.find(alert_id) is None:
            return
        state, alert = monitor.state, self._armed[alert_id].alert
        now_ns = max(crossing.confirmed_ns or crossing.observation.received_ns, self._now_ns)
        monitor.disarm(alert_id, _rearm_ns(alert, state, crossing, now_ns))
        firing = self.book.note_crossing(
            alert_id,
            state.feed,
            state.symbol,
            crossing,
            now_ns,
            is_replay=self._is_replay,
            is_backfilled=is_backfilled,
        )
        record = self.book.find(alert_id)
        if record is None or record.is_done or record.is_paused:
            self._disarm(alert_id)
        self.on_firing(firing, alert)


def _drop_oldest(entries: dict[KeyT, ValueT], limit: int) -> None:
    for key in list(entries)[:-limit]:
        del entries[key]


def _rearm_ns(alert: Alert, state: SymbolState, crossing: Crossing, now_ns: int) -> int:
    """Return the time from which on an alert may fire again for a symbol."""
    time_ns = crossing.observation.time_ns
    if alert.repeat is Repeat.PER_BAR and alert.timeframe in BY_NAME:
        timeframe = timeframe_named(alert.timeframe, state.bars.days)
        return timeframe.end_of(timeframe.start_of(time_ns))
    if alert.repeat is Repeat.PER_DAY:
        return state.day.calendar.bounds_ns(time_ns)[1]
    return now_ns + alert.cooldown_ns
