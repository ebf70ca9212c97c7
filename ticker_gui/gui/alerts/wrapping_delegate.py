"""Cells whose text may need several lines; their rows are as high as that needs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTreeView

_MARGIN: Final = 3  # on each side of the text, as Qt draws it
_MAX_HEIGHT: Final = 1_000


class WrappingDelegate(QStyledItemDelegate):
    """The delegate of one column of a tree whose words are wrapped."""

    def __init__(self, tree: QTreeView) -> None:
        super().__init__(tree)
        self._tree: Final = tree

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        width = self._tree.columnWidth(index.column()) - 2 * _MARGIN
        room = QRect(0, 0, max(width, 1), _MAX_HEIGHT)
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        wrapped = self._tree.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, text)
        lines = wrapped.height() // max(self._tree.fontMetrics().lineSpacing(), 1)
        extra = (lines - 1) * self._tree.fontMetrics().lineSpacing() if lines > 1 else 0
        return QSize(hint.width(), hint.height() + extra)
