"""Painter of the headings of sections."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPolygonF

from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.watchlist.section_heading import SectionHeading

_COUNT_SCALE: Final = 0.85
_MARK: Final = 8  # pixels: the triangle that shows whether a section is folded
_LEFT: Final = 8
_GAP: Final = 6


class HeadingRow(NamedTuple):
    """A heading to paint, and the y coordinate of its row."""

    top: int
    heading: SectionHeading
    has_focus: bool


class SectionPainter:
    """Draws name and number of symbols of a section, without a fill."""

    def __init__(self, font: QFont, theme: Theme) -> None:
        self._name_font, self._count_font = QFont(font), QFont(font)
        self._name_font.setWeight(QFont.Weight.DemiBold)
        if font.pointSizeF() > 0:
            self._count_font.setPointSizeF(font.pointSizeF() * _COUNT_SCALE)
        else:
            self._count_font.setPixelSize(round(font.pixelSize() * _COUNT_SCALE))
        self._metrics = QFontMetrics(self._name_font)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._text, self._focus, self._base = QColor(theme.text3), QColor(theme.accent), QColor(theme.base)

    def paint(self, painter: QPainter, row: HeadingRow, width: int, height: int, *, is_mirrored: bool) -> None:
        """Paint a heading over the width of the table."""
        area = QRect(0, row.top, width, height)
        painter.fillRect(area, self._base)
        text_left = _LEFT + _MARK + _GAP
        name = self._metrics.elidedText(row.heading.symbol, Qt.TextElideMode.ElideRight, max(0, width * 3 // 4))
        name_width = self._metrics.horizontalAdvance(name)
        side = Qt.AlignmentFlag.AlignRight if is_mirrored else Qt.AlignmentFlag.AlignLeft
        flags = int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        self._paint_mark(painter, row, width, height, is_mirrored=is_mirrored)
        painter.setPen(self._text)
        painter.setFont(self._name_font)
        painter.drawText(_placed(area, text_left, is_mirrored), flags, name)
        painter.setFont(self._count_font)
        painter.drawText(_placed(area, text_left + name_width + _GAP, is_mirrored), flags, f"{row.heading.count:,}")
        if row.has_focus:
            painter.setPen(self._focus)
            painter.drawRect(area.adjusted(0, 0, -1, -1))

    def _paint_mark(self, painter: QPainter, row: HeadingRow, width: int, height: int, *, is_mirrored: bool) -> None:
        half = _MARK / 2
        x, y = (width - _LEFT - half if is_mirrored else _LEFT + half), row.top + height / 2
        ahead = -half if is_mirrored else half
        if row.heading.is_folded:
            points = [QPointF(x - ahead / 2, y - half), QPointF(x + ahead / 2, y), QPointF(x - ahead / 2, y + half)]
        else:
            points = [QPointF(x - half, y - half / 2), QPointF(x + half, y - half / 2), QPointF(x, y + half / 2)]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._text)
        painter.drawPolygon(QPolygonF(points))
        painter.restore()


def _placed(area: QRect, distance: int, is_mirrored: bool) -> QRect:
    return area.adjusted(0, 0, -distance, 0) if is_mirrored else area.adjusted(distance, 0, 0, 0)
