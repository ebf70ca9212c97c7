from __future__ import annotations

import json
from typing import Any

import pytest

from tests.feeds.venues import massive as venue
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError
from ticker_gui.domain.events import UPDATES_EVERYTHING, Bar, Correction, DayStats, Fact, Quote, Reply, Trade, Updates
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.massive import Massive


def status(name: str, message: str = "") -> bytes:
    return json.dumps([{"ev": "status", "status": name, "message": message}]).encode()


def test_it_logs_in_after_the_greeting_and_is_ready_after_the_login() -> None:
    it = Massive(Credentials(key="K"))
    it.decode(venue.CONNECTED.encode())
    assert [json.loads(message) for message in it.outgoing] == [{"action": "auth", "params": "K"}]
    assert not it.is_ready
    it.decode(venue.AUTHENTICATED.encode())
    assert it.is_ready


def test_stocks_have_trades_with_conditions_quotes_and_statistics() -> None:
    reported, direct = Massive().decode(venue.TRADE.encode())
    assert reported == Trade(
        "MSFT", 114.125, 100.0, 1_700_000_000_784_000_000, "12345", "4.202", conditions=("14", "41")
    )
    assert direct == Trade(
        "MSFT", 114.13, 0.25, 1_700_000_000_784_000_000, "12345", 11, conditions=("37",), updates=Updates.VOLUME
    )
    assert Massive().decode(venue.QUOTE.encode()) == [
        Quote("MSFT", 114.1, 200.0, 114.15, 300.0, 1_700_000_000_785_000_000)
    ]
    assert Massive().decode(venue.MINUTE.encode())[1] == DayStats("MSFT", open=113.5, volume=9470157.0)


def test_coins_have_trades_and_quotes() -> None:
    trade, quote = Massive().decode(venue.COIN.encode())
    assert trade == Trade("BTC-USD", 61234.5, 0.01616617, 1_700_000_000_425_000_000, 14272084, 3)
    assert quote == Quote("BTC-USD", 61234.4, 0.5, 61234.6, 0.25, 1_700_000_000_426_000_000)


def test_the_mid_price_of_a_currency_is_its_last_price() -> None:
    it = Massive(Credentials("wss://socket.massive.com/forex"))
    list(it.subscribe(["USD-CNH"]))
    quote, trade = it.decode(venue.CURRENCY.encode())
    assert quote == Quote("USD-CNH", 6.8364, None, 6.8366, None, 1_700_000_000_204_000_000)
    assert isinstance(trade, Trade)
    assert trade.price == pytest.approx(6.8365)


def event(**fields: Any) -> bytes:
    return json.dumps([{"sym": "X", "t": 1_700_000_000_000, **fields}]).encode()


def test_a_contingent_trade_updates_the_volume_only() -> None:
    (trade,) = Massive().decode(event(ev="T", x=4, p=114.6247, s=125984, c=[53, 52, 41]))
    assert isinstance(trade, Trade)
    assert (trade.price, trade.size, trade.updates) == (114.6247, 125984.0, Updates.VOLUME)


def test_an_id_belongs_to_an_exchange_and_a_reporting_facility() -> None:
    trades = [
        *Massive().decode(event(ev="T", i="1", x=11, p=1, s=1)),
        *Massive().decode(event(ev="T", i="1", x=12, p=1, s=1)),
        *Massive().decode(event(ev="T", i="1", x=4, trfi=201, p=1, s=1)),
        *Massive().decode(event(ev="T", i="1", x=4, trfi=202, p=1, s=1)),
    ]
    assert len({(trade.venue, trade.trade_id) for trade in trades if isinstance(trade, Trade)}) == 4


@pytest.mark.parametrize("indicator", [7, 8, 10, 11])
def test_a_cancelled_trade_is_a_cancellation(indicator: int) -> None:
    (cancelled,) = Massive().decode(event(ev="T", i="7", x=4, trfi=202, p=10.5, s=100, e=indicator))
    assert cancelled == Correction("X", "7", venue="4.202", original_price=10.5, original_size=100.0)
    assert isinstance(cancelled, Correction)
    assert cancelled.price is None


