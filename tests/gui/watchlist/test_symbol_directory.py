from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from pytestqt.qtbot import QtBot

from tests.gui.watchlist.test_list_controller import Setup
from ticker_gui.command_palette.symbols import find_symbols
from ticker_gui.engine.symbol_catalogs import SymbolCatalogs
from ticker_gui.feeds.history import Instrument
from ticker_gui.gui.watchlist.symbol_directory import ListedSymbols
from ticker_gui.watchlist.lists import ListEntry


def directory(setup: Setup, default_feed: str = "desk") -> ListedSymbols:
    return ListedSymbols(setup.engine, setup.list_controller, lambda: default_feed)


def test_the_feed_for_new_symbols_is_first(qtbot: QtBot) -> None:
    setup = Setup()
    assert directory(setup).feeds() == ["desk", "coins"]
    assert directory(setup, "coins").feeds() == ["coins", "desk"]
    assert directory(setup, "removed").feeds() == ["desk", "coins"]


def test_symbols_of_lists_and_feeds_are_known_and_the_list_is_named(qtbot: QtBot) -> None:
    setup = Setup()
    found = directory(setup)
    setup.list_controller.new_list()
    setup.list_controller.add("desk", ["ZED"])
    assert list(found.known_symbols("desk"))[:4] == ["A", "B", "C", "ZED"]
    assert found.list_with("desk", "A") == "Watchlist"
    assert found.list_with("desk", "ZED") == setup.names[1]
    assert found.list_with("desk", "X") == found.list_with("removed", "A") == ""
    assert ("desk", "ZED") in find_symbols("zed", found)


def test_the_active_list_is_preferred(qtbot: QtBot) -> None:
    setup = Setup()
    setup.list_controller.new_list()
    setup.list_controller.add("desk", ["A"])
    assert directory(setup).list_with("desk", "A") == setup.names[1]
    setup.list_controller.show(0)
    assert directory(setup).list_with("desk", "A") == setup.names[0]


def test_symbols_are_found_by_the_alias_that_the_user_has_given(qtbot: QtBot) -> None:
    setup = Setup()
    (state,) = [state for state in setup.panel.model.states if state.symbol == "B"]
    setup.list_controller.alias(state, "Big one")
    assert directory(setup).aliases() == {("desk", "B"): "Big one"}
    assert find_symbols("big", directory(setup)) == [("desk", "B")]


def test_a_symbol_is_selected_in_its_list_or_added(qtbot: QtBot) -> None:
    setup = Setup()
    setup.list_controller.new_list()
    state = setup.list_controller.reveal("desk", "B")
    assert state is not None
    assert (setup.list_controller.active_index, setup.selected, state.symbol) == (0, "B", "B")
    added = setup.list_controller.reveal("coins", "ETH-USD")
    assert added is not None
    assert added.symbol == "ETH-USD"
    assert setup.messages == [f"Added ETH-USD to {setup.names[0]}."]
    assert setup.list_controller.index_with(ListEntry("coins", "eth-usd")) == 0
    assert setup.list_controller.reveal("removed", "A") is None


def test_without_lists_of_symbols_nothing_is_listed_and_symbols_have_one_notation(qtbot: QtBot) -> None:
    found = directory(Setup())
    assert found.search_catalogs("a", ["desk"], 5) == []
    assert found.instrument("desk", "A") is None
    assert found.wire_symbol("desk", "nimb") == "NIMB"
    assert found.wire_symbol("removed", "nimb") == "nimb"


def test_names_and_the_age_of_an_old_list_come_from_the_providers_lists(qtbot: QtBot) -> None:
    setup, asked = Setup(), list[tuple[str, list[str]]]()
    search = SimpleNamespace(status="")
    online = SimpleNamespace(request=lambda query, feeds: asked.append((query, list(feeds))), search=search)
    catalogs = SimpleNamespace(
        find=lambda feed, symbol: Instrument(symbol, f"{symbol} of {feed}"),
        describe=lambda feed: "The list is of 1 May." if feed == "coins" else "",
        online=online,
    )
    found = ListedSymbols(setup.engine, setup.list_controller, lambda: "desk", cast(SymbolCatalogs, catalogs))
    assert found.instrument("desk", "A") == Instrument("A", "A of desk")
    assert found.search_online("ze") == "coins: The list is of 1 May."
    assert found.search_online("desk:ze") == ""
    search.status = "Searching…"
    assert found.search_online("ze") == "Searching…"
    assert asked[0] == ("ze", ["desk", "coins"])
