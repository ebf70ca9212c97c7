"""The last frames of all feeds, read by number; the oldest are dropped when there are too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from ticker_gui.console.frame_type import frame_type
from ticker_gui.domain.frame import Frame

MAX_FRAMES: Final = 20_000
MAX_BYTES: Final = 16 << 20
MAX_OLD_FRAMES: Final = 1_000
_OLD_SHARE: Final = 16  # a sixteenth of the bytes


class FrameEntry(msgspec.Struct, frozen=True, gc=False):
    """A frame, its feed and its type. ``is_own``: it belongs to no feed, but to a connection of the user."""

    feed: str
    frame: Frame
    type: str
    is_own: bool = False


class _OldFrames:
    """Frames that stay for longer than others, by their numbers in ascending order, within limits of their own."""

    def __init__(self, max_frames: int, max_bytes: int) -> None:
        self.entries: Final[dict[int, FrameEntry]] = {}
        self._max_frames: Final = max_frames
        self._max_bytes: Final = max_bytes
        self._bytes = 0

    def can_add(self, entry: FrameEntry) -> bool:
        """Return whether a frame is within the limits."""
        return self._max_frames > 0 and len(entry.frame.payload) <= self._max_bytes

    def add(self, number: int, entry: FrameEntry) -> Iterator[FrameEntry]:
        """Add a frame, and yield those that are dropped in its place."""
        self.entries[number] = entry
        self._bytes += len(entry.frame.payload)
        while len(self.entries) > self._max_frames or self._bytes > self._max_bytes:
            yield self.drop()

    def drop(self) -> FrameEntry:
        """Drop the oldest frame and return it."""
        entry = self.entries.pop(next(iter(self.entries)))
        self._bytes -= len(entry.frame.payload)
        return entry

    def clear(self) -> None:
        """Drop all frames."""
        self.entries.clear()
        self._bytes = 0


class FrameRing:
    """Frames with ascending numbers: all from ``first`` to before ``end``, and some older ones.

    It holds at most ``max_frames`` frames whose payloads have at most ``max_bytes`` bytes. A busy feed would displace
    all others within seconds. Therefore up to ``max_old_frames`` of those that were sent stay for longer, and so do as
    many of those that a connection of the user received. ``dropped`` counts those that were removed to stay within
    these limits, and ``old_dropped`` those among them that had stayed for longer.
    """

    def __init__(
        self, max_frames: int = MAX_FRAMES, max_bytes: int = MAX_BYTES, max_old_frames: int = MAX_OLD_FRAMES
    ) -> None:
        self._entries: list[FrameEntry | None] = [None] * max_frames
        self._max_frames: Final = max_frames
        self._max_bytes: Final = max_bytes
        self._old_sent: Final = _OldFrames(max_old_frames, max_bytes // _OLD_SHARE)
        self._old_own: Final = _OldFrames(max_old_frames, max_bytes // _OLD_SHARE)
        self.first = 0
        self.end = 0
        self.bytes = 0
        self.dropped = self.old_dropped = 0

    def __len__(self) -> int:
        return self.end - self.first + len(self._old_sent.entries) + len(self._old_own.entries)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and self.get(number) is not None

    def __getitem__(self, number: int) -> FrameEntry:
        """Return the frame with a number.

        Raises:
            IndexError: it was dropped, or does not exist yet.
        """
        entry = self.get(number)
        if entry is None:
            raise IndexError(number)
        return entry

    def get(self, number: int) -> FrameEntry | None:
        """Return the frame with a number; None if it was dropped, or does not exist yet."""
        if self.first <= number < self.end:
            return self._entries[number % self._max_frames]
        return self._old_sent.entries.get(number) or self._old_own.entries.get(number)

    def numbers(self, start: int, end: int) -> Sequence[int]:
        """Return the numbers of the frames that are held, from ``start`` to before ``end``."""
        newer = range(max(start, self.first), min(end, self.end))
        if start >= self.first:
            return newer
        old = sorted((*self._old_sent.entries, *self._old_own.entries))
        return [*(number for number in old if start <= number < end), *newer] if old else newer

    def add(self, feed: str, frame: Frame, *, is_own: bool = False) -> FrameEntry:
        """Add a frame, and drop the oldest ones where there is no room for it."""
        while len(self) >= self._max_frames:
            self._drop()
        entry = FrameEntry(feed, frame, frame_type(frame.payload), is_own)
        self._entries[self.end % self._max_frames] = entry
        self.end += 1
        self.bytes += len(frame.payload)
        while self.bytes > self._max_bytes:
            self._drop()
        return entry

    def clear(self) -> None:
        """Remove all frames; the numbers continue."""
        self._entries = [None] * self._max_frames
        self._old_sent.clear()
        self._old_own.clear()
        self.first, self.bytes, self.dropped = self.end, 0, 0
        self.old_dropped += 1

    def _drop(self) -> None:
        """Drop the oldest frame, unless it stays for longer."""
        if self.first == self.end:
            self._count_dropped((self._old_sent if self._old_sent.entries else self._old_own).drop(), is_old=True)
            return
        slot, number = self.first % self._max_frames, self.first
        entry = self._entries[slot]
        assert entry is not None
        self._entries[slot] = None
        self.first += 1
        old = self._old_sent if entry.frame.direction == "out" else self._old_own if entry.is_own else None
        if old is None or not old.can_add(entry):
            self._count_dropped(entry, is_old=False)
            return
        for dropped in old.add(number, entry):
            self._count_dropped(dropped, is_old=True)

    def _count_dropped(self, entry: FrameEntry, *, is_old: bool) -> None:
        self.bytes -= len(entry.frame.payload)
        self.dropped += 1
        self.old_dropped += is_old
