"""The small marks in rows: state, direction of the day, pin and bell; drawn once and cached."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QPolygonF

from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.widgets.icons import draw_icon
from ticker_gui.gui.widgets.state_marks import mark_color, mark_pixmap
from ticker_gui.gui.widgets.theme import Theme

ARROW_SIZE: Final = 7
PIN_SIZE: Final = 12  # also of the bell
_UP: Final = QPolygonF([QPointF(3.5, 0.5), QPointF(7, 6.5), QPointF(0, 6.5)])
_DOWN: Final = QPolygonF([QPointF(0, 0.5), QPointF(7, 0.5), QPointF(3.5, 6.5)])
_QUIET_MARKS: Final = (StateMark.NOT_CONNECTED, StateMark.CLOSED, StateMark.NO_FEED, StateMark.DISABLED)


class RowMarks:
    """The marks in the colors of a theme; each method draws one with its upper left corner at a point."""

    def __init__(self, theme: Theme) -> None:
        self._colors = {mark: theme.text3 if mark in _QUIET_MARKS else mark_color(mark, theme) for mark in StateMark}
        self._directions = {1: theme.up, -1: theme.down}
        self._muted = theme.text3
        self._alerts = {False: theme.accent, True: theme.warning}

    def color(self, mark: StateMark) -> str:
        """Return the color of a state in a row: muted for those that the banner or the status bar shows anyway."""
        return self._colors[mark]

    def draw_state(self, painter: QPainter, x: int, y: int, mark: StateMark) -> None:
        """Draw the mark of a state."""
        painter.drawPixmap(x, y, mark_pixmap(mark, self._colors[mark], painter.device().devicePixelRatioF()))

    def draw_arrow(self, painter: QPainter, x: int, y: int, direction: int, *, is_current: bool) -> None:
        """Draw an arrow up (1) or down (-1), in the color of that direction if the prices are current."""
        color = self._directions[direction] if is_current else self._muted
        painter.drawPixmap(x, y, _arrow(direction, color, painter.device().devicePixelRatioF()))

    def draw_pin(self, painter: QPainter, x: int, y: int) -> None:
        """Draw the mark of a row that is pinned to the top."""
        painter.drawPixmap(x, y, _icon("pin", self._muted, painter.device().devicePixelRatioF()))

    def draw_bell(self, painter: QPainter, x: int, y: int, *, has_fired: bool) -> None:
        """Draw the mark of a row with alerts."""
        painter.drawPixmap(x, y, _icon("bell", self._alerts[has_fired], painter.device().devicePixelRatioF()))


@cache
def _arrow(direction: int, color: str, ratio: float) -> QPixmap:
    pixmap = _empty_pixmap(ARROW_SIZE, ratio)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawPolygon(_UP if direction > 0 else _DOWN)
    painter.end()
    return pixmap


@cache
def _icon(name: str, color: str, ratio: float) -> QPixmap:
    pixmap = _empty_pixmap(PIN_SIZE, ratio)
    painter = QPainter(pixmap)
    draw_icon(painter, QRectF(0, 0, PIN_SIZE, PIN_SIZE), name, color)
    painter.end()
    return pixmap


def _empty_pixmap(size: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(QSize(size, size) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap
