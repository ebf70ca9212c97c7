"""Draws the picture of dragged rows and places the name editors; the table draws its own cells itself."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.widgets.measures import GAP, RADIUS
from ticker_gui.watchlist.columns import COLUMN_INDEX

_SYMBOL: Final = COLUMN_INDEX["symbol"]
_OPACITY: Final = 0.85  # the tab below it stays readable


class DragDelegate(QStyledItemDelegate):
    """Draws only the symbol of a dragged row, so that the picture does not hide where the rows can be dropped."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if index.column() != _SYMBOL:
            return
        text, area = str(index.data()), QRect(option.rect)
        area.setWidth(min(area.width(), painter.fontMetrics().horizontalAdvance(text) + 2 * GAP))
        painter.save()
        painter.setOpacity(_OPACITY)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = option.palette
        painter.setPen(palette.mid().color())
        painter.setBrush(palette.button())
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        painter.setPen(palette.buttonText().color())
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().updateEditorGeometry(editor, option, index)
        model, viewport = index.model(), editor.parentWidget()
        if viewport is not None and isinstance(model, WatchlistModel) and model.heading(index) is not None:
            # The name of a section is painted over the width of the table, not in the first column only.
            editor.setGeometry(0, editor.y(), viewport.width(), editor.height())
