"""The widget in the dock of the alerts, which is built when it is shown for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ticker_gui.gui.alerts.alert_requests import AlertRequests
from ticker_gui.gui.widgets.plain_text import plain_label
from ticker_gui.gui.widgets.theme import Theme

if TYPE_CHECKING:
    from ticker_gui.gui.alerts.panel import AlertsPanel

_SIZE: Final = QSize(900, 300)
_MIN_SIZE: Final = QSize(320, 120)


class AlertsDock(QWidget):
    """What the user requests is emitted by ``requests``, also before the panel is built.

    Signals:
        built: the panel was built.
    """

    built = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("alerts")
        self.setAccessibleName("Alerts")
        self.requests: Final = AlertRequests(self)
        self._theme = theme
        self.built_panel: AlertsPanel | None = None
        self.header: Final = QWidget()
        self._head_layout = QHBoxLayout(self.header)
        self._head_layout.setContentsMargins(0, 0, 0, 0)
        self._title = plain_label("Alerts", "alerts_dock_title")
        self._head_layout.addWidget(self._title)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    @property
    def panel(self) -> AlertsPanel:
        """The panel, which is built now if it was not yet."""
        if self.built_panel is None:
            from ticker_gui.gui.alerts.panel import AlertsPanel  # loads the tables and the dialog

            panel = self.built_panel = AlertsPanel(self._theme, self.requests)
            self._title.hide()
            self._head_layout.addWidget(panel.header)
            self._layout.addWidget(panel)
            panel.show()  # now, so that it can get the focus
            self.setFocusProxy(panel)
            self.built.emit(panel)
        return self.built_panel

    def showEvent(self, event: QShowEvent) -> None:
        _ = self.panel
        super().showEvent(event)

    def sizeHint(self) -> QSize:
        return _SIZE

    def minimumSizeHint(self) -> QSize:
        return _MIN_SIZE  # a small window cuts parts off

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        if self.built_panel is not None:
            self.built_panel.set_theme(theme)
