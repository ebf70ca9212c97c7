from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.watchlist.columns_button import ColumnsButton
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.watchlist.columns import COLUMN_INDEX


@pytest.fixture
def panel(qtbot: QtBot) -> WatchlistPanel:
    panel = WatchlistPanel(Desk("A").clock, load_theme("dark"), flash_enabled=False)
    qtbot.addWidget(panel)
    panel.show()
    return panel


def menu_of(qtbot: QtBot, panel: WatchlistPanel) -> QMenu:
    (button,) = panel.findChildren(ColumnsButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    menu: QMenu = button.findChildren(QMenu)[-1]
    return menu


@pytest.mark.parametrize(("title", "key"), [("Chg", "change"), ("Bid", "bid"), ("Ask", "ask"), ("Day range", "range")])
def test_a_common_column_is_one_click_away(qtbot: QtBot, panel: WatchlistPanel, title: str, key: str) -> None:
    table = panel.table
    panel.resize(450, 300)  # too narrow for the day range by default
    for is_hidden in (False, True):
        menu = menu_of(qtbot, panel)
        (item,) = [action for action in menu.actions() if action.text() == title]
        assert item.isChecked() is is_hidden
        item.trigger()
        menu.close()
        assert table.isColumnHidden(COLUMN_INDEX[key]) is is_hidden


def test_the_menu_opens_the_column_dialog(qtbot: QtBot, panel: WatchlistPanel) -> None:
    menu = menu_of(qtbot, panel)
    with qtbot.waitSignal(panel.table.header.columns_requested):
        menu.actions()[-1].trigger()
