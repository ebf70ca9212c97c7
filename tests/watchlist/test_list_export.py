from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.list_import.reading import read_list
from ticker_gui.watchlist.list_export import to_plain_text, to_tradingview
from ticker_gui.watchlist.lists import ListEntry, Lists, NamedList

EXCHANGES = {"coins": "COINBASE", "desk": ""}
AAPL, MSFT = ListEntry("desk", "NASDAQ:AAPL"), ListEntry("desk", "MSFT")
BTC, ETH = ListEntry("coins", "BTC-USD"), ListEntry("coins", "eth/usd")


def _sectioned() -> NamedList:
    lists = Lists((NamedList("Mine", (AAPL, BTC, MSFT, ETH)),)).add_section(0, "Crypto, all", [BTC, ETH])
    return lists.pin(0, [ETH]).lists[0]


def test_a_list_for_tradingview_has_exchanges_and_sections() -> None:
    assert to_tradingview(_sectioned(), EXCHANGES) == ("NASDAQ:AAPL,MSFT,###Crypto all,COINBASE:BTCUSD,COINBASE:ETHUSD")


def test_a_list_as_text_has_a_symbol_per_line() -> None:
    assert to_plain_text(_sectioned()) == "NASDAQ:AAPL\nMSFT\n###Crypto all\nBTC-USD\neth/usd\n"


def test_an_empty_list_is_an_empty_text() -> None:
    assert (to_tradingview(NamedList(), {}), to_plain_text(NamedList())) == ("", "")


@given(st.lists(st.from_regex(r"[A-Z]{2,5}", fullmatch=True), min_size=1, max_size=8, unique=True), st.integers(0, 8))
def test_what_is_exported_can_be_imported(symbols: list[str], count: int) -> None:
    entries = tuple(ListEntry("desk", f"NASDAQ:{symbol}") for symbol in symbols)
    named = Lists((NamedList("Mine", entries),)).add_section(0, "Tech", entries[:count]).lists[0]
    for text in (to_tradingview(named, EXCHANGES), to_plain_text(named)):
        found = read_list(text)
        assert set(found.symbols) == {entry.symbol for entry in entries}
        assert {section.name for section in found.sections if section.name} == ({"Tech"} if entries[:count] else set())
