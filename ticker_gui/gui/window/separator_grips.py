"""The strips around the chart where the mouse changes the size of the panels: wider than the line that is visible."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget
from shiboken6 import isValid

from ticker_gui.gui.widgets.measures import SPLITTER_GRAB, SPLITTER_WIDTH

_Area = Qt.DockWidgetArea
_AREAS: Final = {
    _Area.LeftDockWidgetArea: "grip_left",
    _Area.RightDockWidgetArea: "grip_right",
    _Area.TopDockWidgetArea: "grip_top",
    _Area.BottomDockWidgetArea: "grip_bottom",
}
_SIDES: Final = (_Area.LeftDockWidgetArea, _Area.RightDockWidgetArea)
_MARGIN: Final = (SPLITTER_GRAB - SPLITTER_WIDTH) // 2


class SeparatorGrips(QObject):
    """Keeps a grip over each line between the chart and the panels beside it.

    Signals:
        dragged: the user has changed the size of a panel; its dock.
        reset_requested: the user wants the preferred size of a panel back; its dock.
    """

    dragged = Signal(object)
    reset_requested = Signal(object)

    def __init__(self, window: QMainWindow, center: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._grips = [_Grip(window, center, area) for area in _AREAS]
        for grip in self._grips:
            grip.dragged.connect(self.dragged)
            grip.reset_requested.connect(self.reset_requested)
        center.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide):
            self.follow()
        return False

    def follow(self) -> None:
        """Move the grips to the lines, and hide those without one."""
        if isValid(self._window):  # a window that is deleted hides its panels, which calls this
            for grip in self._grips:
                grip.follow()


class _Grip(QWidget):
    dragged = Signal(object)
    reset_requested = Signal(object)

    def __init__(self, window: QMainWindow, center: QWidget, area: Qt.DockWidgetArea) -> None:
        super().__init__(window)
        self._window, self._center, self._area = window, center, area
        self._is_at_side = area in _SIDES
        self._pressed: tuple[QPoint, int] | None = None  # the position of the mouse, and the size of the panel
        self.setObjectName(_AREAS[area])
        self.setToolTip("Drag to resize; double-click for the default size")
        self.setCursor(Qt.CursorShape.SplitHCursor if self._is_at_side else Qt.CursorShape.SplitVCursor)
        self.hide()

    def follow(self) -> None:
        window, center = self._window, self._center
        self.setVisible(center.isVisible() and self._dock() is not None)
        area = center.geometry()
        if self._is_at_side:
            is_left = self._area is _Area.LeftDockWidgetArea
            line = area.left() - SPLITTER_WIDTH if is_left else area.right() + 1
            self.setGeometry(QRect(line - _MARGIN, area.top(), SPLITTER_GRAB, area.height()))
        else:
            line = area.top() - SPLITTER_WIDTH if self._area is _Area.TopDockWidgetArea else area.bottom() + 1
            self.setGeometry(QRect(0, line - _MARGIN, window.width(), SPLITTER_GRAB))
        self.raise_()

    def _dock(self) -> QDockWidget | None:
        """Return a panel in this area that is visible, if any."""
        window = self._window
        # Docks are children of the window itself. A search of all descendants takes milliseconds, and each resize asks.
        children = window.findChildren(QDockWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        docks = (dock for dock in children if not dock.isFloating() and dock.isVisible())
        return next((dock for dock in docks if window.dockWidgetArea(dock) is self._area), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        dock = self._dock()
        if event.button() is Qt.MouseButton.LeftButton and dock is not None:
            size = dock.width() if self._is_at_side else dock.height()
            self._pressed = (event.globalPosition().toPoint(), size)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        dock = self._dock()
        if self._pressed is None or dock is None:
            return
        start, size = self._pressed
        moved = event.globalPosition().toPoint() - start
        by = moved.x() if self._is_at_side else moved.y()
        grows = self._area in (_Area.LeftDockWidgetArea, _Area.TopDockWidgetArea)
        orientation = Qt.Orientation.Horizontal if self._is_at_side else Qt.Orientation.Vertical
        self._window.resizeDocks([dock], [max(1, size + (by if grows else -by))], orientation)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        dock = self._dock()
        if pressed is not None and dock is not None and event.globalPosition().toPoint() != pressed[0]:
            self.dragged.emit(dock)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        if event.button() is Qt.MouseButton.LeftButton and (dock := self._dock()) is not None:
            self.reset_requested.emit(dock)
