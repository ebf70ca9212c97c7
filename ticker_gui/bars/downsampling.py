"""A long history at every zoom, kept as it grows.

A million bars have some hundreds of pixels to stand on. What can be seen of those that share a pixel is kept for blocks
of 4, 16, 64 … of them, and a chart draws the level that fits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.ring_buffer import Ring

FANOUT: Final = 4
_WIDTHS: Final = tuple(FANOUT**level for level in range(1, 11))

Column: TypeAlias = npt.NDArray[Any]
Fold: TypeAlias = Callable[[Column], Column]


def first(values: Column) -> Column:
    """Keep the first of each four values."""
    return values[0::4]


def last(values: Column) -> Column:
    """Keep the last of each four values."""
    return values[3::4]


# Strided reads are faster than a reduction along an axis.
def lowest(values: Column) -> Column:
    """Keep the lowest of each four values; NaN only where all are."""
    return _each_four(np.fmin, values)


def highest(values: Column) -> Column:
    """Keep the highest of each four values; NaN only where all are."""
    return _each_four(np.fmax, values)


def total(values: Column) -> Column:
    """Keep the sum of each four values."""
    return _each_four(np.add, values)


def _each_four(join: np.ufunc, values: Column) -> Column:
    joined: Column = join(join(values[0::4], values[1::4]), join(values[2::4], values[3::4]))
    return joined


class ColumnSource(NamedTuple):
    """Columns of equal length that grow at their end and forget at their front.

    ``begin`` is how many rows have been forgotten, ``capacity`` how many are kept at the most. ``generation`` is
    another number where rows other than the last have changed, or where the capacity has.
    """

    columns: Sequence[Column]
    begin: int
    generation: int
    capacity: int


class Slice(NamedTuple):
    """Rows that were read. ``numbers`` are the rows, counted from the first one ever, that each begins with.

    ``width`` is how many rows one stands for at the most.
    """

    columns: list[Column]
    numbers: npt.NDArray[np.int64]
    width: int


class MultiResolutionIndex:
    """Folds of one source. Updating costs what has been added since the last read, not what is held.

    The last row may still change: no block is made of it.
    """

    def __init__(self, folds: Sequence[Fold]) -> None:
        self._folds = folds
        self._built_for: tuple[int, int] | None = None

    def read(self, source: ColumnSource, from_row: int, to_row: int, most: int) -> Slice:
        """Return the held rows from ``from_row`` up to, not including, ``to_row``.

        About ``most`` rows come back at the most: the rows themselves where there are no more, else blocks of so many
        as is told, then finer ones where the last is still filling, and single rows at the end. A first block of which
        a part is forgotten is left out.
        """
        count = to_row - from_row
        level = -1
        while count > most * (_WIDTHS[level] if level >= 0 else 1) and level < len(_WIDTHS) - 1:
            level += 1
        if level < 0:
            numbers = np.arange(source.begin + from_row, source.begin + to_row)
            return Slice([column[from_row:to_row] for column in source.columns], numbers, 1)
        self._update(source, level)
        return self._join(source, level, from_row, to_row)

    def _join(self, source: ColumnSource, level: int, from_row: int, to_row: int) -> Slice:
        begin = source.begin
        numbers: list[npt.NDArray[np.int64]] = []
        position, stop = begin + from_row, begin + to_row
        pieces: list[list[Column]] = [[] for _ in source.columns]
        for index in range(level, -1, -1):
            rings, width = self._levels[index], _WIDTHS[index]
            oldest = self._next_block[index] - len(rings)
            from_block = max(-(-position // width), oldest)
            to_block = min((stop - 1) // width, self._next_block[index])  # the last row always stands for itself
            if to_block <= from_block:
                continue
            for place, found in enumerate(pieces):
                found.append(rings.column(place)[from_block - oldest : to_block - oldest])
            numbers.append(np.arange(from_block, to_block) * width)
            position = to_block * width
        numbers.append(np.arange(position, stop))
        for column, found in zip(source.columns, pieces, strict=True):
            found.append(column[position - begin : to_row])
        return Slice([np.concatenate(found) for found in pieces], np.concatenate(numbers), _WIDTHS[level])

    def _update(self, source: ColumnSource, level: int) -> None:
        """Bring the levels up to ``level`` up to date, each from the one below it."""
        if self._built_for != (source.generation, source.capacity):
            self._restart(source)
        rows = [column[:-1] for column in source.columns]
        first_row = source.begin
        for index in range(level + 1):
            # Where reading lagged, rows may have been forgotten before their block was made.
            start = max(self._next_block[index], -(-first_row // FANOUT))
            stop = (first_row + len(rows[0])) // FANOUT
            if start > self._next_block[index]:
                self._levels[index] = self._new_level(source, index)
                self._next_block[index] = start
            ring = self._levels[index]
            if stop > start:
                taken = slice(start * FANOUT - first_row, stop * FANOUT - first_row)
                ring.extend(*(fold(column[taken]) for fold, column in zip(self._folds, rows, strict=True)))
                self._next_block[index] = stop
            rows = [ring.column(place) for place in range(len(self._folds))]
            first_row = self._next_block[index] - len(ring)

    def _restart(self, source: ColumnSource) -> None:
        self._built_for = (source.generation, source.capacity)
        self._levels = [self._new_level(source, index) for index in range(len(_WIDTHS))]
        # Blocks are counted from the first row ever, so they do not shift when old rows are forgotten.
        self._next_block = [-(-source.begin // width) for width in _WIDTHS]

    def _new_level(self, source: ColumnSource, index: int) -> Ring:
        return Ring(max(1, source.capacity // _WIDTHS[index]), [column.dtype for column in source.columns])
