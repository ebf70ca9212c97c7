"""Stretches of the chart in which nobody listened: shaded, and labelled with their length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QTransform
from PySide6.QtWidgets import QApplication

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.painting import TextPainter
from ticker_gui.gui.theme import Theme
from ticker_gui.market import formats
from ticker_gui.market.gaps import Gap

_OPACITY: Final = 36
_LEAST_PIXELS: Final = 3  # a shade that is seen, however short the gap
_MARGIN: Final = 4


class Shade(NamedTuple):
    """A stretch in seconds since the epoch, and what is written in it."""

    left: float
    right: float
    text: str


def shade_of(gap: Gap) -> Shade:
    """Return how a gap, which has an end, is shown."""
    left, right = gap.start_ns / SECOND_NS, (gap.end_ns or gap.start_ns) / SECOND_NS
    if gap.missed:
        return Shade(left, right, f"{gap.missed:,} trades missed")
    return Shade(left, right, f"not watched for {formats.age(round(right - left))}")


class Shades(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """Draws the shades that it was given last, from the top to the bottom of the view."""

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__()
        self.shades: list[Shade] = []
        self._view = view
        self._texts = TextPainter(QApplication.font())
        self._fill, self._text = QColor(), QColor()
        self.setZValue(-50)
        view.sigRangeChanged.connect(self._move)
        view.addItem(self, ignoreBounds=True)

    def use_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self._fill, self._text = QColor(theme.warning), QColor(theme.warning)
        self._fill.setAlpha(_OPACITY)
        self.update()

    def show_gaps(self, gaps: Sequence[Gap]) -> None:
        """Show these gaps, each with an end."""
        shades = [shade_of(gap) for gap in gaps]
        if shades != self.shades:
            self.shades = shades
            self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self._view.viewRect())

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        if not self.shades:
            return
        (_, _), (bottom, top) = self._view.viewRange()
        to_pixels = painter.transform()
        painter.save()
        painter.setTransform(QTransform())
        painter.setFont(self._texts.font)
        for shade in self.shades:
            corner, opposite = to_pixels.map(QPointF(shade.left, top)), to_pixels.map(QPointF(shade.right, bottom))
            width = max(float(_LEAST_PIXELS), opposite.x() - corner.x())
            painter.fillRect(QRectF(corner.x(), corner.y(), width, opposite.y() - corner.y()), self._fill)
            text = self._texts.get(shade.text)
            if text.width + 2 * _MARGIN <= width:
                painter.setPen(self._text)
                self._texts.draw(painter, round(corner.x()) + _MARGIN, round(corner.y()) + _MARGIN, text)
        painter.restore()

    def _move(self) -> None:
        self.prepareGeometryChange()
