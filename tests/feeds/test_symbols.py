from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.feeds.symbols import (
    Pair,
    SymbolResolver,
    exchange_of,
    in_capitals,
    in_notation,
    is_quote_currency,
    lower,
    split_pair,
    typed_pair,
    upper,
    with_hyphened_class,
    without_exchange,
    without_perpetual,
)


@pytest.mark.parametrize("typed", ["BTC-USD", "btc/usd", "BTC_USD", "btc:usd", "btcusd", "BTCUSD"])
def test_a_pair_is_found_in_any_notation(typed: str) -> None:
    assert split_pair(typed) == Pair("BTC", "USD")


@pytest.mark.parametrize(
    ("typed", "pair"),
    [("BTCUSDT", ("BTC", "USDT")), ("ethfdusd", ("ETH", "FDUSD")), ("EURUSD", ("EUR", "USD")), ("ETHBTC", ("ETH", "BTC")),
     ("1000PEPEUSDT", ("1000PEPE", "USDT")), ("USDTUSD", ("USDT", "USD")),
     ("DOTUSD", ("DOT", "USD")), ("BNBUSD", ("BNB", "USD"))],
)  # fmt: skip
def test_the_quote_currency_is_the_longest_matching_name(typed: str, pair: tuple[str, str]) -> None:
    assert split_pair(typed) == pair


@pytest.mark.parametrize(
    "typed", ["AAPL", "BRK.B", "BRK-B", "GOOGL", "USDT", "^GSPC", "ES=F", "A", "", "-USD", "FAKEPACA"]
)
def test_a_stock_is_not_a_pair(typed: str) -> None:
    assert split_pair(typed) is None


def test_fiat_currencies_differ_from_coins() -> None:
    assert Pair("EUR", "USD").is_fiat
    assert not Pair("BTC", "USD").is_fiat
    assert not Pair("EUR", "USDT").is_fiat


@pytest.mark.parametrize(
    ("symbol", "written"),
    [("BRK.B", "BRK-B"), ("brk.b", "brk-b"), ("BF.A", "BF-A"), ("BP.L", "BP.L"), ("AAPL", "AAPL"), ("X.BA", "X.BA")],
)
def test_a_share_class_is_not_mistaken_for_an_exchange(symbol: str, written: str) -> None:
    assert with_hyphened_class(symbol) == written


@pytest.mark.parametrize("typed", ["BTC-USD", "btc/usd", "BTC_usd", "Btc:usd".upper(), "btcusd", "BTCUSD"])
def test_a_pair_typed_in_another_notation_is_rewritten(typed: str) -> None:
    assert typed_pair(typed) == Pair("BTC", "USD")


@pytest.mark.parametrize(
    "native",
    ["BTC-27DEC24", "BTC-26DEC25-100000-C", "BTCUSDT_240628", "BTCUSD_PERP", "BTC-PERP", "PF_XBTUSD", "XRP_USDC-30JUN23-0d625-C",
     "BYBIT:BTCUSDT", "NASDAQ:AAPL", "AAAcNY", "-USD", "USD-", ""],
)  # fmt: skip
def test_the_name_of_a_contract_is_not_a_pair(native: str) -> None:
    assert typed_pair(native) is None
    assert in_notation(native, "") == native


def test_the_capitals_of_a_name_stay_as_typed() -> None:
    assert in_notation("AAPLxUSD", "/") == "AAPLx/USD"
    assert in_notation("AAPLx/USD", "/") == "AAPLx/USD"
    assert in_notation("AAPLX/USD", "/") == "AAPLX/USD"
    assert in_capitals("aaplx") == "AAPLX"
    assert in_capitals("AAPLx") == "AAPLx"


@pytest.mark.parametrize("name", ["币安人生", "ß", "ŉ", "İ"])
def test_only_latin_letters_have_another_case(name: str) -> None:
    assert upper(f"{name}usdt") == f"{name}USDT"
    assert lower(f"{name}USDT") == f"{name}usdt"


def test_the_exchange_of_tradingview_notation_is_removed_or_named() -> None:
    assert without_exchange("BINANCE:BTCUSDT", ("BINANCE",)) == "BTCUSDT"
    assert without_exchange("binance:btcusdt", ("BINANCE",)) == "btcusdt"
    assert without_exchange("BYBIT:BTCUSDT", ("BINANCE",)) == "BYBIT:BTCUSDT"
    assert without_exchange("BINANCE:", ("BINANCE",)) == "BINANCE:"
    assert exchange_of("bybit:BTCUSDT") == "BYBIT"
    assert exchange_of("HTX:USDT") is None  # a coin and its quote currency
    assert exchange_of("tAVAX:USD") is None
    assert exchange_of("BTCUSDT") is None


