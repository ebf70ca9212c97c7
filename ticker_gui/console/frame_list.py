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
_CLOCK_CHECK: Final = 15  # frames between two readings of the clock; few, so that a slow search ends in time
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
    owner announces the change. `trim` forgets those that the ring has dropped. While `is_paused`, frames that arrive
    are not examined.
    """

    def __init__(self, ring: FrameRing, now: Callable[[], float] = time.monotonic) -> None:
        self._ring: Final = ring
        self._now: Final = now
        self._numbers: list[int] = []
        self._start = 0  # of the numbers that are not trimmed
        self._examined = ring.first  # all frames before this number
        self._pause_end: int | None = None
        self.filter = FrameFilter()

    def __len__(self) -> int:
        return len(self._numbers) - self._start

    def __getitem__(self, row: int) -> int:
        """Return the number of the frame in a row."""
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self._numbers[self._start + row]

    def row_of(self, number: int) -> int | None:
        """Return the row of a frame, None if it is not in the list."""
        at = bisect_left(self._numbers, number, self._start)
        return at - self._start if at < len(self._numbers) and self._numbers[at] == number else None

    def set_filter(self, selected: FrameFilter) -> None:
        """Select other frames: the list is empty until they are scanned."""
        self.filter = selected
        self.restart()

    def restart(self) -> None:
        """Empty the list and examine all frames again."""
        self._numbers, self._start, self._examined = [], 0, self._ring.first

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
        return 0 if self._pause_end is None else self._ring.end - max(self._pause_end, self._ring.first)

    @property
    def _end(self) -> int:
        return self._ring.end if self._pause_end is None else max(self._pause_end, self._ring.first)

    @property
    def is_complete(self) -> bool:
        """Whether all frames were examined."""
        return self._examined >= self._end

    @property
    def dropped_rows(self) -> int:
        """The number of rows at the beginning whose frames the ring has dropped."""
        return bisect_left(self._numbers, self._ring.first, self._start) - self._start

    def trim(self) -> None:
        """Remove the rows whose frames the ring has dropped."""
        self._start += self.dropped_rows
        if self._start > _COMPACT:
            del self._numbers[: self._start]
            self._start = 0

    def scan(self, slice_s: float = SLICE_S) -> Sequence[int]:
        """Examine frames for at most about ``slice_s`` seconds, and return the numbers of those that match."""
        ring, matches, end = self._ring, self.filter.matches, self._end
        number = max(self._examined, ring.first)
        if self.filter.is_empty:
            self._examined = max(end, number)
            return range(number, self._examined)
        found: list[int] = []
        until = self._now() + slice_s
        while number < end:
            if matches(ring[number]):
                found.append(number)
            number += 1
            if not number & _CLOCK_CHECK and self._now() > until:
                break
        self._examined = number
        return found

    def extend(self, numbers: Sequence[int]) -> None:
        """Add frames that `scan` has found."""
        self._numbers.extend(numbers)
