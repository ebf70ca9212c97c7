from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTabBar
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.proportions import list_width


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> MainWindow:
    apply_theme(qapp, load_theme("dark"))
    window = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.resize(1400, 800)
    window.show()
    return window


def tabs(window: MainWindow) -> QTabBar:
    found = window.findChild(QTabBar, "narrow_tabs")
    assert isinstance(found, QTabBar)
    return found


def visible(window: MainWindow) -> list[str]:
    return [name for name, part in (("list", window.panel), ("chart", window.chart)) if part.isVisible()]


def test_list_and_chart_are_tabs_only_in_a_narrow_window(window: MainWindow, qtbot: QtBot) -> None:
    assert visible(window) == ["list", "chart"]
    assert not tabs(window).isVisible()
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    assert tabs(window).isVisible()
    tabs(window).setCurrentIndex(1)
    qtbot.waitUntil(lambda: visible(window) == ["chart"])
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: visible(window) == ["list", "chart"])
    assert not tabs(window).isVisible()
    qtbot.waitUntil(lambda: abs(window.panel.width() - list_width(1400)) <= 1)


def test_a_command_for_the_list_brings_its_tab_to_the_front(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    tabs(window).setCurrentIndex(1)
    qtbot.waitUntil(lambda: visible(window) == ["chart"])
    window.docks.open(window.panel)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    assert tabs(window).currentIndex() == 0


def test_the_keyboard_focus_stays_in_the_add_field(window: MainWindow, qtbot: QtBot) -> None:
    window.focus_add_field()
    qtbot.waitUntil(window.add_field.hasFocus)
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    assert window.add_field.hasFocus()


def test_escape_keeps_one_part_in_view(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: visible(window) == ["list"])


def test_the_saved_layout_is_that_of_the_wide_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    saved = window.docks.capture()
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: visible(window) == ["list", "chart"])
    window.docks.restore(saved)
    qtbot.wait(20)
    assert visible(window) == ["list", "chart"]
    assert not tabs(window).isVisible()


def test_another_panel_can_be_opened_in_a_narrow_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    window.docks.open(window.details)
    qtbot.wait(20)
    assert window.details.isVisible()
