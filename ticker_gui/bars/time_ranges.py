"""Sets of times as disjoint ranges: what was requested, received or covered."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator


class TimeRanges:
    """Disjoint ranges ``start <= time < end``, ascending; adjacent ones are joined. Units are up to the caller."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(list(zip(self._starts, self._ends, strict=True)))

    def __len__(self) -> int:
        return len(self._starts)

    def copy(self) -> TimeRanges:
        """Return an independent copy."""
        copied = TimeRanges()
        copied._starts, copied._ends = self._starts.copy(), self._ends.copy()
        return copied

    def add(self, start: int, end: int) -> None:
        """Add a range; an empty one changes nothing."""
        if start >= end:
            return
        first = bisect_left(self._ends, start)
        stop = bisect_right(self._starts, end)
        if first < stop:
            start, end = min(start, self._starts[first]), max(end, self._ends[stop - 1])
        self._starts[first:stop] = [start]
        self._ends[first:stop] = [end]

    def remove(self, start: int, end: int) -> None:
        """Remove a range from all others."""
        if start >= end:
            return
        first = bisect_right(self._ends, start)
        stop = bisect_left(self._starts, end)
        if first >= stop:
            return
        rest = [(self._starts[first], start), (end, self._ends[stop - 1])]
        rest = [(begin, finish) for begin, finish in rest if begin < finish]
        self._starts[first:stop] = [begin for begin, _ in rest]
        self._ends[first:stop] = [finish for _, finish in rest]

    def covers(self, start: int, end: int) -> bool:
        """Return whether every time of a range is included; always true for an empty range."""
        if start >= end:
            return True
        row = bisect_right(self._starts, start) - 1
        return row >= 0 and self._ends[row] >= end

    def end_from(self, start: int) -> int:
        """Return the end of the range that contains ``start``, or ``start`` if there is none."""
        row = bisect_right(self._starts, start) - 1
        return max(self._ends[row], start) if row >= 0 else start

    def missing(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the parts of a range that are not included, ascending."""
        missing = []
        row = bisect_right(self._ends, start)
        while start < end:
            begin = self._starts[row] if row < len(self._starts) else end
            if start < begin:
                missing.append((start, min(begin, end)))
            if row == len(self._starts):
                break
            start = self._ends[row]
            row += 1
        return missing
