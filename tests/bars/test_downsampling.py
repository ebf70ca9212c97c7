from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.downsampling import ColumnSource, MultiResolutionIndex, first, highest, last, lowest, total


class Rows:
    """Rows that grow and are forgotten: their number, and a value."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.numbers: npt.NDArray[Any] = np.empty(0)
        self.values: npt.NDArray[Any] = np.empty(0)
        self.begin = self.generation = 0
        self.chance = np.random.default_rng(7)

    def grow(self, count: int) -> None:
        told = self.begin + len(self.numbers)
        self.numbers = np.append(self.numbers, np.arange(told, told + count))[-self.capacity :]
        self.values = np.append(self.values, self.chance.integers(0, 1000, count))[-self.capacity :]
        self.begin = told + count - len(self.numbers)

    @property
    def source(self) -> ColumnSource:
        columns = (self.numbers, self.numbers, self.values, self.values, self.values)
        return ColumnSource(columns, self.begin, self.generation, self.capacity)


FOLDS = (first, last, lowest, highest, total)


def check(rows: Rows, pyramid: MultiResolutionIndex, from_row: int, to_row: int, most: int) -> None:
    (begins, ends, lows, highs, sums), numbers, width = pyramid.read(rows.source, from_row, to_row, most)
    assert len({len(begins), len(ends), len(lows), len(highs), len(sums)}) == 1
    if to_row - from_row <= most:
        assert width == 1
        assert lows.tolist() == rows.values[from_row:to_row].tolist()
        return
    assert len(begins) <= most + 40
    assert numbers.tolist() == begins.tolist()
    assert ends[-1] == begins[-1] == rows.numbers[to_row - 1]
    assert (begins[1:] == ends[:-1] + 1).all()  # none is left out between them, and none is there twice
    assert 0 <= begins[0] - rows.numbers[from_row] < max(width, 4)
    for begin, end, low, high, added in zip(begins, ends, lows, highs, sums, strict=True):
        block = rows.values[int(begin) - rows.begin : int(end) - rows.begin + 1]
        assert (low, high, added) == (block.min(), block.max(), block.sum())


@given(
    st.integers(100, 4000),
    st.lists(st.tuples(st.integers(1, 1500), st.booleans()), min_size=1, max_size=6),
    st.integers(20, 200),
)
def test_every_block_is_of_its_own_rows_while_they_grow_and_are_forgotten(
    capacity: int, steps: list[tuple[int, bool]], most: int
) -> None:
    rows, pyramid = Rows(capacity), MultiResolutionIndex(FOLDS)
    for count, reads in steps:
        rows.grow(count)
        if reads:
            check(rows, pyramid, 0, len(rows.values), most)
            check(rows, pyramid, len(rows.values) // 3, len(rows.values), most)
    check(rows, pyramid, 0, len(rows.values), most)


def test_the_last_row_may_change_and_others_where_that_is_said() -> None:
    rows, pyramid = Rows(5000), MultiResolutionIndex(FOLDS)
    rows.grow(4096)
    check(rows, pyramid, 0, 4096, 50)
    rows.values[-1] = 5000.0
    check(rows, pyramid, 0, 4096, 50)
    rows.grow(1)
    check(rows, pyramid, 0, 4097, 50)
    rows.values[17] = 7000.0
    rows.generation += 1
    check(rows, pyramid, 0, 4097, 50)


def test_another_capacity_is_seen() -> None:
    rows, pyramid = Rows(1000), MultiResolutionIndex(FOLDS)
    rows.grow(1000)
    check(rows, pyramid, 0, 1000, 50)
    rows.capacity = 4000
    rows.grow(3000)
    check(rows, pyramid, 0, 4000, 50)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_nothing_and_little_are_rows_too(count: int) -> None:
    rows, pyramid = Rows(10), MultiResolutionIndex(FOLDS)
    rows.grow(count)
    columns, numbers, width = pyramid.read(rows.source, 0, count, 10)
    assert (columns[0].tolist(), numbers.tolist(), width) == (rows.numbers.tolist(), rows.numbers.tolist(), 1)


def test_what_has_no_value_is_passed_over() -> None:
    values = np.array([np.nan, 1.0, 3.0, np.nan, np.nan, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(lowest(values), [1.0, np.nan])
    np.testing.assert_array_equal(highest(values), [3.0, np.nan])
