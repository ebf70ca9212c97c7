from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.command_palette.directory import Directory
from tests.gui.market_of import Desk
from tests.gui.window.test_actions import actions_of, bare
from ticker_gui.command_palette.entries import Entry, Group
from ticker_gui.command_palette.search import find
from ticker_gui.command_palette.symbols import FeedSymbol
from ticker_gui.command_palette.synonyms import SYNONYMS
from ticker_gui.feed_setup.symbol_providers import describe_providers
from ticker_gui.feeds.history import Instrument
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.palette_entries import (
    command_entries,
    indicator_entries,
    list_entries,
    recent_symbol_entries,
    setting_entries,
    symbol_entries,
    timeframe_entries,
)
from ticker_gui.indicators.registry import INDICATORS
from ticker_gui.settings_editor.fields import editable_fields


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    desk = Desk("A", "B")
    window = MainWindow(["desk"], desk.clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.panel.order.set_states(desk.market.states, ())
    desk.trade("A", 100.0)
    return window


def commands(window: MainWindow) -> dict[str, Entry]:
    return {entry.title: entry for entry in command_entries(window.menuBar(), without="open_palette")}


def test_every_command_of_the_menus_is_an_entry_with_its_shortcut(window: MainWindow) -> None:
    actions = [action for action in actions_of(window) if action.objectName() != "open_palette"]
    entries = list(command_entries(window.menuBar(), without="open_palette"))
    assert len(actions) > 80
    expected = [bare(action.text()) for action in actions]
    expected.remove("Feed diagnostics")  # in two menus
    assert sorted(entry.title.rpartition(": ")[2].removesuffix("…") for entry in entries) == sorted(expected)
    assert sorted(filter(None, (entry.key for entry in entries))) == sorted(
        key for action in actions if (key := action.shortcut().toString())
    )


def test_the_ids_of_all_entries_are_distinct(window: MainWindow) -> None:
    window.panel.tabs.show_lists(["Stocks", "Coins"], 0)
    entries = list(window.command_palette._entries())
    assert len({entry.id for entry in entries}) == len(entries)


def test_entries_are_grouped_and_show_their_state(window: MainWindow) -> None:
    found = commands(window)
    assert found["Quit"].group is Group.COMMANDS
    assert (found["Theme: Dark"].group, found["Theme: Same as system"].detail) == (Group.SETTINGS, "current")
    assert (found["Price colors: Blue and orange"].detail, found["Flash price changes"].detail) == ("current", "on")
    assert (found["Timeframe: 5 min"].group, found["Timeframe: Ticks"].detail) == (Group.CHART, "current")
    assert found["Chart type: Candles"].group is Group.CHART
    assert found["Pin to top"].group is Group.COMMANDS


def test_an_entry_runs_the_command_of_the_menu(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.theme_requested) as theme:
        commands(window)["Theme: Light"].run()
    assert theme.args == ["light"]
    commands(window)["Timeframe: 5 min"].run()
    assert window.chart.options.timeframe == "5m"
    was_on = window.watchlist.flash_enabled
    with qtbot.waitSignal(window.flash_requested) as flash:
        commands(window)["Flash price changes"].run()
    assert flash.args == [not was_on]


def test_each_command_has_one_entry_and_synonyms_belong_to_commands(window: MainWindow) -> None:
    titles = [entry.title for entry in window.command_palette._entries()]
    assert len(set(titles)) == len(titles)
    assert set(SYNONYMS) <= set(titles)


FOUND_BY = {
    "save image": "Save as PNG…",
    "screenshot": "Copy as image",
    "exit": "Quit",
    "preferences": "Settings…",
    "add feed": "Connect a feed…",
    "api key": "Connect a feed…",
    "new watchlist": "New list",
    "dark mode": "Theme: Dark",
    "sort by change": "Keep sorted by: Chg",
    "candlestick": "Chart type: Candles",
    "replay": "Open a recording…",
    "report bug": "Report a problem…",
    "help": "Keyboard shortcuts",
    "version": "About",
}


def test_commands_are_found_by_the_words_of_other_programs(window: MainWindow) -> None:
    entries = list(window.command_palette._entries())
    for typed, title in FOUND_BY.items():
        assert find(typed, entries)[0].entry.title == title, typed


def test_every_setting_is_found_by_name_and_opened_at_its_row(window: MainWindow, qtbot: QtBot) -> None:
    opened: list[str] = []
    entries = {entry.title: entry for entry in setting_entries(opened.append)}
    assert len(entries) == len(editable_fields())
    entries["Setting: Charted symbols"].run()
    assert opened == ["limits.charts"]
    assert all(entry.group is Group.SETTINGS for entry in entries.values())


def test_commands_that_are_not_possible_have_a_reason(window: MainWindow) -> None:
    window.watchlist.clearSelection()
    window.panel.tabs.show_lists(["Only"], 0)
    window.show_history("Undo", "Redo", can_undo=False, can_redo=False)
    found = commands(window)
    for title, reason in {
        "Undo": "Nothing to undo",
        "Copy rows": "No row is selected",
        "Pin to top": "No row is selected",
        "Next list": "This is the only list",
        "Retry now": "No feed is waiting to reconnect",
        "Save as PNG…": "No symbol on the chart",
        "Clear comparison": "No comparison to clear",
        "Quit": "",
        "Export visible rows to CSV…": "",
    }.items():
        assert found[title].reason == reason, title
    window.watchlist.selectRow(0)
    window.chart.show_symbol(window.model.states[0])
    window.show_history("Undo add A", "Redo", can_undo=True, can_redo=False)
    found = commands(window)
    assert found["Undo add A"].id == "command:undo"
    assert not any(found[title].reason for title in ("Undo add A", "Copy rows", "Pin to top", "Save as PNG…"))


def test_listing_the_commands_leaves_all_shortcuts_enabled(window: MainWindow) -> None:
    window.watchlist.clearSelection()
    commands(window)
    disabled = [action.text() for action in actions_of(window) if action.shortcuts() and not action.isEnabled()]
    assert disabled == []


def test_a_menu_that_is_filled_when_it_opens_is_listed(window: MainWindow) -> None:
    menu = QMenu("&Feeds", window)
    window.menuBar().addMenu(menu)
    menu.aboutToShow.connect(lambda: menu.addAction(QAction("&Coinbase", menu)))
    assert commands(window)["Coinbase"].group is Group.COMMANDS


def test_each_indicator_can_be_added(window: MainWindow) -> None:
    entries = {entry.id: entry for entry in indicator_entries(window.chart_menu)}
    assert list(entries) == [f"indicator:{indicator.key}" for indicator in INDICATORS]
    entries["indicator:rsi"].run()
    entries["indicator:ema"].run()
    assert [one.key for one in window.chart.options.indicators] == ["rsi", "ema"]


def test_lists_are_entries(window: MainWindow) -> None:
    window.panel.tabs.show_lists(["Stocks", "R&D"], 1)
    shown: list[str] = []
    entries = list(list_entries(window.panel.tabs, shown.append))
    assert [(entry.title, entry.detail) for entry in entries] == [("Stocks", ""), ("R&D", "current")]
    entries[0].run()
    assert shown == ["Stocks"]


class WithLists(Directory):
    def list_with(self, feed: str, symbol: str) -> str:
        return "Crypto" if symbol == "BTC-USD" else ""


def symbols(typed: str) -> tuple[Sequence[Entry], list[tuple[str, str]]]:
    chosen: list[tuple[str, str]] = []

    def connect(symbol: str) -> None:
        chosen.append(("connect", symbol))

    directory = WithLists(
        {"coins": ["BTC-USD", "BTC-EUR"], "stocks": ["GOOGL"]}, {FeedSymbol("stocks", "GOOGL"): "Alphabet"}
    )
    return list(symbol_entries(typed, directory, "Main", lambda *one: chosen.append(one), connect)), chosen


def test_symbols_say_where_they_are_and_running_one_chooses_it() -> None:
    entries, chosen = symbols("btc")
    assert [(entry.title, entry.detail) for entry in entries] == [
        ("BTC-USD", "coins · in Crypto"),
        ("BTC-EUR", "coins · add to Main"),
        ('Add "btc" to Main', "coins"),
    ]
    for entry in entries:
        entry.run()
    assert chosen == [("coins", "BTC-USD"), ("coins", "BTC-EUR"), ("coins", "btc")]


def test_an_alias_finds_its_symbol() -> None:
    entries, _ = symbols("alph")
    assert [(one.entry.title, one.entry.detail) for one in find("alph", (), lambda typed: entries)] == [
        ("GOOGL", "Alphabet · stocks · add to Main"),
        ('Add "alph" to Main', "coins"),
    ]


def test_a_listed_symbol_is_found_by_its_name_which_is_displayed() -> None:
    directory = Directory({"stocks": []}, listed={"stocks": [Instrument("KO", "Coca-Cola Company", "NYSE")]})
    entries = list(symbol_entries("coca cola", directory, "Main", print, print))
    assert [(one.entry.title, one.entry.detail) for one in find("coca cola", (), lambda typed: entries)] == [
        ("KO", "Coca-Cola Company · NYSE · stocks · add to Main")
    ]


def test_an_unknown_symbol_can_be_added_or_a_feed_connected_for_it() -> None:
    entries, chosen = symbols("stocks:MSFT")
    assert [(entry.title, entry.detail, entry.id) for entry in entries] == [
        ('Add "MSFT" to Main', "stocks", "symbol:stocks:MSFT"),
        ('Connect a feed for "MSFT"…', describe_providers("MSFT"), ""),
    ]
    for entry in entries:
        entry.run()
    assert chosen == [("stocks", "MSFT"), ("connect", "MSFT")]


def test_a_name_finds_the_symbols_of_connected_feeds() -> None:
    entries, chosen = symbols("bitcoin")
    found = [one.entry for one in find("bitcoin", (), lambda typed: entries)]
    assert [entry.title for entry in found] == ["BTC-USD", 'Add "bitcoin" to Main']
    found[0].run()
    assert chosen == [("coins", "BTC-USD")]


def test_a_name_that_no_connected_feed_has_offers_to_connect_one_first() -> None:
    entries, chosen = symbols("apple")
    found = [one.entry for one in find("apple", (), lambda typed: entries)]
    assert [entry.title for entry in found] == ['Connect a feed for "apple"…', 'Add "apple" to Main']
    found[0].run()
    assert chosen == [("connect", "apple")]
    without_feeds = list(symbol_entries("bitcoin", Directory({}), "Main", print, print))
    assert [entry.title for entry in without_feeds] == ['Connect a feed for "bitcoin"…']


def test_recent_symbols_are_entries_as_long_as_their_feed_exists() -> None:
    directory = WithLists({"coins": ["BTC-USD"], "coins:2": []})
    ids = ["symbol:coins:BTC-USD", "command:undo", "symbol:gone:X", "symbol:coins:2:Y"]
    entries = list(recent_symbol_entries(ids, directory, "Main", print))
    assert [(entry.id, entry.title) for entry in entries] == [(ids[0], "BTC-USD"), (ids[3], "Y")]
    assert entries[0].detail == "coins · in Crypto"


@pytest.mark.parametrize("typed", ["", "btc-usd", "two words", "<b>", "x" * 100])
def test_known_symbols_and_texts_that_are_not_symbols_are_not_offered(typed: str) -> None:
    entries, _ = symbols(typed)
    assert not any(entry.is_fallback for entry in entries)


def test_a_timeframe_that_is_not_in_the_menu_can_be_typed(window: MainWindow) -> None:
    (entry,) = timeframe_entries("250t", window.chart_menu)
    assert entry.title == "Timeframe: 250 trades"
    entry.run()
    assert window.chart.options.timeframe == "250t"
    for typed in ("5m", "7m", "5", "t", ""):
        assert not list(timeframe_entries(typed, window.chart_menu)), typed


def test_a_typed_timeframe_of_the_menu_is_found_first(window: MainWindow) -> None:
    results = find("5m", list(command_entries(window.menuBar())))
    assert results[0].entry.title == "Timeframe: 5 min"
