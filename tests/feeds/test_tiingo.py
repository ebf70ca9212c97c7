from __future__ import annotations

import json

import pytest

from tests.feeds.venues import tiingo as venue
from ticker_gui.domain.errors import FeedRejected, FrameError
from ticker_gui.domain.events import Quote, Reply, Trade
from ticker_gui.feeds.protocol import Access
from ticker_gui.feeds.tiingo import Tiingo


def test_three_elements_are_a_reference_price() -> None:
    assert Tiingo().decode(venue.REFERENCE.encode()) == (Trade("vym", 81.585, None, 1_700_000_000_383_129_126),)


def test_full_rows_are_quotes_and_trades() -> None:
    assert Tiingo().decode(venue.FULL_QUOTE.encode()) == (
        Quote("vym", 81.58, 100.0, 81.59, 200.0, 1_700_000_000_383_129_126),
    )
    assert Tiingo().decode(venue.FULL_TRADE.encode()) == (Trade("vym", 81.6, 300.0, 1_700_000_000_594_808_294),)
    assert not Tiingo().decode(venue.FULL_TRADE.replace('"T"', '"B"').encode())


def test_crypto() -> None:
    assert Tiingo().decode(venue.COIN_TRADE.encode()) == (
        Trade("btcusd", 61234.445, 1.3086, 1_700_000_000_371_785_000),
    )
    assert Tiingo().decode(venue.COIN_QUOTE.encode()) == (
        Quote("btcusd", 61234.44, 0.0072, 61234.45, 0.0055, 1_700_000_000_477_686_000),
    )


def test_a_currency_has_its_middle_for_a_price() -> None:
    quote, trade = Tiingo().decode(venue.CURRENCY.encode())
    assert trade == Trade("eurnok", 9.678135, None, 1_700_000_000_157_000_000)
    assert isinstance(quote, Quote)
    assert (quote.bid, quote.ask) == (9.6764, 9.67987)


def test_later_requests_name_the_subscription() -> None:
    it = Tiingo(Access("wss://api.tiingo.com/crypto", "K"))
    (first,) = it.subscribe(["btcusd"])
    assert json.loads(first) == {
        "eventName": "subscribe",
        "authorization": "K",
        "eventData": {"thresholdLevel": 2, "tickers": ["btcusd"]},
    }
    it.decode(venue.INFO.encode())
    (later,) = it.unsubscribe(["btcusd"])
    assert json.loads(later)["eventData"] == {"subscriptionId": 2563367, "tickers": ["btcusd"]}


def test_the_list_acknowledges() -> None:
    assert Tiingo().decode(venue.LISTED.encode()) == (Reply(("vym",), ok=True, message="subscribed"),)
    assert not Tiingo().decode(venue.HEARTBEAT.encode())


def test_errors_are_told_and_a_bad_key_is_for_the_user() -> None:
    assert Tiingo().decode(venue.ERROR.encode()) == (
        Reply((), ok=False, message="thresholdLevel not valid (code 400)"),
    )
    with pytest.raises(FeedRejected, match="key"):
        Tiingo().decode(b'{"messageType":"E","response":{"code":401,"message":"K is wrong"}}')


@pytest.mark.parametrize("row", ["[1,2,3]", '["x","vym",1]', '["2023-11-14T22:13:20Z",null,1]', "7"])
def test_rows_that_are_not_as_documented_cost_the_frame(row: str) -> None:
    with pytest.raises(FrameError):
        Tiingo().decode(f'{{"service":"iex","messageType":"A","data":{row}}}'.encode())


def test_spelling() -> None:
    assert {Tiingo.wire_symbol(typed) for typed in ("btcusd", "BTC-USD", "BTC/USD")} == {"btcusd"}
    assert Tiingo.wire_symbol("SPY") == "spy"
    assert Tiingo.wire_symbol("BRK.B") == "brk-b"
