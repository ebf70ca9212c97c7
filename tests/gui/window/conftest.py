"""Fixtures of the tests of the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.app import app
from ticker_gui.gui.widgets.icons import set_icon_theme
from ticker_gui.gui.widgets.qt_palette import qt_palette
from ticker_gui.gui.widgets.theme import Theme, load_theme
from ticker_gui.gui.window import main_window, theme_presenter
from ticker_gui.gui.window.main_window import MainWindow


def apply_without_style_sheet(application: QApplication, theme: Theme) -> None:
    """Apply a theme as `apply_theme` does, but for the style sheet."""
    set_icon_theme(theme)
    application.setPalette(qt_palette(theme))


@pytest.fixture(autouse=True)
def _fast_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make windows smaller than usual, which are painted faster, and those of the program without a style sheet.

    A style sheet doubles the time of each window; the look of the program is tested elsewhere.
    """
    monkeypatch.setattr(main_window, "_SIZE", QSize(1280, 720))
    for module in (app, theme_presenter):
        monkeypatch.setattr(module, "apply_theme", apply_without_style_sheet)


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
