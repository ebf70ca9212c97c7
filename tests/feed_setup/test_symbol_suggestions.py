from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.command_palette.directory import Directory
from ticker_gui.command_palette.symbols import split_feed
from ticker_gui.feed_setup.symbol_providers import describe_providers
from ticker_gui.feed_setup.symbol_suggestions import SymbolSuggestion, suggest_symbols
from ticker_gui.feeds.history import Instrument


def feeds_with(**symbols: Sequence[str]) -> Directory:
    return Directory(symbols)


TWO = feeds_with(coinbase=["BTC-USD", "ETH-USD"], yahoo=["AAPL", "BTC-USD"])


def test_suggestions_come_from_all_feeds_and_name_the_feed() -> None:
    assert suggest_symbols("btc", TWO) == [
        SymbolSuggestion("BTC-USD", "BTC-USD", "coinbase"),
        SymbolSuggestion("yahoo:BTC-USD", "BTC-USD", "yahoo"),
    ]
    assert suggest_symbols("aap", TWO) == [SymbolSuggestion("yahoo:AAPL", "AAPL", "yahoo")]


def test_a_single_feed_is_not_named() -> None:
    assert suggest_symbols("btc", feeds_with(coinbase=["BTC-USD"])) == [SymbolSuggestion("BTC-USD", "BTC-USD")]


def test_with_a_feed_before_it_a_symbol_is_searched_in_that_feed() -> None:
    assert [one.text for one in suggest_symbols("YAHOO:btc", TWO)] == ["yahoo:BTC-USD"]
    assert [one.text for one in suggest_symbols("coinbase:btc", TWO)] == ["coinbase:BTC-USD"]
    assert suggest_symbols("coinbase:aapl", TWO) == []


def test_a_symbol_that_no_feed_has_suggests_the_providers_that_may() -> None:
    (suggestion,) = suggest_symbols("MSFT", TWO)
    assert suggestion.connects
    assert suggestion.title == f"MSFT: connect {describe_providers('MSFT')}"
    assert suggest_symbols("", TWO) == []
    assert suggest_symbols("GHOST123", TWO) == []


STOCKS = feeds_with(finnhub=["AAPL", "BINANCE:BTCUSDT", "MSFT"])


def test_a_name_suggests_the_symbols_of_the_connected_feeds() -> None:
    assert [one.text for one in suggest_symbols("Apple", STOCKS)] == ["AAPL"]
    assert [one.text for one in suggest_symbols("bitc", STOCKS)] == ["BINANCE:BTCUSDT"]
    assert [one.text for one in suggest_symbols("bitcoin", TWO)] == ["BTC-USD", "yahoo:BTC-USD"]
    assert [one.text for one in suggest_symbols("yahoo:bitcoin", TWO)] == ["yahoo:BTC-USD"]


def test_a_name_that_no_connected_feed_has_suggests_to_connect_one() -> None:
    (coin,) = suggest_symbols("bitcoin", feeds_with(alpaca=["AAPL"]))
    assert (coin.text, coin.connects) == ("bitcoin", True)
    assert coin.title == f"bitcoin: connect {describe_providers('bitcoin')}"
    (stock,) = suggest_symbols("apple", feeds_with(coinbase=["BTC-USD"]))
    assert stock.title == f"apple: connect {describe_providers('apple')}"


def test_a_feed_whose_name_cannot_stand_before_a_symbol_has_suggestions_only_where_it_needs_no_name() -> None:
    spaced = {"coinbase": ["BTC-USD"], "my feed": ["BTC-EUR"]}
    assert [one.text for one in suggest_symbols("btc", Directory(spaced))] == ["BTC-USD"]
    reverse = Directory(dict(reversed(spaced.items())))
    assert "BTC-EUR" in [one.text for one in suggest_symbols("btc", reverse)]


@given(st.text("ABaby:-", max_size=8))
def test_an_inserted_suggestion_names_its_own_feed_and_symbol(typed: str) -> None:
    directory = feeds_with(a=["AB", "B-A"], b=["AB", "BB"])
    for suggestion in suggest_symbols(typed, directory):
        feeds, symbol = split_feed(suggestion.text, directory.feeds())
        assert suggestion.connects or (feeds[0], symbol) == (suggestion.note, suggestion.title)


def test_listed_symbols_are_suggested_with_name_and_venue_for_their_feed() -> None:
    listed = {"stocks": [Instrument("AAPL", "Apple Inc.", "NASDAQ"), Instrument("APLE", "Apple Hospitality")]}
    directory = Directory({"coins": ["APL-USD"], "stocks": []}, listed=listed)
    by_symbol, by_name = suggest_symbols("aap", directory), suggest_symbols("hospitality", directory)
    assert by_symbol == [SymbolSuggestion("stocks:AAPL", "AAPL", "stocks", name="Apple Inc. · NASDAQ")]
    assert by_name == [SymbolSuggestion("stocks:APLE", "APLE", "stocks", name="Apple Hospitality", is_by_name=True)]
