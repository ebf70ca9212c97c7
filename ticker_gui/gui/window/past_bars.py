"""Requests the past bars that the chart shows, and offers a remedy if they cannot be loaded."""

from __future__ import annotations

from typing import Final

from ticker_gui.chart.needed_bars import needed_bars
from ticker_gui.domain.events import Refusal
from ticker_gui.engine.engine import Engine
from ticker_gui.feed_status.charted_status import Remedy
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.chart.range_bar import RangeBar
from ticker_gui.history.bar_loader import BarsRequest, LoadStatus

LOADING: Final = "Loading past bars…"
_LOADING_SHORT: Final = "Loading…"
NOT_RECORDED: Final = "The recording does not contain these past bars."
NOT_LOADED: Final = "No past bars"  # where there is no room for the reason, which is in the tooltip
_REMEDIES: Final[dict[Refusal | None, Remedy]] = {
    Refusal.KEY_REFUSED: Remedy.ENTER_KEY,
    Refusal.OFFLINE: Remedy.RETRY,
    Refusal.FAILED: Remedy.RETRY,
}


class PastBarsPresenter:
    """Requests what the chart and its comparisons need, after each drawing of the chart and once a second."""

    def __init__(self, engine: Engine, chart: PriceChart, range_bar: RangeBar) -> None:
        self._engine: Final = engine
        self._chart: Final = chart
        self._range_bar: Final = range_bar
        self._scene: object = None  # of the last update
        range_bar.remedy_requested.connect(self._help)

    def follow_chart(self) -> None:
        """Update the requests if the chart has been drawn since the last update; called in each frame."""
        if self._scene is None or self._chart.scene is not self._scene:
            self.update()

    def update(self) -> None:
        """Pass on what the chart needs now; the same need again costs nothing."""
        self._scene = self._chart.scene
        requests = self._requests()
        for name, feed in self._engine.feeds.items():
            feed.past.update_offer()
            feed.past.bars.set_requests(requests.get(name, []))
        status = self._status()
        if status.is_loading:
            self._range_bar.show_note(LOADING, _LOADING_SHORT)
        else:
            is_unrecorded = self._engine.is_replay and status.refusal is Refusal.FAILED
            problem = NOT_RECORDED if is_unrecorded else status.problem
            self._range_bar.show_note(problem, NOT_LOADED, self._remedy(status))

    def _requests(self) -> dict[str, list[BarsRequest]]:
        chart, requests = self._chart, dict[str, list[BarsRequest]]()
        if chart.chart_data is None:
            return requests
        from_ns = self._range_bar.wanted_from_ns
        for data in (chart.chart_data, *chart.chart_data.compared):
            needed = needed_bars(data, chart.time_range.left, chart.time_range.right, from_ns, chart.now_ns)
            if needed is not None:
                requests.setdefault(data.state.feed, []).append(BarsRequest(data.state.wire_symbol, *needed))
        return requests

    def _status(self) -> LoadStatus:
        state = self._chart.state
        feed = None if state is None else self._engine.feeds.get(state.feed)
        if state is None or feed is None or (self._chart.chart_data is not None and self._chart.chart_data.is_ticks):
            return LoadStatus()
        return feed.past.bars.status(state.wire_symbol)

    def _remedy(self, status: LoadStatus) -> Remedy | None:
        """Return what the user can do; without a connection, the head of the chart offers it."""
        if self._engine.is_replay:
            return None
        state = self._chart.state
        return _REMEDIES.get(status.refusal) if state is not None and state.coverage.is_connected else None

    def _help(self, remedy: Remedy) -> None:
        """Do what the range bar offers."""
        state = self._chart.state
        if state is None or state.feed not in self._engine.feeds:
            return
        if remedy is Remedy.RETRY:
            self._engine.feeds[state.feed].past.bars.retry()
            self.update()
        else:
            self._chart.remedy_requested.emit(remedy)
