"""Bars against counting every trade by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.bar_history import BarHistory, Bars, HistoryCapacity
from ticker_gui.bars.tape import Tape
from ticker_gui.domain.events import Bar, Updates
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND, SECOND_NS, TIMEFRAMES, Timeframe

DAY = TIMEFRAMES[-1]

Told = tuple[int, float, float]  # time in ns, price, size


def by_hand(trades: list[Told], timeframe: Timeframe) -> list[tuple[float, ...]]:
    """Aggregate in the plainest way: trades in the order of their time, those of one time in that of arrival."""
    bars: dict[int, list[Told]] = {}
    for trade in sorted(trades, key=lambda trade: trade[0]):
        bars.setdefault(timeframe.start_of(trade[0]), []).append(trade)
    return [
        (start, its[0][1], max(t[1] for t in its), min(t[1] for t in its), its[-1][1], sum(t[2] for t in its))
        for start, its in sorted(bars.items())
    ]


Partial = tuple[int, float, float, Updates]  # and what it may update


def partly_by_hand(trades: list[Partial], timeframe: Timeframe) -> list[tuple[float, ...]]:
    """Aggregate trades of which some may not update everything, in the plainest way."""
    trades = sorted(trades, key=lambda trade: trade[0])
    prices = [trade[1] for trade in trades if trade[3] & Updates.LAST]
    if not prices:
        return []
    bars: dict[int, list[Partial]] = {}
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


class Counted:
    """A tape and its bars, fed as a symbol's state feeds them."""

    def __init__(self, trades: int = 10_000, second_bars: int = 10_000, minute_bars: int = 10_000) -> None:
        self.tape = Tape(trades)
        self.bars = BarHistory(self.tape, HistoryCapacity(0, second_bars, minute_bars))
        self._newest = -(2**63)

    def tell(self, time_ns: int, price: float, size: float) -> None:
        if time_ns < self._newest:
            self.tape.add_late(time_ns, price, size)
            return
        self._newest = time_ns
        if self.tape.add(time_ns, price, size):
            self.bars.aggregate_pending()

    def tell_part(self, time_ns: int, price: float, size: float, updates: Updates) -> None:
        """Add a trade as a symbol's state does one that may not update everything."""
        self._newest = max(self._newest, time_ns + bool(updates & Updates.LAST))
        if updates:
            self.tape.add_late(time_ns, price, size if updates & Updates.VOLUME else 0.0, updates)

    def read(self, timeframe: Timeframe) -> list[tuple[float, ...]]:
        return [tuple(row) for row in zip(*(column.tolist() for column in self.bars.read(timeframe)), strict=True)]


prices = st.integers(-1000, 1000).map(lambda value: value / 4)
sizes = st.integers(0, 64).map(lambda value: value / 8)  # sums of these are exact


def trades_within(seconds: float) -> st.SearchStrategy[list[Told]]:
    return st.lists(st.tuples(st.integers(0, int(seconds * SECOND_NS)), prices, sizes), max_size=60)


@pytest.mark.parametrize("timeframe", TIMEFRAMES, ids=lambda timeframe: timeframe.name)
@given(data=st.data())
def test_every_timeframe_is_exact_whatever_the_order(timeframe: Timeframe, data: st.DataObject) -> None:
    told = data.draw(trades_within(data.draw(st.sampled_from((3, 200, 20_000, 300_000)))))
    reads = data.draw(st.sets(st.integers(0, 60), max_size=3))
    counted = Counted()
    for index, trade in enumerate(told):
        counted.tell(*trade)
        if index in reads:  # reading must change nothing
            counted.read(timeframe)
    assert counted.read(timeframe) == by_hand(told, timeframe)


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
def test_bars_follow_what_each_trade_may_update_whatever_the_order(told: list[Partial], reads: set[int]) -> None:
    counted = Counted()
    for index, (time_ns, price, size, updates) in enumerate(told):
        if updates == Updates.EVERYTHING:
            counted.tell(time_ns, price, size)
        else:
            counted.tell_part(time_ns, price, size, updates)
        if index in reads:  # reading must change nothing
            counted.read(SECOND)
    for timeframe in (SECOND, MINUTE):
        assert counted.read(timeframe) == partly_by_hand(told, timeframe)
    for timeframe in TIMEFRAMES:
        rows, expected = counted.read(timeframe), partly_by_hand(told, timeframe)
        assert [row[0] for row in rows] == [row[0] for row in expected]
        assert [row[5] for row in rows] == [row[5] for row in expected]
        priced = {timeframe.start_of(trade[0]) for trade in told if trade[3] & Updates.LAST}
        assert [row for row in rows if row[0] in priced] == [row for row in expected if row[0] in priced]


@given(parts, st.integers(1, 6))
def test_partial_bars_are_bounded_and_finite(told: list[Partial], most: int) -> None:
    counted = Counted(trades=8, second_bars=most, minute_bars=most)
    for time_ns, price, size, updates in told:
        counted.tell_part(time_ns, price, size, updates)
        for timeframe in (SECOND, MINUTE):
            rows = counted.read(timeframe)
            assert len(rows) <= most
            assert np.isfinite(rows).all()
            assert all(
                low <= min(opened, closed) <= max(opened, closed) <= high for _, opened, high, low, closed, _ in rows
            )


