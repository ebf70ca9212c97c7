"""The marks of states: each has its own shape, so that they differ without color."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.widgets.measures import MARK_SIZE
from ticker_gui.gui.widgets.theme import Theme

_STROKE: Final = 1.5
_RATIOS: Final = (1, 2, 3)  # device pixels per pixel for which an icon has a pixmap
_CENTER: Final = QPointF(5, 5)
_RING: Final = QRectF(1.5, 1.5, 7, 7)
_TRIANGLE: Final = QPolygonF([QPointF(5, 1.2), QPointF(9, 8.6), QPointF(1, 8.6)])
_ARROWHEAD: Final = QPolygonF([QPointF(2.5, 1.5), QPointF(8.5, 5), QPointF(2.5, 8.5)])
_DEGREES: Final = 16


def mark_color(mark: StateMark, theme: Theme) -> str:
    """Return the color of a mark."""
    return {
        StateMark.LIVE: theme.live,
        StateMark.DELAYED: theme.text2,
        StateMark.CLOSED: theme.text3,
        StateMark.NO_FEED: theme.text3,
        StateMark.DISABLED: theme.text3,
        StateMark.NOT_CONNECTED: theme.error,
        StateMark.REFUSED: theme.error,
    }.get(mark, theme.warning)


def draw_mark(painter: QPainter, x: float, y: float, mark: StateMark, color: str | QColor) -> None:
    """Draw a mark with its upper left corner at a point; it is `MARK_SIZE` wide and high."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(x, y)
    pen = QPen(QColor(color), _STROKE)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _SHAPES[mark](painter, pen.color())
    painter.restore()


def mark_pixmap(mark: StateMark, color: str, ratio: float) -> QPixmap:
    """Return a mark as a picture for a number of device pixels per pixel; it is drawn once."""
    return _pixmap(mark, color, ratio)


def mark_icon(mark: StateMark, theme: Theme) -> QIcon:
    """Return a mark as an icon that is sharp at every usual scale."""
    icon = QIcon()
    for ratio in _RATIOS:
        icon.addPixmap(mark_pixmap(mark, mark_color(mark, theme), ratio))
    return icon


@cache
def _pixmap(mark: StateMark, color: str, ratio: float) -> QPixmap:
    pixmap = QPixmap(QSize(MARK_SIZE, MARK_SIZE) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_mark(painter, 0, 0, mark, color)
    painter.end()
    return pixmap


def _dot(painter: QPainter, color: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(_CENTER, 3.5, 3.5)


def _ring_with_core(painter: QPainter, color: QColor) -> None:
    painter.drawEllipse(_RING)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(_CENTER, 1.5, 1.5)


def _half_ring(painter: QPainter, color: QColor) -> None:
    painter.drawEllipse(_RING)
    painter.setBrush(color)
    painter.drawChord(_RING, -90 * _DEGREES, 180 * _DEGREES)


def _ring(painter: QPainter, color: QColor) -> None:
    painter.drawEllipse(_RING)


def _arc(painter: QPainter, color: QColor) -> None:
    painter.drawArc(_RING, 180 * _DEGREES, 270 * _DEGREES)


def _struck_ring(painter: QPainter, color: QColor) -> None:
    painter.drawEllipse(_RING)
    painter.drawLine(QPointF(2.6, 7.4), QPointF(7.4, 2.6))


def _triangle(painter: QPainter, color: QColor) -> None:
    painter.drawPolygon(_TRIANGLE)


def _cross(painter: QPainter, color: QColor) -> None:
    painter.drawLine(QPointF(2, 2), QPointF(8, 8))
    painter.drawLine(QPointF(8, 2), QPointF(2, 8))


def _dash(painter: QPainter, color: QColor) -> None:
    painter.drawLine(QPointF(2, 5), QPointF(8, 5))


def _ring_with_dash(painter: QPainter, color: QColor) -> None:
    painter.drawEllipse(_RING)
    painter.drawLine(QPointF(3.6, 5), QPointF(6.4, 5))


def _square(painter: QPainter, color: QColor) -> None:
    painter.drawRect(QRectF(2, 2, 6, 6))


def _play(painter: QPainter, color: QColor) -> None:
    painter.setBrush(color)
    painter.drawPolygon(_ARROWHEAD)


_SHAPES: Final[Mapping[StateMark, Callable[[QPainter, QColor], None]]] = {
    StateMark.LIVE: _dot,
    StateMark.QUIET: _ring_with_core,
    StateMark.DELAYED: _half_ring,
    StateMark.CLOSED: _ring,
    StateMark.CONNECTING: _arc,
    StateMark.NOT_CONNECTED: _struck_ring,
    StateMark.KEY_NEEDED: _triangle,
    StateMark.REFUSED: _cross,
    StateMark.NO_FEED: _dash,
    StateMark.DISABLED: _ring_with_dash,
    StateMark.DEMO: _square,
    StateMark.REPLAY: _play,
}
