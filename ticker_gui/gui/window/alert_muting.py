"""Do not disturb, and feeds whose alerts are muted: what the user requests, and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, QDateTime, QTime

from ticker_gui.alerts.book import AlertBook
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.formatting import numbers
from ticker_gui.gui.alerts.alert_requests import UNTIL_TOMORROW
from ticker_gui.gui.window.main_window import MainWindow

if TYPE_CHECKING:
    from ticker_gui.gui.alerts.panel import AlertsPanel


class AlertMuting:
    """Muted alerts fire and are listed, but run no actions. A feed stays muted if it is removed and comes back."""

    def __init__(self, book: AlertBook, engine: Engine, window: MainWindow) -> None:
        self._book: Final = book
        self._engine: Final = engine
        self._window: Final = window
        alerts, feeds = window.alerts.requests, window.feeds_panel.requests
        alerts.quiet_requested.connect(self._set_quiet)
        alerts.muting_requested.connect(self._set_muted)
        alerts.is_quiet = lambda: engine.clock() < (book.do_not_disturb_until_ns or 0)
        alerts.muted_feeds = lambda: {name: name in book.muted_feeds for name in engine.feeds}
        feeds.muting_requested.connect(self._set_muted)
        feeds.is_muted = lambda name: name in book.muted_feeds

    def show(self, panel: AlertsPanel, now_ns: int) -> None:
        """Show until when no actions run, and for which feeds."""
        until_ns = self._book.do_not_disturb_until_ns or 0
        until = f"until {numbers.clock_time(until_ns)[:5]}" if until_ns > now_ns else ""
        panel.show_muting(until, [name for name in self._engine.feeds if name in self._book.muted_feeds])

    def _set_quiet(self, minutes: int) -> None:
        until_ns = self._engine.clock() + minutes * MINUTE_NS if minutes else None
        if minutes == UNTIL_TOMORROW:
            tomorrow = QDateTime(QDate.currentDate().addDays(1), QTime(0, 0))
            until_ns = tomorrow.toSecsSinceEpoch() * SECOND_NS
        if self._book.set_do_not_disturb(until_ns):
            runs = "Alert actions run again."
            self._window.status.offer_undo("Alerts still fire, but their actions do not run." if minutes else runs)

    def _set_muted(self, feed: str, is_muted: bool) -> None:
        name = sanitize_text(feed, 60)
        if self._book.set_muted(feed, is_muted=is_muted):
            self._window.status.offer_undo(
                f"Alerts for {name} are muted: they still fire, but their actions do not run."
                if is_muted
                else f"Alerts for {name} are no longer muted."
            )
