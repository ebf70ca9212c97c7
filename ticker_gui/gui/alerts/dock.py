"""The widget in the dock of the alerts, which is built when it is shown for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from ticker_gui.gui.alerts.alert_requests import AlertRequests
from ticker_gui.gui.widgets.lazy_dock import LazyDock
from ticker_gui.gui.widgets.theme import Theme

if TYPE_CHECKING:
    from ticker_gui.gui.alerts.panel import AlertsPanel

_SIZE: Final = QSize(900, 300)
_MIN_SIZE: Final = QSize(320, 120)


class AlertsDock(LazyDock["AlertsPanel"]):
    """What the user requests is emitted by ``requests``, also before the panel is built."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("alerts", "Alerts", theme, _SIZE, _MIN_SIZE, parent)
        self.requests: Final = AlertRequests(self)

    def _make_panel(self) -> tuple[AlertsPanel, QWidget]:
        from ticker_gui.gui.alerts.panel import AlertsPanel

        panel = AlertsPanel(self._theme, self.requests)
        return panel, panel.header

    def _apply_theme(self, panel: AlertsPanel, theme: Theme) -> None:
        panel.set_theme(theme)
