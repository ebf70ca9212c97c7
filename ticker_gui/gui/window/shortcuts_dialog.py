"""The dialog that lists all keyboard shortcuts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.gui.widgets.menus import native_key

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
    ("Chart", "Reset view", "R, or double-click"),
    ("Chart", "Choose a timeframe", "Type a number and a unit, such as 5m, 4h, 1d, 30s or 100t; then {Enter}"),
    ("Chart", "Clear cursor and measurement", "{Esc}"),
    ("View", "Return from a panel to the chart", "{Esc}"),
    ("View", "Leave full screen, chart only or list only", "{Esc}"),
)
_COLUMN_GAP: Final = 16
_LINE_GAP: Final = 8


class ShortcutsDialog(QDialog):
    """A table of the shortcuts of the menus, followed by keys and mouse actions without a menu item."""

    def __init__(self, shortcuts: Iterable[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key_sheet")
        self.setAccessibleName("Keyboard shortcuts")
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(640, 620)
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
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        layout = QVBoxLayout(self)
        layout.addWidget(table)


def _with_key_names(text: str) -> str:
    return re.sub(r"{([\w+]+)}", lambda key: native_key(key[1]), text)
