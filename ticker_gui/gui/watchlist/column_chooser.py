"""The dialog for choosing and ordering the watchlist's columns."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.gui.watchlist.column_view import ColumnView
from ticker_gui.gui.widgets.dialogs import resize_within_screen
from ticker_gui.gui.widgets.plain_text import plain_label
from ticker_gui.watchlist.column_choice import ADDED_ORDER, LEFT_OUT_ORDER, ColumnChoice
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS

_KEY: Final = Qt.ItemDataRole.UserRole
_NO_DATA: Final = "No connected feed provides this."
_LEFT_OUT: Final = [COLUMNS[COLUMN_INDEX[key]].title for key in LEFT_OUT_ORDER]
_ADDED: Final = [COLUMNS[COLUMN_INDEX[key]].title for key in ADDED_ORDER]
_ADAPTING: Final = (
    "These are the default columns. If the list is too narrow for all of them, "
    f"{', '.join(_LEFT_OUT[:-1])} and {_LEFT_OUT[-1]} are hidden, in this order. "
    f"A list with more room also shows {', '.join(_ADDED[:-1])} and {_ADDED[-1]}. "
    "If you choose other columns, exactly those are shown."
)
_OWN_CHOICE: Final = (
    "You chose these columns, so all of them stay visible; a narrow list scrolls sideways. "
    "Restore the defaults to let the columns adapt to the width."
)


class ColumnChooser(QDialog):
    """Lists all columns to check and to drag, or to move with Alt and the arrow keys; changes apply at once.

    `edit` connects it with a table.

    Signals:
        chosen: the new `ColumnChoice`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("column_chooser")
        self.setAccessibleName("Choose columns")
        self.setWindowTitle("Choose columns")
        resize_within_screen(self, QSize(480, 560))
        self._choice = ColumnChoice()
        self._without_data: frozenset[str] = frozenset()
        self._view: ColumnView | None = None
        self._follow_soon = QTimer(self, singleShot=True, interval=0)  # not while an item of the list is changing
        self._follow_soon.timeout.connect(self._follow)
        self._list = QListWidget()
        self._list.setObjectName("columns")
        self._list.setAccessibleName("Columns to show")
        self._list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self._list.setWordWrap(True)  # long descriptions must not make the list scroll sideways
        self._list.setSpacing(2)
        self._list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self._list.itemChanged.connect(self._emit_chosen)
        self._list.model().rowsMoved.connect(self._emit_chosen)
        layout = QVBoxLayout(self)
        layout.addWidget(plain_label("Select the columns to show; drag to reorder."))
        layout.addWidget(self._list, 1)
        self._note = plain_label(_ADAPTING, "columns_note")
        self._note.setWordWrap(True)
        layout.addWidget(self._note)
        layout.addLayout(self._make_buttons())
        for key, by in (("Alt+Up", -1), ("Alt+Down", 1)):
            QShortcut(QKeySequence(key), self).activated.connect(partial(self.move_current, by))

    def edit(self, view: ColumnView) -> None:
        """Change the columns of a table, and follow the changes that are made elsewhere."""
        self._view = view
        self.chosen.connect(view.set_column_choice)
        view.columns_changed.connect(self._follow_soon.start)

    def _follow(self) -> None:
        """Show the columns of the table; the current one stays."""
        if self._view is None or not self.isVisible():
            return
        choice, without_data = self._view.column_choice, self._view.columns_without_data
        if (choice, without_data) != (self._choice, self._without_data):
            item = self._list.currentItem()
            current = None if item is None else item.data(_KEY)
            self.show_columns(choice, without_data)
            for row in range(self._list.count()):
                if self._list.item(row).data(_KEY) == current:
                    self._list.setCurrentRow(row)

    def show_columns(self, choice: ColumnChoice, without_data: frozenset[str] = frozenset()) -> None:
        """List the chosen columns, in order, then all others; columns that no feed provides are gray and come last."""
        self._choice, self._without_data = choice, without_data
        self._show_note()
        self._list.clear()
        others = sorted((key for key in COLUMN_INDEX if key not in choice.keys), key=without_data.__contains__)
        visible = choice.visible(without_data)
        for key in (*choice.keys, *others):
            self._list.addItem(self._make_item(key, is_checked=key in visible))

    def _make_item(self, key: str, *, is_checked: bool) -> QListWidgetItem:
        column = COLUMNS[COLUMN_INDEX[key]]
        item = QListWidgetItem(f"{column.title}: {column.tooltip}")
        item.setData(_KEY, key)
        item.setCheckState(Qt.CheckState.Checked if is_checked else Qt.CheckState.Unchecked)
        if key == "symbol":  # every row needs its symbol
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
        if key in self._without_data:
            item.setForeground(self.palette().placeholderText())
            item.setToolTip(_NO_DATA)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, _NO_DATA)
        return item

    def move_current(self, by: int) -> None:
        """Move the current column up or down."""
        row = self._list.currentRow()
        target = row + by
        if row < 0 or not 0 <= target < self._list.count():
            return
        self._list.insertItem(target, self._list.takeItem(row))
        self._list.setCurrentRow(target)
        self._emit_chosen()

    def _emit_chosen(self) -> None:
        items = [self._list.item(row) for row in range(self._list.count())]
        order = [item.data(_KEY) for item in items]
        checked = {item.data(_KEY) for item in items if item.checkState() is Qt.CheckState.Checked}
        self._choice = self._choice.changed(order, checked, self._without_data)
        self._show_note()
        self.chosen.emit(self._choice)

    def _show_note(self) -> None:
        self._note.setText(_ADAPTING if self._choice.adapts else _OWN_CHOICE)

    def _reset(self) -> None:
        self.show_columns(ColumnChoice(), self._without_data)
        self.chosen.emit(self._choice)

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for text, name, act in (
            ("Move &up", "column_up", lambda: self.move_current(-1)),
            ("Move &down", "column_down", lambda: self.move_current(1)),
            ("&Restore defaults", "usual_columns", self._reset),
            ("&Close", "close_columns", self.close),
        ):
            button = QPushButton(text)
            button.setObjectName(name)
            button.setAutoDefault(False)
            button.clicked.connect(act)
            row.addWidget(button)
        return row
