from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ticker_gui.feed_setup.provider_list import ANY_WEBSOCKET, find_entry
from ticker_gui.gui.connect.provider_search import ProviderSearch
from ticker_gui.gui.widgets.theme import load_theme


def a_search(qtbot: QtBot) -> ProviderSearch:
    search = ProviderSearch(load_theme("dark"))
    qtbot.addWidget(search)
    search.show()
    return search


def test_the_first_match_is_chosen_unless_the_chosen_one_matches(qtbot: QtBot) -> None:
    search = a_search(qtbot)
    search.select(find_entry("kraken"))
    with qtbot.waitSignal(search.entry_chosen) as chosen:
        search.search.setText("finnhub")
    assert chosen.args[0].name == "finnhub"
    search.select(ANY_WEBSOCKET)
    with qtbot.assertNotEmitted(search.entry_chosen, wait=0):
        search.search.clear()
    search.select(find_entry("kraken"))
    with qtbot.assertNotEmitted(search.entry_chosen, wait=0):
        qtbot.keyClicks(search.search, "crypto")


def test_an_address_is_reported_as_it_is_typed(qtbot: QtBot) -> None:
    search = a_search(qtbot)
    with qtbot.waitSignal(search.address_entered) as entered:
        search.search.setText(" wss://desk.example ")
    assert entered.args == ["wss://desk.example"]


def test_text_without_a_match_says_so_and_enter_confirms(qtbot: QtBot) -> None:
    search = a_search(qtbot)
    qtbot.keyClicks(search.search, "zzz")
    assert search.nothing_found.isVisible()
    assert search.first_entry.name == "alpaca"
    with qtbot.waitSignal(search.confirmed):
        qtbot.keyClick(search.search, Qt.Key.Key_Return)


def test_one_of_the_two_lists_has_the_choice(qtbot: QtBot) -> None:
    search = a_search(qtbot)
    search.select(ANY_WEBSOCKET)
    assert search.providers.current_entry is None
    search.select(find_entry("kraken"))
    assert search.any_websocket.current_entry is None
    assert search.providers.current_entry == find_entry("kraken")
