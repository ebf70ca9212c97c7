from __future__ import annotations

import json

import pytest

from tests.feeds.venues import yahoo as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.feeds.yahoo import Yahoo

# A frame of the service itself, as it stands in the tests of the public client yfinance.
REAL = (
    b'{"type":"pricing","message":"CgdCVEMtVVNEFYoMuUcYwLCVgIplIgNVU0QqA0NDQzApOAFFPWrEP0iAgOrxvANVx/25R12csrRHZYD8skR9'
    b'/7i0R7ABgIDq8bwD2AEE4AGAgOrxvAPoAYCA6vG8A/IBA0JUQ4ECAAAAwPrjckGJAgAA2P5ZT3tC"}'
)


def test_a_real_frame_is_read_without_the_noise_of_32_bits() -> None:
    trade, day = Yahoo().decode(REAL)
    assert isinstance(trade, Trade)
    assert isinstance(day, DayStats)
    assert (trade.symbol, trade.price, trade.time_ns) == ("BTC-USD", 94745.08, 1_736_509_140_000_000_000)
    assert (day.high, day.low, day.open, day.volume) == (95227.555, 92517.22, 92529.99, 59712028672.0)
    assert day.previous_close == pytest.approx(94745.08 - 1431.8906, abs=0.01)


def test_both_versions_say_the_same() -> None:
    assert Yahoo().decode(venue.COIN.encode()) == Yahoo().decode(venue.FRAMES[0].encode())


def test_what_is_not_sent_is_unchanged() -> None:
    trade, quote, day = Yahoo().decode(venue.STOCK.encode())
    assert trade == Trade("DKNG", 24.535, None, 1_700_000_001_000_000_000)
    assert quote == Quote("DKNG", 24.53, None, 24.54, 300.0, 1_700_000_001_000_000_000)
    assert isinstance(day, DayStats)
    assert (day.open, day.high, day.low, day.volume) == (None, None, None, 6719763.0)


def test_a_previous_close_that_is_told_is_taken() -> None:
    facts = Yahoo().decode(venue.pricing(id="A", price=10.0, change=1.0, previous_close=8.5).encode())
    assert [fact.previous_close for fact in facts if isinstance(fact, DayStats)] == [8.5]


@pytest.mark.parametrize(("market_hours", "previous"), [(0, 9.0), (1, 9.0), (2, None), (3, None)])
def test_the_change_after_the_close_is_no_change_from_the_day_before(market_hours: int, previous: float | None) -> None:
    facts = Yahoo().decode(venue.pricing(id="A", price=10.0, change=1.0, market_hours=market_hours).encode())
    assert [fact.previous_close for fact in facts if isinstance(fact, DayStats)] == [previous]


def test_times_before_the_epoch_are_zigzag_too() -> None:
    (trade, _) = Yahoo().decode(venue.pricing(id="A", price=10.0, time=-5).encode())
    assert isinstance(trade, Trade)
    assert trade.time_ns == -5_000_000_000


@pytest.mark.parametrize("frame", [b"pong", b"{", b'{"message":"!"}', b'{"message":"AAAA"}', b"CgdCVE", b"\xff\xff"])
def test_what_is_no_pricing_data_costs_the_frame(frame: bytes) -> None:
    with pytest.raises(FrameError):
        Yahoo().decode(frame)
    assert not Yahoo().decode(b'{"type":"info"}')


def test_the_whole_subscription_is_sent_again() -> None:
    it = Yahoo()
    assert not list(it.keepalive())
    list(it.subscribe(["A", "B"]))
    list(it.unsubscribe(["A"]))
    assert [json.loads(message) for message in it.keepalive()] == [{"subscribe": ["B"]}]


@pytest.mark.parametrize(
    ("typed", "wire"),
    [("aapl", "AAPL"), ("btcusd", "BTC-USD"), ("BTC/USD", "BTC-USD"), ("eurusd", "EURUSD=X"), ("EURUSD=X", "EURUSD=X"),
     ("^gspc", "^GSPC"), ("es=f", "ES=F"), ("itc.ns", "ITC.NS"), ("brk.b", "BRK-B"), ("bp.l", "BP.L")],
)  # fmt: skip
def test_spelling(typed: str, wire: str) -> None:
    assert Yahoo.wire_symbol(typed) == wire
