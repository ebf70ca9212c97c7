"""The frames of the ring that a filter selects, found in slices that take a bounded time."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from ticker_gui.console.frame_query import Matches
from ticker_gui.console.frame_ring import FrameEntry, FrameRing

SLICE_S: Final = 0.002
_COMPACT: Final = 4096


class FrameFilter(msgspec.Struct, frozen=True):
    """Which frames are shown: of a feed, in a direction, of a type, and those that match a search; empty means all."""

    feed: str = ""
    has_incoming: bool = True
    has_outgoing: bool = True
    type: str = ""
    query: Matches | None = None

    @property
    def is_empty(self) -> bool:
        """Whether all frames are shown."""
        return self == FrameFilter()

    def matches(self, entry: FrameEntry) -> bool:
        """Return whether a frame is shown."""
        is_shown = self.has_incoming if entry.frame.direction == "in" else self.has_outgoing
        return (
            is_shown
            and (not self.feed or entry.feed == self.feed)
            and (not self.type or entry.type == self.type)
            and (self.query is None or self.query(entry.frame.payload))
        )


class FrameList:
    """The numbers of the selected frames in ascending order.

    `scan` examines frames that have not been examined yet, and `extend` adds those that it found: between them, the
    owner announces the change. `next_dropped` finds rows whose frames the ring has dropped, to be removed by `remove`.
    While `is_paused`, frames that arrive are not examined.
    """

    def __init__(self, ring: FrameRing, now: Callable[[], float] = time.monotonic) -> None:
        self._ring: Final = ring
        self._now: Final = now
        self._old: list[int] = []  # at the beginning: frames that the ring holds for longer
        self._old_dropped = ring.old_dropped  # when all of those were held
        self._numbers: list[int] = []
        self._start = 0  # of the numbers that are not removed
        self._examined = 0  # all frames before this number
        self._pause_end: int | None = None
        self.filter = FrameFilter()

    def __len__(self) -> int:
        return len(self._old) + len(self._numbers) - self._start

    def __getitem__(self, row: int) -> int:
        """Return the number of the frame in a row."""
        if not 0 <= row < len(self):
            raise IndexError(row)
        old = len(self._old)
        return self._old[row] if row < old else self._numbers[self._start + row - old]

    def row_of(self, number: int) -> int | None:
        """Return the row of a frame, None if it is not in the list."""
        row = self.row_from(number)
        return row if row < len(self) and self[row] == number else None

    def row_from(self, number: int) -> int:
        """Return the first row whose frame has at least this number; the number of all rows if there is none."""
        if self._old and self._old[-1] >= number:
            return bisect_left(self._old, number)
        return len(self._old) + bisect_left(self._numbers, number, self._start) - self._start

    def set_filter(self, selected: FrameFilter) -> None:
        """Select other frames: the list is empty until they are scanned."""
        self.filter = selected
        self.restart()

    def restart(self) -> None:
        """Empty the list and examine all frames again."""
        self._old, self._numbers, self._start, self._examined = [], [], 0, 0

    @property
    def is_paused(self) -> bool:
        """Whether frames that arrive are not examined."""
        return self._pause_end is not None

    def set_paused(self, is_paused: bool) -> None:
        """Stop examining new frames, or continue with those that arrived in the meantime."""
        self._pause_end = self._ring.end if is_paused else None

    @property
    def waiting(self) -> int:
        """The number of frames that have arrived during the pause and are still held."""
        return 0 if self._pause_end is None else len(self._ring.numbers(self._pause_end, self._ring.end))

    @property
    def _end(self) -> int:
        return self._ring.end if self._pause_end is None else self._pause_end

    @property
    def is_complete(self) -> bool:
        """Whether all frames were examined."""
        return self._examined >= self._end

    def next_dropped(self) -> range | None:
        """Return the next run of rows whose frames the ring has dropped, or None if there is none."""
        if (dropped := self._next_old_dropped()) is not None:
            return dropped
        ring, numbers, start = self._ring, self._numbers, self._start
        while start < len(numbers) and numbers[start] < ring.first and numbers[start] in ring:
            start += 1
        self._old += numbers[self._start : start]
        self._start = end = start
        while end < len(numbers) and numbers[end] not in ring:
            end += 1
        return range(len(self._old), len(self._old) + end - start) if end > start else None

    def _next_old_dropped(self) -> range | None:
        ring, old = self._ring, self._old
        if self._old_dropped == ring.old_dropped:
            return None
        first = next((row for row, number in enumerate(old) if number not in ring), None)
        if first is None:
            self._old_dropped = ring.old_dropped
            return None
        return range(first, next((row for row in range(first, len(old)) if old[row] in ring), len(old)))

    def remove(self, rows: range) -> None:
        """Remove rows that `next_dropped` has returned."""
        if rows.start < len(self._old):
            del self._old[rows.start : rows.stop]
            return
        self._start += len(rows)
        if self._start > _COMPACT:
            del self._numbers[: self._start]
            self._start = 0

    def scan(self, slice_s: float = SLICE_S) -> Sequence[int]:
        """Examine frames for at most about ``slice_s`` seconds, and return the numbers of those that match."""
        ring, matches = self._ring, self.filter.matches
        numbers, self._examined = ring.numbers(self._examined, self._end), max(self._examined, self._end)
        if self.filter.is_empty:
            return numbers
        found: list[int] = []
        until = self._now() + slice_s
        for number in numbers:
            if matches(ring[number]):
                found.append(number)
            if self._now() > until:  # a regular expression may take ten times as long for a single frame
                self._examined = number + 1
                break
        return found

    def extend(self, numbers: Sequence[int]) -> None:
        """Add frames that `scan` has found."""
        self._numbers.extend(numbers)
