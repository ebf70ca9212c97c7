"""Operations on bar columns: resampling and merging of late bars."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_trading_days import all_days, moments
from ticker_gui.bars.bar_columns import (
    CLOSE,
    DTYPES,
    HIGH,
    LAST_NS,
    LOW,
    NO_PRICE,
    OPEN,
    RANGE_ONLY,
    START,
    VOLUME,
    bar_ends,
    bar_starts,
    merge_late_bars,
    resample,
    resample_by,
    trades_to_bars,
)
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.bars.tape import Rows
from ticker_gui.domain.events import Updates
from ticker_gui.domain.timeframe import SECOND, SECOND_NS, TIMEFRAMES, Timeframe, timeframe_named
from ticker_gui.domain.trading_days import TradingDays

ROWS = st.lists(
    st.tuples(
        st.integers(0, 90).map(lambda tenth: tenth * SECOND_NS // 10),
        st.integers(1, 9).map(float),
        st.integers(0, 9).map(float),
        st.sampled_from([7, 7, 4, 6, 2]),
    ),
    min_size=1,
    max_size=40,
)


def rows(trades: list[tuple[int, float, float, int]]) -> Rows:
    times, prices, sizes, updates = zip(*sorted(trades, key=lambda trade: trade[0]), strict=True)
    return Rows(np.array(times, np.int64), np.array(prices), np.array(sizes), np.array(updates, np.uint8))


def held(ring: Ring) -> list[list[float]]:
    return [ring.column(column).tolist() for column in range(len(DTYPES))]


@given(st.lists(ROWS, min_size=1, max_size=5))
def test_late_bars_merged_in_parts_equal_those_merged_at_once(parts: list[list[tuple[int, float, float, int]]]) -> None:
    in_parts, at_once = Ring(100, DTYPES), Ring(100, DTYPES)
    first = [(0, 5.0, 1.0, 7)]  # a first price
    for part in (first, *parts):
        merge_late_bars(in_parts, resample(trades_to_bars(rows(part)), SECOND))
    merge_late_bars(
        at_once, resample(trades_to_bars(rows([*first, *(trade for part in parts for trade in part)])), SECOND)
    )
    assert held(in_parts) == held(at_once)


def test_a_bar_without_a_last_price_gets_the_previous_price_within_its_range() -> None:
    ring = Ring(10, DTYPES)
    trades = [(0, 5.0, 1.0, 7), (SECOND_NS, 9.0, 2.0, 4), (2 * SECOND_NS, 7.0, 3.0, 6), (3 * SECOND_NS, 1.0, 1.0, 4)]
    merge_late_bars(ring, resample(trades_to_bars(rows(trades)), SECOND))
    prices = [ring.column(column).tolist() for column in (OPEN, HIGH, LOW, CLOSE)]
    assert prices == [[5.0, 5.0, 7.0, 5.0]] * 4
    assert ring.column(VOLUME).tolist() == [1.0, 2.0, 3.0, 1.0]
    assert ring.column(LAST_NS).tolist() == [0, NO_PRICE, RANGE_ONLY, NO_PRICE]


def test_a_late_bar_changes_the_generation_unless_it_is_the_last() -> None:
    ring = Ring(10, DTYPES)
    for second, expected in ((5, 0), (7, 0), (7, 0), (6, 1), (5, 2), (8, 2)):
        merge_late_bars(ring, resample(trades_to_bars(rows([(second * SECOND_NS, 1.0, 1.0, 7)])), SECOND))
        assert ring.generation == expected
    assert (ring.column(START) // SECOND_NS).tolist() == [5, 6, 7, 8]


def test_bars_older_than_a_full_ring_are_dropped() -> None:
    ring = Ring(2, DTYPES)
    for second in (5, 7, 3, 6):
        merge_late_bars(ring, resample(trades_to_bars(rows([(second * SECOND_NS, 1.0, 1.0, 7)])), SECOND))
    assert (ring.column(START) // SECOND_NS).tolist() == [6, 7]


@given(st.lists(ROWS, min_size=1, max_size=6), st.integers(1, 4))
def test_every_bar_has_prices_after_old_bars_are_dropped(
    parts: list[list[tuple[int, float, float, int]]], capacity: int
) -> None:
    ring = Ring(capacity, DTYPES)
    for part in parts:
        merge_late_bars(ring, resample(trades_to_bars(rows(part)), SECOND), reference=5.0)
        opens, highs, lows, closes = (ring.column(column) for column in (OPEN, HIGH, LOW, CLOSE))
        assert np.isfinite([opens, highs, lows, closes]).all()
        assert (lows <= np.minimum(opens, closes)).all()
        assert (highs >= np.maximum(opens, closes)).all()
        wide = resample([ring.column(column) for column in range(len(DTYPES))], TIMEFRAMES[1])
        assert (wide[LOW] <= np.minimum(wide[OPEN], wide[CLOSE])).all()
        assert (wide[HIGH] >= np.maximum(wide[OPEN], wide[CLOSE])).all()


@pytest.mark.parametrize("updates", [Updates.LAST, Updates.LAST | Updates.VOLUME, Updates.EVERYTHING])
def test_a_last_price_is_within_its_bar(updates: Updates) -> None:
    bars = resample(trades_to_bars(rows([(0, 5.0, 1.0, 7), (1, 9.0, 0.0, int(updates))])), SECOND)
    assert [bars[column].tolist() for column in (OPEN, HIGH, LOW, CLOSE)] == [[5.0], [9.0], [5.0], [9.0]]


def test_consecutive_rows_are_resampled_by_any_key() -> None:
    trades = trades_to_bars(rows([(second, float(second), 1.0, 7) for second in range(5)]))
    joined = resample_by(trades, np.array([0, 0, 1, 1, 1]))
    assert [joined[column].tolist() for column in (OPEN, HIGH, LOW, CLOSE, VOLUME)] == [
        [0.0, 2.0],
        [1.0, 4.0],
        [0.0, 2.0],
        [1.0, 4.0],
        [2.0, 3.0],
    ]


@given(st.sampled_from(TIMEFRAMES), all_days, st.lists(moments, max_size=20))
def test_bars_of_arrays_are_those_of_single_times(of_utc: Timeframe, days: TradingDays, times_ns: list[int]) -> None:
    timeframe = timeframe_named(of_utc.name, days)
    starts = bar_starts(np.array(times_ns, np.int64), timeframe)
    assert starts.tolist() == [timeframe.start_of(time_ns) for time_ns in times_ns]
    assert bar_ends(starts, timeframe).tolist() == [timeframe.end_of(start_ns) for start_ns in starts.tolist()]
