from __future__ import annotations

import json

import pytest

from tests.feeds.venues import eodhd as venue
from ticker_gui.domain.errors import ConnectionLost, FeedRejected
from ticker_gui.domain.events import Quote, Reply, Trade
from ticker_gui.feeds.eodhd import Eodhd
from ticker_gui.feeds.protocol import Access


def test_it_is_ready_when_it_is_authorized_and_not_before() -> None:
    it = Eodhd(Access(key="K"))
    assert not it.is_ready
    assert not it.decode(venue.AUTHORIZED.encode())
    assert it.is_ready


def test_stocks_coins_and_currencies() -> None:
    assert Eodhd().decode(venue.TRADE.encode()) == (Trade("AAPL", 335.95, 12.0, 1_700_000_000_797_000_000),)
    assert Eodhd().decode(venue.QUOTE.encode()) == (Quote("AAPL", 335.94, 1.0, 335.97, 3.0, 1_700_000_000_801_000_000),)
    assert Eodhd().decode(venue.COIN.encode()) == (Trade("BTC-USD", 61234.5, 0.002, 1_700_000_001_002_000_000),)


def test_a_currency_has_its_middle_for_a_price() -> None:
    quote, trade = Eodhd().decode(venue.CURRENCY.encode())
    assert quote == Quote("EURUSD", 1.0824, None, 1.0826, None, 1_700_000_000_001_000_000)
    assert isinstance(trade, Trade)
    assert trade.price == pytest.approx(1.0825)


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_not_accepted_is_for_the_user(status: int) -> None:
    with pytest.raises(FeedRejected, match="us-quote"):
        Eodhd(Access("wss://h/ws/us-quote")).decode(json.dumps({"status": status, "message": "Server error"}).encode())


def test_an_error_of_the_server_is_the_end_of_the_line() -> None:
    with pytest.raises(ConnectionLost):
        Eodhd().decode(b'{"status":500,"message":"Server error"}')


def test_other_errors_are_told() -> None:
    assert Eodhd().decode(b'{"status":422,"message":"Symbols limit reached"}') == (
        Reply((), ok=False, message="Symbols limit reached (status 422)"),
    )
    assert not Eodhd().decode(b'{"message":"hello"}')


def test_the_key_stands_in_the_query() -> None:
    assert Eodhd(Access("wss://h/ws/us", "K&")).address == "wss://h/ws/us?api_token=K%26"


@pytest.mark.parametrize(("typed", "wire"), [("aapl", "AAPL"), ("AAPL.US", "AAPL"), ("btc/usd", "BTC-USD"), ("eur-usd", "EURUSD")])  # fmt: skip
def test_spelling(typed: str, wire: str) -> None:
    assert Eodhd.wire_symbol(typed) == wire
