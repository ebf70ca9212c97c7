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

    __slots__ = ("_allocated", "_arrays", "_capacity", "_end", "_generation", "_moved", "_slack")

    def __init__(self, capacity: int, dtypes: Sequence[npt.DTypeLike], slack: float = 1 / 8) -> None:
        if capacity < 1:
            raise ValueError(f"a ring holds at least one row, not {capacity}")
        self._capacity = capacity
        self._slack = slack
        self._allocated = max(1, min(_FIRST_ROWS, capacity - 1))
        self._arrays: list[npt.NDArray[Any]] = [np.empty(self._allocated, dtype) for dtype in dtypes]
        self._end = 0
        self._moved = 0
        self._generation = 0

    @property
    def generation(self) -> int:
        """Return how often rows changed other than at the end: what was read before is no longer a prefix."""
        return self._generation

    def note_change(self) -> None:
        """Note that held rows before the last one were changed in place."""
        self._generation += 1

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

    def insert(self, positions: npt.NDArray[np.int64], *columns: npt.NDArray[Any]) -> None:
        """Put rows before the held rows at ascending ``positions``; those put before the same row keep their order.

        What is older than everything that a full ring keeps is forgotten at once.
        """
        if not len(positions):
            return
        first, held = int(positions[0]), len(self)
        if first < held:
            self._generation += 1
        places = positions - first + np.arange(len(positions))
        is_moved = np.ones(held - first + len(positions), bool)
        is_moved[places] = False
        tails = []
        for index, column in enumerate(columns):
            tail = np.empty(len(is_moved), self._arrays[index].dtype)
            tail[places] = column
            tail[is_moved] = self._arrays[index][self._end - held + first : self._end]
            tails.append(tail)
        self._end -= held - first
        self.extend(*tails)

    def forget(self, count: int) -> None:
        """Count rows as forgotten that are not added, as older ones are no longer held."""
        self._moved += count
        self._generation += 1  # the held rows have other numbers among all rows

    def remove(self, position: int) -> None:
        """Take a held row out."""
        first, held = self._first, len(self)
        for array in self._arrays:
            array[:position] = array[first : first + position]
            array[position : held - 1] = array[first + position + 1 : self._end]
        self._moved += first
        self._end = held - 1
        self._generation += 1

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
