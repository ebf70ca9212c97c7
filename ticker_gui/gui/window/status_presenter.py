"""Presenter of the feed states: updates the status bar and the diagnostics on each change and once a second."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.diagnosis import diagnose
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.feed_report import ProgramInfo, describe_log_file, detected_settings, report
from ticker_gui.feed_status.feed_row import feed_row, state_mark
from ticker_gui.formatting import numbers
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.chart.options import zone_by_name
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.latency import percentiles
from ticker_gui.market.symbol_state import SymbolState


class StatusPresenter:
    """Reads the engine and the bridge, and updates the window."""

    def __init__(
        self,
        engine: Engine,
        bridge: MarketBridge,
        window: MainWindow,
        errors: InternalErrors | None = None,
        log_file: Path | None = None,
    ) -> None:
        self._errors = errors or InternalErrors("the program")
        self._log_file = log_file
        self._engine = engine
        self._bridge = bridge
        self._window = window
        self._last_counts = (0, 0, 0)  # messages, merged updates and frames at the last update
        self._shown_errors: dict[str, str] = {}  # the last error message of each feed
        self._symbol: SymbolState | None = None  # the symbol to diagnose, if any
        self._was_shown = False
        window.docks.opened.connect(self._follow_row)

    @property
    def _enabled_feeds(self) -> list[EngineFeed]:
        return [feed for feed in self._engine.feeds.values() if not feed.settings.disabled]

    def show_states(self) -> None:
        """Update the state of each feed."""
        feeds = [(feed.name, feed.state) for feed in self._enabled_feeds]
        phases = [feed.session.phase for feed in self._enabled_feeds]
        now_ns = self._engine.clock()
        marks = [feed_row(feed, now_ns).mark.state_mark for feed in self._enabled_feeds]
        self._window.status.show_states(feeds, now_ns, phases, marks)
        self._show_internal_errors()
        self._window.model.set_feed_marks({name: state_mark(feed) for name, feed in self._engine.feeds.items()})
        if not self._bridge.is_hidden:
            self._errors.guard(self._window.model.refresh, "showing states")

    def show_second(self) -> None:
        """Update ages, rates and countdowns; an error in one of them does not affect the others.

        While the window is hidden, only the states are updated, which the title of the window may show.
        """
        steps: list[Callable[[], object]] = [feed.update_clock_offset for feed in self._engine.feeds.values()]
        if not self._bridge.is_hidden:
            steps.append(self._window.chart.update_accessible_text)
            steps.append(partial(self._bridge.request_step, 0.0))  # for the chart, with the next prices
            steps += (self._show_rates, self._show_problems, self._refresh_diagnosis, self.show_clock)
        steps.append(self.show_states)
        for step in steps:
            self._errors.guard(step, "updating the window")
        self._show_internal_errors()

    def show_details(self, state: SymbolState | None = None, feed: str = "") -> None:
        """Open the diagnostics of a symbol or of a feed; close them if they show it already.

        Without either, they show a feed that is not live, or that of the current row if all are.
        """
        details, docks = self._window.details, self._window.docks
        feed = state.feed if state is not None else feed
        is_shown = not feed or (feed == details.feed and state is self._symbol)
        if is_shown and docks.is_in_front(details):
            docks.close(details)
            return
        docks.open(details)
        self._symbol = state
        not_live = [one.name for one in self._enabled_feeds if one.state.kind is not FeedStatus.LIVE]
        if details.feed not in not_live:
            feed = feed or next(iter(not_live), "")
        if feed:
            details.choose(feed)
        self.show_diagnosis()

    def forget_symbol(self) -> None:
        """Diagnose the feed instead of the symbol, whose data has been replaced."""
        self._symbol = None

    def _follow_row(self, opened: QWidget) -> None:
        """Show the feed of the current row when the panel is opened."""
        if opened is self._window.details:
            self._was_shown, self._symbol = True, None
            if (current := self._window.watchlist.current_state) is not None:
                self._window.details.choose(current.feed)

    def show_diagnosis(self) -> None:
        """Update the diagnostics; the first time, they are those of the feed of the current row."""
        if not self._was_shown:  # a restored layout contains the panel
            self._follow_row(self._window.details)
        self._errors.guard(self._update_diagnosis, "diagnosing the feed")

    def _update_diagnosis(self) -> None:
        details = self._window.details
        feed = self._engine.feeds.get(details.feed)
        if feed is None:
            return
        state = self._symbol_of(feed)
        now_ns = self._engine.clock()
        painted = percentiles(self._bridge.latencies_ns)
        can_retry = not feed.is_replay and feed.state.can_retry
        wants_key = not feed.is_replay and feed.state.kind is FeedStatus.REJECTED and feed.state.wants_key
        program = ProgramInfo(painted, self._errors, self._log_file)
        diagnosis = diagnose(feed.why_no_data(state))
        details.show_diagnosis(
            diagnosis, report(feed, now_ns, state, program), can_retry=can_retry, wants_key=wants_key
        )
        details.show_settings(detected_settings(feed))

    def _symbol_of(self, feed: EngineFeed) -> SymbolState | None:
        """Return the symbol to diagnose if it is one of a feed, which may have been changed or no longer watch it."""
        if self._symbol is None or self._symbol.feed != feed.name:
            return None
        self._symbol = feed.find(self._symbol.symbol)
        return self._symbol

    def _refresh_diagnosis(self) -> None:
        if self._window.details.isVisible():
            self._update_diagnosis()

    def _show_internal_errors(self) -> None:
        count = self._errors.count + sum(feed.errors.count for feed in self._engine.feeds.values())
        self._window.status.show_internal_errors(count, describe_log_file(self._log_file))

    def _show_rates(self) -> None:
        messages = sum(feed.session.frames for feed in self._engine.feeds.values())
        counts = (messages, self._bridge.merged, self._bridge.frames)
        rates = [max(0, now - before) for now, before in zip(counts, self._last_counts, strict=True)]
        self._last_counts = counts
        latencies = self._bridge.latencies_ns
        import statistics  # slow to load, so it is not loaded at the start of the program

        latency_ns = statistics.median(latencies) if latencies else None
        self._window.status.show_rates(rates[0], rates[1], rates[2], latency_ns)

    def show_clock(self) -> None:
        zone = zone_by_name(self._window.chart.options.zone)
        now = local_time(self._engine.clock() // SECOND_NS, zone)
        self._window.status.show_clock(f"{now:%a} {now.day} {now:%b %H:%M:%S %Z}")

    def _show_problems(self) -> None:
        feeds = self._engine.feeds
        rejected = sum(feed.session.rejected_frames.count for feed in feeds.values())
        late = [
            f"{name} by {numbers.age(round(delay.late_ns / SECOND_NS))}"
            for name, feed in feeds.items()
            if (delay := feed.delay) and delay.is_late
        ]
        self._window.status.show_problems(rejected, late)
        for name, feed in feeds.items():
            error = feed.market.last_error
            if error and error != self._shown_errors.get(name):
                self._shown_errors[name] = error
                self._window.status.show_message(f"{name}: {error}")
