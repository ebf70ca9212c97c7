from __future__ import annotations

import json

import pytest

from tests.feeds.venues import massive as venue
from ticker_gui.domain.errors import ConnectionLost, FeedRejected
from ticker_gui.domain.events import DayStats, Quote, Reply, Trade
from ticker_gui.feeds.massive import Massive
from ticker_gui.feeds.protocol import Access


def status(name: str, message: str = "") -> bytes:
    return json.dumps([{"ev": "status", "status": name, "message": message}]).encode()


def test_it_logs_in_after_the_welcome_and_is_ready_after_the_login() -> None:
    it = Massive(Access(key="K"))
    it.decode(venue.CONNECTED.encode())
    assert [json.loads(message) for message in it.outgoing] == [{"action": "auth", "params": "K"}]
    assert not it.is_ready
    it.decode(venue.AUTHENTICATED.encode())
    assert it.is_ready


def test_stocks() -> None:
    assert Massive().decode(venue.TRADE.encode()) == [Trade("MSFT", 114.125, 100.0, 1_700_000_000_784_000_000, "12345")]
    assert Massive().decode(venue.QUOTE.encode()) == [
        Quote("MSFT", 114.1, 200.0, 114.15, 300.0, 1_700_000_000_785_000_000)
    ]
    assert Massive().decode(venue.MINUTE.encode())[1] == DayStats("MSFT", open=113.5, volume=9470157.0)


def test_crypto() -> None:
    trade, quote = Massive().decode(venue.COIN.encode())
    assert trade == Trade("BTC-USD", 61234.5, 0.01616617, 1_700_000_000_425_000_000, 14272084)
    assert quote == Quote("BTC-USD", 61234.4, 0.5, 61234.6, 0.25, 1_700_000_000_426_000_000)


def test_a_currency_has_its_middle_for_a_price() -> None:
    it = Massive(Access("wss://socket.massive.com/forex"))
    list(it.subscribe(["USD-CNH"]))
    quote, trade = it.decode(venue.CURRENCY.encode())
    assert quote == Quote("USD-CNH", 6.8364, None, 6.8366, None, 1_700_000_000_204_000_000)
    assert isinstance(trade, Trade)
    assert trade.price == pytest.approx(6.8365)


def test_each_channel_is_acknowledged() -> None:
    assert Massive().decode(venue.ACKS.encode()) == [Reply(("MSFT",), ok=True, message="subscribed")] * 2


def test_what_the_key_may_not_do_is_for_the_user() -> None:
    with pytest.raises(FeedRejected, match="key"):
        Massive().decode(status("auth_failed", "authentication failed"))


@pytest.mark.parametrize(("name", "slowly"), [("max_connections", True), ("auth_timeout", False)])
def test_what_passes_is_the_end_of_the_line(name: str, slowly: bool) -> None:
    with pytest.raises(ConnectionLost) as loss:
        Massive().decode(status(name))
    assert loss.value.slowly is slowly


def test_errors_are_told() -> None:
    assert Massive().decode(status("error", "not authorized")) == [Reply((), ok=False, message="not authorized")]


@pytest.mark.parametrize(("path", "channels"), [("/stocks", "T.A,Q.A,AM.A"), ("/crypto", "XT.A,XQ.A,XA.A"), ("/forex", "C.A,CA.A")])  # fmt: skip
def test_the_market_stands_in_the_path(path: str, channels: str) -> None:
    (request,) = Massive(Access(f"wss://socket.massive.com{path}")).subscribe(["A"])
    assert json.loads(request)["params"] == channels


@pytest.mark.parametrize(("typed", "wire"), [("msft", "MSFT"), ("btcusd", "BTC-USD"), ("brk/b", "BRK.B")])
def test_spelling(typed: str, wire: str) -> None:
    assert Massive.wire_symbol(typed) == wire