def test_the_perpetual_contracts_of_tradingview_notation_end_in_p() -> None:
    assert without_perpetual("BTCUSDT.P") == "BTCUSDT"
    assert without_perpetual("BTCUSDT") is None
    assert without_perpetual(".P") is None


@pytest.mark.parametrize(
    "written",
    [
        "BTC-USD-PERP",
        "BTC-USD-261228-100000-C",
        "PERP_BTC_USD",
        "btc_usd_perp",
        "BTC-USD_SWAP",
        "ETH-BTC-USD",
        "PI_BTCUSD",
    ],
)
def test_a_longer_symbol_is_another_instrument(written: str) -> None:
    resolver = SymbolResolver()
    resolver.add(["BTC-USD"])
    assert resolver.match(written) is None


@pytest.mark.parametrize(
    "written",
    ["BTC-USD", "btcusd", "ticker.BTC-USD", "market.btcusd.trade.detail", "/market/match:BTC-USD", "lightning_executions_BTC_USD",
     "SPOT_BTC_USD", "BTC_USD@trade", "TRADE-BTC-USD", "trades:BTC/USD", "btcusd_1m"],
)  # fmt: skip
def test_a_symbol_is_found_in_the_name_of_a_channel(written: str) -> None:
    resolver = SymbolResolver()
    resolver.add(["BTC-USD"])
    assert resolver.match(written) == "BTC-USD"


def resolver(*symbols: str) -> SymbolResolver:
    it = SymbolResolver()
    it.add(symbols)
    return it


def test_a_feed_may_use_its_own_notation_of_a_pair() -> None:
    it = resolver("btcusd", "eth-usd")
    assert [it.resolve(written) for written in ("BTC-USD", "ticker.BTC_USD", "ETHUSD", "ETH/USD", "XRPUSD")] == [
        "btcusd", "btcusd", "eth-usd", "eth-usd", "XRPUSD",
    ]  # fmt: skip
    it.remove(["btcusd"])
    assert it.resolve("BTC-USD") == "BTC-USD"
    assert it.only == "eth-usd"


def test_a_long_text_with_the_letters_of_a_symbol_is_not_that_symbol() -> None:
    it = resolver("BTC-USD", "A" * 200)
    assert it.match("BTC" + "-" * 200 + "USD") is None
    assert it.match("A" * 200) == "A" * 200
    assert it.is_requested("A" * 200)
    assert not it.is_requested("A-" * 200)


def test_symbols_that_differ_in_case_or_punctuation_are_distinct() -> None:
    symbols = ("AMpB", "AMPB", "/ES", "ES", "@107", "107", "币安人生USDT", "USDT", "M&M.NS", "ES1!")
    it = resolver(*symbols)
    assert [it.resolve(symbol) for symbol in symbols] == list(symbols)
    assert [it.resolve(f"trade.{symbol}") for symbol in symbols[:2]] == ["AMpB", "AMPB"]


def test_a_symbol_whose_case_or_punctuation_matters_must_match_exactly() -> None:
    assert resolver("AMpB").match("AMPB") is None
    assert resolver("@107").match("107") is None
    assert resolver("@107").match("trades.@107") == "@107"
    assert resolver("币安人生USDT").match("USDT") is None
    assert resolver("^GSPC").match("GSPC") == "^GSPC"
    assert resolver("!!!").match("???") is None


@given(
    symbols=st.lists(
        st.text(st.sampled_from("aAbB1@/-.币"), min_size=1, max_size=5), min_size=1, max_size=6, unique=True
    )
)
def test_a_requested_symbol_resolves_to_itself(symbols: list[str]) -> None:
    it = resolver(*symbols)
    assert [it.resolve(symbol) for symbol in symbols] == symbols
    it.remove(symbols[:1])
    assert [it.resolve(symbol) for symbol in symbols[1:]] == symbols[1:]


def test_codes_of_currencies_are_known() -> None:
    assert is_quote_currency("USD")
    assert is_quote_currency("USDT")
    assert not is_quote_currency("PRICE")
