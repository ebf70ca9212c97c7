from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> MainWindow:
    apply_theme(qapp, load_theme("dark"))
    window = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.resize(1400, 800)
    window.show()
    return window


def button(window: MainWindow, name: str) -> QToolButton:
    found = window.findChild(QToolButton, name)
    assert isinstance(found, QToolButton)
    return found


def test_every_tool_can_be_reached_by_keyboard_and_has_a_name_and_a_tooltip(window: MainWindow) -> None:
    names = ("feeds_button", "alert_bell", "toggle_list", "toggle_bottom", "toggle_full_screen", "settings_button")
    tools: list[QWidget] = [button(window, name) for name in names]
    search = window.findChild(QPushButton, "search_button")
    assert search is not None
    for tool in (*tools, search):
        assert tool.accessibleName()
        assert tool.toolTip()
        assert tool.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_last_tools_are_at_the_right_edge_of_a_wide_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1900, 700)
    last = button(window, "settings_button")
    qtbot.waitUntil(lambda: last.mapTo(window, last.rect().topRight()).x() > window.width() - 2 * last.width())


def test_the_list_is_hidden_and_shown_by_its_switch(window: MainWindow, qtbot: QtBot) -> None:
    switch = button(window, "toggle_list")
    assert switch.isChecked()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert not window.panel.isVisible()
    assert not switch.isChecked()
    window.docks.open(window.panel)
    assert switch.isChecked()


def test_the_panels_below_the_chart_are_opened_and_closed_together(window: MainWindow, qtbot: QtBot) -> None:
    switch = button(window, "toggle_bottom")
    assert not switch.isChecked()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert window.details.isVisible()
    window.docks.open(window.feeds_panel)
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert not window.details.isVisible()
    assert not window.feeds_panel.isVisible()
    assert not switch.isChecked()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert window.feeds_panel.isVisible()  # the same ones as before
    assert switch.isChecked()


def test_the_bell_opens_the_alerts_also_behind_another_tab_and_closes_them(window: MainWindow, qtbot: QtBot) -> None:
    bell = button(window, "alert_bell")
    assert not bell.isChecked()
    qtbot.mouseClick(bell, Qt.MouseButton.LeftButton)
    assert window.docks.is_in_front(window.alerts)
    assert bell.isChecked()
    window.docks.open(window.console)
    qtbot.waitUntil(lambda: not bell.isChecked())
    qtbot.mouseClick(bell, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.docks.is_in_front(window.alerts))
    assert bell.isChecked()
    qtbot.mouseClick(bell, Qt.MouseButton.LeftButton)
    assert not window.alerts.isVisible()
    assert not bell.isChecked()


def test_the_search_makes_room_for_the_number_of_fired_alerts(window: MainWindow, qtbot: QtBot) -> None:
    last = button(window, "settings_button")
    for width in (1400, 900, 640):
        window.resize(width, 600)
        for fired in (0, 120):
            window.tool_bar.bell.show_fired(fired)
            qtbot.waitUntil(last.isVisible)
            assert last.mapTo(window, last.rect().bottomRight()).x() < window.width()


def test_full_screen_has_a_switch_that_follows_it(window: MainWindow, qtbot: QtBot) -> None:
    switch = button(window, "toggle_full_screen")
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.isFullScreen)
    assert switch.isChecked()
    window.modes.leave()
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert not switch.isChecked()


def test_the_search_is_an_icon_where_the_window_is_narrow(window: MainWindow, qtbot: QtBot) -> None:
    search = window.findChild(QPushButton, "search_button")
    assert isinstance(search, QPushButton)
    assert search.text() == "Search or run a command"
    window.resize(640, 600)
    qtbot.waitUntil(lambda: search.text() == "")
    assert search.width() == search.height() == 28
    names = ("feeds_button", "toggle_full_screen", "settings_button")
    qtbot.waitUntil(lambda: all(button(window, name).isVisible() for name in names))
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: search.text() != "")


def test_the_shortcut_of_the_add_field_is_visible_while_it_is_empty(window: MainWindow, qtbot: QtBot) -> None:
    field = window.findChild(QLineEdit, "add_symbol")
    assert isinstance(field, QLineEdit)
    hint = field.findChild(QLabel, "key_hint")
    assert isinstance(hint, QLabel)
    assert hint.isVisible()
    assert hint.text() == "Ctrl+N"
    qtbot.keyClicks(field, "A")
    assert not hint.isVisible()
    field.clear()
    assert hint.isVisible()


def test_the_settings_button_requests_the_settings(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.settings_requested):
        qtbot.mouseClick(button(window, "settings_button"), Qt.MouseButton.LeftButton)
