from __future__ import annotations

from collections.abc import Sequence

from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.row_menu import heading_items, list_items, row_items
from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, Submenu
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.actions import window_menus
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.watchlist.section_heading import SectionHeading


def _table(qtbot: QtBot) -> WatchlistTable:
    desk = Desk("A", "B")
    table = WatchlistTable(WatchlistModel(desk.clock), load_theme("dark"), flash_enabled=False)
    table.watchlist.show(desk.market.states)
    qtbot.addWidget(table)
    return table


def _titles(items: Sequence[MenuItem]) -> list[str]:
    return [item.text.replace("&", "") for item in items if isinstance(item, MenuCommand | Submenu)]


def test_without_selected_rows_the_menu_has_the_commands_of_the_table(qtbot: QtBot) -> None:
    assert _titles(row_items(_table(qtbot), [])) == [
        "Copy table as image", "Paste symbols", "Export visible rows to CSV…",
    ]  # fmt: skip


def test_the_menu_of_rows_offers_the_other_lists(qtbot: QtBot) -> None:
    table = _table(qtbot)
    table.other_lists = lambda: ["Gas & oil"]
    states = table.watchlist.states
    assert "Add to list" in _titles(row_items(table, states))
    requested: list[tuple[object, object]] = []
    table.copy_requested.connect(lambda *arguments: requested.append(arguments))
    items = [item for item in list_items(table, states) if isinstance(item, MenuCommand)]
    assert [item.text for item in items] == ["Gas && oil", "&New list"]
    for item in items:
        item.act()
    assert requested == [(states, "Gas & oil"), (states, None)]


def test_the_menu_of_rows_names_the_keys_of_the_menu_bar(qtbot: QtBot) -> None:
    window = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    bar = [item for items in window_menus(window).values() for item in items if isinstance(item, MenuCommand)]
    keys = {item.text.replace("&", ""): item.key for item in bar}
    table = _table(qtbot)
    of_rows = [item for item in row_items(table, table.watchlist.states) if isinstance(item, MenuCommand)]
    named = {item.text.replace("&", ""): item.key for item in of_rows}
    common = named.keys() & keys.keys()
    assert {"Edit alias", "Symbol diagnostics", "Remove from list"} < common
    assert {title: named[title] for title in common} == {title: keys[title] for title in common}


def test_the_menu_of_a_heading_changes_its_section(qtbot: QtBot) -> None:
    table, heading = _table(qtbot), SectionHeading("Tech")
    requested: list[tuple[object, ...]] = []
    for signal in (table.fold_requested, table.shift_requested, table.section_removal_requested):
        signal.connect(lambda *arguments: requested.append(arguments))
    commands = {
        item.text.replace("&", ""): item for item in heading_items(table, heading) if isinstance(item, MenuCommand)
    }
    for title in ("Fold section", "Move section up", "Move section down", "Remove section, keep its symbols"):
        commands[title].act()
    assert requested == [(heading, True), ([heading], -1), ([heading], 1), (heading,)]
    heading.is_folded = True
    assert _titles(heading_items(table, heading))[0] == "Unfold section"
