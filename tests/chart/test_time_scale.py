from __future__ import annotations

from datetime import UTC, datetime
from itertools import accumulate
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bars.test_bar_history import RecordedTape
from ticker_gui.bars.series import TimeSeries, TradeCountBars, create_series
from ticker_gui.chart.time_scale import ContinuousTimeScale, OrdinalScale, nanoseconds, scale_for
from ticker_gui.domain.timeframe import SECOND_NS, TIMEFRAMES
from ticker_gui.domain.trading_days import TradingDays

T0 = 1_700_000_000


def recorded(*seconds: float) -> RecordedTape:
    it = RecordedTape()
    for second in seconds:
        it.add(int((T0 + second) * SECOND_NS), 5.0, 1.0)
    return it


def test_each_series_has_its_time_scale() -> None:
    it = recorded(0)
    assert isinstance(scale_for(TimeSeries(it.bars, TIMEFRAMES[0])), ContinuousTimeScale)
    assert isinstance(scale_for(TradeCountBars(it.tape, 3)), OrdinalScale)


def test_on_a_continuous_scale_the_width_of_a_gap_is_its_length() -> None:
    series = TimeSeries(recorded(0, 5, 60).bars, TIMEFRAMES[1])
    time_scale = scale_for(series)
    lefts, rights = time_scale.edges(series.bars.start_ns, series.ends_ns(), np.arange(3), 3)
    assert (lefts - T0).tolist() == [0, 5, 60]
    assert (rights - T0).tolist() == [5, 10, 65]
    assert time_scale.newest(series) == T0 + 65
    assert time_scale.x_at(series, time_scale.time_at(series, T0 + 12.5)) == T0 + 12.5


@pytest.mark.parametrize(
    ("left", "right", "rows"),
    [(0, 65, (0, 3)), (4.9, 5, (0, 1)), (5, 60, (1, 2)), (10.5, 30, (2, 2)), (66, 99, (3, 3))],
)
def test_the_rows_of_a_range_are_those_that_overlap_it(left: float, right: float, rows: tuple[int, int]) -> None:
    series = TimeSeries(recorded(0, 5, 60).bars, TIMEFRAMES[1])
    assert scale_for(series).rows(series, T0 + left, T0 + right) == rows


@pytest.mark.parametrize("name", ["1d", "1M"])
def test_days_and_months_of_different_lengths_begin_and_end_where_they_do(name: str) -> None:
    it = RecordedTape(days=TradingDays(ZoneInfo("America/New_York")))
    for day in range(365):
        it.add(int(T0 + day * 86_400) * SECOND_NS, 5.0, 1.0)
    series = create_series(it.bars, it.tape, name)
    assert series is not None
    time_scale = scale_for(series)
    for row, (start_ns, end_ns) in enumerate(zip(series.bars.start_ns, series.ends_ns(), strict=True)):
        for position in (start_ns / SECOND_NS, end_ns / SECOND_NS - 1):
            assert time_scale.rows(series, position, position + 0.5) == (row, row + 1)


def test_on_an_ordinal_scale_all_bars_are_equally_wide() -> None:
    series = TradeCountBars(recorded(0, 1, 2, 3, 100, 101, 102).tape, 2)
    time_scale = scale_for(series)
    assert time_scale.rows(series, 0.5, 2.5) == (0, 3)
    assert time_scale.rows(series, -5, 1) == (0, 1)
    assert time_scale.rows(series, 9, 12) == (4, 4)
    lefts, rights = time_scale.edges(series.bars.start_ns, series.ends_ns(), np.arange(4), 4)
    assert (lefts.tolist(), rights.tolist()) == ([0, 1, 2, 3], [1, 2, 3, 4])
    lefts, rights = time_scale.edges(series.bars.start_ns[::2], series.ends_ns()[::2], np.array([0, 3]), 4)
    assert (lefts.tolist(), rights.tolist()) == ([0, 3], [3, 4])
    assert time_scale.newest(series) == 4
    assert time_scale.x_at(series, (T0 + 51) * SECOND_NS) == pytest.approx(1.5, abs=0.02)
    assert time_scale.time_at(series, 2.0) == (T0 + 100) * SECOND_NS


