from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLineEdit, QMainWindow, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.menus import MenuCommand, RadioGroup, Submenu, Toggle

CTRL = Qt.KeyboardModifier.ControlModifier


class Commanded:
    """A window with menus and two fields, and the actions that have run."""

    def __init__(self, qtbot: QtBot) -> None:
        self.done: list[object] = []
        self.theme, self.span, self.flash_enabled = "light", "4 h", True
        self.window = QMainWindow()
        self.one, self.other = QLineEdit(), QLineEdit()
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.addWidget(self.one)
        layout.addWidget(self.other)
        self.window.setCentralWidget(middle)
        menus.fill_menu_bar(
            self.window.menuBar(),
            {
                "&File": (
                    MenuCommand("&Save …", self.note("save"), QKeySequence.StandardKey.Save),
                    None,
                    MenuCommand("&Nothing", self.note("nothing")),
                ),
                "&View": (
                    MenuCommand("&Pin", self.note("pin"), "Ctrl+D", on=self.one),
                    RadioGroup({"dark": "&Dark", "light": "&Light"}, lambda: self.theme, self.done.append),
                    RadioGroup({"4 h": "4 hours", "1 d": "1 day"}, lambda: self.span, self.done.append),
                    Toggle("&Flash", lambda: self.flash_enabled, self.done.append),
                ),
            },
        )
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def note(self, what: str) -> Callable[[], object]:
        return lambda: self.done.append(what)

    def menu(self, title: str) -> QMenu:
        (found,) = [action.menu() for action in self.window.menuBar().actions() if action.text() == title]
        assert isinstance(found, QMenu)
        return found

    def action(self, text: str) -> QAction:
        (found,) = [action for action in self.window.findChildren(QAction) if action.text() == text]
        return found


@pytest.fixture
def commanded(qtbot: QtBot) -> Commanded:
    return Commanded(qtbot)


def test_items_are_in_their_menus_as_declared(commanded: Commanded) -> None:
    texts = [action.text() or "-" * action.isSeparator() for action in commanded.menu("&File").actions()]
    assert texts == ["&Save …", "-", "&Nothing"]


def test_a_menu_works_with_the_keyboard_alone(commanded: Commanded, qtbot: QtBot) -> None:
    bar, menu = commanded.window.menuBar(), commanded.menu("&File")
    qtbot.keyClick(bar, Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(menu.isVisible)
    qtbot.keyClick(menu, Qt.Key.Key_N)
    assert commanded.done == ["nothing"]
    assert not menu.isVisible()


def test_a_click_on_an_item_runs_its_action(commanded: Commanded, qtbot: QtBot) -> None:
    menu = commanded.menu("&File")
    menu.popup(commanded.window.pos())
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(menu.actions()[0]).center())
    assert commanded.done == ["save"]


def test_a_shortcut_works_in_the_whole_window(commanded: Commanded, qtbot: QtBot) -> None:
    for field in (commanded.one, commanded.other):
        field.setFocus()
        qtbot.keyClick(field, Qt.Key.Key_S, CTRL)
    assert commanded.done == ["save", "save"]


def test_a_shortcut_of_a_widget_works_only_there(commanded: Commanded, qtbot: QtBot) -> None:
    commanded.other.setFocus()
    qtbot.keyClick(commanded.other, Qt.Key.Key_D, CTRL)
    assert commanded.done == []
    commanded.one.setFocus()
    qtbot.keyClick(commanded.one, Qt.Key.Key_D, CTRL)
    assert commanded.done == ["pin"]


def test_the_item_of_a_widget_can_be_chosen_from_anywhere(commanded: Commanded) -> None:
    commanded.other.setFocus()
    commanded.action("&Pin").trigger()
    assert commanded.done == ["pin"]


def test_the_current_value_is_checked_when_the_menu_opens(commanded: Commanded) -> None:
    menu = commanded.menu("&View")
    dark, light, hours = (commanded.action(text) for text in ("&Dark", "&Light", "4 hours"))
    menu.popup(commanded.window.pos())
    assert (dark.isChecked(), light.isChecked(), hours.isChecked()) == (False, True, True)
    menu.close()
    commanded.theme = "dark"  # by whatever way
    menu.popup(commanded.window.pos())
    assert (dark.isChecked(), light.isChecked(), hours.isChecked()) == (True, False, True)


def test_a_radio_item_emits_each_choice(commanded: Commanded) -> None:
    for text in ("&Light", "&Dark", "1 day", "&Dark"):
        commanded.action(text).trigger()
    assert commanded.done == ["light", "dark", "1 d", "dark"]


def test_a_toggle_follows_the_state_and_not_its_check_mark(commanded: Commanded) -> None:
    switch = commanded.action("&Flash")
    switch.trigger()
    switch.trigger()
    assert commanded.done == [False, False]  # the state has not been switched off elsewhere
    commanded.flash_enabled = False
    switch.trigger()
    assert commanded.done[-1] is True
    commanded.menu("&View").popup(commanded.window.pos())
    assert not switch.isChecked()


def test_shortcuts_are_listed_by_menu(commanded: Commanded) -> None:
    assert list(menus.menu_shortcuts(commanded.window.menuBar())) == [
        ("File", "Save", "Ctrl+S"),
        ("View", "Pin", "Ctrl+D"),
    ]