def test_a_corrected_trade_replaces_the_one_with_its_id() -> None:
    (corrected,) = Massive().decode(event(ev="T", i="7", x=4, p=10.25, s=100, c=[37], e=1))
    assert corrected == Correction(
        "X", "7", 10.25, 100.0, 1_700_000_000_000_000_000, 4, conditions=("37",), updates=Updates.VOLUME
    )
    assert not Massive().decode(event(ev="T", i="7", x=4, p=10.5, s=100, e=12))


def test_conditions_of_crypto_are_not_those_of_stocks() -> None:
    (trade,) = Massive().decode(event(ev="XT", pair="BTC-USD", p=61234.5, s=0.5, c=[2]))
    assert isinstance(trade, Trade)
    assert trade.updates is UPDATES_EVERYTHING


@pytest.mark.parametrize("name", ["Q", "XQ"])
def test_a_side_of_a_quote_that_is_left_out_is_unchanged_and_a_price_of_zero_is_empty(name: str) -> None:
    def decoded(**fields: float) -> Fact:
        (quote,) = Massive().decode(event(ev=name, pair="X", **fields))
        return quote

    time_ns = 1_700_000_000_000_000_000
    assert decoded(bp=10.5, bs=200) == Quote("X", bid=10.5, bid_size=200.0, time_ns=time_ns)
    assert decoded(bp=10.5, bs=200, ap=0, **{"as": 0}) == Quote(
        "X", bid=10.5, bid_size=200.0, time_ns=time_ns, has_no_ask=True
    )
    assert decoded(bp=0, bs=0) == Quote("X", time_ns=time_ns, has_no_bid=True)


def test_a_currency_without_a_bid_has_no_mid_price() -> None:
    assert Massive().decode(event(ev="C", p="USD/CNH", a=6.8366, b=0)) == [
        Quote("USD/CNH", ask=6.8366, time_ns=1_700_000_000_000_000_000, has_no_bid=True)
    ]


@pytest.mark.parametrize(("subscribed", "pair"), [("X:BTCUSD", "BTC-USD"), ("X:BTC-USD", "BTC-USD"), ("BTC-USD", "X:BTCUSD")])  # fmt: skip
def test_a_pair_is_the_symbol_that_was_subscribed(subscribed: str, pair: str) -> None:
    it = Massive(Credentials("wss://socket.massive.com/crypto"))
    (request,) = it.subscribe([subscribed])
    assert json.loads(request)["params"].startswith(f"XT.{subscribed},")
    assert it.decode(event(ev="XT", pair=pair, p=1, s=1)) == [Trade(subscribed, 1.0, 1.0, 1_700_000_000_000_000_000)]


@pytest.mark.parametrize("name", ["X:BTCUSD", "BTC-USD"])
def test_a_pair_is_acknowledged_under_either_name(name: str) -> None:
    it = Massive(Credentials("wss://socket.massive.com/crypto"))
    list(it.subscribe(["X:BTCUSD", "ETH-USD"]))
    assert it.decode(status("success", f"subscribed to: XT.{name}")) == [
        Reply(("X:BTCUSD",), ok=True, message="subscribed")
    ]


def test_an_acknowledgement_of_one_of_two_names_is_for_that_one() -> None:
    it = Massive()
    list(it.subscribe(["AMpB", "AMPB"]))
    assert it.decode(status("success", "subscribed to: T.AMpB")) == [Reply(("AMpB",), ok=True, message="subscribed")]


def test_two_names_of_one_pair_both_receive_data() -> None:
    it = Massive(Credentials("wss://socket.massive.com/forex"))
    list(it.subscribe(["C:EURUSD", "EUR-USD"]))
    message = event(ev="CA", sym="", pair="EUR/USD", o=1, h=1, l=1, c=1, v=3, s=1_700_000_000_000)
    assert [fact.symbol for fact in it.decode(message) if isinstance(fact, Bar)] == ["C:EURUSD", "EUR-USD"]
    assert not list(it.unsubscribe(["C:EURUSD"]))  # which may end the data of both
    assert [fact.symbol for fact in it.decode(message) if isinstance(fact, Bar)] == ["EUR-USD"]
    (request,) = it.unsubscribe(["EUR-USD"])
    assert json.loads(request)["params"] == "C.C:EURUSD,CA.C:EURUSD,C.EUR-USD,CA.EUR-USD"


