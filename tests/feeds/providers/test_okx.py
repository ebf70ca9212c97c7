from __future__ import annotations

import json

import pytest

from tests.feeds.venues import okx as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import DayStats, Quote, Reply, Trade
from ticker_gui.feeds.providers.okx import Okx

NOW_NS = 1_700_000_000_123_000_000


def test_a_ticker_is_a_quote_and_day_statistics() -> None:
    assert Okx().decode(venue.TICKER.encode()) == [
        Quote("BTC-USDT", 61234.4, 4.0, 61234.6, 3.0, NOW_NS),
        DayStats("BTC-USDT", 61000.0, 61900.0, 60100.0, None, 779573.0, NOW_NS, last=61234.5),
    ]


def test_an_empty_text_is_an_empty_side_and_a_field_left_out_is_unchanged() -> None:
    (quote, _) = Okx().decode(venue.BARE_TICKER.encode())
    assert quote == Quote("BTC-USDT", 61234.4, 4.0, None, None, NOW_NS, has_no_ask=True)
    (quote, _) = Okx().decode(venue.TICKER.replace('"askPx":"61234.6","askSz":"3",', "").encode())
    assert quote == Quote("BTC-USDT", 61234.4, 4.0, None, None, NOW_NS)


def test_an_instrument_that_never_traded_has_no_last_price() -> None:
    (_, day) = Okx().decode(venue.TICKER.replace('"last":"61234.5","lastSz":"0.01"', '"last":"","lastSz":"0"').encode())
    assert isinstance(day, DayStats)
    assert day.last is None


def test_a_trade_has_its_number_as_text() -> None:
    assert Okx().decode(venue.TRADE.encode()) == [Trade("BTC-USDT", 61234.5, 0.25, 1_700_000_000_120_000_000, "784912")]


def test_an_error_names_its_instrument_only_if_it_is_subscribed() -> None:
    it = Okx()
    assert [reply.symbols for reply in it.decode(venue.ERROR.encode()) if isinstance(reply, Reply)] == [()]
    list(it.subscribe(["NOPE-USDT"]))
    (reply,) = it.decode(venue.ERROR.encode())
    assert reply == Reply(
        ("NOPE-USDT",), ok=False, message="channel:trades,instId:NOPE-USDT doesn't exist (code 60018)"
    )


def test_a_notice_marks_the_connection_as_closing() -> None:
    dialect = Okx()
    assert not dialect.decode(venue.NOTICE.encode())
    assert dialect.is_closing


def test_ping_and_pong_are_bare_text() -> None:
    assert list(Okx().keepalive()) == ["ping"]
    assert not Okx().decode(b"pong")
    with pytest.raises(FrameError):
        Okx().decode(b"pang")


@pytest.mark.parametrize(("typed", "wire"), [("btcusdt", "BTC-USDT"), ("BTC/USDT", "BTC-USDT"), ("btc-usdt-swap", "BTC-USDT-SWAP"), ("BTC-USD-231229-30000-C", "BTC-USD-231229-30000-C"), ("OKX:BTCUSDT", "BTC-USDT"), ("OKX:BTCUSDT.P", "BTC-USDT-SWAP")])  # fmt: skip
def test_symbols_are_converted_to_the_provider_s_notation(typed: str, wire: str) -> None:
    assert Okx.wire_symbol(typed) == wire


def test_one_request_has_many_symbols() -> None:
    requests = list(Okx().subscribe([f"A{i}-USDT" for i in range(51)]))
    assert [len(json.loads(request)["args"]) for request in requests] == [100, 2]
