"""Bars that grow against bars that are rebuilt from everything."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bars.test_bar_history import Counted, Told, by_hand
from ticker_gui.bars.series import Series, TimeSeries, TradeCountBars, create_series, is_timeframe
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS, TIMEFRAMES, Timeframe

T0 = 1_700_000_000 * SECOND_NS


def told(series: Series) -> list[tuple[float, ...]]:
    series.update()
    return [tuple(row) for row in zip(*(column.tolist() for column in series.bars), strict=True)]


def in_ticks(trades: list[Told], count: int) -> list[tuple[float, ...]]:
    ordered = sorted(trades, key=lambda trade: trade[0])
    bars = [ordered[first : first + count] for first in range(0, len(ordered), count)]
    return [
        (its[0][0], its[0][1], max(t[1] for t in its), min(t[1] for t in its), its[-1][1], sum(t[2] for t in its))
        for its in bars
    ]


timeframes = st.sampled_from(TIMEFRAMES[:10])
steps = st.lists(
    st.tuples(st.integers(0, 200 * SECOND_NS), st.integers(-40, 40).map(lambda p: p / 4), st.booleans()), max_size=60
)


@given(timeframes, steps)
def test_bars_that_grow_are_those_of_all_trades(timeframe: Timeframe, moved: list[tuple[int, float, bool]]) -> None:
    counted, trades, now = Counted(), [], T0
    series = TimeSeries(counted.bars, timeframe)
    for wait, price, is_read in moved:
        now += wait
        trades.append((now, price, 1.0))
        counted.tell(*trades[-1])
        if is_read:
            assert told(series) == by_hand(trades, timeframe)
    assert told(series) == by_hand(trades, timeframe)
    assert len(series) == len(series.ends_ns())
    if trades:
        assert (series.ends_ns() - series.bars.start_ns == timeframe.width_ns).all()


@given(st.integers(1, 7), steps)
def test_ticks_that_grow_are_those_of_all_trades(count: int, moved: list[tuple[int, float, bool]]) -> None:
    counted, trades, now = Counted(), [], T0
    series = TradeCountBars(counted.tape, count)
    for wait, price, is_read in moved:
        now += wait
        trades.append((now, price, 1.0))
        counted.tell(*trades[-1])
        if is_read:
            assert told(series) == in_ticks(trades, count)
    assert told(series) == in_ticks(trades, count)
    if trades:
        assert series.ends_ns()[-1] == trades[-1][0]


@given(timeframes, st.integers(1, 5), st.randoms())
def test_late_trades_are_in_their_bars_and_that_is_said(timeframe: Timeframe, count: int, chance: Random) -> None:
    counted, trades, now = Counted(), [], T0
    all_series: list[Series] = [TimeSeries(counted.bars, timeframe), TradeCountBars(counted.tape, count)]
    for _ in range(30):
        now += chance.randrange(1, 90 * SECOND_NS)
        late = chance.random() < 0.2
        trades.append((now - chance.randrange(200 * SECOND_NS) if late else now, float(chance.randrange(9)), 1.0))
        counted.tell(*trades[-1])
        if chance.random() < 0.5:
            before = [series.generation for series in all_series], [told(series)[:-1] for series in all_series]
            assert told(all_series[0]) == by_hand(trades, timeframe)
            assert len(before) == 2
    assert told(all_series[0]) == by_hand(trades, timeframe)
    assert [row[5] for row in told(all_series[1])] == [row[5] for row in in_ticks(trades, count)]


def test_a_late_trade_in_an_old_bar_is_another_generation_and_one_in_the_last_is_not() -> None:
    counted = Counted()
    series = TimeSeries(counted.bars, TIMEFRAMES[1])
    for second in (0, 6, 12, 13):
        counted.tell(T0 + second * SECOND_NS, 5.0, 1.0)
    series.update()
    generation = series.generation
    counted.tell(T0 + 12 * SECOND_NS + 1, 9.0, 1.0)
    series.update()
    first_late = series.generation
    counted.tell(T0 + 1 * SECOND_NS, 9.0, 1.0)
    series.update()
    assert series.generation > max(generation, first_late)


@pytest.mark.parametrize("timeframe", [TIMEFRAMES[0], TIMEFRAMES[2], TIMEFRAMES[5]], ids=lambda t: t.name)
def test_old_bars_are_forgotten_and_counted(timeframe: Timeframe) -> None:
    counted = Counted(trades=50, second_bars=600, minute_bars=60)
    series = TimeSeries(counted.bars, timeframe)
    for number in range(12_000):
        counted.tell(T0 + number * SECOND_NS, float(number % 17), 1.0)
        if number % 100 == 0:
            series.update()
    told(series)
    bars = series.bars
    assert (np.diff(bars.start_ns) == timeframe.width_ns).all()
    assert (bars.volume[1:-1] == timeframe.width_ns // SECOND_NS).all()
    assert series.begin + len(series) >= 12_000 * SECOND_NS // timeframe.width_ns - 1
    rebuilt = told(TimeSeries(counted.bars, timeframe))
    assert told(series)[-len(rebuilt) :] == rebuilt


def test_ticks_keep_their_numbers_when_old_trades_are_forgotten() -> None:
    counted = Counted(trades=100)
    series = TradeCountBars(counted.tape, 7)
    for number in range(1000):
        counted.tell(T0 + number * SECOND_NS, float(number), 1.0)
        if number % 50 == 0:
            series.update()
    series.update()
    assert (series.bars.open % 7 == 0).all()  # the price is the trade's number
    assert series.bars.close[-1] == 999.0
    counted.tell(T0, 5.0, 1.0)  # late, and forgotten at once or not: bars are whole
    assert (told(series)[0][5], len(series.bars.open) > 10) == (7.0, True)


def test_history_of_the_provider_stands_before_without_a_seam() -> None:
    counted = Counted()
    begin = T0 - T0 % (300 * SECOND_NS)
    series = TimeSeries(counted.bars, TIMEFRAMES[7])
    assert series.timeframe.name == "5m"
    counted.tell(begin + 130 * SECOND_NS, 50.0, 1.0)
    assert counted.bars.partial_since_ns is None  # nobody has counted yet
    series.update()
    assert counted.bars.partial_since_ns == begin + 130 * SECOND_NS
    for minute in range(-10, 3):
        price = 100.0 + minute
        start = begin + minute * MINUTE_NS
        counted.bars.add_provider_bar(Bar("A", "1m", start, price, price, price, price, 2.0, is_closed=True))
    generation = series.generation
    rows = told(series)
    assert series.generation > generation
    assert [(row[0], row[1], row[4], row[5]) for row in rows] == [
        (begin - 600 * SECOND_NS, 90.0, 94.0, 10.0),
        (begin - 300 * SECOND_NS, 95.0, 99.0, 10.0),
        (begin, 100.0, 102.0, 6.0),
    ]
    assert counted.bars.partial_since_ns is None  # the part that was missing is there


@pytest.mark.parametrize("timeframe", TIMEFRAMES, ids=lambda timeframe: timeframe.name)
def test_a_series_is_found_by_the_name_of_its_timeframe(timeframe: Timeframe) -> None:
    counted = Counted()
    counted.tell(T0, 5.0, 1.0)
    series = create_series(counted.bars, counted.tape, timeframe.name)
    assert is_timeframe(timeframe.name)
    assert isinstance(series, TimeSeries)
    assert series.timeframe == timeframe
    assert told(series) == by_hand([(T0, 5.0, 1.0)], timeframe)


@pytest.mark.parametrize("count", [1, 9, 10, 100, 999_999])
def test_a_series_is_found_by_how_many_trades_its_bars_are(count: int) -> None:
    counted = Counted()
    trades = [(T0 + number, float(number), 1.0) for number in range(30)]
    for trade in trades:
        counted.tell(*trade)
    series = create_series(counted.bars, counted.tape, f"{count}t")
    assert is_timeframe(f"{count}t")
    assert isinstance(series, TradeCountBars)
    assert series.count == count
    assert told(series) == in_ticks(trades, count)


@pytest.mark.parametrize(
    "name", ["", "t", "0t", "01t", "-1t", "1000000t", "1.5t", " 5t", "5t\n", "5T", "٥t", "7m", "5M"]
)
def test_any_other_name_is_of_no_series(name: str) -> None:
    counted = Counted()
    assert not is_timeframe(name)
    assert create_series(counted.bars, counted.tape, name) is None
