from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.command_palette.symbols import MAX_SYMBOLS, FeedSymbol, find_symbols

names = st.text("ABab-", min_size=1, max_size=5)


class Directory:
    def __init__(self, known: Mapping[str, Sequence[str]], aliases: Mapping[FeedSymbol, str] | None = None) -> None:
        self._known, self._aliases = known, aliases or {}

    def feeds(self) -> Sequence[str]:
        return list(self._known)

    def known_symbols(self, feed: str) -> Sequence[str]:
        return self._known[feed]

    def aliases(self) -> Mapping[FeedSymbol, str]:
        return self._aliases

    def list_with(self, feed: str, symbol: str) -> str:
        return ""


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
