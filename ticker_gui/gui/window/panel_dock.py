"""The dock of a panel: it can be closed, floated, tabbed and moved."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from ticker_gui.gui.widgets.measures import DOCK_HEAD_HEIGHT
from ticker_gui.gui.widgets.menus import plain_title
from ticker_gui.gui.window.dock_title import DockTitle
from ticker_gui.gui.window.panels import HasHeader, HasParts, Panel, PanelContext

_GRIP: Final = QSize(80, 16)  # the part of a floating panel's title that must be on a screen to be dragged
_UPDATE_REQUEST: Final = QEvent.Type.UpdateRequest


class PanelDock(QDockWidget):
    """The dock of a panel.

    Signals:
        left: the user has closed the panel while it had the keyboard focus, or pressed Escape in it.
        opened: the panel has got the keyboard focus on request of the user.
        painted: the floating panel has been painted; how many seconds that took.
    """

    left = Signal()
    opened = Signal()
    painted = Signal(float)

    def __init__(self, panel: Panel, context: PanelContext, parent: QWidget) -> None:
        title = plain_title(panel.title)
        super().__init__(title, parent)
        self.panel = panel
        self.setObjectName(f"{panel.name}_dock")
        self.setAccessibleName(title)
        self.setWidget(panel.make(context._replace(parent=self)))  # Qt would style it again if it got a parent later
        toggle = self.toggleViewAction()
        toggle.setText(panel.title)
        toggle.setShortcut(panel.key)
        toggle.triggered.connect(self._on_toggled)

    def setVisible(self, visible: bool) -> None:
        if visible:
            self._make_parts()
        super().setVisible(visible)

    def show_for_arranging(self) -> None:
        """Show the dock without its parts, which closed panels do not need."""
        super().setVisible(True)

    def _make_parts(self) -> None:
        """Make the title and the parts of the panel, unless they exist: a window starts faster without those."""
        widget = self.widget()
        if isinstance(widget, HasParts):
            widget.make_parts()
        if self.titleBarWidget() is None:
            header = widget.header if isinstance(widget, HasHeader) else None
            self.setTitleBarWidget(DockTitle(self.panel.name, self.windowTitle(), self, header))

    def open(self) -> None:
        """Show the panel, in front of other panels in the same tabs, and give it the keyboard focus."""
        self.show()
        self.raise_()
        if self.isFloating():
            self.activateWindow()
        self.widget().setFocus()
        self.opened.emit()

    @property
    def is_in_front(self) -> bool:
        """Whether the panel is open and not behind another tab."""
        return not self.isHidden() and not self.visibleRegion().isEmpty()

    def reveal(self) -> None:
        """Show the panel, in front of other panels in the same tabs; focus and active window do not change."""
        if not self.is_in_front:
            self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
            self.show()
            self.raise_()
            self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, False)

    def set_floating(self, is_floating: bool) -> None:
        """Float the panel in a window of its own, or dock it in the main window; open it if it is closed."""
        self.setFloating(is_floating)
        self.open()

    def _on_toggled(self, is_open: bool) -> None:
        if is_open:
            self.open()

    def keep_on_screen(self, available: Sequence[QRect]) -> None:
        """Move a floating panel onto the first screen if its title cannot be reached on any."""
        if not self.isFloating() or not available:
            return
        title = QRect(self.pos(), QSize(self.width(), DOCK_HEAD_HEIGHT))  # a closed panel has no title bar yet
        parts = [title.intersected(area) for area in available]
        if any(part.width() >= _GRIP.width() and part.height() >= _GRIP.height() for part in parts):
            return
        area = available[0]
        self.resize(self.size().boundedTo(area.size()))
        left = max(area.left(), min(self.x(), area.right() - self.width() + 1))
        top = max(area.top(), min(self.y(), area.bottom() - self.height() + 1))
        self.move(left, top)

    def closeEvent(self, event: QCloseEvent) -> None:
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self.left.emit()
        super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() != _UPDATE_REQUEST or not self.isWindow():
            return super().event(event)
        began = time.monotonic()
        was_handled = super().event(event)  # Qt paints all of the panel in here
        self.painted.emit(time.monotonic() - began)
        return was_handled
