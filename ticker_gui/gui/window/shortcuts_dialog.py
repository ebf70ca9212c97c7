"""The sheet of all keys."""

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

# What widgets do by themselves, and no menu says; {keys} are named as the platform does.
_OTHERS: Final = (
    ("Watchlist", "Go to a symbol", "type its name"),
    ("Watchlist", "Choose rows", "{Up}, {Down}, with {Shift} or {Ctrl}"),
    ("Watchlist", "Sort by a column", "click its title; a second and third click turn and end it"),
    ("Chart", "Move through time", "{Left}, {Right}, {PgUp}, {PgDown}, or drag"),
    ("Chart", "Go to the oldest, or follow the newest price", "{Home}, {End}"),
    ("Chart", "Zoom", "+, -, the wheel, or drag the times"),
    ("Chart", "Scale prices", "{Up}, {Down}, or drag the prices; a double-click there lets them fit"),
    ("Chart", "Give prices more height, or less", "{Shift} with {Up}, {Down}, or drag what is between panes"),
    ("Chart", "Read bar after bar", "{Shift} with {Left}, {Right}, or point at one"),
    ("Chart", "Measure", "M, then {Shift} with {Left}, {Right}; or drag with {Shift}"),
    ("Chart", "Reset view", "R, or double-click"),
    ("Chart", "Put away what is read or measured", "{Esc}"),
)


class ShortcutsDialog(QDialog):
    """A table of what can be done by keys, read from the menus."""

    def __init__(self, keys: Iterable[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key_sheet")
        self.setAccessibleName("keys")
        self.setWindowTitle("Keys")
        self.resize(640, 620)
        others = ((area, action, _with_names(how)) for area, action, how in _OTHERS)
        rows: Sequence[tuple[str, str, str]] = (*keys, *others)
        table = QTableWidget(len(rows), 3, self)
        table.setObjectName("keys")
        table.setAccessibleName("keys")
        table.setHorizontalHeaderLabels(["Where", "What", "Key"])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                table.setItem(row, column, QTableWidgetItem(text))
        table.resizeColumnsToContents()
        table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        layout = QVBoxLayout(self)
        layout.addWidget(table)


def _with_names(text: str) -> str:
    return re.sub(r"{(\w+)}", lambda key: native_key(key[1]), text)
