from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.demo.instruments import INSTRUMENTS, DemoInstrument, make_instrument
from ticker_gui.demo.past import FIRST_S, Candle, Past, id_at
from ticker_gui.domain.timeframe import SECOND_NS

NOW_S = 1_796_000_000
DAY_S = 86_400
INSTRUMENT = st.sampled_from([*INSTRUMENTS, make_instrument("FOO"), make_instrument("a b")])
TIME_S = st.integers(FIRST_S, NOW_S)


def joined(candles: list[Candle]) -> Candle:
    first, *others = candles
    for other in others:
        first = first.followed_by(other)
    return first


@given(INSTRUMENT, TIME_S, st.lists(st.integers(1, 4_000), min_size=2, max_size=6))
def test_the_candle_of_a_period_is_that_of_its_parts(
    instrument: DemoInstrument, start_s: int, widths: list[int]
) -> None:
    past, bounds = Past(instrument), [start_s]
    for width in widths:
        bounds.append(bounds[-1] + width)
    parts = [past.candle(begin, end) for begin, end in pairwise(bounds)]
    whole = past.candle(bounds[0], bounds[-1])
    assert whole is not None
    together = joined([part for part in parts if part is not None])
    assert whole[:4] == together[:4]
    assert whole.volume == pytest.approx(together.volume)


@given(INSTRUMENT, TIME_S)
def test_prices_do_not_jump_from_one_period_to_the_next(instrument: DemoInstrument, start_s: int) -> None:
    past = Past(instrument)
    for width in (1, 60, 3_600, DAY_S):
        begin = start_s - start_s % width
        candle, following = past.candle(begin, begin + width), past.candle(begin + width, begin + 2 * width)
        if candle is None:  # the first day has begun before the simulation
            continue
        assert following is not None
        assert candle.close == following.open == past.price(begin + width)
        assert candle.low <= min(candle.open, candle.close) <= max(candle.open, candle.close) <= candle.high
        assert 0.5 < candle.open / instrument.opening < 2.0
        assert candle.volume > 0


@given(INSTRUMENT, TIME_S, st.integers(1, 90))
def test_past_trades_make_up_the_candle_of_their_time(instrument: DemoInstrument, start_s: int, width: int) -> None:
    past = Past(instrument)
    trades = list(past.trades(start_s, start_s + width))
    prices = [trade.price for trade in trades]
    candle = past.candle(start_s, start_s + width)
    assert candle == (
        prices[0], max(prices), min(prices), prices[-1], pytest.approx(sum(trade.size for trade in trades))
    )  # fmt: skip
    assert [trade.trade_id for trade in trades] == list(range(id_at(start_s), id_at(start_s + width)))
    times = [trade.time_ns for trade in trades]
    assert times == sorted(set(times))
    assert start_s * SECOND_NS <= times[0] <= times[-1] < (start_s + width) * SECOND_NS
    assert all(trade.size > 0 for trade in trades)


@given(INSTRUMENT, st.lists(st.integers(FIRST_S // DAY_S, NOW_S // DAY_S), min_size=2, max_size=8))
def test_the_past_does_not_depend_on_the_order_of_the_requests(instrument: DemoInstrument, days: list[int]) -> None:
    past = Past(instrument)
    in_order = {day: past.candle(day * DAY_S + 1_234, (day + 1) * DAY_S - 4_321) for day in days}
    again = Past(instrument)
    assert {day: again.candle(day * DAY_S + 1_234, (day + 1) * DAY_S - 4_321) for day in reversed(days)} == in_order


def test_there_is_nothing_before_the_simulation() -> None:
    past = Past(make_instrument("NIMB"))
    assert past.candle(FIRST_S - DAY_S, FIRST_S) is None
    assert past.candle(FIRST_S - DAY_S, FIRST_S + 5) == past.candle(FIRST_S, FIRST_S + 5)
    assert list(past.trades(FIRST_S - 9, FIRST_S)) == []


def test_many_periods_are_divided_without_keeping_all_of_them() -> None:
    past = Past(make_instrument("NIMB"))
    first = past.candle(NOW_S, NOW_S + 7)
    for start_s in range(NOW_S - 500 * DAY_S, NOW_S, DAY_S):
        past.candle(start_s + 1, start_s + 2)
    assert len(past._divided) <= 4_096 + 12
    assert past.candle(NOW_S, NOW_S + 7) == first


def test_the_extremes_of_a_day_are_reached_once_and_not_for_long() -> None:
    """Where the day's range is a few ticks, the price may come back to an extreme, but it never lies there."""
    counts = []
    for instrument in INSTRUMENTS:
        past = Past(instrument)
        for start_s in range(NOW_S // DAY_S * DAY_S - 60 * DAY_S, NOW_S // DAY_S * DAY_S, 10 * DAY_S):
            quarters = [past.candle(begin, begin + 900) for begin in range(start_s, start_s + DAY_S, 900)]
            whole = past.candle(start_s, start_s + DAY_S)
            assert whole is not None
            counts.append(sum(each is not None and each.high == whole.high for each in quarters))
            counts.append(sum(each is not None and each.low == whole.low for each in quarters))
    assert min(counts) >= 1
    assert max(counts) <= 24  # of 96
    assert sum(counts) / len(counts) <= 3