def test_symbols_that_differ_in_case_are_unsubscribed_separately() -> None:
    it = Massive()
    list(it.subscribe(["AMpB", "AMPB"]))
    (request,) = it.unsubscribe(["AMpB"])
    assert json.loads(request)["params"] == "T.AMpB,Q.AMpB,AM.AMpB"


def test_an_index_has_values() -> None:
    it = Massive(Credentials("wss://socket.massive.com/indices"))
    (request,) = it.subscribe(["I:SPX"])
    assert json.loads(request)["params"] == "V.I:SPX,AM.I:SPX"
    assert it.decode(venue.INDEX.encode()) == [Trade("I:SPX", 4988.5, None, 1_700_000_000_098_000_000)]
    (bar,) = it.decode(event(ev="AM", sym="I:SPX", o=1, h=2, l=1, c=2, s=1_700_000_000_000))
    assert isinstance(bar, Bar)
    assert bar.volume == 0.0


@pytest.mark.parametrize("field", [{"t": 0}, {"c": None}, {"c": []}, {"x": None}, {"i": None}, {"s": None}])
def test_a_null_field_is_a_field_left_out(field: dict[str, Any]) -> None:
    (trade,) = Massive().decode(event(**{"ev": "T", "x": 4, "i": "1", "p": 1.5, "s": 1, **field}))
    assert isinstance(trade, Trade)
    assert trade.price == 1.5
    assert (trade.time_ns is None) == ("t" in field)


@pytest.mark.parametrize(
    "fields",
    [{"ev": "AM", "o": 1, "h": 1, "l": 1, "c": 1, "v": 1, "s": 0}, {"ev": "AM", "o": 1, "h": 1, "l": 1, "c": 1, "s": 10**30},
     {"ev": "T", "p": [], "s": 1}, {"ev": "T", "p": 1, "c": {"a": 1}}, {"ev": "T", "p": 1, "i": [1]}, {"ev": "T", "p": 1, "t": "2026-11-28"},
     {"ev": "T", "p": 1, "t": 10**19}, {"ev": "Q", "bp": {}}],
    ids=range(8),
)  # fmt: skip
def test_a_value_of_another_type_rejects_the_frame(fields: dict[str, Any]) -> None:
    with pytest.raises(FrameError):
        Massive().decode(event(**fields))


def test_each_channel_is_acknowledged() -> None:
    assert Massive().decode(venue.ACKS.encode()) == [Reply(("MSFT",), ok=True, message="subscribed")] * 2


def test_missing_permissions_reject_the_feed() -> None:
    with pytest.raises(FeedRejected, match="key"):
        Massive().decode(status("auth_failed", "authentication failed"))


@pytest.mark.parametrize(("name", "slow_backoff"), [("max_connections", True), ("auth_timeout", False)])
def test_temporary_errors_end_the_connection(name: str, slow_backoff: bool) -> None:
    with pytest.raises(ConnectionLost) as loss:
        Massive().decode(status(name))
    assert loss.value.slow_backoff is slow_backoff


def test_errors_are_reported() -> None:
    assert Massive().decode(status("error", "not authorized")) == [Reply((), ok=False, message="not authorized")]


@pytest.mark.parametrize(("path", "channels"), [("/stocks", "T.A,Q.A,AM.A"), ("/crypto", "XT.A,XQ.A,XA.A"), ("/forex", "C.A,CA.A")])  # fmt: skip
def test_the_path_of_the_url_selects_the_market(path: str, channels: str) -> None:
    (request,) = Massive(Credentials(f"wss://socket.massive.com{path}")).subscribe(["A"])
    assert json.loads(request)["params"] == channels


@pytest.mark.parametrize(
    ("typed", "wire"),
    [("msft", "MSFT"), ("btcusd", "BTC-USD"), ("brk/b", "BRK.B"), ("AMpB", "AMpB"), ("AMPB", "AMPB"), ("X:BTCUSD", "X:BTCUSD"),
     ("c:eurusd", "C:EURUSD"), ("I:SPX", "I:SPX"), ("O:SPY251219C00650000", "O:SPY251219C00650000"), ("NYSE:AMpB", "AMpB")],
)  # fmt: skip
def test_symbols_are_converted_to_the_provider_s_notation(typed: str, wire: str) -> None:
    assert Massive.wire_symbol(typed) == wire
