from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.downsampling import (
    ColumnSource,
    MinMaxDownsampler,
    MultiResolutionIndex,
    first,
    highest,
    last,
    lowest,
    total,
)
from ticker_gui.bars.tape import Tape


class Rows:
    """Rows of a number and a random value that are added and dropped."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.numbers: npt.NDArray[Any] = np.empty(0)
        self.values: npt.NDArray[Any] = np.empty(0)
        self.begin = self.generation = 0
        self.rng = np.random.default_rng(7)

    def grow(self, count: int) -> None:
        count_before = self.begin + len(self.numbers)
        self.numbers = np.append(self.numbers, np.arange(count_before, count_before + count))[-self.capacity :]
        self.values = np.append(self.values, self.rng.integers(0, 1000, count))[-self.capacity :]
        self.begin = count_before + count - len(self.numbers)

    @property
    def source(self) -> ColumnSource:
        columns = (self.numbers, self.numbers, self.values, self.values, self.values)
        return ColumnSource(columns, self.begin, self.generation, self.capacity)


REDUCERS = (first, last, lowest, highest, total)


def check(rows: Rows, pyramid: MultiResolutionIndex, from_row: int, to_row: int, max_rows: int) -> None:
    (begins, ends, lows, highs, sums), numbers, width = pyramid.read(rows.source, from_row, to_row, max_rows)
    assert len({len(begins), len(ends), len(lows), len(highs), len(sums)}) == 1
    if to_row - from_row <= max_rows:
        assert width == 1
        assert lows.tolist() == rows.values[from_row:to_row].tolist()
        return
    assert len(begins) <= max_rows + 40
    assert numbers.tolist() == begins.tolist()
    assert ends[-1] == begins[-1] == rows.numbers[to_row - 1]
    assert (begins[1:] == ends[:-1] + 1).all()  # no row is missing or repeated
    assert 0 <= begins[0] - rows.numbers[from_row] < max(width, 4)
    for begin, end, low, high, added in zip(begins, ends, lows, highs, sums, strict=True):
        block = rows.values[int(begin) - rows.begin : int(end) - rows.begin + 1]
        assert (low, high, added) == (block.min(), block.max(), block.sum())


@given(
    st.integers(100, 4000),
    st.lists(st.tuples(st.integers(1, 1500), st.booleans()), min_size=1, max_size=6),
    st.integers(20, 200),
)
def test_every_block_summarizes_its_rows_while_rows_are_added_and_dropped(
    capacity: int, steps: list[tuple[int, bool]], max_rows: int
) -> None:
    rows, pyramid = Rows(capacity), MultiResolutionIndex(REDUCERS)
    for count, reads in steps:
        rows.grow(count)
        if reads:
            check(rows, pyramid, 0, len(rows.values), max_rows)
            check(rows, pyramid, len(rows.values) // 3, len(rows.values), max_rows)
    check(rows, pyramid, 0, len(rows.values), max_rows)


def test_the_last_row_may_change_and_others_with_a_new_generation() -> None:
    rows, pyramid = Rows(5000), MultiResolutionIndex(REDUCERS)
    rows.grow(4096)
    check(rows, pyramid, 0, 4096, 50)
    rows.values[-1] = 5000.0
    check(rows, pyramid, 0, 4096, 50)
    rows.grow(1)
    check(rows, pyramid, 0, 4097, 50)
    rows.values[17] = 7000.0
    rows.generation += 1
    check(rows, pyramid, 0, 4097, 50)


def test_a_changed_capacity_is_respected() -> None:
    rows, pyramid = Rows(1000), MultiResolutionIndex(REDUCERS)
    rows.grow(1000)
    check(rows, pyramid, 0, 1000, 50)
    rows.capacity = 4000
    rows.grow(3000)
    check(rows, pyramid, 0, 4000, 50)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_few_or_no_rows_are_returned_unchanged(count: int) -> None:
    rows, pyramid = Rows(10), MultiResolutionIndex(REDUCERS)
    rows.grow(count)
    columns, numbers, width = pyramid.read(rows.source, 0, count, 10)
    assert (columns[0].tolist(), numbers.tolist(), width) == (rows.numbers.tolist(), rows.numbers.tolist(), 1)


def test_reductions_ignore_nan() -> None:
    values = np.array([np.nan, 1.0, 3.0, np.nan, np.nan, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(lowest(values), [1.0, np.nan])
    np.testing.assert_array_equal(highest(values), [3.0, np.nan])


def fill(tape: Tape, begin: int, count: int, rng: np.random.Generator) -> None:
    for index in range(begin, begin + count):
        tape.add(index * 1_000_000, float(rng.integers(0, 1000)), 1.0)


def check_line(tape: Tape, downsampler: MinMaxDownsampler, first: int, last: int, max_rows: int) -> None:
    times, prices, closes = downsampler.points(first, last, max_rows)
    held = tape.prices[first:last]
    assert len(times) == len(prices) == len(closes)
    assert (np.diff(times) >= 0).all()
    if last - first <= max_rows:
        assert prices.tolist() == closes.tolist() == held.tolist()
        return
    # About as many points as requested; no peak is lost except in one block at the left edge.
    assert len(prices) <= max_rows + 40
    assert prices[-1] == closes[-1] == held[-1]
    begins = np.searchsorted(tape.times_ns, times)
    assert closes[:-2:2].tolist() == tape.prices[begins[2::2] - 1].tolist()  # the last trade before the next block
    assert times[-1] == tape.times_ns[last - 1]
    begin = int(np.searchsorted(tape.times_ns, times[0]))
    assert prices.max() == tape.prices[begin:last].max()
    assert prices.min() == tape.prices[begin:last].min()
    assert begin - first < max(4 * (last - first) // max_rows * 4, 4)


@given(
    st.integers(100, 4000),
    st.lists(st.tuples(st.integers(1, 1500), st.booleans()), min_size=1, max_size=6),
    st.integers(20, 200),
)
def test_no_peak_is_lost_while_trades_are_added_and_dropped(
    capacity: int, steps: list[tuple[int, bool]], max_rows: int
) -> None:
    rng = np.random.default_rng(7)
    tape = Tape(capacity)
    downsampler, added = MinMaxDownsampler(tape), 0
    for count, reads in steps:
        fill(tape, added, count, rng)
        added += count
        if reads:
            check_line(tape, downsampler, 0, len(tape), max_rows)
            check_line(tape, downsampler, len(tape) // 3, len(tape), max_rows)
    check_line(tape, downsampler, 0, len(tape), max_rows)


def test_a_late_trade_reaches_the_line() -> None:
    tape, rng = Tape(5000), np.random.default_rng(1)
    downsampler = MinMaxDownsampler(tape)
    fill(tape, 0, 4000, rng)
    downsampler.points(0, len(tape), 100)
    tape.add_late(2_000_500_000, 5000.0, 1.0)
    assert downsampler.points(0, len(tape), 100)[1].max() == 5000.0


def test_a_new_capacity_of_the_tape_rebuilds_the_index() -> None:
    tape, rng = Tape(1000), np.random.default_rng(1)
    downsampler = MinMaxDownsampler(tape)
    fill(tape, 0, 1000, rng)
    check_line(tape, downsampler, 0, 1000, 50)
    tape.capacity = 4000
    fill(tape, 1000, 3000, rng)
    check_line(tape, downsampler, 0, 4000, 50)
    tape.capacity = 500
    check_line(tape, downsampler, 0, 500, 50)


def test_an_empty_tape_and_a_single_trade_have_lines() -> None:
    tape = Tape(10)
    downsampler = MinMaxDownsampler(tape)
    assert downsampler.points(0, 0, 100)[0].tolist() == []
    tape.add(5, 1.0, 1.0)
    assert downsampler.points(0, 1, 100)[1].tolist() == [1.0]
