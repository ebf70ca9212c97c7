"""A ring buffer of columns: append at the end, read as one contiguous slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_FIRST_ROWS: Final = 16


class Ring:
    """Columns of equal length that drop their oldest rows beyond ``capacity``.

    Memory grows with the rows. The arrays are larger than the capacity by ``slack``, a share of it; when they are full,
    the held rows are moved to the front together. A read is therefore a slice, never a copy, and is valid until the
    next change of the ring.

    Raises:
        ValueError: the capacity is less than 1.
    """

    __slots__ = ("_allocated", "_arrays", "_capacity", "_dropped", "_end", "_generation", "_slack")

    def __init__(self, capacity: int, dtypes: Sequence[npt.DTypeLike], slack: float = 1 / 8) -> None:
        if capacity < 1:
            raise ValueError(f"a ring holds at least one row, not {capacity}")
        self._capacity = capacity
        self._slack = slack
        self._allocated = max(1, min(_FIRST_ROWS, capacity - 1))
        self._arrays: list[npt.NDArray[Any]] = [np.empty(self._allocated, dtype) for dtype in dtypes]
        self._end = 0
        self._dropped = 0
        self._generation = 0

    @property
    def generation(self) -> int:
        """How often rows other than the last were changed, so that earlier reads are no longer a prefix."""
        return self._generation

    def mark_changed(self) -> None:
        """Report that held rows before the last one were changed in place."""
        self._generation += 1

    def _room(self, capacity: int) -> int:
        """Return the number of rows to allocate: more than the capacity, so that rows are rarely moved."""
        return capacity + int(capacity * self._slack) + 1

    @property
    def capacity(self) -> int:
        """The maximum number of rows; setting a smaller one drops the oldest rows."""
        return self._capacity

    @capacity.setter
    def capacity(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"a ring holds at least one row, not {capacity}")
        kept = min(len(self), capacity)
        self._dropped += self._end - kept
        needed = min(max(kept, _FIRST_ROWS), self._room(capacity))
        self._reallocate(needed, self._end - kept)
        self._end = kept
        self._capacity = capacity

    @property
    def begin(self) -> int:
        """The number of dropped rows, which is also the index of the first held row among all rows ever."""
        return self._dropped + self._first

    @property
    def _first(self) -> int:
        return max(0, self._end - self._capacity)

    def __len__(self) -> int:
        return min(self._end, self._capacity)

    def column(self, index: int) -> npt.NDArray[Any]:
        """Return a column's held rows, oldest first; a view, valid until the next change."""
        return self._arrays[index][self._first : self._end]

    def columns(self, count: int) -> list[npt.NDArray[Any]]:
        """Return the held rows of the first ``count`` columns, like `column`."""
        held = slice(self._first, self._end)
        return [array[held] for array in self._arrays[:count]]

    def append(self, *row: float) -> None:
        """Add a row at the end, one value per column."""
        if self._end == self._allocated:
            self._make_room(1)
        end = self._end
        for array, value in zip(self._arrays, row, strict=True):
            array[end] = value
        self._end = end + 1

    def extend(self, *columns: npt.NDArray[Any]) -> None:
        """Add rows at the end, as one array per column, all of equal length."""
        added = len(columns[0])
        count = min(added, self._capacity)
        if self._end + count > self._allocated:
            self._make_room(count)
        end = self._end + count
        for array, column in zip(self._arrays, columns, strict=True):
            array[self._end : end] = column[added - count :]
        self._end = end
        self._dropped += added - count

    def extend_from_last(self, *columns: npt.NDArray[Any]) -> None:
        """Replace the last row, if there is one, with the first of these rows, and add the others at the end."""
        if len(self):
            for array, column in zip(self._arrays, columns, strict=True):
                array[self._end - 1] = column[0]
            columns = tuple([column[1:] for column in columns])
        if len(columns[0]):
            self.extend(*columns)

    def insert(self, positions: npt.NDArray[np.int64], *columns: npt.NDArray[Any]) -> None:
        """Insert rows before the held rows at ascending ``positions``; rows with equal positions keep their order.

        Rows that are older than everything in a full ring are dropped.
        """
        if not len(positions):
            return
        first, held = int(positions[0]), len(self)
        if first < held:
            self._generation += 1
        targets = positions - first + np.arange(len(positions))
        is_moved = np.ones(held - first + len(positions), bool)
        is_moved[targets] = False
        tails = []
        for index, column in enumerate(columns):
            tail = np.empty(len(is_moved), self._arrays[index].dtype)
            tail[targets] = column
            tail[is_moved] = self._arrays[index][self._end - held + first : self._end]
            tails.append(tail)
        self._end -= held - first
        self.extend(*tails)

    def count_dropped(self, count: int) -> None:
        """Count rows as dropped that are too old to be added."""
        self._dropped += count
        self._generation += 1  # the indices of the held rows among all rows have changed

    def remove(self, position: int) -> None:
        """Remove the held row at a position."""
        first, held = self._first, len(self)
        for array in self._arrays:
            array[:position] = array[first : first + position]
            array[position : held - 1] = array[first + position + 1 : self._end]
        self._dropped += first
        self._end = held - 1
        self._generation += 1

    def _make_room(self, count: int) -> None:
        """Make room for ``count`` more rows: allocate more, or at the maximum size move the held rows to the front."""
        room = self._room(self._capacity)
        if self._allocated < room:
            rows = max(2 * self._allocated, self._end + count)
            self._reallocate(rows if rows < self._capacity else room, 0)
            if self._end + count <= self._allocated:
                return
        kept = min(self._end, self._capacity - count)
        for array in self._arrays:
            array[:kept] = array[self._end - kept : self._end]
        self._dropped += self._end - kept
        self._end = kept

    def _reallocate(self, rows: int, skip: int) -> None:
        kept = self._end - skip
        for index, old in enumerate(self._arrays):
            new = np.empty(rows, old.dtype)
            new[:kept] = old[skip : self._end]
            self._arrays[index] = new
        self._allocated = rows
