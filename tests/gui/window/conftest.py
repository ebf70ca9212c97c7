"""Fixtures of the tests of the window."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    """Return an active window with two symbols, the first of which is charted and has trades."""
    desk = Desk("A", "B")
    window = MainWindow(["desk"], desk.clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.panel.order.set_states(desk.market.states, ())
    for second in range(5):
        desk.trade("A", 100.0 + second)
    window.chart.show_symbol(desk.market.states[0])
    window.resize(1200, 700)
    window.show()
    window.docks.share_space()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window
