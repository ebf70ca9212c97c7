from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Correction, DayStats, MarketFact, Quote, Trade, Updates
from ticker_gui.feeds.json_facts import READERS
from ticker_gui.formatting.json_lines import fact_line

PRICE = st.floats(1e-9, 1e12)
SIZE = st.none() | PRICE
TIME = st.none() | st.integers(0, 4_000_000_000_000_000).map(lambda micros: micros * 1_000)
ID = st.none() | st.text(max_size=8)
UPDATES = st.integers(0, 7).map(Updates)
CONDITIONS = st.lists(st.text(max_size=4), max_size=3).map(tuple)

TRADES = st.builds(
    Trade,
    symbol=st.just("A"),
    price=PRICE,
    size=SIZE,
    time_ns=TIME,
    trade_id=ID,
    venue=ID,
    conditions=CONDITIONS,
    updates=UPDATES,
)
CORRECTIONS = st.builds(
    Correction,
    symbol=st.just("A"),
    trade_id=ID,
    price=SIZE,
    size=SIZE,
    time_ns=TIME,
    venue=ID,
    new_trade_id=ID,
    original_price=SIZE,
    original_size=SIZE,
    original_time_ns=TIME,
    conditions=CONDITIONS,
    updates=UPDATES,
)
SIDE = st.tuples(SIZE, st.booleans()).map(lambda side: (None, True) if side[1] else (side[0], False))
QUOTES = st.builds(
    lambda bid, ask, bid_size, ask_size, time_ns: Quote(
        "A", bid[0], bid_size, ask[0], ask_size, time_ns, has_no_bid=bid[1], has_no_ask=ask[1]
    ),
    SIDE,
    SIDE,
    SIZE,
    SIZE,
    TIME,
)
DAYS = st.builds(
    DayStats,
    symbol=st.just("A"),
    open=SIZE,
    high=SIZE,
    low=SIZE,
    previous_close=SIZE,
    volume=SIZE,
    time_ns=TIME,
    last=SIZE,
)
BARS = st.builds(
    Bar,
    symbol=st.just("A"),
    timeframe=st.sampled_from(("1m", "1h", "odd")),
    start_ns=st.integers(0, 4_000_000_000).map(lambda second: second * 1_000_000_000),
    open=PRICE,
    high=PRICE,
    low=PRICE,
    close=PRICE,
    volume=SIZE,
    is_closed=st.booleans(),
)


@given(TRADES | CORRECTIONS | QUOTES | DAYS | BARS)
def test_a_printed_line_is_read_as_the_same_event(fact: MarketFact) -> None:
    line = fact_line("desk", "a", fact, 1_700_000_000_123_456_000)
    read, received = READERS[line["event"]](msgspec.json.encode(line), "A")
    assert read == fact
    assert received == "2023-11-14T22:13:20.123456Z"


@pytest.mark.parametrize("event", READERS)
@given(payload=st.binary(max_size=40))
def test_other_payloads_are_rejected(event: str, payload: bytes) -> None:
    with pytest.raises(FrameError):
        READERS[event](b'{"price":"x","bid":[],"high":{},"start":1' + payload, "A")


@pytest.mark.parametrize("payload", [b'{"price":1,"time":"noon"}', b'{"price":1,"updates":["all"]}', b"{}", b"[]"])
def test_trades_with_odd_values_are_rejected(payload: bytes) -> None:
    with pytest.raises(FrameError):
        READERS["trade"](payload, "A")
