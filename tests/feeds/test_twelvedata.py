from __future__ import annotations

import json

import pytest

from tests.feeds.venues import twelvedata as venue
from ticker_gui.domain.errors import FeedRejected
from ticker_gui.domain.events import DayStats, Quote, Reply, Trade
from ticker_gui.feeds.protocol import Access
from ticker_gui.feeds.twelvedata import TwelveData

SECOND = 10**9


def test_prices_volumes_and_quotes() -> None:
    time_ns = 1_700_000_000 * SECOND
    assert TwelveData().decode(venue.PRICE.encode()) == [
        Trade("AAPL", 175.6997, None, time_ns),
        DayStats("AAPL", volume=15991537.0, time_ns=time_ns),
    ]
    assert TwelveData().decode(venue.CURRENCY.encode()) == [
        Trade("EUR/USD", 1.0825, None, time_ns + SECOND),
        Quote("EUR/USD", 1.0824, None, 1.0826, None, time_ns + SECOND),
    ]


def test_part_of_a_subscription_may_fail() -> None:
    it = TwelveData()
    list(it.subscribe(["AAPL", "EUR/USD", "NOPE"]))
    assert it.decode(venue.STATUS.encode()) == [
        Reply(("AAPL", "EUR/USD"), ok=True),
        Reply(("NOPE",), ok=False, message="NOPE is not available"),
    ]


@pytest.mark.parametrize("fails", [None, [], [{"symbol": "NOPE", "exchange": "X"}], ["who knows"]])
def test_failures_come_in_several_shapes(fails: object) -> None:
    it = TwelveData()
    list(it.subscribe(["NOPE"]))
    frame = {"event": "subscribe-status", "status": "error", "success": None, "fails": fails}
    symbols = [reply.symbols for reply in it.decode(json.dumps(frame).encode()) if isinstance(reply, Reply)]
    assert symbols == ([] if not fails else [()] if fails == ["who knows"] else [("NOPE",)])


def test_a_key_that_is_not_accepted_is_for_the_user_and_other_errors_are_told() -> None:
    with pytest.raises(FeedRejected, match="key"):
        TwelveData().decode(b'{"event":"error","message":"Wrong apikey K"}')
    assert TwelveData().decode(venue.FRAMES[4].encode()) == (Reply((), ok=False, message="limit reached"),)


def test_a_quiet_line_is_kept_alive() -> None:
    assert [json.loads(message) for message in TwelveData().keepalive()] == [{"action": "heartbeat"}]
    assert not TwelveData().decode(venue.FRAMES[3].encode())


def test_the_key_stands_in_the_query() -> None:
    assert TwelveData(Access("wss://h/p", "K")).address == "wss://h/p?apikey=K"


@pytest.mark.parametrize(("typed", "wire"), [("aapl", "AAPL"), ("eurusd", "EUR/USD"), ("BTC-USD", "BTC/USD")])
def test_spelling(typed: str, wire: str) -> None:
    assert TwelveData.wire_symbol(typed) == wire
