from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.shortcuts_dialog import ShortcutsDialog

KEYS = [("Edit", "Undo", "Ctrl+Z"), ("Help", "Keyboard shortcuts", "F1")]


def table_of(dialog: ShortcutsDialog) -> QTableWidget:
    table = dialog.findChild(QTableWidget, "keys")
    assert isinstance(table, QTableWidget)
    return table


def rows_of(dialog: ShortcutsDialog) -> list[tuple[str, ...]]:
    table = table_of(dialog)
    cells = [[table.item(row, column) for column in range(3)] for row in range(table.rowCount())]
    assert all(cell is not None for row in cells for cell in row)
    return [tuple(cell.text() for cell in row if cell is not None) for row in cells]


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    window = MainWindow(["desk"], Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.show()
    return window


def test_the_shortcuts_of_menus_come_first(qtbot: QtBot) -> None:
    dialog = ShortcutsDialog(KEYS)
    qtbot.addWidget(dialog)
    rows = rows_of(dialog)
    assert rows[:2] == KEYS
    assert ("Watchlist", "Go to a symbol", "Type its first letters") in rows[2:]
    assert all(all(texts) for texts in rows)


def test_the_table_is_read_only_and_has_names(qtbot: QtBot) -> None:
    dialog = ShortcutsDialog(KEYS)
    qtbot.addWidget(dialog)
    table = table_of(dialog)
    assert table.editTriggers() == QTableWidget.EditTrigger.NoEditTriggers
    assert dialog.accessibleName() == table.accessibleName() == "Keyboard shortcuts"
    model = table.model()
    assert [model.headerData(place, Qt.Orientation.Horizontal) for place in range(3)] == ["Area", "Action", "Shortcut"]
    assert not dialog.isModal()


def test_escape_closes_the_dialog(qtbot: QtBot) -> None:
    dialog = ShortcutsDialog(KEYS)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_window_has_a_button_that_closes_it(qtbot: QtBot) -> None:
    dialog = ShortcutsDialog(KEYS)
    qtbot.addWidget(dialog)
    dialog.show()
    button = dialog.findChild(QPushButton, "close_dialog")
    assert isinstance(button, QPushButton)
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_words_find_actions_and_keys(qtbot: QtBot) -> None:
    dialog = ShortcutsDialog(KEYS)
    qtbot.addWidget(dialog)
    dialog.show()
    table = table_of(dialog)

    def visible() -> list[tuple[str, ...]]:
        return [row for number, row in enumerate(rows_of(dialog)) if not table.isRowHidden(number)]

    qtbot.keyClicks(dialog.focusWidget(), "edit CTRL+Z")
    assert visible() == [KEYS[0]]
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert visible() == rows_of(dialog)
    qtbot.keyClicks(dialog.focusWidget(), "no such key")
    assert visible() == []


def test_f1_shows_every_shortcut_of_the_window(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: bool(window.findChildren(ShortcutsDialog)))
    (dialog,) = window.findChildren(ShortcutsDialog)
    assert dialog.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.findChildren(ShortcutsDialog) == [dialog]  # one is enough
    assert set(menus.menu_shortcuts(window.menuBar())) <= set(rows_of(dialog))
    dialog.close()
    qtbot.waitUntil(lambda: not window.findChildren(ShortcutsDialog))


def test_shortcuts_are_unique(window: MainWindow) -> None:
    keys = [key for _, _, key in menus.menu_shortcuts(window.menuBar())]
    assert len(keys) > 15
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("key", ["Ctrl+F", "Ctrl+Z", "Ctrl+Tab", "Alt+Up", "F2", "Del", "F1"])
def test_common_shortcuts_are_there(window: MainWindow, key: str) -> None:
    shortcut = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    assert shortcut in {found for _, _, found in menus.menu_shortcuts(window.menuBar())}
