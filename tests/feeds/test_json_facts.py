from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Correction, DayStats, MarketFact, Quote, Trade, Updates
from ticker_gui.feeds.json_facts import read_fact, read_facts, read_received
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


def written(fact: MarketFact) -> bytes:
    return msgspec.json.encode(fact_line("desk", "a", fact, 1_700_000_000_123_456_000))


@given(st.lists(TRADES | CORRECTIONS | QUOTES | DAYS | BARS, max_size=5))
def test_printed_lines_are_read_as_the_same_events(facts: list[MarketFact]) -> None:
    payloads = [written(fact) for fact in facts]
    assert read_facts(["A"] * len(facts), payloads) == (facts, None)
    assert [read_fact(payload, "A") for payload in payloads] == facts
    assert all(read_received(payload) == "2023-11-14T22:13:20.123456Z" for payload in payloads)


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_000_000))
def test_times_of_all_years_are_exact_to_the_microsecond(micros: int) -> None:
    trade = Trade("A", 1.0, time_ns=micros * 1_000)
    assert read_fact(written(trade), "A") == trade


ODD = (
    b'{"event":"trade","price":1,"time":"noon"}',
    b'{"event":"trade","price":1,"time":"2026-01-01T00:00:00"}',
    b'{"event":"trade","price":1,"updates":["all"]}',
    b'{"event":"trade"}',
    b'{"event":"other","price":1}',
    b'{"price":1}',
    b"{}",
    b"[]",
    b"",
    b"\xff",
)


@pytest.mark.parametrize("payload", ODD)
def test_a_line_without_market_data_is_skipped_and_the_next_is_read(payload: bytes) -> None:
    with pytest.raises(FrameError):
        read_fact(payload, "A")
    good: list[MarketFact] = [Trade("A", 1.0), Quote("B", 2.0)]
    facts, error = read_facts(["A", "A", "B"], [written(good[0]), payload, written(good[1])])
    assert facts == good
    assert isinstance(error, FrameError)


@given(payload=st.binary(max_size=40))
def test_other_payloads_are_rejected(payload: bytes) -> None:
    with pytest.raises(FrameError):
        read_fact(b'{"event":"trade","price":"x","bid":[],"high":{},"start":1' + payload, "A")
