"""Bounded history in columns: append at the end, read as one contiguous slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_FIRST_ROWS: Final = 16


class Ring:
    """Columns of equal length that forget their oldest rows beyond ``capacity``.

    Memory grows as rows come. Rows are kept side by side in plain arrays with some room behind them, ``slack`` as a
    share of the capacity; when that room is used up, the rows held move to the front at once. A read is therefore a
    slice, never a copy, and is valid until the next change of the ring.
    """

    __slots__ = ("_allocated", "_arrays", "_capacity", "_end", "_moved", "_slack", "generation")

    def __init__(self, capacity: int, dtypes: Sequence[npt.DTypeLike], slack: float = 1 / 8) -> None:
        if capacity < 1:
            raise ValueError(f"a ring holds at least one row, not {capacity}")
        self._capacity = capacity
        self._slack = slack
        self._allocated = max(1, min(_FIRST_ROWS, capacity - 1))
        self._arrays: list[npt.NDArray[Any]] = [np.empty(self._allocated, dtype) for dtype in dtypes]
        self._end = 0
        self._moved = 0
        self.generation = 0  # counts changes other than appends: what was read before is no longer a prefix

    def _room(self, capacity: int) -> int:
        """Return the rows to allocate: some more than held, so that moving them is a rare thing."""
        return capacity + int(capacity * self._slack) + 1

    @property
    def capacity(self) -> int:
        """Return how many rows are kept. May be set; a smaller one forgets the oldest rows."""
        return self._capacity

    @capacity.setter
    def capacity(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"a ring holds at least one row, not {capacity}")
        kept = min(len(self), capacity)
        self._moved += self._end - kept
        needed = min(max(kept, _FIRST_ROWS), self._room(capacity))
        self._reallocate(needed, self._end - kept)
        self._end = kept
        self._capacity = capacity

    @property
    def begin(self) -> int:
        """Return how many rows have been forgotten: the place of the first held row among all rows ever."""
        return self._moved + self._first

    @property
    def _first(self) -> int:
        return max(0, self._end - self._capacity)

    def __len__(self) -> int:
        return min(self._end, self._capacity)

    def column(self, index: int) -> npt.NDArray[Any]:
        """Return a column's held rows, oldest first; a view, valid until the next change."""
        return self._arrays[index][self._first : self._end]

    def append(self, *row: float) -> None:
        """Add a row at the end, one value per column."""
        if self._end == self._allocated:
            self._make_room(1)
        end = self._end
        for array, value in zip(self._arrays, row, strict=True):
            array[end] = value
        self._end = end + 1

    def extend(self, *columns: npt.NDArray[Any]) -> None:
        """Add many rows at the end, one array per column, all of one length."""
        added = len(columns[0])
        count = min(added, self._capacity)
        if self._end + count > self._allocated:
            self._make_room(count)
        end = self._end + count
        for array, column in zip(self._arrays, columns, strict=True):
            array[self._end : end] = column[added - count :]
        self._end = end
        self._moved += added - count

    def insert(self, position: int, *row: float) -> bool:
        """Put a row before the held row ``position``; return False where a full ring would forget it at once."""
        was_full = len(self) == self._capacity
        if was_full and position == 0:
            return False
        self.append(*row)
        at = self._first + position - was_full  # a full ring has just forgotten one row before it
        for array, value in zip(self._arrays, row, strict=True):
            array[at + 1 : self._end] = array[at : self._end - 1]
            array[at] = value
        self.generation += 1
        return True

    def _make_room(self, count: int) -> None:
        """Grow until there is room for ``count`` more rows; when fully grown, move what stays held to the front."""
        room = self._room(self._capacity)
        if self._allocated < room:
            rows = max(2 * self._allocated, self._end + count)
            self._reallocate(rows if rows < self._capacity else room, 0)
            if self._end + count <= self._allocated:
                return
        kept = min(self._end, self._capacity - count)
        for array in self._arrays:
            array[:kept] = array[self._end - kept : self._end]
        self._moved += self._end - kept
        self._end = kept

    def _reallocate(self, rows: int, skip: int) -> None:
        kept = self._end - skip
        for index, old in enumerate(self._arrays):
            new = np.empty(rows, old.dtype)
            new[:kept] = old[skip : self._end]
            self._arrays[index] = new
        self._allocated = rows
