from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.command_palette.symbols import FeedSymbol, split_feed
from ticker_gui.feed_setup.symbol_suggestions import SymbolSuggestion, suggest_symbols


class Directory:
    """Feeds and their symbols."""

    def __init__(self, **symbols: Sequence[str]) -> None:
        self.symbols: Mapping[str, Sequence[str]] = symbols

    def feeds(self) -> Sequence[str]:
        return list(self.symbols)

    def known_symbols(self, feed: str) -> Sequence[str]:
        return self.symbols[feed]

    def aliases(self) -> Mapping[FeedSymbol, str]:
        return {}

    def list_with(self, feed: str, symbol: str) -> str:
        return ""


TWO = Directory(coinbase=["BTC-USD", "ETH-USD"], yahoo=["AAPL", "BTC-USD"])


def test_suggestions_come_from_all_feeds_and_name_the_feed() -> None:
    assert suggest_symbols("btc", TWO) == [
        SymbolSuggestion("BTC-USD", "BTC-USD", "coinbase"),
        SymbolSuggestion("yahoo:BTC-USD", "BTC-USD", "yahoo"),
    ]
    assert suggest_symbols("aap", TWO) == [SymbolSuggestion("yahoo:AAPL", "AAPL", "yahoo")]


def test_a_single_feed_is_not_named() -> None:
    assert suggest_symbols("btc", Directory(coinbase=["BTC-USD"])) == [SymbolSuggestion("BTC-USD", "BTC-USD")]


def test_with_a_feed_before_it_a_symbol_is_searched_in_that_feed() -> None:
    assert [one.text for one in suggest_symbols("YAHOO:btc", TWO)] == ["yahoo:BTC-USD"]
    assert [one.text for one in suggest_symbols("coinbase:btc", TWO)] == ["coinbase:BTC-USD"]
    assert suggest_symbols("coinbase:aapl", TWO) == []


def test_a_symbol_that_no_feed_has_suggests_the_providers_that_may() -> None:
    (suggestion,) = suggest_symbols("MSFT", TWO)
    assert suggestion.connects
    assert suggestion.title == "MSFT: connect Yahoo Finance, Alpaca, EODHD…"
    assert suggest_symbols("", TWO) == []
    assert suggest_symbols("GHOST123", TWO) == []


STOCKS = Directory(finnhub=["AAPL", "BINANCE:BTCUSDT", "MSFT"])


def test_a_name_suggests_the_symbols_of_the_connected_feeds() -> None:
    assert [one.text for one in suggest_symbols("Apple", STOCKS)] == ["AAPL"]
    assert [one.text for one in suggest_symbols("bitc", STOCKS)] == ["BINANCE:BTCUSDT"]
    assert [one.text for one in suggest_symbols("bitcoin", TWO)] == ["BTC-USD", "yahoo:BTC-USD"]
    assert [one.text for one in suggest_symbols("yahoo:bitcoin", TWO)] == ["yahoo:BTC-USD"]


def test_a_name_that_no_connected_feed_knows_suggests_to_connect_one() -> None:
    (coin,) = suggest_symbols("bitcoin", Directory(alpaca=["AAPL"]))
    assert (coin.text, coin.connects) == ("bitcoin", True)
    assert coin.title == "bitcoin: connect Binance spot, Bitfinex, Bitstamp…"
    (stock,) = suggest_symbols("apple", Directory(coinbase=["BTC-USD"]))
    assert stock.title == "apple: connect Yahoo Finance, Alpaca, EODHD…"


def test_a_feed_whose_name_cannot_stand_before_a_symbol_has_suggestions_only_where_it_needs_no_name() -> None:
    spaced = {"coinbase": ["BTC-USD"], "my feed": ["BTC-EUR"]}
    assert [one.text for one in suggest_symbols("btc", Directory(**spaced))] == ["BTC-USD"]
    reverse = Directory(**dict(reversed(spaced.items())))
    assert "BTC-EUR" in [one.text for one in suggest_symbols("btc", reverse)]


@given(st.text("ABaby:-", max_size=8))
def test_an_inserted_suggestion_names_its_own_feed_and_symbol(typed: str) -> None:
    directory = Directory(a=["AB", "B-A"], b=["AB", "BB"])
    for suggestion in suggest_symbols(typed, directory):
        feeds, symbol = split_feed(suggestion.text, directory.feeds())
        assert suggestion.connects or (feeds[0], symbol) == (suggestion.note, suggestion.title)
