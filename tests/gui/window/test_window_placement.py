from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    window = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.show()
    return window


def test_a_window_outside_all_screens_is_moved_onto_one(window: MainWindow, qtbot: QtBot) -> None:
    screen = window.screen().availableGeometry()
    window.resize(screen.width() + 100, 500)
    window.move(screen.right() + 200, screen.top() + 40)
    window.keep_on_screen()
    qtbot.waitUntil(lambda: screen.contains(window.frameGeometry()))


def test_a_window_that_a_panel_makes_higher_stays_on_its_screen(window: MainWindow, qtbot: QtBot) -> None:
    screen = window.screen().availableGeometry()
    window.resize(700, window.minimumSizeHint().height())
    window.move(screen.left(), screen.bottom() - window.frameGeometry().height())
    before = window.height()
    window.docks.open(window.console)
    qtbot.waitUntil(lambda: window.height() > before)
    qtbot.waitUntil(lambda: screen.contains(window.frameGeometry()))


def test_a_window_that_the_user_has_moved_beyond_its_screen_stays_there(window: MainWindow, qtbot: QtBot) -> None:
    screen = window.screen().availableGeometry()
    window.resize(700, window.minimumSizeHint().height() + 300)
    window.move(screen.left(), screen.bottom() - 100)
    place = window.pos()
    window.docks.open(window.console)
    qtbot.waitUntil(window.console.isVisible)
    window.resize(720, window.height() + 10)
    qtbot.wait(0)
    assert window.pos() == place
