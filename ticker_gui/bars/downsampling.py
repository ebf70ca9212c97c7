"""Downsampling of long histories for charts, updated as they grow.

First, last, lowest, highest and total values are precomputed for blocks of 4, 16, 64 … rows (a pyramid, or mipmap). A
chart reads the level with about as many blocks as it has pixels, so that drawing costs the same at every zoom.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.arrays import Floats, Indices, Times
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.bars.tape import Tape

FANOUT: Final = 4
_WIDTHS: Final = tuple(FANOUT**level for level in range(1, 11))

Column: TypeAlias = npt.NDArray[Any]
Reducer: TypeAlias = Callable[[Column], Column]


def first(values: Column) -> Column:
    """Return the first of each four values."""
    return values[0::4]


def last(values: Column) -> Column:
    """Return the last of each four values."""
    return values[3::4]


# Strided reads are faster than a reduction along an axis.
def lowest(values: Column) -> Column:
    """Return the lowest of each four values; NaN only where all four are NaN."""
    return _reduce_by_four(np.fmin, values)


def highest(values: Column) -> Column:
    """Return the highest of each four values; NaN only where all four are NaN."""
    return _reduce_by_four(np.fmax, values)


def total(values: Column) -> Column:
    """Return the sum of each four values."""
    return _reduce_by_four(np.add, values)


def _reduce_by_four(join: np.ufunc, values: Column) -> Column:
    joined: Column = join(join(values[0::4], values[1::4]), join(values[2::4], values[3::4]))
    return joined


class ColumnSource(NamedTuple):
    """Columns of equal length that grow at the end and drop rows at the front.

    ``begin`` is the number of rows that were dropped, ``capacity`` the maximum number of rows. ``generation`` changes
    when rows other than the last have changed.
    """

    columns: Sequence[Column]
    begin: int
    generation: int
    capacity: int


class Slice(NamedTuple):
    """The rows of a read, as copies; each point summarizes up to ``rows_per_point`` rows of the source.

    ``numbers`` are the first source rows of the points, counted from the first row ever.
    """

    columns: list[Column]
    numbers: Indices
    rows_per_point: int


class MultiResolutionIndex:
    """A pyramid over one source, with one reducer per column. An update is O(new rows), not O(history).

    The last row may still change, so no block includes it.
    """

    def __init__(self, reducers: Sequence[Reducer]) -> None:
        self._reducers = reducers
        self._built_for: tuple[int, int] | None = None

    def read(self, source: ColumnSource, from_row: int, to_row: int, max_rows: int) -> Slice:
        """Return the held rows in ``from_row:to_row``, downsampled to about ``max_rows`` points.

        If there are no more rows than that, they are returned unchanged. Otherwise the result has blocks of one level,
        then smaller blocks where the last one is not complete, and single rows at the end. A block that begins before
        the range is left out, so that the result begins up to one block later.
        """
        count = to_row - from_row
        level = -1
        while count > max_rows * (_WIDTHS[level] if level >= 0 else 1) and level < len(_WIDTHS) - 1:
            level += 1
        if level < 0:
            numbers = np.arange(source.begin + from_row, source.begin + to_row)
            return Slice([column[from_row:to_row].copy() for column in source.columns], numbers, 1)
        self._update(source, level)
        return self._collect(source, level, from_row, to_row)

    def _collect(self, source: ColumnSource, level: int, from_row: int, to_row: int) -> Slice:
        begin = source.begin
        numbers: list[Indices] = []
        position, stop = begin + from_row, begin + to_row
        parts: list[list[Column]] = [[] for _ in source.columns]
        for index in range(level, -1, -1):
            ring, width = self._levels[index], _WIDTHS[index]
            oldest = self._next_block[index] - len(ring)
            from_block = max(-(-position // width), oldest)
            to_block = min((stop - 1) // width, self._next_block[index])  # the last row is never part of a block
            if to_block <= from_block:
                continue
            for column_index, part in enumerate(parts):
                part.append(ring.column(column_index)[from_block - oldest : to_block - oldest])
            numbers.append(np.arange(from_block, to_block) * width)
            position = to_block * width
        numbers.append(np.arange(position, stop))
        for column, part in zip(source.columns, parts, strict=True):
            part.append(column[position - begin : to_row])
        return Slice([np.concatenate(part) for part in parts], np.concatenate(numbers), _WIDTHS[level])

    def _update(self, source: ColumnSource, level: int) -> None:
        """Update the levels from the lowest to ``level``, each from the one below it."""
        if self._built_for != (source.generation, source.capacity):
            self._restart(source)
        rows = [column[:-1] for column in source.columns]
        first_row = source.begin
        for index in range(level + 1):
            # Without a read for a long time, rows may have been dropped before their block was computed.
            start = max(self._next_block[index], -(-first_row // FANOUT))
            stop = (first_row + len(rows[0])) // FANOUT
            if start > self._next_block[index]:
                self._levels[index] = self._new_level(source, index)
                self._next_block[index] = start
            ring = self._levels[index]
            if stop > start:
                added = slice(start * FANOUT - first_row, stop * FANOUT - first_row)
                ring.extend(*(reduce(column[added]) for reduce, column in zip(self._reducers, rows, strict=True)))
                self._next_block[index] = stop
            rows = [ring.column(column) for column in range(len(self._reducers))]
            first_row = self._next_block[index] - len(ring)

    def _restart(self, source: ColumnSource) -> None:
        self._built_for = (source.generation, source.capacity)
        self._levels = [self._new_level(source, index) for index in range(len(_WIDTHS))]
        # Blocks are counted from the first row ever, so they do not shift when old rows are dropped.
        self._next_block = [-(-source.begin // width) for width in _WIDTHS]

    def _new_level(self, source: ColumnSource, index: int) -> Ring:
        return Ring(max(1, source.capacity // _WIDTHS[index]), [column.dtype for column in source.columns])


class MinMaxDownsampler:
    """The price line of one tape at every zoom: only the lowest and the highest price of each pixel are visible."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._index = MultiResolutionIndex((first, lowest, highest, last))

    def points(self, from_trade: int, to_trade: int, max_points: int) -> tuple[Times, Floats, Floats]:
        """Return the times and prices of a line through the held trades in ``from_trade:to_trade``, and last prices.

        If there are more than ``max_points`` trades, the prices are the lowest and the highest of each block of trades,
        in this order, and the last prices twice that of the block. The limit is approximate. Times are nanoseconds
        since the epoch, ascending.
        """
        tape, held = self._tape, slice(from_trade, to_trade)
        if to_trade - from_trade <= max_points:
            return tape.times_ns[held], tape.prices[held], tape.prices[held]
        columns = (tape.times_ns, tape.prices, tape.prices, tape.prices)
        source = ColumnSource(columns, tape.begin, tape.generation, tape.capacity)
        times, lows, highs, lasts = self._index.read(source, from_trade, to_trade, max_points // 2).columns
        return np.repeat(times, 2), np.column_stack((lows, highs)).ravel(), np.repeat(lasts, 2)
