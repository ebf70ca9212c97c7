from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.watchlist.symbol_search import search

KNOWN = ["BTC_USDT", "BTC-USD", "ETH-BTC", "BTC/USD", "WBTC-USD", "USDT-USD", "btcusd", "AAPL", "BRK.B"]

symbols = st.text("ABab-/_", max_size=7)


def ranks(typed: str, symbol: str) -> list[bool]:
    """Return the rank of a match in a naive implementation, the best first."""
    query, written = typed.strip().lower(), symbol.lower()
    bare, written_bare = ("".join(filter(str.isalnum, text)) for text in (query, written))
    return [
        written == query,
        written_bare == bare,
        written_bare.startswith(bare),
        any(f"{separator}{query}" in written for separator in "-/_:."),
        bare in written_bare,
    ]


def test_exact_matches_rank_before_spellings_prefixes_parts_and_substrings() -> None:
    assert search("btcusd", KNOWN) == ["btcusd", "BTC-USD", "BTC/USD", "BTC_USDT", "WBTC-USD"]
    assert search("usd", KNOWN) == ["USDT-USD", "BTC_USDT", "BTC-USD", "BTC/USD", "WBTC-USD", "btcusd"]
    assert search("usd", ["XUSD", "X-USD", "USD"]) == ["USD", "X-USD", "XUSD"]
    assert search("btc", KNOWN) == ["BTC_USDT", "BTC-USD", "BTC/USD", "btcusd", "ETH-BTC", "WBTC-USD"]


@pytest.mark.parametrize("typed", ["BTC-USD", "btc-usd", " Btc/usd ", "btcusd", "BTC_USD"])
def test_separators_and_case_do_not_matter(typed: str) -> None:
    assert search(typed, ["BTC-USD", "BTC-USDT", "ETH-USD"]) == ["BTC-USD", "BTC-USDT"]


def test_an_empty_query_returns_the_first_known_symbols() -> None:
    assert search("", KNOWN, 3) == KNOWN[:3]
    assert search("  ", KNOWN, 3) == KNOWN[:3]
    assert search("btc", []) == []


def test_the_number_of_results_is_limited() -> None:
    assert search("a", [f"A{number}" for number in range(100)], 5) == ["A0", "A1", "A2", "A3", "A4"]
    assert len(search("a", [f"A{number}" for number in range(100)])) == 12


def test_symbols_with_line_breaks_are_ignored() -> None:
    assert search("a", ["A\nB", "A", "AB"]) == ["A", "AB"]


@given(symbols, st.lists(symbols, max_size=12), st.integers(0, 12))
def test_the_ranking_equals_a_naive_implementation(typed: str, known: list[str], limit: int) -> None:
    if not any(map(str.isalnum, typed)):
        assert search(typed, known, limit) == known[:limit]
        return
    matching = [symbol for symbol in known if any(ranks(typed, symbol))]
    assert search(typed, known, limit) == sorted(matching, key=lambda symbol: ranks(typed, symbol).index(True))[:limit]


@given(st.text(max_size=6), st.lists(st.text(max_size=6), max_size=12))
def test_any_query_returns_only_known_symbols(typed: str, known: list[str]) -> None:
    assert set(search(typed, known)) <= set(known)
