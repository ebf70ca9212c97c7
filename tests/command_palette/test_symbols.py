from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.command_palette.directory import Directory
from ticker_gui.command_palette.symbols import MAX_SYMBOLS, FeedSymbol, describe_instrument, find_symbols
from ticker_gui.feeds.history import Instrument

names = st.text("ABab-", min_size=1, max_size=5)


TWO = Directory(
    {"coinbase": ["ETH-BTC", "BTC-USD", "ALGO-USD"], "alpaca": ["GOOGL", "BTC", "AAPL"]},
    {FeedSymbol("alpaca", "GOOGL"): "Alphabet"},
)


def test_symbols_of_all_feeds_are_found_and_the_best_is_first() -> None:
    assert find_symbols("btc", TWO) == [("alpaca", "BTC"), ("coinbase", "BTC-USD"), ("coinbase", "ETH-BTC")]


def test_symbols_are_found_by_their_alias() -> None:
    assert find_symbols("al", TWO) == [("coinbase", "ALGO-USD"), ("alpaca", "GOOGL")]


def test_a_feed_before_a_colon_restricts_the_search() -> None:
    assert find_symbols("Coinbase: btc", TWO) == [("coinbase", "BTC-USD"), ("coinbase", "ETH-BTC")]
    assert find_symbols("alpaca:alg", TWO) == []
    assert find_symbols("coinbase:", TWO) == []


def test_without_a_text_no_symbols_are_listed() -> None:
    assert find_symbols("  ", TWO) == []


@given(names, st.dictionaries(names, st.lists(names, max_size=20), max_size=3))
def test_every_symbol_is_found_by_its_own_name(typed: str, known: dict[str, list[str]]) -> None:
    found = find_symbols(typed, Directory(known))
    assert len(found) == len(set(found)) <= MAX_SYMBOLS
    exact = [(feed, symbol) for feed, symbols in known.items() for symbol in symbols if symbol == typed]
    if any(character.isalnum() for character in typed):
        assert set(exact) <= set(found)
        assert all(symbol in known[feed] for feed, symbol in found)


LISTED = Directory(
    {"coins": ["ETH-BTC", "btcusd"], "stocks": ["MSFT"]},
    listed={
        "coins": [
            Instrument("BTC-USD", "Bitcoin"),
            Instrument("BTC-EUR", "Bitcoin"),
            Instrument("DOGE-USD", "Dogecoin"),
        ],
        "stocks": [Instrument("AAPL", "Apple Inc.", "NASDAQ"), Instrument("MSFT", "Microsoft"), Instrument("BTCS")],
        "removed": [Instrument("BTCX")],
    },
)


def test_known_symbols_are_before_those_that_are_only_listed_and_none_is_found_twice() -> None:
    assert find_symbols("btc", LISTED) == [
        ("coins", "btcusd"),
        ("stocks", "BTCS"),
        ("coins", "BTC-EUR"),
        ("coins", "ETH-BTC"),
    ]
    assert find_symbols("msf", LISTED) == [("stocks", "MSFT")]
    assert find_symbols("stocks:btc", LISTED) == [("stocks", "BTCS")]


def test_listed_symbols_are_found_by_name() -> None:
    assert find_symbols("apple inc", LISTED) == [("stocks", "AAPL")]
    assert find_symbols("microso", LISTED) == [("stocks", "MSFT")]
    assert ("coins", "DOGE-USD") in find_symbols("dogecoin", Directory({"coins": []}, listed={"coins": [DOGE]}))


DOGE = Instrument("DOGE-USD")


def test_an_instrument_is_described_as_far_as_it_is_known() -> None:
    assert describe_instrument(Instrument("AAPL", "Apple Inc.", "NASDAQ")) == "Apple Inc. · NASDAQ"
    assert describe_instrument(Instrument("AAPL", venue="NASDAQ")) == "NASDAQ"
    assert describe_instrument(Instrument("AAPL")) == describe_instrument(None) == ""


@given(names, st.lists(names, max_size=20), st.lists(st.builds(Instrument, names, names), max_size=20))
def test_known_and_listed_symbols_are_found_once(typed: str, known: list[str], listed: list[Instrument]) -> None:
    found = find_symbols(typed, Directory({"desk": known}, listed={"desk": listed}))
    assert len(found) == len(set(found)) <= MAX_SYMBOLS
    assert {symbol for _, symbol in found} <= {*known, *(one.symbol for one in listed)}
