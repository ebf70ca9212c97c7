"""Bars are compared with a simple aggregation of all trades."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.bar_history import BarHistory, Bars, HistoryCapacity
from ticker_gui.bars.gaps import Gap
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.bars.series import TimeSeries
from ticker_gui.bars.tape import Tape
from ticker_gui.domain.events import Bar, Updates
from ticker_gui.domain.timeframe import (
    DAY,
    DAY_NS,
    FOREVER_NS,
    MINUTE,
    MINUTE_NS,
    SECOND,
    SECOND_NS,
    TIMEFRAMES,
    Timeframe,
    timeframe_named,
)
from ticker_gui.domain.trading_days import UTC_DAYS, TradingDays

TradeRow = tuple[int, float, float]  # time in ns, price, size


def expected_bars(trades: list[TradeRow], timeframe: Timeframe) -> list[tuple[float, ...]]:
    """Aggregate trades in the simplest way: sorted by time, in the order of arrival if times are equal."""
    bars: dict[int, list[TradeRow]] = {}
    for trade in sorted(trades, key=lambda trade: trade[0]):
        bars.setdefault(timeframe.start_of(trade[0]), []).append(trade)
    return [
        (start, its[0][1], max(t[1] for t in its), min(t[1] for t in its), its[-1][1], sum(t[2] for t in its))
        for start, its in sorted(bars.items())
    ]


TradeRowWithUpdates = tuple[int, float, float, Updates]  # and the values it may update


def expected_bars_with_updates(trades: list[TradeRowWithUpdates], timeframe: Timeframe) -> list[tuple[float, ...]]:
    """Aggregate trades with update flags in the simplest way."""
    trades = sorted(trades, key=lambda trade: trade[0])
    prices = [trade[1] for trade in trades if trade[3] & Updates.LAST]
    if not prices:
        return []
    bars: dict[int, list[TradeRowWithUpdates]] = {}
    for trade in trades:
        if trade[3]:
            bars.setdefault(timeframe.start_of(trade[0]), []).append(trade)
    rows: list[tuple[float, ...]] = []
    reference = prices[0]
    for start, its in sorted(bars.items()):
        last = [trade[1] for trade in its if trade[3] & Updates.LAST]
        ranged = [trade[1] for trade in its if trade[3] & (Updates.LAST | Updates.HIGH_LOW)] or [reference]
        low, high = min(ranged), max(ranged)
        opened, closed = (last[0], last[-1]) if last else 2 * (min(max(reference, low), high),)
        reference = last[-1] if last else reference
        volume = sum(trade[2] for trade in its if trade[3] & Updates.VOLUME)
        rows.append((start, opened, high, low, closed, volume))
    return rows


class RecordedTape:
    """A tape and its bars, with trades added as `SymbolState` adds them."""

    def __init__(
        self,
        trades: int = 10_000,
        second_bars: int = 10_000,
        minute_bars: int = 10_000,
        days: TradingDays = UTC_DAYS,
    ) -> None:
        self.tape = Tape(trades)
        self.bars = BarHistory(self.tape, HistoryCapacity(0, second_bars, minute_bars), days=days)
        self._newest = -(2**63)

    def add(self, time_ns: int, price: float, size: float) -> None:
        if time_ns < self._newest:
            self.tape.add_late(time_ns, price, size)
            return
        self._newest = time_ns
        if self.tape.add(time_ns, price, size):
            self.bars.aggregate_pending()

    def add_with_updates(self, time_ns: int, price: float, size: float, updates: Updates) -> None:
        """Add a trade with update flags as `SymbolState` does."""
        self._newest = max(self._newest, time_ns + bool(updates & Updates.LAST))
        if updates:
            self.tape.add_late(time_ns, price, size if updates & Updates.VOLUME else 0.0, updates)

    def read(self, timeframe: Timeframe) -> list[tuple[float, ...]]:
        return [
            tuple(row)
            for row in zip(*(column.tolist() for column in TimeSeries(self.bars, timeframe).bars), strict=True)
        ]


prices = st.integers(-1000, 1000).map(lambda value: value / 4)
sizes = st.integers(0, 64).map(lambda value: value / 8)  # sums of these are exact


def trades_within(seconds: float) -> st.SearchStrategy[list[TradeRow]]:
    return st.lists(st.tuples(st.integers(0, int(seconds * SECOND_NS)), prices, sizes), max_size=60)


@given(st.sampled_from((3, 200, 20_000, 300_000)).flatmap(trades_within), st.sets(st.integers(0, 60), max_size=3))
def test_every_timeframe_is_exact_in_any_order_of_trades(trades: list[TradeRow], reads: set[int]) -> None:
    for timeframe in TIMEFRAMES:
        recorded = RecordedTape()
        for index, trade in enumerate(trades):
            recorded.add(*trade)
            if index in reads:  # reading must change nothing
                recorded.read(timeframe)
        assert recorded.read(timeframe) == expected_bars(trades, timeframe), timeframe.name


parts = st.lists(
    st.tuples(
        st.integers(0, 100).map(lambda tenth: tenth * SECOND_NS // 10 * 13),
        prices,
        sizes,
        st.sampled_from([Updates.EVERYTHING, Updates.EVERYTHING, *map(Updates, range(8))]),
    ),
    max_size=60,
)


@given(parts, st.sets(st.integers(0, 60), max_size=4))
def test_bars_respect_the_updates_of_each_trade_in_any_order(
    trades: list[TradeRowWithUpdates], reads: set[int]
) -> None:
    recorded = RecordedTape()
    for index, (time_ns, price, size, updates) in enumerate(trades):
        if updates == Updates.EVERYTHING:
            recorded.add(time_ns, price, size)
        else:
            recorded.add_with_updates(time_ns, price, size, updates)
        if index in reads:  # reading must change nothing
            recorded.read(SECOND)
    for timeframe in (SECOND, MINUTE):
        assert recorded.read(timeframe) == expected_bars_with_updates(trades, timeframe)
    for timeframe in TIMEFRAMES:
        rows, expected = recorded.read(timeframe), expected_bars_with_updates(trades, timeframe)
        assert [row[0] for row in rows] == [row[0] for row in expected]
        assert [row[5] for row in rows] == [row[5] for row in expected]
        priced = {timeframe.start_of(trade[0]) for trade in trades if trade[3] & Updates.LAST}
        assert [row for row in rows if row[0] in priced] == [row for row in expected if row[0] in priced]


@given(parts, st.integers(1, 6))
def test_partial_bars_are_bounded_and_finite(trades: list[TradeRowWithUpdates], max_bars: int) -> None:
    recorded = RecordedTape(trades=8, second_bars=max_bars, minute_bars=max_bars)
    for time_ns, price, size, updates in trades:
        recorded.add_with_updates(time_ns, price, size, updates)
        for timeframe in (SECOND, MINUTE):
            rows = recorded.read(timeframe)
            assert len(rows) <= max_bars
            assert np.isfinite(rows).all()
            assert all(
                low <= min(opened, closed) <= max(opened, closed) <= high for _, opened, high, low, closed, _ in rows
            )


def test_many_late_trades_are_merged_in_batches() -> None:
    recorded, trades = RecordedTape(), []
    for index in range(5_000):
        trades.append((index * 7_919 % 5_000 * SECOND_NS // 50, float(index % 13), 1.0))
        recorded.add(*trades[-1])
        assert len(recorded.tape._late) <= 512
    assert recorded.tape.generation <= 40
    assert recorded.read(SECOND) == expected_bars(trades, SECOND)
    assert recorded.tape.times_ns.tolist() == sorted(time_ns for time_ns, _, _ in trades)


@given(trades_within(400), st.integers(1, 40))
def test_second_and_minute_bars_are_bounded_to_the_newest(trades: list[TradeRow], max_bars: int) -> None:
    trades.sort(key=lambda trade: trade[0])
    recorded = RecordedTape(second_bars=max_bars, minute_bars=max_bars)
    for trade in trades:
        recorded.add(*trade)
    assert recorded.read(SECOND) == expected_bars(trades, SECOND)[-max_bars:]
    assert recorded.read(MINUTE) == expected_bars(trades, MINUTE)[-max_bars:]


def test_a_resampled_bar_without_its_first_rows_is_left_out() -> None:
    recorded = RecordedTape(second_bars=7)
    for second in range(10):
        recorded.add(second * SECOND_NS, 10.0 + second, 1.0)
    five = TIMEFRAMES[1]
    assert [row[0] for row in recorded.read(five)] == [5 * SECOND_NS]
    assert recorded.read(five) == expected_bars([(s * SECOND_NS, 10.0 + s, 1.0) for s in range(10)], five)[1:]


def test_bars_include_trades_that_a_short_tape_has_dropped() -> None:
    recorded = RecordedTape(trades=50)
    trades = [(index * SECOND_NS // 7, float(index % 13), 1.0) for index in range(5_000)]
    for trade in trades:
        recorded.add(*trade)
    assert recorded.read(SECOND) == expected_bars(trades, SECOND)
    assert recorded.read(DAY) == expected_bars(trades, DAY)


def test_base_bars_are_read_without_a_copy() -> None:
    recorded = RecordedTape()
    for second in range(300):
        recorded.add(second * SECOND_NS, float(second), 1.0)
    assert np.shares_memory(TimeSeries(recorded.bars, SECOND).bars.close, TimeSeries(recorded.bars, SECOND).bars.close)
    assert np.shares_memory(TimeSeries(recorded.bars, MINUTE).bars.high, TimeSeries(recorded.bars, MINUTE).bars.high)


def provided(minute: int, *, is_closed: bool = True, timeframe: str = "1m") -> Bar:
    return Bar("A", timeframe, minute * MINUTE_NS, 1.0, 9.0, 0.5, 2.0, 100.0, is_closed)


def test_provider_bars_are_used_for_minutes_that_were_not_recorded() -> None:
    recorded = RecordedTape()
    recorded.bars.add_provider_bar(provided(3))
    recorded.add(5 * MINUTE_NS + 30 * SECOND_NS, 4.0, 1.0)  # recording starts here
    recorded.bars.add_provider_bar(provided(4))
    recorded.bars.add_provider_bar(provided(5))  # recorded only in part
    recorded.add(6 * MINUTE_NS, 5.0, 1.0)
    recorded.add(7 * MINUTE_NS, 6.0, 1.0)
    recorded.bars.add_provider_bar(provided(6))  # recorded completely
    rows = recorded.read(MINUTE)
    assert [row[0] // MINUTE_NS for row in rows] == [3, 4, 5, 6, 7]
    assert [row[5] for row in rows] == [100.0, 100.0, 100.0, 1.0, 1.0]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=1, max_size=40))
def test_provider_bars_and_trades_are_sorted_by_time(arrivals: list[tuple[bool, int]]) -> None:
    recorded, traded, minutes = RecordedTape(), 0, set[int]()
    for is_provided, minute in arrivals:
        if is_provided:
            recorded.bars.add_provider_bar(provided(minute))
        else:
            recorded.add(minute * MINUTE_NS + SECOND_NS, 4.0, 1.0)
            traded += 1
            minutes.add(minute)
    for timeframe in TIMEFRAMES:
        starts = [row[0] for row in recorded.read(timeframe)]
        assert starts == sorted(set(starts))
    assert minutes <= {row[0] // MINUTE_NS for row in recorded.read(MINUTE)}
    assert sum(row[5] for row in recorded.read(SECOND)) == traded


@pytest.mark.parametrize("bar", [provided(3, is_closed=False), provided(3, timeframe="5m")])
def test_provider_bars_other_than_closed_minutes_are_ignored(bar: Bar) -> None:
    recorded = RecordedTape()
    recorded.bars.add_provider_bar(bar)
    assert recorded.read(MINUTE) == []


@given(st.integers(0, 9), st.integers(-11, 11), st.none() | st.integers(-11, 11))
def test_rows_slices_every_column(count: int, begin: int, end: int | None) -> None:
    starts, columns = np.arange(count), [np.linspace(column, column + 1, count) for column in range(5)]
    bars = Bars(starts, *columns)
    some = bars.rows(begin, end)
    for column, whole in zip(some, bars, strict=True):
        assert column.tolist() == whole.tolist()[begin:end]
        assert np.shares_memory(column, whole) or not len(column)  # without a copy


def test_rows_without_an_end_include_the_last_bar() -> None:
    recorded = RecordedTape()
    for second in range(10):
        recorded.add(second * SECOND_NS, float(second), 1.0)
    bars = TimeSeries(recorded.bars, SECOND).bars
    assert bars.rows(7).close.tolist() == [7.0, 8.0, 9.0]
    assert bars.rows(3, 5).close.tolist() == [3.0, 4.0]


@pytest.mark.parametrize("stamp", ["2026-11-27T00:00", "2026-11-27T05:00", "2026-11-27T14:30"])
def test_a_live_day_of_the_provider_is_that_of_its_date(stamp: str) -> None:
    days = TradingDays(ZoneInfo("America/New_York"), 4)
    recorded = RecordedTape(days=days)
    start_ns = int(datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()) * SECOND_NS
    recorded.bars.add_provider_bar(Bar("A", "1d", start_ns, 1.0, 3.0, 0.5, 2.0, 7.0, is_closed=True))
    starts = recorded.bars.provided.read(timeframe_named("1d", days)).start_ns
    assert [days.number_of(start) * DAY_NS for start in starts.tolist()] == [1_795_737_600 * SECOND_NS]


def test_bars_are_received_completely_from_the_second_one_on_and_not_in_gaps() -> None:
    recorded = RecordedTape()
    bars, start_ns = recorded.bars, MINUTE.start_of(1_700_000_000 * SECOND_NS)
    assert bars.received(MINUTE) == []
    for second in range(30, 600, 10):
        recorded.add(start_ns + second * SECOND_NS, 100.0, 1.0)
    gaps = [Gap(start_ns + 130 * SECOND_NS, start_ns + 190 * SECOND_NS)]
    bars.find_gaps = lambda: tuple(gaps)
    minutes = [start_ns + minute * MINUTE_NS for minute in range(10)]
    TimeSeries(bars, MINUTE).update()
    assert bars.received(MINUTE) == [(minutes[1], minutes[2]), (minutes[4], FOREVER_NS)]
    gaps.append(Gap(start_ns + 500 * SECOND_NS, None))
    assert bars.received(MINUTE) == [(minutes[1], minutes[2]), (minutes[4], minutes[8])]
    gaps[0] = gaps[0]._replace(is_backfilled=True)
    assert bars.received(MINUTE) == [(minutes[1], minutes[8])]


def test_a_recording_that_started_earlier_makes_the_first_bar_whole() -> None:
    recorded = RecordedTape()
    bars, start_ns = recorded.bars, MINUTE.start_of(1_700_000_000 * SECOND_NS)
    bars.extend_start(start_ns)  # without trades, there is no start
    for second in range(30, 600, 10):
        recorded.add(start_ns + second * SECOND_NS, 100.0, 1.0)
    series = TimeSeries(bars, MINUTE)
    series.update()
    assert series.sources()[0] == BarSource.PARTIAL
    bars.extend_start(start_ns + 40 * SECOND_NS)  # later than known
    assert series.sources()[0] == BarSource.PARTIAL
    bars.extend_start(start_ns - 1)
    assert series.sources()[0] == BarSource.SEEN
