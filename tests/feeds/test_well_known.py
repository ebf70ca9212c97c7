from __future__ import annotations

import pytest

from ticker_gui.config.settings import parse_symbols
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.feeds.symbols import bare
from ticker_gui.feeds.well_known import COINS, NAMES, US_STOCKS, against, spellings, symbol_called

WITH_DEFAULT_SYMBOLS = [provider for provider in PROVIDERS.values() if provider.default_symbols]


def test_pairs_are_coins_with_a_quote_currency() -> None:
    assert against("-USD", ("BTC", "ETH")) == ("BTC-USD", "ETH-USD")
    assert against("USDT")[:2] == ("BTCUSDT", "ETHUSDT")


def test_providers_at_a_known_host_have_default_symbols() -> None:
    """The demo market proposes its own symbols, and those of an unknown feed are not known."""
    assert all(bool(provider.default_symbols) == bool(provider.hosts) for provider in PROVIDERS.values())


@pytest.mark.parametrize("provider", WITH_DEFAULT_SYMBOLS, ids=lambda provider: provider.name)
def test_default_symbols_are_accepted(provider: type[FeedProtocol]) -> None:
    symbols, refused = parse_symbols(" ".join(provider.default_symbols))
    assert not refused
    assert tuple(symbols) == provider.default_symbols  # none of them twice


@pytest.mark.parametrize("provider", WITH_DEFAULT_SYMBOLS, ids=lambda provider: provider.name)
def test_default_symbols_are_distinct_symbols_of_the_provider(provider: type[FeedProtocol]) -> None:
    converted = [provider.wire_symbol(symbol) for symbol in provider.default_symbols]
    assert len(set(converted)) == len(converted)
    assert [provider.wire_symbol(symbol) for symbol in converted] == converted  # the provider's spelling stays


@pytest.mark.parametrize("provider", WITH_DEFAULT_SYMBOLS, ids=lambda provider: provider.name)
def test_default_symbols_are_in_the_provider_s_notation_except_for_punctuation(provider: type[FeedProtocol]) -> None:
    """Bitfinex writes tDOGE:USD for DOGEUSD, and Tiingo uses lower case."""
    for symbol in provider.default_symbols:
        assert bare(provider.wire_symbol(symbol)) in (bare(symbol), f"T{bare(symbol)}")


def test_every_name_is_lower_case_and_of_a_well_known_symbol() -> None:
    assert set(NAMES.values()) <= {*US_STOCKS, *COINS}
    assert all(name == name.casefold() for name in NAMES)


def test_a_name_or_its_beginning_is_a_symbol() -> None:
    assert [symbol_called(text) for text in ("Bitcoin", " apple ", "bitc", "ripp")] == ["BTC", "AAPL", "BTC", "XRP"]
    assert [symbol_called(text) for text in ("", "bi", "zzz", "BTC-USD")] == [""] * 4
    assert symbol_called("ether") == "ETH"


def test_a_coin_is_found_in_the_notation_of_each_feed_and_only_against_the_dollar() -> None:
    known = ("BTC-USD", "BINANCE:BTCUSDT", "BTC_USDC-250101", "BTC-EUR", "BTCST-USD", "WBTC/USD", "BTC/USD", "BTC")
    assert list(spellings("BTC", known)) == ["BTC-USD", "BINANCE:BTCUSDT", "BTC/USD", "BTC"]
    assert list(spellings("AAPL", ("AAPL", "AAPLX", "NASDAQ:AAPL"))) == ["AAPL", "NASDAQ:AAPL"]
