"""The border around the window of a replay."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from ticker_gui.gui.widgets.icons import current_theme

WIDTH: Final = 4


class ReplayFrame(QWidget):
    """Draws a border along the edge of a window, and takes no clicks.

    With ``makes_room``, it gives the window a margin and covers nothing; otherwise it covers the edge.
    """

    def __init__(self, window: QWidget, *, makes_room: bool = True) -> None:
        super().__init__(window)
        self.setObjectName("replay_frame")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if makes_room:
            window.setContentsMargins(WIDTH, WIDTH, WIDTH, WIDTH)
        window.installEventFilter(self)
        self._fit(window)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show) and isinstance(watched, QWidget):
            self._fit(watched)
        return False

    def _fit(self, window: QWidget) -> None:
        area = window.rect()
        self.setGeometry(area)
        self.setMask(QRegion(area) - QRegion(area.adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH)))
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(current_theme().warning))
        painter.end()
