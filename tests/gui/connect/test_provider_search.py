from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ticker_gui.feed_setup.provider_list import ANY_WEBSOCKET, find_entry
from ticker_gui.gui.connect.provider_search import ProviderSearchField
from ticker_gui.gui.widgets.theme import load_theme


def a_search(qtbot: QtBot) -> ProviderSearchField:
    search = ProviderSearchField(load_theme("dark"))
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
    assert search.providers.current_entry == find_entry("kraken")


@pytest.mark.parametrize("typed", ["bitcoin", "apple", "AAPL", "ethereum", "EUR/USD", "PLUG", "finnhub", "zzz"])
def test_after_each_key_the_reported_provider_is_the_highlighted_one(typed: str, qtbot: QtBot) -> None:
    search = a_search(qtbot)
    reported = [search.first_entry]
    search.select(reported[0])
    search.entry_chosen.connect(reported.append)
    for length in range(1, len(typed) + 1):
        search.search.setText(typed[:length])
        highlighted = search.providers.current_entry or search.any_websocket.current_entry
        assert highlighted == reported[-1]
    assert search.first_entry == reported[-1]
    for length in reversed(range(len(typed))):
        search.search.setText(typed[:length])
        assert reported[-1] == search.providers.current_entry or search.any_websocket.current_entry


def test_an_address_is_reported_as_it_is_typed(qtbot: QtBot) -> None:
    search = a_search(qtbot)
    with qtbot.waitSignal(search.address_entered) as entered:
        search.search.setText(" wss://desk.example ")
    assert entered.args == ["wss://desk.example"]


def test_text_without_a_match_says_so_and_enter_confirms(qtbot: QtBot) -> None:
    search = a_search(qtbot)
    qtbot.keyClicks(search.search, "zzz")
    assert search.nothing_found.isVisible()
    assert search.first_entry == ANY_WEBSOCKET
    with qtbot.waitSignal(search.confirmed):
        qtbot.keyClick(search.search, Qt.Key.Key_Return)


def test_the_text_without_a_match_wraps_in_a_narrow_dialog(qtbot: QtBot) -> None:
    search = a_search(qtbot)
    search.set_narrow(True)
    search.search.setText("wss://desk.example")
    label = search.nothing_found
    qtbot.waitUntil(lambda: label.heightForWidth(label.width()) <= label.height() and label.width() <= search.width())
    assert label.minimumSizeHint().width() <= search.width()
    assert label.height() >= 2 * label.fontMetrics().height()


def test_one_of_the_two_lists_has_the_choice(qtbot: QtBot) -> None:
    search = a_search(qtbot)
    search.select(ANY_WEBSOCKET)
    assert search.providers.current_entry is None
    search.select(find_entry("kraken"))
    assert search.any_websocket.current_entry is None
    assert search.providers.current_entry == find_entry("kraken")


def test_the_arrow_keys_choose_a_provider_while_the_focus_stays_in_the_field(qtbot: QtBot) -> None:
    search = a_search(qtbot)
    chosen: list[str] = []
    search.entry_chosen.connect(lambda entry: chosen.append(entry.name))
    search.entry_chosen.connect(search.select)
    qtbot.keyClicks(search.search, "coinb")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(search.search, key)
    assert chosen[-4:] == ["coinbase", ANY_WEBSOCKET.name, "coinbase", "coinbase_advanced"]
    assert search.search.text() == "coinb"


def test_the_arrow_keys_pass_the_headings_of_groups(qtbot: QtBot) -> None:
    search = a_search(qtbot)
    search.entry_chosen.connect(search.select)
    names = []
    search.select(search.first_entry)
    while search.any_websocket.current_entry is None:
        assert search.providers.current_entry is not None
        names.append(search.providers.current_entry.name)
        qtbot.keyClick(search.search, Qt.Key.Key_Down)
    assert names == [entry.name for entry in search._entries]


def test_every_part_is_visible(qtbot: QtBot) -> None:
    search = a_search(qtbot)
    for part in (search.search, search.providers, search.any_websocket):
        assert search.isAncestorOf(part)
        assert part.isVisible()
