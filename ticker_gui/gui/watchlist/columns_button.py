"""The button in the watchlist's header row that shows and hides the most common columns."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionToolButton, QToolButton, QWidget

from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, Toggle, popup
from ticker_gui.gui.widgets.plain_text import set_tooltip
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS

_COLUMNS: Final = ("change", "bid", "ask", "range", "volume", "age")
_GRID: Final = 16  # the icon is drawn on a grid of this many units
_STROKE: Final = 1.25


class ColumnsButton(QToolButton):
    """Opens a menu with a switch for each of the most common columns; all others are in the column dialog."""

    def __init__(self, table: WatchlistTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self.setObjectName("columns_button")
        self.setAccessibleName("Columns")
        self.setAutoRaise(True)
        set_tooltip(self, "Show or hide columns")
        self.clicked.connect(self._open_menu)

    def _open_menu(self) -> None:
        items: list[MenuItem] = [self._toggle(key) for key in _COLUMNS]
        items += [None, MenuCommand("&More columns…", self._table.header.columns_requested.emit)]
        popup(self, self.mapToGlobal(self.rect().bottomLeft()), items)

    def _toggle(self, key: str) -> Toggle:
        table, column = self._table, COLUMN_INDEX[key]
        return Toggle(
            COLUMNS[column].title, lambda: not table.isColumnHidden(column), lambda is_on: table.toggle_column(key)
        )

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
        painter.drawRect(QRectF(2.5, 3, 11, 10))
        for x in (6.2, 9.8):
            painter.drawLine(QPointF(x, 3), QPointF(x, 13))
