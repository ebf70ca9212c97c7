from __future__ import annotations

import base64
import json
import math
from typing import Any

import pytest

from tests.feeds.venues import yahoo as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import DayStats, Fact, Quote, Trade, Updates
from ticker_gui.feeds.providers.yahoo import Yahoo

# A frame of the service itself, as it stands in the tests of the public client yfinance.
REAL = (
    b'{"type":"pricing","message":"CgdCVEMtVVNEFYoMuUcYwLCVgIplIgNVU0QqA0NDQzApOAFFPWrEP0iAgOrxvANVx/25R12csrRHZYD8skR9'
    b'/7i0R7ABgIDq8bwD2AEE4AGAgOrxvAPoAYCA6vG8A/IBA0JUQ4ECAAAAwPrjckGJAgAA2P5ZT3tC"}'
)


def test_a_real_frame_is_read_without_the_noise_of_32_bits() -> None:
    trade, day = Yahoo().decode(REAL)
    assert isinstance(trade, Trade)
    assert isinstance(day, DayStats)
    assert trade.size is None  # last_size is the day's volume
    assert (trade.symbol, trade.price, trade.time_ns) == ("BTC-USD", 94745.08, 1_736_509_140_000_000_000)
    assert (day.high, day.low, day.open, day.volume) == (95227.555, 92517.22, 92529.99, 59712028672.0)
    assert day.previous_close == pytest.approx(94745.08 - 1431.8906, abs=0.01)


def test_both_versions_give_the_same_events() -> None:
    assert Yahoo().decode(venue.COIN.encode()) == Yahoo().decode(venue.FRAMES[0].encode())


def test_fields_left_out_are_unchanged() -> None:
    trade, quote, day = Yahoo().decode(venue.STOCK.encode())
    assert trade == Trade("DKNG", 24.535, None, 1_700_000_001_000_000_000)
    assert quote == Quote("DKNG", 24.53, None, 24.54, 300.0, 1_700_000_001_000_000_000)
    assert isinstance(day, DayStats)
    assert (day.open, day.high, day.low, day.volume) == (None, None, None, 6719763.0)


def trades(it: Yahoo, **fields: Any) -> list[Trade]:
    return [fact for fact in it.decode(venue.pricing(id="A", price=10.0, **fields).encode()) if isinstance(fact, Trade)]


@pytest.mark.parametrize("volume", ["day_volume", "vol_24hr"])
def test_the_day_s_volume_is_not_a_size_even_if_it_is_left_out(volume: str) -> None:
    it = Yahoo()
    sizes = [
        trades(it, **fields)[0].size
        for fields in ({volume: 5000, "last_size": 5000}, {"last_size": 5000}, {"last_size": 7})
    ]
    assert sizes == [None, None, 7.0]


def test_a_frame_that_repeats_price_time_and_volume_states_the_last_price_and_is_not_a_trade() -> None:
    it = Yahoo()
    frame = {"time": 1_700_000_000_000, "day_volume": 5000}
    assert len(trades(it, **frame)) == 1
    assert not trades(it, **frame)
    assert not trades(it, time=1_700_000_000_000, bid=9.5)
    (_, day) = it.decode(venue.pricing(id="A", price=10.0, bid=9.5, **frame).encode())
    assert isinstance(day, DayStats)
    assert (day.last, day.last_time_ns) == (10.0, 1_700_000_000_000_000_000)
    assert len(trades(it, time=1_700_000_000_000, day_volume=5001)) == 1
    assert len(trades(it, time=1_700_000_001_000)) == 1


def test_frames_without_a_time_are_trades() -> None:
    it = Yahoo()
    assert [len(trades(it)) for _ in range(2)] == [1, 1]


def test_a_price_after_hours_moves_last_but_neither_the_reference_nor_high_and_low() -> None:
    trade, day = Yahoo().decode(venue.AFTER_HOURS.encode())
    assert trade == Trade(
        "DKNG",
        25.0,
        None,
        1_700_000_002_000_000_000,
        conditions=("post-market",),
        updates=Updates.LAST | Updates.VOLUME,
    )
    assert isinstance(day, DayStats)
    assert day.previous_close is None


