from __future__ import annotations

import json
from typing import Any

import pytest

from tests.feeds.venues import tiingo as venue
from ticker_gui.domain.errors import FeedRejected, FrameError
from ticker_gui.domain.events import Correction, Quote, Reply, Trade, Updates
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.tiingo import Tiingo


def test_three_elements_are_a_reference_price() -> None:
    assert Tiingo().decode(venue.REFERENCE.encode()) == (Trade("vym", 81.585, None, 1_700_000_000_383_129_126),)


def test_full_rows_are_quotes_and_trades() -> None:
    assert Tiingo().decode(venue.FULL_QUOTE.encode()) == (
        Quote("vym", 81.58, 100.0, 81.59, 200.0, 1_700_000_000_383_129_126),
    )
    assert Tiingo().decode(venue.FULL_TRADE.encode()) == (Trade("vym", 81.6, 300.0, 1_700_000_000_594_808_294),)


def row(*values: Any, service: str = "iex") -> bytes:
    return json.dumps({"messageType": "A", "service": service, "data": values}).encode()


def test_the_flags_of_a_trade_are_its_sale_conditions() -> None:
    assert Tiingo().decode(venue.ODD_LOT.encode()) == (
        Trade(
            "vym",
            95.5,
            7.0,
            1_700_000_000_694_808_294,
            conditions=("intermarket sweep", "odd lot", "trade through exempt"),
            updates=Updates.VOLUME,
        ),
    )
    (late,) = Tiingo().decode(row("T", "", 5, "vym", *[None] * 5, 81.6, 300, None, True, 0, 0, 0))
    assert isinstance(late, Trade)
    assert (late.conditions, late.updates) == (("after hours",), Updates.VOLUME)


def test_a_break_cancels_the_trade_of_its_price_and_size() -> None:
    (broken,) = Tiingo().decode(venue.BREAK.encode())
    assert broken == Correction("vym", original_price=81.6, original_size=300.0)
    assert isinstance(broken, Correction)
    assert broken.price is None
    assert not Tiingo().decode(row("B", "", 5, "vym", *[None] * 7))


@pytest.mark.parametrize("empty", [None, 0, 0.0])
def test_a_side_without_a_price_is_empty_as_a_row_is_the_whole_top_of_the_book(empty: float | None) -> None:
    timestamp, time_ns = "2023-11-14T22:13:20+00:00", 1_700_000_000_000_000_000
    no_bid = Quote("x", ask=11.0, ask_size=2.0, time_ns=time_ns, has_no_bid=True)
    no_ask = Quote("x", bid=10.5, bid_size=3.0, time_ns=time_ns, has_no_ask=True)
    assert Tiingo().decode(row("Q", timestamp, time_ns, "x", 0, empty, None, 11, 2)) == (no_bid,)
    assert Tiingo().decode(row("Q", timestamp, time_ns, "x", 3, 10.5, None, empty, 0)) == (no_ask,)
    assert Tiingo().decode(row("Q", "x", timestamp, "gdax", 0, empty, None, 2, 11, service="crypto_data")) == (no_bid,)
    assert Tiingo().decode(row("Q", "x", timestamp, 3, 10.5, empty, 0, empty, service="fx")) == (no_ask,)


def test_coins_have_trades_and_quotes() -> None:
    assert Tiingo().decode(venue.COIN_TRADE.encode()) == (
        Trade("btcusd", 61234.445, 1.3086, 1_700_000_000_371_785_000),
    )
    assert Tiingo().decode(venue.COIN_QUOTE.encode()) == (
        Quote("btcusd", 61234.44, 0.0072, 61234.45, 0.0055, 1_700_000_000_477_686_000),
    )


def test_the_mid_price_of_a_currency_is_its_last_price() -> None:
    quote, trade = Tiingo().decode(venue.CURRENCY.encode())
    assert trade == Trade("eurnok", 9.678135, None, 1_700_000_000_157_000_000)
    assert isinstance(quote, Quote)
    assert (quote.bid, quote.ask) == (9.6764, 9.67987)


def test_later_requests_contain_the_id_of_the_subscription() -> None:
    it = Tiingo(Credentials("wss://api.tiingo.com/crypto", "K"))
    (first,) = it.subscribe(["btcusd"])
    assert json.loads(first) == {
        "eventName": "subscribe",
        "authorization": "K",
        "eventData": {"thresholdLevel": 2, "tickers": ["btcusd"]},
    }
    it.decode(venue.INFO.encode())
    (later,) = it.unsubscribe(["btcusd"])
    assert json.loads(later)["eventData"] == {"subscriptionId": 2563367, "tickers": ["btcusd"]}


def test_the_list_of_tickers_acknowledges_the_subscription() -> None:
    assert Tiingo().decode(venue.LISTED.encode()) == (Reply(("vym",), ok=True, message="subscribed"),)
    assert not Tiingo().decode(venue.HEARTBEAT.encode())


def test_errors_are_reported_and_a_rejected_key_rejects_the_feed() -> None:
    assert Tiingo().decode(venue.ERROR.encode()) == (
        Reply((), ok=False, message="thresholdLevel not valid (code 400)"),
    )
    with pytest.raises(FeedRejected, match="key"):
        Tiingo().decode(b'{"messageType":"E","response":{"code":401,"message":"K is wrong"}}')


@pytest.mark.parametrize(
    "data",
    ["[1,2,3]", '["x","vym",1]', '["2023-11-14T22:13:20Z",null,1]', "7", '["T","",5,"vym",null,null,null,null,null,[],1]', '["T","",1e30,"vym",null,null,null,null,null,1,1]',
     '["2026-11-28","vym",1]', '["0001-01-01T00:00:00+00:00","vym",1]', '["Q","",5,"vym",1,{},null,11,2]'],
)  # fmt: skip
def test_rows_that_are_not_as_documented_reject_the_frame(data: str) -> None:
    with pytest.raises(FrameError):
        Tiingo().decode(f'{{"service":"iex","messageType":"A","data":{data}}}'.encode())


def test_symbols_are_converted_to_the_provider_s_notation() -> None:
    assert {Tiingo.wire_symbol(typed) for typed in ("btcusd", "BTC-USD", "BTC/USD")} == {"btcusd"}
    assert Tiingo.wire_symbol("SPY") == "spy"
    assert Tiingo.wire_symbol("BRK.B") == "brk-b"
    assert Tiingo.wire_symbol("NASDAQ:AAPL") == "aapl"
    assert Tiingo.wire_symbol("BAC-P-L") == "bac-p-l"
