"""Brings what the engine knows of its feeds into the status bar and the details: on each change, and every second."""

from __future__ import annotations

import statistics
from pathlib import Path

from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.diagnosis import diagnose
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.feed_report import ProgramInfo, describe_log_file, detected_settings, report
from ticker_gui.formatting import numbers
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.latency import percentiles
from ticker_gui.market.symbol_state import SymbolState


class StatusPresenter:
    """Reads engine and bridge, and tells the window."""

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
        window.details.show_log_file(log_file)
        self._engine = engine
        self._bridge = bridge
        self._window = window
        self._counted = (0, 0, 0)  # messages, merged updates and frames as of the last second
        self._complaints: dict[str, str] = {}
        self._asked: SymbolState | None = None  # the symbol that the details are about

    def show_states(self) -> None:
        """Say what each feed is doing."""
        feeds = [(feed.name, feed.state) for feed in self._engine.feeds.values()]
        phases = [feed.session.phase for feed in self._engine.feeds.values()]
        self._window.status.show_states(feeds, self._engine.clock(), phases)
        self._show_internal_errors()
        self._errors.guard(self._window.model.refresh, "showing states")

    def show_second(self) -> None:
        """Bring ages, rates and waits up to date. A bug in one of them keeps no other from being shown."""
        settle = [feed.update_clock_offset for feed in self._engine.feeds.values()]
        model, chart = self._window.model, self._window.chart
        update = (model.update_alignment, model.refresh, chart.update_accessible_text)
        steps = (*settle, *update, self.show_states, self._show_rates, self._show_trouble, self._refresh_details)
        for step in steps:
            self._errors.guard(step, "updating the window")
        self._show_internal_errors()

    def show_details(self, state: SymbolState | None = None) -> None:
        """Open the details: of a symbol that is quiet, or else of the first feed that is not live."""
        self._asked = state
        feeds = self._engine.feeds.values()
        troubled = next((feed.name for feed in feeds if feed.state.kind is not FeedStatus.LIVE), None)
        if state is not None or troubled is not None:
            self._window.details.choose(state.feed if state is not None else troubled or "")
        self._errors.guard(self.show_answer, "diagnosing the feed")
        self._window.docks.open(self._window.details)

    def show_answer(self) -> None:
        """Bring the details up to date."""
        details = self._window.details
        feed = self._engine.feeds.get(details.feed)
        if feed is None:
            return
        state = self._asked if self._asked is not None and self._asked.feed == feed.name else None
        now_ns = self._engine.clock()
        painted = percentiles(self._bridge.latencies_ns)
        can_retry = feed.state.kind in (FeedStatus.WAITING, FeedStatus.REJECTED)
        program = ProgramInfo(painted, self._errors, self._log_file)
        diagnosis = diagnose(feed.why_no_data(state))
        details.show_answer(diagnosis, report(feed, now_ns, state, program), can_retry=can_retry)
        details.show_settings(detected_settings(feed))

    def _refresh_details(self) -> None:
        if self._window.details.isVisible():
            self.show_answer()

    def _show_internal_errors(self) -> None:
        count = self._errors.count + sum(feed.errors.count for feed in self._engine.feeds.values())
        self._window.status.show_internal_errors(count, describe_log_file(self._log_file))

    def _show_rates(self) -> None:
        messages = sum(feed.session.frames for feed in self._engine.feeds.values())
        counted = (messages, self._bridge.merged, self._bridge.frames)
        rates = [max(0, now - before) for now, before in zip(counted, self._counted, strict=True)]
        self._counted = counted
        latencies = self._bridge.latencies_ns
        latency_ns = statistics.median(latencies) if latencies else None
        self._window.status.show_rates(rates[0], rates[1], rates[2], latency_ns)

    def _show_trouble(self) -> None:
        feeds = self._engine.feeds
        skipped = sum(feed.session.rejected_frames.count for feed in feeds.values())
        late = [
            f"{name} by {numbers.age(round(delay.late_ns / SECOND_NS))}"
            for name, feed in feeds.items()
            if (delay := feed.delay) and delay.is_late
        ]
        self._window.status.show_trouble(skipped, late)
        for name, feed in feeds.items():
            complaint = feed.market.last_error
            if complaint and complaint != self._complaints.get(name):
                self._complaints[name] = complaint
                self._window.status.tell(f"{name}: {complaint}")