def test_a_menu_of_its_own_can_be_filled(commanded: Commanded) -> None:
    menu = QMenu(commanded.window)
    menus.fill_menu(menu, [MenuCommand("&One", commanded.note("one"))])
    menu.actions()[0].trigger()
    assert commanded.done == ["one"]


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_delete_is_on_every_keyboard(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    names = [keys.toString() for keys in menus.shortcuts(QKeySequence.StandardKey.Delete)]
    assert names == (["Backspace", "Del"] if platform == "darwin" else ["Del"])


class _WithoutStandardKeys(QKeySequence):
    """Has no standard key, like Quit on Windows."""

    def __init__(self, key: QKeySequence.StandardKey | str) -> None:
        super().__init__(key if isinstance(key, str) else "")


def test_quit_has_a_shortcut_on_every_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    quits = QKeySequence.StandardKey.Quit
    monkeypatch.setattr(menus, "QKeySequence", _WithoutStandardKeys)
    assert [keys.toString() for keys in menus.shortcuts(quits)] == ["Ctrl+Q"]


@pytest.mark.parametrize(("key", "name"), [("Ctrl", "Ctrl"), ("Shift", "Shift"), ("Esc", "Esc"), ("PgUp", "PgUp")])
def test_keys_have_the_platforms_names(key: str, name: str) -> None:
    assert menus.native_key(key) == name


def test_known_commands_have_an_icon(qtbot: QtBot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    menus.fill_menu(menu, [MenuCommand("&Undo", int), MenuCommand("Something &else…", int)])
    assert [action.icon().isNull() for action in menu.actions()] == [False, True]


def test_submenus_of_the_menu_bar_get_their_items_when_their_menu_opens(qtbot: QtBot) -> None:
    window, done = QMainWindow(), list[str]()
    qtbot.addWidget(window)
    themes = RadioGroup({"dark": "&Dark", "light": "&Light"}, lambda: "light", done.append)
    with_key = MenuCommand("&Reset", lambda: done.append("reset"), "Ctrl+R")
    lines = (
        Submenu("T&heme", [themes]),
        Submenu("&Layout", [with_key]),
        Submenu("&More", [Submenu("&Keys", [with_key])]),
        Submenu("&Panels", [QAction("&Alerts", window)]),
    )
    menus.fill_menu_bar(window.menuBar(), {"&View": lines})
    (menu,) = [action.menu() for action in window.menuBar().actions()]
    assert isinstance(menu, QMenu)
    theme, *others = [one for action in menu.actions() if isinstance(one := action.menu(), QMenu)]
    assert theme.isEmpty()
    assert len(others) == 3
    assert not any(one.isEmpty() for one in others)  # a shortcut works at all times
    for _ in range(2):
        menu.popup(window.pos())
        theme.popup(window.pos())
        assert [(action.text(), action.isChecked()) for action in theme.actions()] == [
            ("&Dark", False),
            ("&Light", True),
        ]
        theme.close()
        menu.close()


def test_an_unavailable_item_is_disabled_while_its_menu_is_open_but_its_shortcut_works(qtbot: QtBot) -> None:
    window = QMainWindow()
    done: list[object] = []
    qtbot.addWidget(window)
    reasons = ["No row is selected"]
    menus.fill_menu_bar(
        window.menuBar(),
        {
            "&Edit": (
                MenuCommand("&Copy", lambda: done.append("copy"), "Ctrl+C", unavailable=lambda: reasons[0]),
                Toggle("&Pin", lambda: True, done.append, unavailable=lambda: reasons[0]),
            )
        },
    )
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    menu = window.menuBar().actions()[0].menu()
    assert isinstance(menu, QMenu)
    menu.popup(window.pos())
    assert [action.isEnabled() for action in menu.actions()] == [False, False]
    assert [menus.reason_of(action) for action in menu.actions()] == ["No row is selected"] * 2
    menu.close()
    qtbot.keySequence(window, "Ctrl+C")
    assert done == ["copy"]
    reasons[0] = ""
    menu.popup(window.pos())
    assert [action.isEnabled() for action in menu.actions()] == [True, True]
    assert [menus.reason_of(action) for action in menu.actions()] == ["", ""]
    menu.close()


def test_all_commands_are_listed_with_their_menus_in_their_current_state(qtbot: QtBot) -> None:
    window, reasons = QMainWindow(), ["closed"]
    qtbot.addWidget(window)
    menus.fill_menu_bar(
        window.menuBar(),
        {
            "&View": (
                MenuCommand("S&ave && close…", print, unavailable=lambda: reasons[0]),
                None,
                Submenu("T&heme", [RadioGroup({"dark": "&Dark", "light": "&Light"}, lambda: "light", print)]),
            )
        },
    )
    found = [
        (titles, menus.plain_text(action.text()), action.isChecked(), menus.reason_of(action))
        for titles, action in menus.menu_actions(window.menuBar())
    ]
    assert found == [
        (("View",), "Save & close…", False, "closed"),
        (("View", "Theme"), "Dark", False, ""),
        (("View", "Theme"), "Light", True, ""),
    ]
    assert all(action.isEnabled() for action in window.findChildren(QAction))


def test_a_disabled_action_without_a_reason_is_not_available(qtbot: QtBot) -> None:
    action = QAction("Undo")
    action.setEnabled(False)
    assert menus.reason_of(action) == "Not available right now"
    menus.set_available(action, "Nothing to undo")
    assert (action.isEnabled(), menus.reason_of(action)) == (False, "Nothing to undo")
    menus.set_available(action, "")
    assert (action.isEnabled(), menus.reason_of(action)) == (True, "")
