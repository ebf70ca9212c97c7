"""Shows the list and the chart as tabs where the window is too narrow for both."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSignalBlocker, QSize, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTabBar, QToolBar, QWidget
from shiboken6 import isValid

from ticker_gui.gui.window.docks import PanelDocks

PARTS: Final = ("list", "chart")  # in saved layouts, in the order of the tabs
MIN_WIDE: Final = 800  # pixels: the least width at which list and chart are side by side


class NarrowView(QToolBar):
    """A bar with two tabs that is hidden in a wide window, where both parts are visible."""

    def __init__(self, window: QMainWindow, docks: PanelDocks, watchlist: QWidget, chart: QWidget) -> None:
        super().__init__("List or chart", window)
        self._docks, self._parts = docks, (watchlist, chart)
        self._is_narrow = False
        self._has_hidden = False  # one of the parts
        self.setObjectName("narrow_view")
        self.setMovable(False)
        self.toggleViewAction().setEnabled(False)
        self._tabs = QTabBar()
        self._tabs.setObjectName("narrow_tabs")
        self._tabs.setAccessibleName("List or chart")
        for part in PARTS:
            self._tabs.addTab(part.capitalize())
        self._tabs.currentChanged.connect(self._show_current)
        self.addWidget(self._tabs)
        self._soon = QTimer(self, singleShot=True, interval=0)  # Qt is still arranging the parts
        self._soon.timeout.connect(self._update)
        docks.changed.connect(self._on_changed)
        docks.revealed.connect(self._on_revealed)
        self.hide()

    @property
    def part(self) -> str:
        """The part whose tab is selected, also while the tabs are hidden."""
        return PARTS[self._tabs.currentIndex()]

    def select(self, part: str) -> None:
        """Select the tab of a part."""
        self._tabs.setCurrentIndex(PARTS.index(part))

    def sizeHint(self) -> QSize:
        return self._tabs.sizeHint()

    def setVisible(self, visible: bool) -> None:
        super().setVisible(visible and self._is_narrow)  # whatever a restored layout says
        if (layout := self.layout()) is not None:
            layout.setContentsMargins(0, 0, 0, 0)  # Qt takes those of all toolbars from the style sheet

    def follow(self, width: int) -> None:
        """Adapt to the width of the window."""
        if (width < MIN_WIDE) is not self._is_narrow:
            self._is_narrow = width < MIN_WIDE
            self.setVisible(self._is_narrow)
            self._soon.start()

    def _on_changed(self) -> None:
        if isValid(self) and self._is_narrow:
            self._soon.start()

    def _on_revealed(self, widget: QWidget) -> None:
        if self._is_narrow and widget in self._parts:
            self._tabs.setCurrentIndex(self._parts.index(widget))

    def _show_current(self) -> None:
        if self._is_narrow:
            self._docks.keep_bottom()
            self._docks.show_only(self._parts[self._tabs.currentIndex()], with_bottom=True)
            self._has_hidden = True

    def _update(self) -> None:
        """Show one of the two parts in a narrow window, above an open panel at the bottom; both in a wide one."""
        if not self._is_narrow:
            if self._has_hidden:
                self._docks.keep_bottom()
                self._docks.restore_width()
            self._has_hidden = False
        elif self._docks.only_part is None:
            focus = QApplication.focusWidget()
            self._show_current()
            if focus is not None and isValid(focus) and focus.isVisible():
                focus.setFocus()
        elif self._docks.only_part in self._parts:
            with QSignalBlocker(self._tabs):
                self._tabs.setCurrentIndex(self._parts.index(self._docks.only_part))
