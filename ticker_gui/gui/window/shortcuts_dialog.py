"""The dialog that lists all keyboard shortcuts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.gui.widgets.dialog_parts import close_row
from ticker_gui.gui.widgets.dialogs import resize_within_screen
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, GAP
from ticker_gui.gui.widgets.menus import native_key
from ticker_gui.gui.widgets.plain_text import name_clear_button

# Keys and mouse actions without a menu item; the names of {keys} depend on the platform.
_WITHOUT_MENU_ITEM: Final = (
    ("Watchlist", "Go to a symbol", "Type its first letters"),
    ("Watchlist", "Select rows", "{Up} or {Down}; hold {Shift} to extend the selection"),
    ("Watchlist", "Sort by a column", "Click its header to sort; click again to reverse, and again to clear"),
    ("Watchlist", "Clear the filter", "{Esc}"),
    ("Chart", "Scroll through time", "{Left}, {Right}, {PgUp} or {PgDown}, or drag"),
    ("Chart", "Go to the oldest bar", "{Home}"),
    ("Chart", "Go to latest", "{End}"),
    ("Chart", "Zoom", "+ or -, the mouse wheel, or drag the time axis"),
    ("Chart", "Scale prices", "{Up} or {Down}, or drag the price axis; double-click it to auto-scale"),
    ("Chart", "Resize the price pane", "{Shift+Up} or {Shift+Down}, or drag the divider"),
    ("Chart", "Step through bars", "{Shift+Left} or {Shift+Right}, or point at a bar"),
    ("Chart", "Measure", "M, then {Shift+Left} or {Shift+Right}; or drag with {Shift}"),
    ("Chart", "Draw with the keyboard", "Choose a tool in the Chart menu; {Shift+Left} or {Shift+Right}, then {Enter}"),
    ("Chart", "Select a drawing", "D, again for the next one; or click it"),
    ("Chart", "Move the selected drawing", "Arrow keys, with {Shift} further; or drag it or its end points"),
    ("Chart", "Edit or delete the selected drawing", "{Enter} or {Del}"),
    ("Chart", "Snap a point to a price of its bar", "Hold {Ctrl} while drawing or dragging"),
    ("Chart", "Create an alert at a price", "Hold {Alt} and click"),
    ("Chart", "Reset view", "R, or double-click"),
    ("Chart", "Choose a timeframe", "Type a number and a unit, such as 5m, 4h, 1d, 30s or 100t; then {Enter}"),
    ("Chart", "Leave a drawing tool; clear selection, crosshair and measurement", "{Esc}"),
    ("View", "Return from a panel to the chart", "{Esc}"),
    ("View", "Leave full screen, chart only or list only", "{Esc}"),
)
_COLUMN_GAP: Final = 16
_LINE_GAP: Final = 8


class ShortcutsDialog(QDialog):
    """A table of the shortcuts of the menus, followed by keys and mouse actions without a menu item.

    The field above it finds the rows with all of its words.
    """

    def __init__(self, shortcuts: Iterable[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key_sheet")
        self.setAccessibleName("Keyboard shortcuts")
        self.setWindowTitle("Keyboard shortcuts")
        resize_within_screen(self, QSize(640, 620))
        others = ((area, action, _with_key_names(how)) for area, action, how in _WITHOUT_MENU_ITEM)
        rows: Sequence[tuple[str, str, str]] = (*shortcuts, *others)
        table = QTableWidget(len(rows), 3, self)
        table.setObjectName("keys")
        table.setAccessibleName("Keyboard shortcuts")
        table.setHorizontalHeaderLabels(["Area", "Action", "Shortcut"])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                table.setItem(row, column, QTableWidgetItem(text))
        table.resizeColumnsToContents()
        for column in (0, 1):
            table.setColumnWidth(column, table.columnWidth(column) + _COLUMN_GAP)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + _LINE_GAP)
        table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._table = table
        self._field = QLineEdit()
        self._field.setObjectName("find_shortcut")
        self._field.setAccessibleName("Find a shortcut")
        self._field.setPlaceholderText("Find an action or a key, such as zoom or Ctrl+K")
        self._field.setClearButtonEnabled(True)
        name_clear_button(self._field)
        self._field.textChanged.connect(self._search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN)
        layout.setSpacing(GAP)
        layout.addWidget(self._field)
        layout.addWidget(table, 1)
        layout.addLayout(close_row(self))
        self._field.setFocus()

    def _search(self, text: str) -> None:
        words = text.casefold().split()
        for row in range(self._table.rowCount()):
            items = (self._table.item(row, column) for column in range(self._table.columnCount()))
            row_text = " ".join(item.text() for item in items if item is not None).casefold()
            self._table.setRowHidden(row, not all(word in row_text for word in words))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._field.text():
            self._field.clear()  # as in the settings: the next Escape closes the window
        else:
            super().keyPressEvent(event)


def _with_key_names(text: str) -> str:
    return re.sub(r"{([\w+]+)}", lambda key: native_key(key[1]), text)
