"""Feeds the alerts: every fact of the symbols that have alerts, lost connections, and the time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, Protocol

from ticker_gui.alerts.alert import Alert, AlertStatus
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.condition_language import ConditionError
from ticker_gui.alerts.evaluator import AlertEvaluator, Arming
from ticker_gui.alerts.saved_alerts import AlertRecord
from ticker_gui.alerts.symbol_monitor import SymbolMonitor
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.sliced_work import SlicedWork
from ticker_gui.engine.taps import Taps
from ticker_gui.formatting import numbers
from ticker_gui.history.bar_loader import BarsRequest
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.market import Market
from ticker_gui.market.symbol_state import SymbolState

_TICK_S: Final = 1.0
_REQUEST_PAUSE_NS: Final = 60 * SECOND_NS
_ALREADY_TRUE: Final = "Already true. It fires the next time it becomes true."
_FAILED: Final = (FeedStatus.WAITING, FeedStatus.REJECTED)


class MonitoredEngine(Protocol):
    """What alerts need of the engine."""

    clock: Clock
    market: Market
    feeds: dict[str, EngineFeed]

    @property
    def is_replay(self) -> bool:
        """Whether the data is replayed, so that alerts run no actions."""

    @property
    def taps(self) -> Taps[EngineFeed]:
        """The callbacks for facts, frames and states."""


class _Entry(NamedTuple):
    """A symbol that an alert concerns; without a state, it is not watched."""

    feed: EngineFeed
    symbol: str
    state: SymbolState | None


class AlertView(NamedTuple):
    """The status of an alert for a row of a table.

    ``reason`` is a sentence about the status, or empty. ``is_true`` says that the condition was true already when the
    alert was armed. ``states`` are its symbols; ``distance_percent`` is how far the price is from the level.
    """

    status: AlertStatus
    reason: str = ""
    is_true: bool = False
    states: Sequence[SymbolState] = ()
    distance_percent: float | None = None

    @property
    def why_not_armed(self) -> str:
        """Why an alert cannot fire that was just added or armed again, in sentences; empty if it can."""
        match self.status:
            case AlertStatus.NOT_MONITORED:
                return f"The alert cannot be monitored. {self.reason}"
            case AlertStatus.EXPIRED:
                return f"The alert has expired. {self.reason}"
        return ""


class Alerting:
    """Evaluates the alerts of a book on all feeds of an engine, and keeps their symbols subscribed.

    ``list_entries`` returns the feeds and symbols of a list, or None if there is no such list. Call `update` after the
    feeds or lists have changed; changes of the book are noticed. Without alerts, no fact is received. Unexpected
    exceptions are counted in ``errors``, except those in the evaluation of a fact, which the feed counts.
    """

    def __init__(
        self,
        engine: MonitoredEngine,
        book: AlertBook,
        *,
        list_entries: Callable[[str], Iterable[tuple[str, str]] | None] = lambda name: None,
        errors: InternalErrors | None = None,
    ) -> None:
        self.book: Final = book
        self.evaluator: Final = AlertEvaluator(book, is_replay=engine.is_replay)
        self._errors: Final = errors or InternalErrors("the alerts")
        self._reviews: Final = SlicedWork()
        self.evaluator.run_steps = self._review
        self._engine: Final = engine
        self._list_entries: Final = list_entries
        self._kept: dict[EngineFeed, tuple[str, ...]] = {}
        self._found: dict[tuple[str, str], list[_Entry]] = {}  # by feed and symbol of alerts
        self._found_key: object = None  # what it depends on
        self._limit_reason = ""
        self._evaluated: tuple[object, ...] = (-1,)  # the signature of what is evaluated
        self._is_running = False
        self._request_ns = 0  # no bars are requested before

    async def run(self) -> None:
        """Evaluate alerts until cancelled."""
        self.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._reviews.run())
                tasks.create_task(self._tick())
        finally:
            self.stop()

    async def _tick(self) -> None:
        """Evaluate what changes with time, until cancelled."""
        while True:
            await asyncio.sleep(_TICK_S)
            with self._errors.contained("evaluating alerts with time"):
                self._update_if_changed()
                self.evaluator.tick(self._engine.clock())
                self._request_bars()

    def start(self) -> None:
        """Start evaluating alerts."""
        self._is_running = True
        self.book.observers.append(self._on_book_change)
        self._engine.taps.states.add(self._on_state)
        self._engine.taps.backfills.add(self._on_backfill)
        self._engine.taps.on_unmonitored_feed = self.update
        self.update()

    def stop(self) -> None:
        """Stop evaluating alerts."""
        self._is_running = False
        if self._on_book_change in self.book.observers:
            self.book.observers.remove(self._on_book_change)
        self._engine.taps.states.remove(self._on_state)
        self._engine.taps.backfills.remove(self._on_backfill)
        self._engine.taps.set_monitors(None)

    def update(self) -> None:
        """Arm the alerts that can be evaluated now, and subscribe their symbols."""
        now_ns = self._engine.clock()
        self._keep_symbols(now_ns)
        self._found.clear()  # it may hold symbols that are no longer watched
        self.evaluator.forget_removed(self._engine.market.holds)
        self._evaluated = self._signature(now_ns)
        armings: dict[str, Arming] = {}
        for record in self.book.records:
            if not _why_inactive(record, now_ns) and (states := self.states_of(record.alert)):
                try:
                    condition = self.book.condition_of(record.alert.id)
                except ConditionError:
                    continue
                armings[record.alert.id] = Arming(record.alert, condition, states)
        self.evaluator.arm(armings, now_ns)
        self._set_monitors()

    def view(self, alert_id: str) -> AlertView:
        """Return the status of an alert.

        Raises:
            KeyError: there is no such alert.
        """
        record = self.book.find(alert_id)
        if record is None:
            raise KeyError(alert_id)
        states, now_ns = self.states_of(record.alert), self._engine.clock()
        is_true = bool(self.evaluator.true_at_arming(alert_id))
        view = AlertView(AlertStatus.ARMED, "", is_true, states, self._distance(alert_id, states))
        if inactive := _why_inactive(record, now_ns):
            status, reason = inactive
        elif reason := self._why_not_monitored(record.alert, states) or self.evaluator.problem_of(alert_id):
            status = AlertStatus.NOT_MONITORED
        else:
            status = AlertStatus.ARMED if any(state.has_data for state in states) else AlertStatus.WAITING
            reason = " ".join(filter(None, (_ALREADY_TRUE if is_true else "", self._unobserved(alert_id))))
        if record.is_fired and not record.is_paused:
            status = AlertStatus.FIRED
        return view._replace(status=status, reason=reason)

    def states_of(self, alert: Alert) -> tuple[SymbolState, ...]:
        """Return the watched symbols that an alert concerns."""
        return tuple(dict.fromkeys(entry.state for entry in self._entries(alert) if entry.state is not None))

    def is_reviewing(self, state: SymbolState) -> bool:
        """Return whether alerts on a symbol may yet be evaluated for a gap that has ended."""
        feed = self._engine.feeds.get(state.feed)
        return self._reviews.is_pending or (feed is not None and feed.past.backfill.is_pending_for(state.wire_symbol))

    def fire_now(self, alert_id: str) -> None:
        """Fire an alert whose condition was true already when it was armed."""
        self.evaluator.fire_now(alert_id, self._engine.clock())

    # Events

    def _on_state(self, feed: EngineFeed) -> None:
        if not feed.state.is_connected:
            self.evaluator.begin_gap(feed.name)
        self.evaluator.note_feed(feed.name, feed.state.kind, self._engine.clock())

    def _on_backfill(self, feed: EngineFeed, state: SymbolState, result: Backfill) -> None:
        self.evaluator.note_backfill(state, result, self._engine.clock())

    def _review(self, steps: Iterator[None]) -> None:
        def contained() -> Iterator[None]:
            with self._errors.contained("evaluating alerts for a gap"):
                yield from steps

        self._reviews.add(contained())

    def _on_book_change(self) -> None:
        if self.book.revision != self._evaluated[0]:
            self.update()

    def _update_if_changed(self) -> None:
        """Update if something that decides which alerts are evaluated has changed."""
        if self._signature(self._engine.clock()) != self._evaluated:
            self.update()

    def _signature(self, now_ns: int) -> tuple[object, ...]:
        """Return the values whose change requires a new selection of alerts, apart from lists."""
        book = self.book
        inactive = [
            record.alert.id for record in book.records if record.alert.is_timed and _why_inactive(record, now_ns)
        ]
        return book.revision, self._engine.market.revision, tuple(self._engine.feeds.values()), tuple(inactive)

    def _set_monitors(self) -> None:
        """Receive the facts of the symbols that have alerts."""
        feeds, monitors = self._engine.feeds, self.evaluator.monitors
        by_feed: dict[EngineFeed, dict[str, SymbolMonitor]] = {feed: {} for feed in feeds.values()}
        for state, monitor in monitors.items():
            if state.feed in feeds:
                by_feed[feeds[state.feed]][state.wire_symbol] = monitor
        self._engine.taps.set_monitors(by_feed if monitors and self._is_running else None)

    # Symbols

    def _entries(self, alert: Alert) -> list[_Entry]:
        """Return the symbols that an alert concerns, each with its feed."""
        engine = self._engine
        key = engine.market.revision, tuple(engine.feeds.values())
        if key != self._found_key:
            self._found_key = key
            self._found.clear()
        entries = [(alert.feed, alert.symbol)] if alert.symbol else self._list_entries(alert.list_name) or ()
        found: list[_Entry] = []
        for entry in entries:
            if entry not in self._found:
                self._found[entry] = self._find(*entry)
            found += self._found[entry]
        return found

    def _find(self, name: str, symbol: str) -> list[_Entry]:
        """Return the entries of a symbol: of the feeds that watch it, or else of the named or only feed."""
        feeds = self._engine.feeds
        named = [feed for feed in feeds.values() if name in ("", feed.name)]
        entries = []
        for feed in named:
            with suppress(TickerError):  # the feed can have no such symbol
                entries.append(_Entry(feed, symbol, feed.find(symbol)))
        watched = [entry for entry in entries if entry.state is not None]
        return watched or (entries if name or len(feeds) == 1 else [])

    def _keep_symbols(self, now_ns: int) -> None:
        """Subscribe the symbols of all alerts that may still fire."""
        kept: dict[EngineFeed, dict[str, None]] = {feed: {} for feed in self._engine.feeds.values()}
        for record in self.book.records:
            is_ended = record.is_done or now_ns >= (record.alert.expires_ns or now_ns + 1)
            for feed, symbol, _ in () if is_ended or not record.alert.symbol else self._entries(record.alert):
                if feed.may_have(symbol):
                    kept[feed][symbol] = None
        known, self._kept, self._limit_reason = self._kept, {}, ""
        for feed, symbols in kept.items():
            try:
                if known.get(feed) != tuple(symbols):
                    feed.keep_watched(tuple(symbols))
            except SettingsError as error:  # the next update tries again, because there may be room by then
                self._limit_reason = error.for_user
            else:
                self._kept[feed] = tuple(symbols)

    def _request_bars(self) -> None:
        """Request the past bars that alerts need, at most once per minute."""
        now_ns = self._engine.clock()
        if now_ns < self._request_ns:
            return
        for state, monitor in self.evaluator.monitors.items():
            feed = self._engine.feeds.get(state.feed)
            if feed is not None and monitor.needs_all:
                for needed in monitor.bars_needed(now_ns):
                    self._request_ns = now_ns + _REQUEST_PAUSE_NS
                    feed.past.bars.add_request(BarsRequest(state.wire_symbol, *needed))

    # Status

    def _why_not_monitored(self, alert: Alert, states: Sequence[SymbolState]) -> str:
        """Return why an alert cannot be monitored, as a sentence, or an empty text."""
        try:
            self.book.condition_of(alert.id)
        except ConditionError as error:
            return f"The condition is not valid: {error}"
        if not states:
            return self._limit_reason or self.why_not_found(alert) or f"No feed has {alert.target}."
        return next(iter(reasons), "") if all(reasons := [self._why_unobserved(state) for state in states]) else ""

    def why_not_found(self, alert: Alert) -> str:
        """Return why no feed can have the symbols of an alert, as a sentence, or an empty text."""
        if alert.feed and alert.feed not in self._engine.feeds:
            return f"There is no feed named {alert.feed}."
        if not alert.symbol and self._list_entries(alert.list_name) is None:
            return f"There is no list named {alert.list_name}."
        if not self._entries(alert):
            return f"No feed has {alert.target}. Add it to the symbols of one."
        return ""

    def _why_unobserved(self, state: SymbolState) -> str:
        """Return why no data of a symbol can arrive, as a sentence, or an empty text."""
        feed = self._engine.feeds.get(state.feed)
        if feed is None or feed.settings.disabled:
            return f"The feed {state.feed} is disabled."
        is_starting = not state.coverage.was_connected and feed.state.kind not in _FAILED
        if not feed.state.is_connected and not is_starting:
            return f"{state.feed} is not connected. {feed.state.reason}".rstrip()
        if state.refusal is not None:
            return f"{state.feed} refused {state.symbol}. {state.refusal}".rstrip()
        return ""

    def _unobserved(self, alert_id: str) -> str:
        """Return the last period in which an alert was not evaluated, as a sentence; empty if there is none."""
        if (gap := self.evaluator.unobserved_time(alert_id)) is None:
            return ""
        return f"Not observed between {numbers.clock_time(gap.start_ns)} and {numbers.clock_time(gap.end_ns)}."

    def _distance(self, alert_id: str, states: Sequence[SymbolState]) -> float | None:
        """Return how far the price is from the level, in percent of the price; None if there is no single one."""
        if len(states) != 1 or not (last := states[0].last):
            return None
        monitor = self.evaluator.monitors.get(states[0])
        target = None if monitor is None else monitor.target_of(alert_id)
        return None if target is None else 100.0 * (target - last) / abs(last)


def _why_inactive(record: AlertRecord, now_ns: int) -> tuple[AlertStatus, str] | None:
    """Return the status of an alert that is not evaluated now, and why; None if it is."""
    alert = record.alert
    if record.is_paused:
        return AlertStatus.PAUSED, record.pause_reason
    if alert.expires_ns is not None and now_ns >= alert.expires_ns:
        return AlertStatus.EXPIRED, "Edit it to choose a later time."
    if record.is_done:
        return AlertStatus.DONE, "It has fired once. Arm it again, or delete it."
    if not alert.is_active_at(now_ns):
        return AlertStatus.OUTSIDE_HOURS, "It can fire during its active hours only."
    return None
