from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.demo.history import MAX_TRADES, InstrumentHistory
from ticker_gui.demo.instruments import make_instrument
from ticker_gui.demo.past import FIRST_S, Past, id_at
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, TIMEFRAMES, Timeframe
from ticker_gui.feeds.history import BarsQuery, TradesQuery

START_S = 1_795_999_017  # seven minutes after a half hour
START_NS = START_S * SECOND_NS
NIMB = make_instrument("NIMB")


def history(pauses_ns: list[int]) -> tuple[InstrumentHistory, list[Trade]]:
    """Return a history with one trade after each of the pauses."""
    made, trades, time_ns = InstrumentHistory(Past(NIMB), START_S), list[Trade](), START_NS
    for index, pause_ns in enumerate(pauses_ns):
        time_ns += pause_ns
        trades.append(Trade("NIMB", 180.0 + index % 7, 10.0 + index, time_ns, id_at(START_S) + index))
        made.add(trades[-1])
    return made, trades


def bars(made: InstrumentHistory, timeframe: str, start_ns: int, end_ns: int, now_ns: int) -> list[Bar]:
    return list(made.bars(BarsQuery("NIMB", timeframe, start_ns, end_ns), now_ns))


def expected(trades: list[Trade], timeframe: str, start_ns: int, end_ns: int) -> list[Bar]:
    """Return the bars of past trades followed by those since the start."""
    past = [
        Trade("NIMB", each.price, each.size, each.time_ns) for each in Past(NIMB).trades(start_ns // SECOND_NS, START_S)
    ]
    found: dict[int, list[Trade]] = {}
    for trade in (*past, *trades):
        assert trade.time_ns is not None
        found.setdefault(BY_NAME[timeframe].start_of(trade.time_ns), []).append(trade)
    made = []
    for begin, members in found.items():
        prices, volume = [trade.price for trade in members], sum(trade.size or 0.0 for trade in members)
        is_closed = BY_NAME[timeframe].end_of(begin) <= end_ns
        high, low = max(prices), min(prices)
        made.append(Bar("NIMB", timeframe, begin, prices[0], high, low, prices[-1], round(volume, 6), is_closed))
    return made


@given(
    st.lists(st.integers(0, 20 * SECOND_NS), min_size=1, max_size=40),
    st.sampled_from(["1s", "5s", "15s", "30s", "1m", "2m", "3m", "5m"]),
)
def test_bars_are_those_of_the_past_trades_and_of_the_trades_since(pauses_ns: list[int], timeframe: str) -> None:
    made, trades = history(pauses_ns)
    now_ns = (trades[-1].time_ns or 0) + 1
    start_ns = START_NS - START_NS % (30 * MINUTE_NS)
    assert bars(made, timeframe, start_ns, now_ns, now_ns) == expected(trades, timeframe, start_ns, now_ns)


@pytest.mark.parametrize("timeframe", TIMEFRAMES, ids=lambda timeframe: timeframe.name)
def test_every_timeframe_has_its_bars_without_a_hole(timeframe: Timeframe) -> None:
    made, _ = history([0, SECOND_NS])
    now_ns = START_NS + 2 * SECOND_NS
    found = bars(made, timeframe.name, now_ns - 60 * timeframe.width_ns, now_ns, now_ns)
    assert len(found) >= 60
    for earlier, later in pairwise(found):
        assert later.start_ns == timeframe.end_of(earlier.start_ns)
        assert earlier.is_closed
    assert found[-1].start_ns == timeframe.start_of(now_ns - SECOND_NS)


@given(
    st.integers(-3 * HOUR_NS, 3 * HOUR_NS), st.integers(0, 3 * HOUR_NS), st.sampled_from(["1m", "5m", "1h", "1d", "1M"])
)
def test_the_start_is_included_and_the_end_is_not(offset_ns: int, width_ns: int, timeframe: str) -> None:
    made, _ = history([SECOND_NS] * 100)
    now_ns, start_ns = START_NS + 2 * HOUR_NS, START_NS + offset_ns
    for bar in bars(made, timeframe, start_ns, start_ns + width_ns, now_ns):
        assert start_ns <= bar.start_ns < min(start_ns + width_ns, now_ns)
        assert bar.start_ns == BY_NAME[timeframe].start_of(bar.start_ns)


def test_nothing_is_older_than_the_simulation_and_nothing_is_of_the_future() -> None:
    made, _ = history([SECOND_NS])
    first = bars(made, "1d", 0, (FIRST_S + 100) * SECOND_NS, START_NS)
    assert [bar.start_ns for bar in first] == [FIRST_S * SECOND_NS]
    assert bars(made, "1M", 2**80, 2**81, START_NS) == []
    assert bars(made, "1m", START_NS + DAY_NS, START_NS + 2 * DAY_NS, START_NS + DAY_NS) == []


def test_trades_between_two_ids_are_exactly_those_although_times_repeat() -> None:
    made, trades = history([0] * 50)
    query = TradesQuery("NIMB", START_NS, START_NS, trades[10].trade_id, trades[20].trade_id)
    assert made.trades(query) == trades[11:20]


@given(st.integers(0, 60 * SECOND_NS), st.integers(0, 60 * SECOND_NS))
def test_trades_between_two_times_are_of_the_past_and_of_the_time_since(after: int, before: int) -> None:
    made, trades = history([SECOND_NS] * 100)
    after_ns, before_ns = START_NS - after, START_NS + before
    found = made.trades(TradesQuery("NIMB", after_ns, before_ns))
    assert found is not None
    past = [each.time_ns for each in Past(NIMB).trades(START_S - 61, START_S)]
    times = [*past, *(trade.time_ns or 0 for trade in trades)]
    assert [trade.time_ns for trade in found] == [time for time in times if after_ns < time < before_ns]
    ids = [trade.trade_id for trade in found]
    assert ids == sorted(set(ids), key=str)


def test_too_many_trades_are_refused() -> None:
    made, trades = history([1] * 10)
    assert made.trades(TradesQuery("NIMB", START_NS - HOUR_NS, START_NS)) is None
    assert made.trades(TradesQuery("NIMB", 0, START_NS + HOUR_NS, 0, trades[-1].trade_id)) is None


def test_old_trades_are_discarded_but_the_minutes_remain() -> None:
    made, trades = history([SECOND_NS] * (MAX_TRADES + 600))
    now_ns = (trades[-1].time_ns or 0) + 1
    start_ns = START_NS + 2 * MINUTE_NS
    start_ns -= start_ns % MINUTE_NS
    found = bars(made, "1m", start_ns, now_ns, now_ns)
    members = [trade for trade in trades if start_ns <= (trade.time_ns or 0) < start_ns + MINUTE_NS]
    assert found[0].open == members[0].price
    assert found[0].volume == sum(trade.size or 0.0 for trade in members)
    assert len(made._trades) == MAX_TRADES


def test_a_second_of_which_trades_were_discarded_is_replaced_by_the_past() -> None:
    made, _ = history([SECOND_NS // 4] * (MAX_TRADES + 2))
    second = (made._trades[0].time_ns or 0) // SECOND_NS
    (bar,) = bars(made, "1s", second * SECOND_NS, (second + 1) * SECOND_NS, START_NS + DAY_NS)
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == Past(NIMB).candle(second, second + 1)


def test_the_oldest_minutes_are_replaced_by_the_past() -> None:
    made, _ = history([MINUTE_NS] * 4_400)
    now_ns = START_NS + 4_401 * MINUTE_NS
    assert len(made._minutes) == 4_320
    minute_ns = START_NS - START_NS % MINUTE_NS + 5 * MINUTE_NS
    (bar,) = bars(made, "1m", minute_ns, minute_ns + MINUTE_NS, now_ns)
    past = Past(NIMB).candle(minute_ns // SECOND_NS, minute_ns // SECOND_NS + 60)
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == past


def test_a_trade_after_the_clock_was_set_back_belongs_to_the_latest_minute() -> None:
    made, _ = history([2 * MINUTE_NS])
    made.add(Trade("NIMB", 500.0, 1.0, START_NS, 7))
    minute_ns = START_NS - START_NS % MINUTE_NS + 2 * MINUTE_NS
    (bar,) = bars(made, "1m", minute_ns, minute_ns + MINUTE_NS, START_NS + HOUR_NS)
    assert bar.high == 500.0
