from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.feeds.stock_symbols import as_typed, currency_pair, with_dotted_class
from ticker_gui.feeds.symbols import Pair

STOCK_PROVIDERS = [name for name, provider in PROVIDERS.items() if provider.trades_us_stocks]
CASE_SENSITIVE = [name for name in STOCK_PROVIDERS if name != "tiingo"]


@pytest.mark.parametrize(
    ("typed", "symbol"),
    [("aapl", "AAPL"), ("AMpB", "AMpB"), ("NASDAQ:AAPL", "AAPL"), ("nyse:brk.b", "BRK.B"), ("AMEX:AMpB", "AMpB"),
     ("BINANCE:BTCUSDT", "BINANCE:BTCUSDT"), ("RY:TSX", "RY:TSX"), ("X:BTCUSD", "X:BTCUSD"), ("NYSE:", "NYSE:")],
)  # fmt: skip
def test_a_symbol_stays_as_typed_unless_it_is_all_small(typed: str, symbol: str) -> None:
    assert as_typed(typed) == symbol


@pytest.mark.parametrize("typed", ["BTC-USD", "btcusd", "BTC/USD", "btc_usd", "BTCUSD"])
def test_a_pair_against_a_known_currency_is_a_pair(typed: str) -> None:
    assert currency_pair(typed) == Pair("BTC", "USD")


@pytest.mark.parametrize(
    "typed",
    ["AAPL", "BRK-B", "BAC-PRL", "RY:TSX", "AAPL:NASDAQ", "AMpB", "AMpBUSD", "AMpB-USD", "M&M.NS", "ES1!", "/ES"],
)
def test_a_stock_is_not_a_pair(typed: str) -> None:
    assert currency_pair(typed) is None


@pytest.mark.parametrize(
    ("symbol", "written"),
    [
        ("BRK-B", "BRK.B"),
        ("BRK/B", "BRK.B"),
        ("BRK.B", "BRK.B"),
        ("/ES", "/ES"),
        ("BAC-PRL", "BAC-PRL"),
        ("A-1", "A-1"),
    ],
)
def test_a_share_class_is_written_with_a_dot(symbol: str, written: str) -> None:
    assert with_dotted_class(symbol) == written


@pytest.mark.parametrize("name", STOCK_PROVIDERS)
@pytest.mark.parametrize("symbol", ["M&M.NS", "ES1!", "/ES", "$SPX", "@107", "^GSPC"])
def test_unusual_native_names_are_sent_as_typed(name: str, symbol: str) -> None:
    assert PROVIDERS[name].wire_symbol(symbol) == (symbol.lower() if name == "tiingo" else symbol)


@given(symbol=st.from_regex(r"\A[A-Za-z]{1,5}([./:&^=@$!-][A-Za-z0-9]{1,6})?\Z"))
def test_a_provider_s_own_notation_is_unchanged(symbol: str) -> None:
    for name in STOCK_PROVIDERS:
        once = PROVIDERS[name].wire_symbol(symbol)
        assert PROVIDERS[name].wire_symbol(once) == once, name


@given(symbol=st.from_regex(r"\A[A-Z]{1,4}[a-z][A-Z]{0,2}\Z"))
def test_symbols_that_differ_in_case_are_distinct(symbol: str) -> None:
    for name in CASE_SENSITIVE:
        wire = PROVIDERS[name].wire_symbol
        assert wire(symbol) == symbol, name
        assert wire(symbol) != wire(symbol.upper()), name


@pytest.mark.parametrize("name", [name for name in STOCK_PROVIDERS if not PROVIDERS[name].has_exchange_prefixes])
def test_the_prefix_of_another_exchange_is_refused(name: str) -> None:
    provider = PROVIDERS[name]
    assert "BINANCE" in provider().refusal(provider.wire_symbol("BINANCE:BTCUSDT"))
    assert not provider().refusal(provider.wire_symbol("NASDAQ:AAPL"))


@pytest.mark.parametrize("name", STOCK_PROVIDERS)
def test_a_stock_whose_name_ends_like_a_perpetual_contract_is_not_refused(name: str) -> None:
    assert not PROVIDERS[name]().refusal("ABC.P")