@pytest.mark.parametrize("quote_type", [8, 20])
def test_a_stocks_price_before_the_session_moves_last_but_not_high_and_low(quote_type: int) -> None:
    early, day = Yahoo().decode(venue.pricing(id="A", price=10.0, change=1.0, quote_type=quote_type).encode())
    assert isinstance(early, Trade)
    assert (early.conditions, early.updates) == (("pre-market",), Updates.LAST | Updates.VOLUME)
    assert isinstance(day, DayStats)
    assert day.previous_close == 9.0
    frame = venue.pricing(id="A", price=10.0, quote_type=quote_type, market_hours=1)
    assert Yahoo().decode(frame.encode())[0] == Trade("A", 10.0)


def test_a_side_of_a_quote_that_is_left_out_is_unchanged_and_a_zero_that_is_sent_is_empty() -> None:
    def quote(**fields: Any) -> list[Fact]:
        return [fact for fact in Yahoo().decode(venue.pricing(id="A", **fields).encode()) if isinstance(fact, Quote)]

    assert quote(bid=10.5, bid_size=300) == [Quote("A", bid=10.5, bid_size=300.0)]
    assert quote(bid=10.5, ask=0.0, ask_size=0) == [Quote("A", bid=10.5, has_no_ask=True)]
    assert quote(bid=0.0) == [Quote("A", has_no_bid=True)]
    assert quote(price=10.0) == []


@pytest.mark.parametrize("field", ["price", "bid", "ask", "day_high", "change", "previous_close"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_rejects_the_frame(field: str, value: float) -> None:
    with pytest.raises(FrameError):
        Yahoo().decode(venue.pricing(**{"id": "A", "price": 10.0, field: value}).encode())


def test_invalid_text_rejects_the_frame() -> None:
    frame = base64.b64encode(b"\x0a\x02A\xff" + base64.b64decode(venue.pricing(price=10.0)))
    with pytest.raises(FrameError):
        Yahoo().decode(frame)


def test_a_time_out_of_range_rejects_the_frame() -> None:
    with pytest.raises(FrameError):
        Yahoo().decode(venue.pricing(id="A", price=10.0, time=50_000_000_000).encode())


def test_a_stated_previous_close_is_used() -> None:
    facts = Yahoo().decode(venue.pricing(id="A", price=10.0, change=1.0, previous_close=8.5).encode())
    assert [fact.previous_close for fact in facts if isinstance(fact, DayStats)] == [8.5]


@pytest.mark.parametrize(("market_hours", "previous"), [(0, 9.0), (1, 9.0), (2, None), (3, None)])
def test_the_change_after_hours_is_not_relative_to_the_previous_close(
    market_hours: int, previous: float | None
) -> None:
    facts = Yahoo().decode(venue.pricing(id="A", price=10.0, change=1.0, market_hours=market_hours).encode())
    assert [fact.previous_close for fact in facts if isinstance(fact, DayStats)] == [previous]


def test_times_before_the_epoch_are_decoded() -> None:
    (trade, _) = Yahoo().decode(venue.pricing(id="A", price=10.0, time=-5).encode())
    assert isinstance(trade, Trade)
    assert trade.time_ns == -5_000_000_000


@pytest.mark.parametrize("frame", [b"pong", b"{", b'{"message":"!"}', b'{"message":"AAAA"}', b"CgdCVE", b"\xff\xff"])
def test_a_message_that_is_not_pricing_data_rejects_the_frame(frame: bytes) -> None:
    with pytest.raises(FrameError):
        Yahoo().decode(frame)
    assert not Yahoo().decode(b'{"type":"info"}')


def test_the_keepalive_sends_the_complete_subscription() -> None:
    it = Yahoo()
    assert not list(it.keepalive())
    list(it.subscribe(["A", "B"]))
    list(it.unsubscribe(["A"]))
    assert [json.loads(message) for message in it.keepalive()] == [{"subscribe": ["B"]}]


@pytest.mark.parametrize(
    ("typed", "wire"),
    [("aapl", "AAPL"), ("btcusd", "BTC-USD"), ("BTC/USD", "BTC-USD"), ("eurusd", "EURUSD=X"), ("EURUSD=X", "EURUSD=X"),
     ("^gspc", "^GSPC"), ("es=f", "ES=F"), ("itc.ns", "ITC.NS"), ("brk.b", "BRK-B"), ("BRK/B", "BRK-B"), ("bp.l", "BP.L"), ("NYSE:BRK.B", "BRK-B"), ("M&M.NS", "M&M.NS"),
     ("TON11419-USD", "TON11419-USD"), ("BAC-PL", "BAC-PL"), ("7203.T", "7203.T")],
)  # fmt: skip
def test_symbols_are_converted_to_the_provider_s_notation(typed: str, wire: str) -> None:
    assert Yahoo.wire_symbol(typed) == wire
