"""A small flat button whose icon is drawn in the color of the text, in every theme."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionToolButton, QToolButton, QWidget

_GRID: Final = 16  # icons are drawn on a grid of this many units
_STROKE: Final = 1.25


class IconButton(QToolButton):
    """Draws the outline ``icon``, whose coordinates are on a grid of 16 × 16 units."""

    def __init__(self, icon: QPainterPath, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = icon
        self.setObjectName(name)
        self.setAutoRaise(True)

    def sizeHint(self) -> QSize:
        side = self.fontMetrics().height() + 2
        return QSize(side + 4, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        painter = QPainter(self)
        self.style().drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option, painter, self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = min(self.width(), self.height()) / _GRID
        painter.translate((self.width() - _GRID * scale) / 2, (self.height() - _GRID * scale) / 2)
        painter.scale(scale, scale)
        painter.setPen(QPen(self.palette().windowText().color(), _STROKE))
        painter.drawPath(self._path)
