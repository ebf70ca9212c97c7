from __future__ import annotations

import pytest

from ticker_gui.feeds.symbols import Pair, spelled, split_pair, with_hyphened_class


@pytest.mark.parametrize("typed", ["BTC-USD", "btc/usd", "BTC_USD", "btc:usd", "btcusd", "BTCUSD"])
def test_a_pair_is_a_pair_however_it_is_typed(typed: str) -> None:
    assert split_pair(typed) == Pair("BTC", "USD")
    assert spelled(typed, "-") == "BTC-USD"


@pytest.mark.parametrize(
    ("typed", "pair"),
    [("BTCUSDT", ("BTC", "USDT")), ("ethfdusd", ("ETH", "FDUSD")), ("EURUSD", ("EUR", "USD")), ("ETHBTC", ("ETH", "BTC")),
     ("1000PEPEUSDT", ("1000PEPE", "USDT")), ("USDTUSD", ("USDT", "USD")),
     ("DOTUSD", ("DOT", "USD")), ("BNBUSD", ("BNB", "USD"))],
)  # fmt: skip
def test_what_a_price_is_told_in_is_the_longest_name_that_fits(typed: str, pair: tuple[str, str]) -> None:
    assert split_pair(typed) == pair


@pytest.mark.parametrize(
    "typed", ["AAPL", "BRK.B", "BRK-B", "GOOGL", "USDT", "^GSPC", "ES=F", "A", "", "-USD", "FAKEPACA"]
)
def test_a_share_is_no_pair(typed: str) -> None:
    assert split_pair(typed) is None
    assert spelled(typed, "/") == typed.upper()


def test_money_of_states_is_told_from_coins() -> None:
    assert Pair("EUR", "USD").is_fiat
    assert not Pair("BTC", "USD").is_fiat
    assert not Pair("EUR", "USDT").is_fiat


@pytest.mark.parametrize(
    ("symbol", "written"),
    [("BRK.B", "BRK-B"), ("brk.b", "brk-b"), ("BF.A", "BF-A"), ("BP.L", "BP.L"), ("AAPL", "AAPL"), ("X.BA", "X.BA")],
)
def test_a_class_of_shares_is_told_from_a_place(symbol: str, written: str) -> None:
    assert with_hyphened_class(symbol) == written
