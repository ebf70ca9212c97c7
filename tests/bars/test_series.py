"""Incremental bars are compared with bars rebuilt from all trades."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bars.test_bar_history import RecordedTape, TradeRow, expected_bars
from tests.domain.test_trading_days import all_days
from ticker_gui.bars.downsampling import MultiResolutionIndex, first, highest, last, lowest, total
from ticker_gui.bars.series import Series, TimeSeries, TradeCountBars, create_series, is_timeframe
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS, TIMEFRAMES, Timeframe, timeframe_named
from ticker_gui.domain.trading_days import TradingDays

T0 = 1_700_000_000 * SECOND_NS


def rows_of(series: Series) -> list[tuple[float, ...]]:
    series.update()
    return [tuple(row) for row in zip(*(column.tolist() for column in series.bars), strict=True)]


def expected_tick_bars(trades: list[TradeRow], count: int) -> list[tuple[float, ...]]:
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
def test_incremental_bars_equal_bars_of_all_trades(timeframe: Timeframe, moved: list[tuple[int, float, bool]]) -> None:
    recorded, trades, now = RecordedTape(), [], T0
    series = TimeSeries(recorded.bars, timeframe)
    for wait, price, is_read in moved:
        now += wait
        trades.append((now, price, 1.0))
        recorded.add(*trades[-1])
        if is_read:
            assert rows_of(series) == expected_bars(trades, timeframe)
    assert rows_of(series) == expected_bars(trades, timeframe)
    assert len(series) == len(series.ends_ns())
    if trades:
        assert (series.ends_ns()[:-1] <= series.bars.start_ns[1:]).all()


@given(st.integers(1, 7), steps)
def test_incremental_tick_bars_equal_tick_bars_of_all_trades(count: int, moved: list[tuple[int, float, bool]]) -> None:
    recorded, trades, now = RecordedTape(), [], T0
    series = TradeCountBars(recorded.tape, count)
    for wait, price, is_read in moved:
        now += wait
        trades.append((now, price, 1.0))
        recorded.add(*trades[-1])
        if is_read:
            assert rows_of(series) == expected_tick_bars(trades, count)
    assert rows_of(series) == expected_tick_bars(trades, count)
    if trades:
        assert series.ends_ns()[-1] == trades[-1][0]


@given(timeframes, st.integers(1, 5), st.integers(0, 2**32).map(Random))
def test_late_trades_are_added_to_their_bars(timeframe: Timeframe, count: int, rng: Random) -> None:
    recorded, trades, now = RecordedTape(), [], T0
    all_series: list[Series] = [TimeSeries(recorded.bars, timeframe), TradeCountBars(recorded.tape, count)]
    for _ in range(30):
        now += rng.randrange(1, 90 * SECOND_NS)
        late = rng.random() < 0.2
        trades.append((now - rng.randrange(200 * SECOND_NS) if late else now, float(rng.randrange(9)), 1.0))
        recorded.add(*trades[-1])
        if rng.random() < 0.5:
            for series in all_series:
                series.update()
            assert rows_of(all_series[0]) == expected_bars(trades, timeframe)
    assert rows_of(all_series[0]) == expected_bars(trades, timeframe)
    assert [row[5] for row in rows_of(all_series[1])] == [row[5] for row in expected_tick_bars(trades, count)]


def test_a_late_trade_in_an_old_bar_changes_the_generation() -> None:
    recorded = RecordedTape()
    series = TimeSeries(recorded.bars, TIMEFRAMES[1])
    for second in (0, 6, 12, 13):
        recorded.add(T0 + second * SECOND_NS, 5.0, 1.0)
    series.update()
    generation = series.generation
    recorded.add(T0 + 12 * SECOND_NS + 1, 9.0, 1.0)
    series.update()
    first_late = series.generation
    recorded.add(T0 + 1 * SECOND_NS, 9.0, 1.0)
    series.update()
    assert series.generation > max(generation, first_late)


@pytest.mark.parametrize("timeframe", [TIMEFRAMES[0], TIMEFRAMES[2], TIMEFRAMES[5]], ids=lambda t: t.name)
def test_old_bars_are_dropped_and_counted(timeframe: Timeframe) -> None:
    recorded = RecordedTape(trades=50, second_bars=600, minute_bars=60)
    series = TimeSeries(recorded.bars, timeframe)
    for number in range(12_000):
        recorded.add(T0 + number * SECOND_NS, float(number % 17), 1.0)
        if number % 100 == 0:
            series.update()
    rows_of(series)
    bars = series.bars
    assert (np.diff(bars.start_ns) == timeframe.width_ns).all()
    assert (bars.volume[1:-1] == timeframe.width_ns // SECOND_NS).all()
    assert series.begin + len(series) >= 12_000 * SECOND_NS // timeframe.width_ns - 1
    rebuilt = rows_of(TimeSeries(recorded.bars, timeframe))
    assert rows_of(series)[-len(rebuilt) :] == rebuilt


def test_after_a_long_pause_no_block_of_dropped_bars_is_read() -> None:
    recorded = RecordedTape(trades=50, second_bars=600, minute_bars=60)
    series, reducers = TimeSeries(recorded.bars, TIMEFRAMES[1]), (first, first, highest, lowest, last, total)
    index = MultiResolutionIndex(reducers)
    for number in range(6000):
        recorded.add(T0 + number * SECOND_NS, 10.0 + number // 3000, 1.0)
        if number < 3000 and number % 100 == 0:
            series.update()
            index.read(series.source, 0, len(series), 20)
    series.update()  # more bars were added than the base series holds
    rebuilt = MultiResolutionIndex(reducers).read(series.source, 0, len(series), 20)
    read = index.read(series.source, 0, len(series), 20)
    assert [column.tolist() for column in read.columns] == [column.tolist() for column in rebuilt.columns]
    assert set(read.columns[1].tolist()) == {11.0}


def test_tick_bars_keep_their_numbers_when_old_trades_are_dropped() -> None:
    recorded = RecordedTape(trades=100)
    series = TradeCountBars(recorded.tape, 7)
    for number in range(1000):
        recorded.add(T0 + number * SECOND_NS, float(number), 1.0)
        if number % 50 == 0:
            series.update()
    series.update()
    assert (series.bars.open % 7 == 0).all()  # the price is the number of the trade
    assert series.bars.close[-1] == 999.0
    assert series.trades == 1000
    recorded.add(T0, 5.0, 1.0)  # late, dropped or not: bars stay complete
    assert (rows_of(series)[0][5], len(series.bars.open) > 10) == (7.0, True)
    assert series.begin + len(series) == -(-series.trades // 7)
    recorded.add(T0 + 990 * SECOND_NS + 1, 5.0, 1.0)  # late, but not dropped
    rows_of(series)
    assert series.begin + len(series) == -(-series.trades // 7)


def test_provider_history_precedes_recorded_bars_without_a_break() -> None:
    recorded = RecordedTape()
    begin = T0 - T0 % (300 * SECOND_NS)
    series = TimeSeries(recorded.bars, TIMEFRAMES[7])
    assert series.timeframe.name == "5m"
    recorded.add(begin + 130 * SECOND_NS, 50.0, 1.0)
    assert recorded.bars.partial_since_ns is None  # nothing was aggregated yet
    series.update()
    assert recorded.bars.partial_since_ns == begin + 130 * SECOND_NS
    for minute in range(-10, 3):
        price = 100.0 + minute
        start = begin + minute * MINUTE_NS
        recorded.bars.add_provider_bar(Bar("A", "1m", start, price, price, price, price, 2.0, is_closed=True))
    generation = series.generation
    rows = rows_of(series)
    assert series.generation > generation
    assert [(row[0], row[1], row[4], row[5]) for row in rows] == [
        (begin - 600 * SECOND_NS, 90.0, 94.0, 10.0),
        (begin - 300 * SECOND_NS, 95.0, 99.0, 10.0),
        (begin, 100.0, 102.0, 6.0),
    ]
    assert series.unfilled.partial_since_ns is None  # the missing part was added
    recorded.add(begin + 170 * SECOND_NS, 51.0, 1.0)  # within a provided minute
    recorded.add(begin + 190 * SECOND_NS, 60.0, 1.0)
    assert [row[1:6] for row in rows_of(series)][-1] == (100.0, 102.0, 60.0, 60.0, 7.0)


@pytest.mark.parametrize("timeframe", TIMEFRAMES, ids=lambda timeframe: timeframe.name)
def test_a_series_is_created_by_the_name_of_its_timeframe(timeframe: Timeframe) -> None:
    recorded = RecordedTape()
    recorded.add(T0, 5.0, 1.0)
    series = create_series(recorded.bars, recorded.tape, timeframe.name)
    assert is_timeframe(timeframe.name)
    assert isinstance(series, TimeSeries)
    assert series.timeframe == timeframe
    assert rows_of(series) == expected_bars([(T0, 5.0, 1.0)], timeframe)


@pytest.mark.parametrize("count", [1, 9, 10, 100, 999_999])
def test_a_series_is_created_by_the_number_of_trades_per_bar(count: int) -> None:
    recorded = RecordedTape()
    trades = [(T0 + number, float(number), 1.0) for number in range(30)]
    for trade in trades:
        recorded.add(*trade)
    series = create_series(recorded.bars, recorded.tape, f"{count}t")
    assert is_timeframe(f"{count}t")
    assert isinstance(series, TradeCountBars)
    assert series.count == count
    assert rows_of(series) == expected_tick_bars(trades, count)


@pytest.mark.parametrize(
    "name", ["", "t", "0t", "01t", "-1t", "1000000t", "1.5t", " 5t", "5t\n", "5T", "٥t", "7m", "5M"]
)
def test_other_names_have_no_series(name: str) -> None:
    recorded = RecordedTape()
    assert not is_timeframe(name)
    assert create_series(recorded.bars, recorded.tape, name) is None


@given(st.sampled_from(["1d", "1w", "1M"]), all_days, st.lists(st.integers(0, 300 * 24), min_size=1, max_size=40))
def test_days_weeks_and_months_of_trades_are_those_of_the_market(
    name: str, days: TradingDays, hours: list[int]
) -> None:
    recorded = RecordedTape(days=days)
    timeframe = timeframe_named(name, days)
    trades = [(T0 + hour * 60 * MINUTE_NS + number, float(number), 1.0) for number, hour in enumerate(sorted(hours))]
    for trade in trades:
        recorded.add(*trade)
    recorded.bars.aggregate_pending()
    series = create_series(recorded.bars, recorded.tape, name)
    assert isinstance(series, TimeSeries)
    by_start: dict[int, list[float]] = {}
    for time_ns, price, _ in trades:
        by_start.setdefault(timeframe.start_of(time_ns), []).append(price)
    assert series.bars.start_ns.tolist() == list(by_start)
    assert series.bars.volume.tolist() == [len(prices) for prices in by_start.values()]
    assert [*zip(series.bars.open, series.bars.close, strict=True)] == [(p[0], p[-1]) for p in by_start.values()]
    assert series.ends_ns().tolist() == [timeframe.end_of(start_ns) for start_ns in by_start]