def test_a_late_flood_is_merged_in_batches() -> None:
    counted, told = Counted(), []
    for index in range(5_000):
        told.append((index * 7_919 % 5_000 * SECOND_NS // 50, float(index % 13), 1.0))
        counted.tell(*told[-1])
        assert len(counted.tape._late) <= 512
    assert counted.tape.generation <= 40
    assert counted.read(SECOND) == by_hand(told, SECOND)
    assert counted.tape.times_ns.tolist() == sorted(time_ns for time_ns, _, _ in told)


@given(trades_within(400), st.integers(1, 40))
def test_seconds_and_minutes_are_bounded_and_the_newest_are_kept(told: list[Told], most: int) -> None:
    told.sort(key=lambda trade: trade[0])
    counted = Counted(second_bars=most, minute_bars=most)
    for trade in told:
        counted.tell(*trade)
    assert counted.read(SECOND) == by_hand(told, SECOND)[-most:]
    assert counted.read(MINUTE) == by_hand(told, MINUTE)[-most:]


def test_a_wider_bar_that_has_lost_its_beginning_is_left_out() -> None:
    counted = Counted(second_bars=7)
    for second in range(10):
        counted.tell(second * SECOND_NS, 10.0 + second, 1.0)
    five = TIMEFRAMES[1]
    assert [row[0] for row in counted.read(five)] == [5 * SECOND_NS]
    assert counted.read(five) == by_hand([(s * SECOND_NS, 10.0 + s, 1.0) for s in range(10)], five)[1:]


def test_a_short_tape_loses_no_trade_for_the_bars() -> None:
    counted = Counted(trades=50)
    told = [(index * SECOND_NS // 7, float(index % 13), 1.0) for index in range(5_000)]
    for trade in told:
        counted.tell(*trade)
    assert counted.read(SECOND) == by_hand(told, SECOND)
    assert counted.read(DAY) == by_hand(told, DAY)


def test_base_bars_are_read_without_a_copy() -> None:
    counted = Counted()
    for second in range(300):
        counted.tell(second * SECOND_NS, float(second), 1.0)
    assert np.shares_memory(counted.bars.read(SECOND).close, counted.bars.read(SECOND).close)
    assert np.shares_memory(counted.bars.read(MINUTE).high, counted.bars.read(MINUTE).high)


def provided(minute: int, *, is_closed: bool = True, timeframe: str = "1m") -> Bar:
    return Bar("A", timeframe, minute * MINUTE_NS, 1.0, 9.0, 0.5, 2.0, 100.0, is_closed)


def test_a_minute_of_the_provider_stands_where_we_did_not_watch() -> None:
    counted = Counted()
    counted.bars.add_provider_bar(provided(3))
    counted.tell(5 * MINUTE_NS + 30 * SECOND_NS, 4.0, 1.0)  # from here on we watch
    counted.bars.add_provider_bar(provided(4))
    counted.bars.add_provider_bar(provided(5))  # we saw only the end of this one
    counted.tell(6 * MINUTE_NS, 5.0, 1.0)
    counted.tell(7 * MINUTE_NS, 6.0, 1.0)
    counted.bars.add_provider_bar(provided(6))  # ours is as good
    rows = counted.read(MINUTE)
    assert [row[0] // MINUTE_NS for row in rows] == [3, 4, 5, 6, 7]
    assert [row[5] for row in rows] == [100.0, 100.0, 100.0, 1.0, 1.0]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=1, max_size=40))
def test_bars_of_the_provider_and_trades_stand_in_the_order_of_their_time(arrivals: list[tuple[bool, int]]) -> None:
    counted, traded, minutes = Counted(), 0, set[int]()
    for is_provided, minute in arrivals:
        if is_provided:
            counted.bars.add_provider_bar(provided(minute))
        else:
            counted.tell(minute * MINUTE_NS + SECOND_NS, 4.0, 1.0)
            traded += 1
            minutes.add(minute)
    for timeframe in TIMEFRAMES:
        starts = [row[0] for row in counted.read(timeframe)]
        assert starts == sorted(set(starts))
    assert minutes <= {row[0] // MINUTE_NS for row in counted.read(MINUTE)}
    assert sum(row[5] for row in counted.read(SECOND)) == traded


@pytest.mark.parametrize("bar", [provided(3, is_closed=False), provided(3, timeframe="5m")])
def test_other_bars_of_the_provider_are_not_kept(bar: Bar) -> None:
    counted = Counted()
    counted.bars.add_provider_bar(bar)
    assert counted.read(MINUTE) == []


@given(st.integers(0, 9), st.integers(-11, 11), st.none() | st.integers(-11, 11))
def test_some_rows_are_the_same_rows_of_every_column(count: int, begin: int, end: int | None) -> None:
    starts, figures = np.arange(count), [np.linspace(column, column + 1, count) for column in range(5)]
    bars = Bars(starts, *figures)
    some = bars.rows(begin, end)
    for column, whole in zip(some, bars, strict=True):
        assert column.tolist() == whole.tolist()[begin:end]
        assert np.shares_memory(column, whole) or not len(column)  # without a copy


def test_rows_without_an_end_are_all_from_there_on() -> None:
    counted = Counted()
    for second in range(10):
        counted.tell(second * SECOND_NS, float(second), 1.0)
    bars = counted.bars.read(SECOND)
    assert bars.rows(7).close.tolist() == [7.0, 8.0, 9.0]
    assert bars.rows(3, 5).close.tolist() == [3.0, 4.0]
