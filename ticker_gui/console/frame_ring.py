"""The last frames of all feeds, read by number; the oldest are dropped when there are too many."""

from __future__ import annotations

from typing import Final

import msgspec

from ticker_gui.console.frame_type import frame_type
from ticker_gui.domain.frame import Frame

MAX_FRAMES: Final = 20_000
MAX_BYTES: Final = 16 << 20


class FrameEntry(msgspec.Struct, frozen=True, gc=False):
    """A frame, its feed and its type."""

    feed: str
    frame: Frame
    type: str


class FrameRing:
    """Frames with consecutive numbers, from ``first`` to before ``end``.

    It holds at most ``max_frames`` frames whose payloads have at most ``max_bytes`` bytes. ``dropped`` counts those
    that were removed to stay within these limits.
    """

    def __init__(self, max_frames: int = MAX_FRAMES, max_bytes: int = MAX_BYTES) -> None:
        self._entries: list[FrameEntry | None] = [None] * max_frames
        self._max_frames: Final = max_frames
        self._max_bytes: Final = max_bytes
        self.first = 0
        self.end = 0
        self.bytes = 0
        self.dropped = 0

    def __len__(self) -> int:
        return self.end - self.first

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and self.first <= number < self.end

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
        return self._entries[number % self._max_frames] if self.first <= number < self.end else None

    def add(self, feed: str, frame: Frame) -> FrameEntry:
        """Add a frame, and drop the oldest ones where there is no room for it."""
        if self.end - self.first == self._max_frames:
            self._drop()
        entry = FrameEntry(feed, frame, frame_type(frame.payload))
        self._entries[self.end % self._max_frames] = entry
        self.end += 1
        self.bytes += len(frame.payload)
        while self.bytes > self._max_bytes:
            self._drop()
        return entry

    def clear(self) -> None:
        """Remove all frames; the numbers continue."""
        self._entries = [None] * self._max_frames
        self.first, self.bytes, self.dropped = self.end, 0, 0

    def _drop(self) -> None:
        slot = self.first % self._max_frames
        entry = self._entries[slot]
        assert entry is not None
        self._entries[slot] = None
        self.bytes -= len(entry.frame.payload)
        self.first += 1
        self.dropped += 1