def test_an_empty_series_has_a_time_scale() -> None:
    empty = RecordedTape()
    for series in (TimeSeries(empty.bars, TIMEFRAMES[0]), TradeCountBars(empty.tape, 5)):
        time_scale = scale_for(series)
        assert time_scale.rows(series, 0, 100) == (0, 0)
        assert time_scale.newest(series) == 0
        assert isinstance(time_scale.time_at(series, 3.0), int)
        assert isinstance(time_scale.x_at(series, 3), float)


def tick_bars(times_ns: list[int], count: int, trades: int = 10_000) -> TradeCountBars:
    it = RecordedTape(trades=trades)
    series = TradeCountBars(it.tape, count)
    for time_ns in times_ns:
        it.add(T0 * SECOND_NS + time_ns, 5.0, 1.0)
        series.update()
    return series


waits = st.integers(0, 3) | st.integers(1, 10**6) | st.integers(1, 3600 * SECOND_NS)
times = st.lists(waits, min_size=1, max_size=40).map(lambda some: list(accumulate(some)))
shares = st.floats(0.0, 1.0)


@given(times, st.integers(1, 5), shares)
def test_converting_a_time_to_a_position_and_back_returns_the_time(
    offsets: list[int], count: int, share: float
) -> None:
    series = tick_bars(offsets, count)
    time_scale = scale_for(series)
    first, last = int(series.bars.start_ns[0]), int(series.last_part_starts_ns[-1])
    time_ns = first + int(share * (last - first))
    position = time_scale.x_at(series, time_ns)
    row = int(np.searchsorted(series.bars.start_ns, time_ns, side="right")) - 1
    assert row <= position <= row + 1
    width_ns = int(np.append(series.bars.start_ns, last)[row + 1] - series.bars.start_ns[row])
    assert abs(time_scale.time_at(series, position) - time_ns) <= 1 + width_ns * 1e-12


@given(times, st.integers(1, 5), shares)
def test_converting_a_position_to_a_time_and_back_returns_the_position(
    offsets: list[int], count: int, share: float
) -> None:
    series = tick_bars([10_000 * time for time in np.unique(offsets).tolist()], count)  # all bars have different starts
    time_scale = scale_for(series)
    position = share * (len(series) - 1)
    width_ns = np.diff(series.bars.start_ns)[min(int(position), len(series) - 2)] if len(series) > 1 else 1
    assert time_scale.x_at(series, time_scale.time_at(series, position)) == pytest.approx(
        position, abs=1.5 / width_ns + 1e-9
    )


@given(times, st.integers(1, 5))
def test_bars_begin_at_integer_positions_that_ascend_with_time(offsets: list[int], count: int) -> None:
    series = tick_bars(offsets, count)
    time_scale = scale_for(series)
    starts = series.bars.start_ns.tolist()
    for row, start in enumerate(starts):
        assert time_scale.time_at(series, row) == start
        assert time_scale.x_at(series, start) == len(starts) - 1 - starts[::-1].index(
            start
        )  # the last bar that begins then
    positions = [time_scale.x_at(series, T0 * SECOND_NS + time) for time in offsets]
    assert positions == sorted(positions)


def test_times_before_the_first_bar_are_at_its_beginning() -> None:
    series = tick_bars([0, 10, 20, 30], 2)
    time_scale = scale_for(series)
    assert time_scale.x_at(series, T0 * SECOND_NS - 5) == 0.0
    assert time_scale.x_at(series, 0) == 0.0
    for position in (-0.1, -1e9):
        assert time_scale.time_at(series, position) == T0 * SECOND_NS


@pytest.mark.parametrize("offsets", [[0, 10, 20, 30], [0, 10, 20]], ids=["of two trades", "of one trade"])
def test_times_after_the_last_bar_are_at_its_end(offsets: list[int]) -> None:
    series = tick_bars(offsets, 2)
    time_scale = scale_for(series)
    newest = time_scale.newest(series)
    assert newest == 2.0
    assert time_scale.x_at(series, T0 * SECOND_NS + offsets[-1] + 1) == newest
    assert time_scale.x_at(series, T0 * SECOND_NS + 10**15) == newest
    for position in (newest, newest + 0.1, 1e9):
        assert time_scale.time_at(series, position) == T0 * SECOND_NS + offsets[-1]


