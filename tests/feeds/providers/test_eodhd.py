from __future__ import annotations

import json
from typing import Any

import pytest

from tests.feeds.venues import eodhd as venue
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError
from ticker_gui.domain.events import UPDATES_EVERYTHING, Fact, Quote, Reply, Trade, Updates
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.eodhd import Eodhd


def test_it_is_ready_when_it_is_authorized_and_not_before() -> None:
    it = Eodhd(Credentials(key="K"))
    assert not it.is_ready
    assert not it.decode(venue.AUTHORIZED.encode())
    assert it.is_ready


def test_stocks_have_trades_and_quotes_and_coins_have_trades() -> None:
    assert Eodhd().decode(venue.TRADE.encode()) == (Trade("AAPL", 335.95, 12.0, 1_700_000_000_797_000_000),)
    assert Eodhd().decode(venue.QUOTE.encode()) == (Quote("AAPL", 335.94, 1.0, 335.97, 3.0, 1_700_000_000_801_000_000),)
    assert Eodhd().decode(venue.COIN.encode()) == (Trade("BTC-USD", 61234.5, 0.002, 1_700_000_001_002_000_000),)


def only(**fields: Any) -> Fact:
    message = {"s": "X", "t": 1_700_000_000_000, **fields}
    (fact,) = Eodhd().decode(json.dumps(message).encode())
    return fact


def updates(**fields: Any) -> Updates:
    fact = only(p=10.5, v=1, **fields)
    assert isinstance(fact, Trade)
    return fact.updates


def test_conditions_are_massive_s_numbers() -> None:
    assert updates(c=[14, 37, 41]) == Updates.VOLUME
    assert updates(c=[10]) == Updates.HIGH_LOW | Updates.VOLUME
    assert updates(c=12) == Updates.VOLUME
    assert updates(c=0) is updates(c=[]) is updates(c=None) is updates() is UPDATES_EVERYTHING


@pytest.mark.parametrize("state", ["extended-hours", "extended hours"])
def test_a_trade_in_extended_hours_updates_the_volume_only(state: str) -> None:
    assert updates(c=[], ms=state) == Updates.VOLUME
    assert updates(c=[], ms="open") is UPDATES_EVERYTHING


def test_a_side_of_a_quote_that_is_left_out_is_unchanged_and_a_price_of_zero_is_empty() -> None:
    time_ns = 1_700_000_000_000_000_000
    assert only(bp=10.5, bs=1) == Quote("X", bid=10.5, bid_size=1.0, time_ns=time_ns)
    assert only(bp=10.5, bs=1, ap=0, **{"as": 0}) == Quote(
        "X", bid=10.5, bid_size=1.0, time_ns=time_ns, has_no_ask=True
    )
    assert only(bp=0, bs=0, ap=11) == Quote("X", ask=11.0, time_ns=time_ns, has_no_bid=True)


def test_a_currency_with_one_side_has_no_mid_price() -> None:
    time_ns = 1_700_000_000_000_000_000
    assert only(a=1.0826) == Quote("X", ask=1.0826, time_ns=time_ns)
    assert only(a=1.0826, b=0) == Quote("X", ask=1.0826, time_ns=time_ns, has_no_bid=True)


@pytest.mark.parametrize("fields", [{"p": []}, {"p": 1, "v": {}}, {"p": 1, "t": "2026-11-28"}, {"p": 1, "t": 10**19}, {"p": 1, "c": {}}])  # fmt: skip
def test_a_value_of_another_type_rejects_the_frame(fields: dict[str, Any]) -> None:
    with pytest.raises(FrameError):
        only(**fields)


def test_zero_is_not_a_time() -> None:
    assert only(p=1, t=0) == Trade("X", 1.0)


def test_the_mid_price_of_a_currency_is_its_last_price() -> None:
    quote, trade = Eodhd().decode(venue.CURRENCY.encode())
    assert quote == Quote("EURUSD", 1.0824, None, 1.0826, None, 1_700_000_000_001_000_000)
    assert isinstance(trade, Trade)
    assert trade.price == pytest.approx(1.0825)


@pytest.mark.parametrize("status", [401, 403])
def test_a_rejected_key_rejects_the_feed(status: int) -> None:
    with pytest.raises(FeedRejected, match="us-quote"):
        Eodhd(Credentials("wss://h/ws/us-quote")).decode(
            json.dumps({"status": status, "message": "Server error"}).encode()
        )


def test_a_server_error_ends_the_connection() -> None:
    with pytest.raises(ConnectionLost):
        Eodhd().decode(b'{"status":500,"message":"Server error"}')


def test_other_errors_are_reported() -> None:
    assert Eodhd().decode(b'{"status":422,"message":"Symbols limit reached"}') == (
        Reply((), ok=False, message="Symbols limit reached (status 422)"),
    )
    assert not Eodhd().decode(b'{"message":"hello"}')


def test_the_key_is_in_the_query() -> None:
    assert Eodhd(Credentials("wss://h/ws/us", "K&")).address == "wss://h/ws/us?api_token=K%26"


@pytest.mark.parametrize(("typed", "wire"), [("aapl", "AAPL"), ("AAPL.US", "AAPL"), ("EURUSD.FOREX", "EURUSD"), ("btc-usd.cc", "BTC-USD"), ("FER.MC", "FER.MC"), ("btc/usd", "BTC-USD"), ("eur-usd", "EURUSD"), ("NASDAQ:AAPL", "AAPL"), ("BAC-PL", "BAC-PL")])  # fmt: skip
def test_symbols_are_converted_to_the_provider_s_notation(typed: str, wire: str) -> None:
    assert Eodhd.wire_symbol(typed) == wire
