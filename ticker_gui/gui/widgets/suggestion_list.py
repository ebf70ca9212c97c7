"""The list of suggestions below a text field, with the height and colors of a menu."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QCompleter, QListView, QStyledItemDelegate, QStyleOptionViewItem

from ticker_gui.gui.widgets.measures import CONTROL_HEIGHT, GAP


class SuggestionDelegate(QStyledItemDelegate):
    """Gives suggestions the height of a control."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(hint.height(), CONTROL_HEIGHT, option.fontMetrics.height() + GAP))


def show_suggestions_in_list(completer: QCompleter, delegate: SuggestionDelegate) -> QListView:
    """Return the list in which a completer shows its suggestions."""
    popup = QListView()
    popup.setObjectName("suggestions")
    popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # Qt would leave room for it
    completer.setPopup(popup)
    delegate.setParent(popup)
    popup.setItemDelegate(delegate)  # setPopup sets one of its own
    return popup
