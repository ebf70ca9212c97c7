from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.feed_setup.symbol_providers import (
    _WORDS,
    AssetClass,
    asset_classes,
    classify,
    describe_missing,
    describe_no_feed,
    describe_providers,
    providers_for,
)
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.registry import PROVIDERS


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("AAPL", {"yahoo", "alpaca", "finnhub"}),
        ("brk.b", {"yahoo", "alpaca", "finnhub"}),
        ("NASDAQ:AAPL", {"yahoo", "alpaca"}),
        ("VOD.L", {"yahoo", "twelvedata"}),
        ("BTC-USD", {"coinbase", "kraken", "yahoo"}),
        ("btcusdt", {"binance", "okx"}),
        ("ETH", {"coinbase", "kraken"}),
        ("EUR/USD", {"twelvedata", "finnhub"}),
        ("^GSPC", {"yahoo"}),
        ("GC=F", {"yahoo"}),
        ("BINANCE:BTCUSDT", {"binance", "finnhub"}),
        ("bitcoin", {"binance", "coinbase"}),
        ("bitc", {"binance", "coinbase"}),
        ("Apple", {"yahoo", "alpaca"}),
        ("BITC", {"yahoo", "alpaca"}),
    ],
)
def test_providers_that_may_have_a_symbol_are_found_from_their_data(symbol: str, expected: set[str]) -> None:
    assert expected <= {provider.name for provider in providers_for(symbol)}


def test_a_stock_is_not_expected_of_a_crypto_exchange_and_the_reverse() -> None:
    assert "coinbase" not in {provider.name for provider in providers_for("AAPL")}
    assert "alpaca" not in {provider.name for provider in providers_for("BTC-USD")}


def test_providers_known_to_have_it_come_first_and_then_those_without_a_key() -> None:
    assert providers_for("AAPL")[0].name == "yahoo"
    assert [provider.needs_key for provider in providers_for("ZZZ")] == sorted(
        provider.needs_key for provider in providers_for("ZZZ")
    )
    assert "BTCUSDT" in providers_for("btcusdt")[0].default_symbols


def test_three_providers_are_named() -> None:
    first, second, third, *_ = (provider.title for provider in providers_for("AAPL"))
    assert describe_providers("AAPL") == f"{first}, {second}, {third}…"
    assert describe_providers("GC=F") == "Yahoo Finance"
    assert describe_providers("GHOST123") == ""


def test_the_markets_of_every_provider_are_understood() -> None:
    for provider in PROVIDERS.values():
        words = [word.strip() for word in provider.markets.casefold().split(",") if word.strip()]
        assert set(words) <= set(_WORDS), provider.title


def test_every_provider_has_its_default_symbols() -> None:
    for provider in PROVIDERS.values():
        for symbol in provider.default_symbols:
            assert provider in providers_for(symbol), (provider.title, symbol)
        if provider is not Demo and provider.markets:
            assert asset_classes(provider)


@given(st.text(max_size=70))
def test_any_text_has_classes_and_never_the_demo(text: str) -> None:
    assert all(one in AssetClass for one in classify(text))
    assert Demo not in providers_for(text)


def test_missing_symbols_are_described_with_the_feeds_that_may_have_them() -> None:
    assert describe_missing(["AAPL"]).startswith("AAPL is not in the demo market. Feeds that may have it: ")
    assert describe_missing(["AAPL", "X", "Y"]).startswith("AAPL and 2 more are not in the demo market.")
    assert describe_missing(["?\n"]).endswith("Connect a feed that has it.")
    two = describe_missing(["AAPL", "MSFT"])
    assert two.startswith("AAPL and 1 more are not in the demo market. Feeds that may have AAPL: ")


def test_a_symbol_without_a_feed_names_providers_to_connect() -> None:
    assert describe_no_feed("AAPL") == f"No connected feed has AAPL. Connect {describe_providers('AAPL')}"
    assert describe_no_feed("?") == "No connected feed has ?. Connect a feed that has it."
