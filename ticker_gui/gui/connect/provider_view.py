"""The list of providers, two lines each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ticker_gui.feed_setup.provider_list import ProviderEntry
from ticker_gui.gui.widgets.plain_text import escaped_tooltip
from ticker_gui.gui.widgets.theme import Theme

_ENTRY: Final = Qt.ItemDataRole.UserRole
_PADDING: Final = 12
_BAR: Final = 2  # the width of the mark of the current row
_SMALL: Final = 0.88  # of the font


class ProviderView(QListWidget):
    """The providers of a list.

    Signals:
        entry_chosen: another provider was chosen.
    """

    entry_chosen = Signal(object)

    def __init__(self, theme: Theme, name: str = "providers", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Providers")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self._delegate = _Delegate(theme, self)
        self.setItemDelegate(self._delegate)
        # The selection counts, not the current item: Qt makes the first item the current one when the focus comes.
        self.itemSelectionChanged.connect(self._choose)
        self.itemActivated.connect(lambda item: item.setSelected(True))

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._delegate.theme = theme
        self.viewport().update()

    def show_entries(self, entries: Sequence[ProviderEntry], *, has_headings: bool = False) -> None:
        """Show these providers; the current one stays the current one if it is among them.

        With headings, the title of each group is above its first provider; it cannot be chosen.
        """
        group = ""
        current = self.current_entry
        self.blockSignals(True)
        self.clear()
        for entry in entries:
            if has_headings and entry.group != group:
                group = entry.group
                heading = QListWidgetItem(group)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                self.addItem(heading)
            item = QListWidgetItem(entry.title)
            item.setData(_ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.title}, {entry.key}. {entry.summary}")
            item.setToolTip(escaped_tooltip("\n".join(filter(None, (entry.details, entry.provenance)))))
            self.addItem(item)
        self.blockSignals(False)
        if current is not None:
            self.select_entry(current.name)

    def select_entry(self, name: str) -> bool:
        """Make a provider the current one, without a signal; return whether the list has it."""
        for row in range(self.count()):
            entry: ProviderEntry | None = self.item(row).data(_ENTRY)
            if entry is not None and entry.name == name:
                self.blockSignals(True)
                self.setCurrentRow(row)
                self.blockSignals(False)
                self.viewport().update()
                return True
        return False

    def clear_choice(self) -> None:
        """Have no current provider."""
        self.blockSignals(True)
        self.setCurrentRow(-1)
        self.clearSelection()
        self.blockSignals(False)

    @property
    def current_entry(self) -> ProviderEntry | None:
        """The chosen provider."""
        chosen = self.selectedItems()
        entry: ProviderEntry | None = chosen[0].data(_ENTRY) if chosen else None
        return entry

    def step(self, by: int) -> bool:
        """Choose the next provider (1) or the one before (-1); return whether there is one."""
        row = self.currentRow() + by if self.selectedItems() else (0 if by > 0 else self.count() - 1)
        while 0 <= row < self.count():
            if self.item(row).data(_ENTRY) is not None:
                self.setCurrentRow(row)
                return True
            row += by
        return False

    def _choose(self) -> None:
        if (entry := self.current_entry) is not None:
            self.entry_chosen.emit(entry)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        index = super().moveCursor(action, modifiers)
        if index.row() == 0 and not index.flags() & Qt.ItemFlag.ItemIsEnabled:  # the heading, which Home would go to
            return index.siblingAtRow(1)
        return index

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        above = index.sibling(index.row() - 1, 0)
        if above.isValid() and not above.flags() & Qt.ItemFlag.ItemIsEnabled:  # so that its heading is visible, too
            super().scrollTo(above, hint)
        super().scrollTo(index, hint)


class _Delegate(QStyledItemDelegate):
    """Paints the title and the key in the first line, and the data in the second."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._view = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        lines = 1 if index.data(_ENTRY) is None else 2
        return QSize(100, lines * option.fontMetrics.height() + 14)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: ProviderEntry | None = index.data(_ENTRY)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        area: QRect = option.rect
        painter.save()
        if entry is None:
            painter.setFont(option.font)
            painter.setPen(QColor(self.theme.text2))
            place = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
            painter.drawText(area.adjusted(_PADDING, 0, -_PADDING, -4), place, str(index.data()))
            painter.restore()
            return
        if is_current:
            painter.fillRect(area, QColor(self.theme.picked))
            painter.fillRect(QRect(area.left(), area.top(), _BAR, area.height()), QColor(self.theme.accent))
        text = QColor(self.theme.text)
        quiet = QColor(self.theme.text2 if is_current else self.theme.text3)
        inside = area.adjusted(_PADDING, 6, -_PADDING, -6)
        half = inside.height() // 2
        first, second = inside.adjusted(0, 0, 0, half - inside.height()), inside.adjusted(0, half, 0, 0)
        small, bold = QFont(option.font), QFont(option.font)
        small.setPointSizeF(option.font.pointSizeF() * _SMALL)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(small)
        painter.setPen(quiet)
        key_width = painter.fontMetrics().horizontalAdvance(entry.key) + _PADDING
        if QFontMetrics(bold).horizontalAdvance(entry.title) > first.width() - key_width:
            key_width = 0  # the title is more important
        else:
            painter.drawText(first, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, entry.key)
        summary = painter.fontMetrics().elidedText(entry.summary, Qt.TextElideMode.ElideRight, second.width())
        painter.drawText(second, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, summary)
        painter.setFont(bold)
        painter.setPen(text)
        title = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight, first.width() - key_width)
        painter.drawText(first, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        painter.restore()
        if option.state & QStyle.StateFlag.State_HasFocus:
            # Without the widget: the ring of an item is drawn around its area, and this one has no room there.
            self._view.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, option, painter)