def test_a_bar_extends_to_the_next_one() -> None:
    series = tick_bars([0, 10, 50, 60], 2)  # no trade from 10 to 50
    time_scale = scale_for(series)
    assert time_scale.x_at(series, T0 * SECOND_NS + 25) == 0.5
    assert time_scale.time_at(series, 0.5) == T0 * SECOND_NS + 25
    assert time_scale.x_at(series, T0 * SECOND_NS + 55) == 1.5


def test_a_time_of_several_bars_is_at_the_last_of_them() -> None:
    series = tick_bars([0, 7, 7, 7, 7, 7, 7, 9], 2)
    time_scale = scale_for(series)
    assert time_scale.x_at(series, T0 * SECOND_NS + 7) == 3.0
    assert [time_scale.time_at(series, position) - T0 * SECOND_NS for position in (1, 1.5, 2, 2.9, 3, 4)] == [
        7,
        7,
        7,
        7,
        7,
        9,
    ]


def test_a_bar_of_a_single_time_has_a_position() -> None:
    series = tick_bars([5, 5, 5], 3)
    time_scale = scale_for(series)
    assert time_scale.x_at(series, T0 * SECOND_NS + 5) == 0.0
    assert time_scale.time_at(series, 0.7) == T0 * SECOND_NS + 5


def test_positions_are_counted_from_the_first_bar_ever() -> None:
    series = tick_bars([SECOND_NS * number for number in range(1000)], 10, trades=200)
    time_scale = scale_for(series)
    assert series.begin > 0
    middle = T0 * SECOND_NS + 955 * SECOND_NS
    assert time_scale.x_at(series, middle) == 95.5
    assert time_scale.time_at(series, 95.5) == middle
    assert time_scale.x_at(series, T0 * SECOND_NS) == series.begin
    assert time_scale.time_at(series, 0.0) == series.bars.start_ns[0]


@given(st.integers(0, 4_000_000_000 * SECOND_NS))
def test_on_a_continuous_scale_positions_are_seconds(time_ns: int) -> None:
    series = TimeSeries(recorded(0).bars, TIMEFRAMES[4])
    time_scale = scale_for(series)
    assert time_scale.x_at(series, time_ns) == time_ns / SECOND_NS
    assert (
        abs(time_scale.time_at(series, time_scale.x_at(series, time_ns)) - time_ns) <= 512
    )  # the precision of a float


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True, allow_infinity=True))
def test_a_continuous_scale_accepts_any_position(left: float, right: float) -> None:
    series = TimeSeries(recorded(0, 5, 60).bars, TIMEFRAMES[1])
    time_scale = scale_for(series)
    begin, end = time_scale.rows(series, left, right)
    assert 0 <= begin <= end <= len(series)
    assert abs(time_scale.time_at(series, left)) < 2**63


@given(st.integers(0, 4_000_000_000))
def test_seconds_are_converted_to_nanoseconds_within_int64(seconds: int) -> None:
    assert nanoseconds(float(seconds)) == seconds * SECOND_NS
    assert nanoseconds(1e300) == -nanoseconds(-1e300) == 2**63 - 1


def test_the_visible_time_is_limited_to_three_centuries() -> None:
    low, high = scale_for(TimeSeries(recorded(0).bars, TIMEFRAMES[1])).limits
    assert low < T0 < high
    assert datetime.fromtimestamp(low, UTC).year == 1900
    assert datetime.fromtimestamp(high, UTC).year == 2200


def test_tick_bars_have_times_only_where_they_exist() -> None:
    series = tick_bars([SECOND_NS * number for number in range(1000)], 10, trades=200)
    time_scale, first, end = scale_for(series), float(series.begin), float(series.begin + len(series))
    assert time_scale.has_times(series, first, end)
    assert not time_scale.has_times(series, first, end + 0.1)
    assert not time_scale.has_times(series, first - 0.1, end)
    seconds = TimeSeries(recorded(0).bars, TIMEFRAMES[0])
    assert scale_for(seconds).has_times(seconds, -1e9, 1e12)
