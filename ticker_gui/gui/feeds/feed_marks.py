"""The marks of feed states: each has its own shape, so that they differ without color."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from ticker_gui.feed_status.feed_row import FeedMark
from ticker_gui.gui.widgets.theme import Theme

MARK_SIZE: Final = 10
_STROKE: Final = 1.5
_RATIOS: Final = (1, 2, 3)  # device pixels per pixel for which an icon has a pixmap
_CENTER: Final = QPointF(5, 5)
_RING: Final = QRectF(1.5, 1.5, 7, 7)
_TRIANGLE: Final = QPolygonF([QPointF(5, 1.2), QPointF(9, 8.6), QPointF(1, 8.6)])
_DEGREES: Final = 16


def mark_color(mark: FeedMark, theme: Theme) -> str:
    """Return the color of a mark."""
    if mark is FeedMark.LIVE:
        return theme.live
    if mark in (FeedMark.NOT_CONNECTED, FeedMark.REJECTED):
        return theme.error
    return {FeedMark.DELAYED: theme.text2, FeedMark.DISABLED: theme.text3}.get(mark, theme.warning)


def mark_icon(mark: FeedMark, theme: Theme) -> QIcon:
    """Return a mark as an icon that is sharp at every usual scale."""
    icon = QIcon()
    for ratio in _RATIOS:
        pixmap = QPixmap(QSize(MARK_SIZE, MARK_SIZE) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = QColor(mark_color(mark, theme))
        pen = QPen(color, _STROKE)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        _SHAPES[mark](painter, color)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _dot(painter: QPainter, color: QColor) -> None:
    painter.setBrush(color)
    painter.drawEllipse(_CENTER, 3, 3)


def _ring_with_core(painter: QPainter, color: QColor) -> None:
    painter.drawEllipse(_RING)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(_CENTER, 1.5, 1.5)


def _half_ring(painter: QPainter, color: QColor) -> None:
    painter.drawEllipse(_RING)
    painter.setBrush(color)
    painter.drawChord(_RING, -90 * _DEGREES, 180 * _DEGREES)


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


def _square(painter: QPainter, color: QColor) -> None:
    painter.drawRect(QRectF(2, 2, 6, 6))


_SHAPES: Final[Mapping[FeedMark, Callable[[QPainter, QColor], None]]] = {
    FeedMark.LIVE: _dot,
    FeedMark.QUIET: _ring_with_core,
    FeedMark.DELAYED: _half_ring,
    FeedMark.CONNECTING: _arc,
    FeedMark.WAITING_FOR_DATA: _arc,
    FeedMark.NOT_CONNECTED: _struck_ring,
    FeedMark.KEY_NEEDED: _triangle,
    FeedMark.REJECTED: _cross,
    FeedMark.DISABLED: _dash,
    FeedMark.DEMO: _square,
}
