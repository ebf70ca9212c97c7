from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QTableWidget
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.shortcuts_dialog import ShortcutsDialog

KEYS = [("Edit", "Undo", "Ctrl+Z"), ("Help", "Keys", "F1")]


def table_of(sheet: ShortcutsDialog) -> QTableWidget:
    table = sheet.findChild(QTableWidget, "keys")
    assert isinstance(table, QTableWidget)
    return table


def rows_of(sheet: ShortcutsDialog) -> list[tuple[str, ...]]:
    table = table_of(sheet)
    cells = [[table.item(row, column) for column in range(3)] for row in range(table.rowCount())]
    assert all(cell is not None for row in cells for cell in row)
    return [tuple(cell.text() for cell in row if cell is not None) for row in cells]


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    window = MainWindow(["desk"], Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.show()
    return window


def test_the_keys_of_menus_come_first_and_then_those_that_no_menu_says(qtbot: QtBot) -> None:
    sheet = ShortcutsDialog(KEYS)
    qtbot.addWidget(sheet)
    rows = rows_of(sheet)
    assert rows[:2] == KEYS
    assert ("Watchlist", "Go to a symbol", "type its name") in rows[2:]
    assert all(all(texts) for texts in rows)


def test_it_can_be_read_and_not_written_and_has_names(qtbot: QtBot) -> None:
    sheet = ShortcutsDialog(KEYS)
    qtbot.addWidget(sheet)
    table = table_of(sheet)
    assert table.editTriggers() == QTableWidget.EditTrigger.NoEditTriggers
    assert sheet.accessibleName() == table.accessibleName() == "keys"
    model = table.model()
    assert [model.headerData(place, Qt.Orientation.Horizontal) for place in range(3)] == ["Where", "What", "Key"]
    assert not sheet.isModal()


def test_escape_closes_it(qtbot: QtBot) -> None:
    sheet = ShortcutsDialog(KEYS)
    qtbot.addWidget(sheet)
    sheet.show()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_f1_shows_every_key_of_the_window(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: bool(window.findChildren(ShortcutsDialog)))
    (sheet,) = window.findChildren(ShortcutsDialog)
    assert sheet.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.findChildren(ShortcutsDialog) == [sheet]  # one is enough
    assert set(menus.menu_shortcuts(window.menuBar())) <= set(rows_of(sheet))
    sheet.close()
    qtbot.waitUntil(lambda: not window.findChildren(ShortcutsDialog))


def test_no_key_of_the_window_does_two_things(window: MainWindow) -> None:
    keys = [key for _, _, key in menus.menu_shortcuts(window.menuBar())]
    assert len(keys) > 15
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("key", ["Ctrl+F", "Ctrl+Z", "Ctrl+Tab", "Alt+Up", "F2", "Del", "F1"])
def test_what_people_expect_is_there(window: MainWindow, key: str) -> None:
    wanted = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    assert wanted in {found for _, _, found in menus.menu_shortcuts(window.menuBar())}
