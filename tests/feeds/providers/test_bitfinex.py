from __future__ import annotations

import json

import pytest

from tests.feeds.venues import bitfinex as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import DayStats, Fact, Quote, Reply, Trade
from ticker_gui.feeds.providers.bitfinex import Bitfinex


def subscribed() -> Bitfinex:
    it = Bitfinex()
    for frame in venue.PRELUDE:
        it.decode(frame.encode())
    return it


def decoded(it: Bitfinex, *frames: str) -> list[Fact]:
    return [fact for frame in frames for fact in it.decode(frame.encode())]


def test_rows_belong_to_the_channel_with_their_id() -> None:
    assert decoded(subscribed(), venue.TICKER) == [
        Quote("tBTCUSD", bid=61234.4, ask=61234.6),  # its sizes are those of 25 levels
        DayStats("tBTCUSD", 61000.0, 61900.0, 60100.0, None, 1014.5, last=61234.5),
    ]
    assert decoded(Bitfinex(), venue.TICKER) == []


def test_the_trades_of_a_snapshot_are_sorted_oldest_first() -> None:
    assert decoded(subscribed(), venue.SNAPSHOT) == [
        Trade("tBTCUSD", 61234.0, 0.01302607, 1_700_000_000_688_000_000, 382489562),
        Trade("tBTCUSD", 61234.5, 0.25, 1_700_000_000_709_000_000, 382489563),
    ]


def test_an_execution_is_reported_once() -> None:
    assert [fact.price for fact in decoded(subscribed(), venue.TE, venue.TU) if isinstance(fact, Trade)] == [61234.75]


def test_additional_fields_at_the_end_of_a_row_are_ignored() -> None:
    assert len(decoded(subscribed(), venue.TICKER.replace("60100]", "60100,7,8]"))) == 2


def test_heartbeats_pongs_and_duplicate_subscriptions_are_ignored() -> None:
    frames = [
        '[89,"hb",1]',
        '[232949,"hb"]',
        '{"event":"pong"}',
        '{"event":"error","code":10301,"msg":"subscribe: dup"}',
    ]
    assert decoded(subscribed(), *frames) == []


def test_a_refusal_names_its_symbol() -> None:
    assert decoded(subscribed(), venue.ERROR) == [
        Reply(("tNOPEUSD",), ok=False, message="symbol: invalid (code 10300)")
    ]
    assert decoded(subscribed(), '{"event":"error","code":10305,"msg":"subscribe: limit"}') == [
        Reply((), ok=False, message="subscribe: limit (code 10305)")
    ]


@pytest.mark.parametrize("code", [20051, 20061])
def test_a_reconnect_request_marks_the_connection_as_closing(code: int) -> None:
    dialect = subscribed()
    assert not decoded(dialect, json.dumps({"event": "info", "code": code}))
    assert dialect.is_closing


@pytest.mark.parametrize("frame", ['{"event":"info","code":20060}', venue.INFO.replace('"status":1', '"status":0')])
def test_maintenance_is_reported(frame: str) -> None:
    (reply,) = decoded(Bitfinex(), frame)
    assert reply == Reply((), ok=False, message="Bitfinex is under maintenance.")


@pytest.mark.parametrize(
    "frame", ["[]", "[89]", '["x",1]', "[232949,[1,2,3]]", '[232949,["1",1,2,3,4,5,6,7,8,9]]', "[232949,[true,1,2,3,4,5,6,7,8,9]]", "[232949,[[1],1,2,3,4,5,6,7,8,9]]",
     '[232949,[{"a":1},1,2,3,4,5,6,7,8,9]]', '[89,"te",[1,2]]', '[89,"te"]', "[89,[1]]", '[89,"te",{"0":1}]', '[89,"te",[[1],2,3,4]]',
     '[89,"te",[{},2,3,4]]', '[89,"te",[1.5,2,3,4]]', '[89,"te",[1,{},3,4]]', '[89,"te",[1,2,null,4]]', '[89,"te",[1,2,3,[4]]]']
)  # fmt: skip
def test_rows_that_are_not_as_documented_reject_the_frame(frame: str) -> None:
    with pytest.raises(FrameError):
        decoded(subscribed(), frame)


