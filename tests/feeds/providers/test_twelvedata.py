from __future__ import annotations

import json
from typing import Any

import pytest

from tests.feeds.venues import twelvedata as venue
from ticker_gui.domain.errors import FeedRejected, FrameError
from ticker_gui.domain.events import DayStats, Quote, Reply, Trade
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.twelvedata import TwelveData

SECOND = 10**9


def test_a_price_is_a_trade_with_the_volume_or_the_quote_beside_it() -> None:
    time_ns = 1_700_000_000 * SECOND
    assert TwelveData().decode(venue.PRICE.encode()) == [
        Trade("AAPL", 175.6997, None, time_ns),
        DayStats("AAPL", volume=15991537.0, time_ns=time_ns),
    ]
    assert TwelveData().decode(venue.CURRENCY.encode()) == [
        Trade("EUR/USD", 1.0825, None, time_ns + SECOND),
        Quote("EUR/USD", 1.0824, None, 1.0826, None, time_ns + SECOND),
    ]


def price(**fields: Any) -> bytes:
    return json.dumps({"event": "price", "symbol": "RY", "timestamp": 1_700_000_000, **fields}).encode()


def decoded(symbols: list[str], **fields: Any) -> list[str]:
    it = TwelveData()
    list(it.subscribe(symbols))
    return [fact.symbol for fact in it.decode(price(price=120.5, **fields)) if isinstance(fact, Trade)]


def test_a_foreign_listing_differs_from_the_domestic_one() -> None:
    both = ["RY", "RY:TSX"]
    assert decoded(both, exchange="TSX", mic_code="XTSE") == ["RY:TSX"]
    assert decoded(both, exchange="NYSE", mic_code="XNYS") == ["RY"]
    assert decoded(["RY:XTSE"], exchange="TSX", mic_code="XTSE") == ["RY:XTSE"]
    assert decoded(["RY:TSX", "RY:XTSE"], exchange="TSX", mic_code="XTSE") == ["RY:TSX", "RY:XTSE"]


def test_a_symbol_and_its_domestic_listing_both_receive_data() -> None:
    assert decoded(["RY", "RY:NYSE"], exchange="NYSE", mic_code="XNYS") == ["RY:NYSE", "RY"]


def test_a_listing_with_another_name_of_its_exchange_is_found_by_its_symbol() -> None:
    assert decoded(["RY:TSX"], exchange="Toronto Stock Exchange") == ["RY:TSX"]
    assert decoded(["RY:TSX"]) == ["RY:TSX"]
    assert decoded(["RY:TSX", "RY:NEO"], exchange="Toronto Stock Exchange") == ["RY"]
    assert decoded([], exchange="TSX") == ["RY"]


def test_a_listing_that_is_no_longer_subscribed_is_not_found() -> None:
    it = TwelveData()
    list(it.subscribe(["RY:TSX"]))
    assert [fact.symbol for fact in it.decode(price(price=1, exchange="TSX")) if isinstance(fact, Trade)] == ["RY:TSX"]
    list(it.unsubscribe(["RY:TSX"]))
    assert [fact.symbol for fact in it.decode(price(price=1, exchange="TSX")) if isinstance(fact, Trade)] == ["RY"]


def test_a_foreign_listing_is_acknowledged_or_refused_by_its_name() -> None:
    it = TwelveData()
    list(it.subscribe(["RY:TSX", "M&M:NSE"]))
    frame = {
        "event": "subscribe-status",
        "success": [{"symbol": "RY", "exchange": "TSX"}],
        "fails": [{"symbol": "M&M", "exchange": "NSE"}],
    }
    acknowledged, refused = it.decode(json.dumps(frame).encode())
    assert acknowledged == Reply(("RY:TSX",), ok=True)
    assert refused == Reply(("M&M:NSE",), ok=False, message="not available")


def test_a_side_of_a_quote_that_is_left_out_is_unchanged_and_a_price_of_zero_is_empty() -> None:
    time_ns = 1_700_000_000 * SECOND
    assert TwelveData().decode(price(bid=10.5)) == [Quote("RY", bid=10.5, time_ns=time_ns)]
    assert TwelveData().decode(price(bid=10.5, ask=0)) == [Quote("RY", bid=10.5, time_ns=time_ns, has_no_ask=True)]
    assert TwelveData().decode(price(bid=0)) == [Quote("RY", time_ns=time_ns, has_no_bid=True)]


def test_zero_is_not_a_time() -> None:
    assert TwelveData().decode(price(price=1, timestamp=0)) == [Trade("RY", 1.0)]


@pytest.mark.parametrize("fields", [{"price": []}, {"day_volume": {}}, {"timestamp": "2026-11-28"}, {"price": 1, "timestamp": 10**19}])  # fmt: skip
def test_a_value_of_another_type_rejects_the_frame(fields: dict[str, Any]) -> None:
    with pytest.raises(FrameError):
        TwelveData().decode(price(**fields))


def test_part_of_a_subscription_may_fail() -> None:
    it = TwelveData()
    list(it.subscribe(["AAPL", "EUR/USD", "NOPE"]))
    assert it.decode(venue.STATUS.encode()) == [
        Reply(("AAPL", "EUR/USD"), ok=True),
        Reply(("NOPE",), ok=False, message="NOPE is not available"),
    ]


@pytest.mark.parametrize("fails", [None, [], [{"symbol": "NOPE", "exchange": "X"}], ["who knows"]])
def test_failures_are_read_in_several_shapes(fails: object) -> None:
    it = TwelveData()
    list(it.subscribe(["NOPE"]))
    frame = {"event": "subscribe-status", "status": "error", "success": None, "fails": fails}
    symbols = [reply.symbols for reply in it.decode(json.dumps(frame).encode()) if isinstance(reply, Reply)]
    assert symbols == ([] if not fails else [()] if fails == ["who knows"] else [("NOPE",)])


def test_a_rejected_key_rejects_the_feed_and_other_errors_are_reported() -> None:
    with pytest.raises(FeedRejected, match="key"):
        TwelveData().decode(b'{"event":"error","message":"Wrong apikey K"}')
    assert TwelveData().decode(venue.FRAMES[5].encode()) == (Reply((), ok=False, message="limit reached"),)


def test_the_keepalive_message_is_sent() -> None:
    assert [json.loads(message) for message in TwelveData().keepalive()] == [{"action": "heartbeat"}]
    assert not TwelveData().decode(venue.FRAMES[4].encode())


def test_the_key_is_in_the_query() -> None:
    assert TwelveData(Credentials("wss://h/p", "K")).address == "wss://h/p?apikey=K"


@pytest.mark.parametrize(
    ("typed", "wire"),
    [("aapl", "AAPL"), ("eurusd", "EUR/USD"), ("BTC-USD", "BTC/USD"), ("RY:TSX", "RY:TSX"), ("AAPL:NASDAQ", "AAPL:NASDAQ"),
     ("NASDAQ:AAPL", "AAPL:NASDAQ"), ("TSX:RY", "RY:TSX"), ("CME:NASDAQ", "CME:NASDAQ"), ("aapl:nasdaq", "AAPL:NASDAQ")],
)  # fmt: skip
def test_symbols_are_converted_to_the_provider_s_notation(typed: str, wire: str) -> None:
    assert TwelveData.wire_symbol(typed) == wire
    assert not TwelveData().refusal(wire)
