"""Axes and grid drawn from laid-out text and plain lines.

pyqtgraph's own axis plays a recorded picture, grid lines and all, at every frame: some milliseconds, ten times what
the price line itself costs.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QApplication

from ticker_gui.gui.painting import Text, TextPainter
from ticker_gui.gui.theme import tabular

_GAP: Final = 6


class _Label(NamedTuple):
    """A text and where its upper left corner stands on the axis, in pixels."""

    left: int
    top: int
    text: Text


class Axis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis with labels at round values and no ticks. A subclass says where and which: `values` and `text`."""

    picture: list[_Label] | None  # pyqtgraph sets it to None where range, size or style are others than before

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)
        self._texts = TextPainter(tabular(QApplication.font()))

    def values(self) -> tuple[list[float], float]:
        """Return the values to label in the visible range, and the step between them."""
        raise NotImplementedError

    def text(self, value: float, step: float) -> str:
        """Return the label of a value."""
        raise NotImplementedError

    @property
    def length(self) -> float:
        """The axis's length in pixels."""
        size = self.size()
        return float(size.height() if self.orientation == "right" else size.width())

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        if self.picture is None:
            self.picture = self._lay_out()
        painter.setPen(self.pen())
        edge = QPointF(0, self.size().height()) if self.orientation == "right" else QPointF(self.size().width(), 0)
        painter.drawLine(QPointF(0, 0), edge)
        painter.setPen(self.textPen())
        painter.setFont(self._texts.font)
        for label in self.picture:
            self._texts.draw(painter, *label)

    def _lay_out(self) -> list[_Label]:
        low, high = self.range
        length = self.length
        if not high > low or length <= 0:
            return []
        values, step = self.values()
        height = self._texts.metrics.height()
        labels = []
        for value in values:
            text = self._texts.get(self.text(value, step))
            share = (value - low) / (high - low)
            extent = height if self.orientation == "right" else text.width
            begin = (1 - share if self.orientation == "right" else share) * length - extent / 2
            if begin >= 0 and begin + extent <= length:
                at = round(begin)
                labels.append(_Label(_GAP, at, text) if self.orientation == "right" else _Label(at, _GAP // 2, text))
        return labels


class Grid(pg.GraphicsObject):  # type: ignore[misc]
    """Lines across the plot at the values that its axes label."""

    def __init__(self, view: pg.ViewBox, across: Axis, along: Axis) -> None:
        super().__init__()
        self._view = view
        self._across = across
        self._along = along
        self._pen = QPen()
        self.setZValue(-100)
        view.sigRangeChanged.connect(self._move)
        view.addItem(self, ignoreBounds=True)

    def use_pen(self, pen: QPen) -> None:
        """Draw with a cosmetic pen."""
        self._pen = pen
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self._view.viewRect())

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        (left, right), (bottom, top) = self._view.viewRange()
        lines = [QLineF(left, value, right, value) for value in self._along.values()[0]]
        lines += [QLineF(value, bottom, value, top) for value in self._across.values()[0]]
        painter.setPen(self._pen)
        painter.drawLines(lines)

    def _move(self) -> None:
        self.prepareGeometryChange()