def test_a_symbol_removed_before_its_channels_have_ids_is_unsubscribed_when_they_do() -> None:
    it = Bitfinex()
    list(it.subscribe(["tBTCUSD"]))
    ticker, trades = venue.TICKER_ACK, venue.TRADES_ACK
    assert decoded(it, ticker) == [Reply(("tBTCUSD",), ok=True)]
    (message,) = it.unsubscribe(["tBTCUSD"])
    assert json.loads(message)["chanId"] != json.loads(trades)["chanId"]
    assert not decoded(it, trades)
    assert [json.loads(each) for each in it.outgoing] == [
        {"event": "unsubscribe", "chanId": json.loads(trades)["chanId"]}
    ]
    list(it.subscribe(["tBTCUSD"]))
    assert decoded(it, ticker, trades) == [Reply(("tBTCUSD",), ok=True)] * 2
    assert len(it.outgoing) == 1


def test_channels_are_unsubscribed_by_their_ids() -> None:
    it = subscribed()
    assert [json.loads(message)["chanId"] for message in it.unsubscribe(["tBTCUSD"])] == [232949, 89]
    decoded(it, '{"event":"unsubscribed","status":"OK","chanId":89}')
    assert decoded(it, venue.TE) == []


@pytest.mark.parametrize(
    ("typed", "wire"),
    [("btcusd", "tBTCUSD"), ("BTC-USD", "tBTCUSD"), ("tBTCUSD", "tBTCUSD"), ("avax/usd", "tAVAX:USD"),
     ("tAVAX:USD", "tAVAX:USD"), ("btcusdt", "tBTCUST"), ("tBTCUST", "tBTCUST"), ("tTESTBTC:TESTUSD", "tTESTBTC:TESTUSD"),
     ("fUSD", "fUSD"), ("tBTCF0:USTF0", "tBTCF0:USTF0"), ("tonusd", "tTONUSD"), ("BITFINEX:BTCUSD", "tBTCUSD"),
     ("tBTCUSDT", "tBTCUSDT"), ("BYBIT:BTCUSDT", "BYBIT:BTCUSDT")],
)  # fmt: skip
def test_symbols_are_converted_to_the_provider_s_notation(typed: str, wire: str) -> None:
    assert Bitfinex.wire_symbol(typed) == wire


def test_a_side_without_a_price_is_empty() -> None:
    quote, day = decoded(subscribed(), "[232949,[null,null,61234.6,48.5,null,null,null,0,null,null]]")
    assert quote == Quote("tBTCUSD", ask=61234.6, has_no_bid=True)
    assert day == DayStats("tBTCUSD", volume=0.0)


def test_rows_of_the_funding_market_are_decoded() -> None:
    it = Bitfinex()
    for channel, number in (("ticker", 1), ("trades", 2)):
        decoded(it, json.dumps({"event": "subscribed", "channel": channel, "chanId": number, "symbol": "fUSD"}))
    row = [
        0.0003,
        0.00025,
        30,
        21_000_000,
        0.00026,
        2,
        8_000_000,
        -0.00001,
        -0.04,
        0.00027,
        55_000_000,
        0.0004,
        0.0001,
        None,
        None,
        9e6,
    ]
    assert decoded(
        it, json.dumps([1, row]), '[2,"fte",[133323072,1574694245478,-59.84,0.00023647,2]]', '[2,"ftu",[1,1,1,1,2]]'
    ) == [
        Quote("fUSD", bid=0.00025, ask=0.00026),
        DayStats("fUSD", pytest.approx(0.00028), 0.0004, 0.0001, None, 55_000_000.0, last=0.00027),  # type: ignore[arg-type]
        Trade("fUSD", 0.00023647, 59.84, 1_574_694_245_478_000_000, 133323072),
    ]
