"""The last frames of all feeds, read by number; the oldest are dropped when there are too many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from ticker_gui.console.frame_type import frame_type
from ticker_gui.domain.frame import Frame

MAX_FRAMES: Final = 20_000
MAX_BYTES: Final = 16 << 20
MAX_OLD_SENT: Final = 1_000
_OLD_SENT_SHARE: Final = 16  # a sixteenth of the bytes


class FrameEntry(msgspec.Struct, frozen=True, gc=False):
    """A frame, its feed and its type."""

    feed: str
    frame: Frame
    type: str


class FrameRing:
    """Frames with ascending numbers: all from ``first`` to before ``end``, and some older ones that were sent.

    It holds at most ``max_frames`` frames whose payloads have at most ``max_bytes`` bytes. Of those that were sent,
    ``max_old_sent`` stay for longer than those that were received: a busy feed would displace them within seconds.
    ``dropped`` counts those that were removed to stay within these limits.
    """

    def __init__(
        self, max_frames: int = MAX_FRAMES, max_bytes: int = MAX_BYTES, max_old_sent: int = MAX_OLD_SENT
    ) -> None:
        self._entries: list[FrameEntry | None] = [None] * max_frames
        self._max_frames: Final = max_frames
        self._max_bytes: Final = max_bytes
        self._max_old_sent: Final = max_old_sent
        self._max_old_bytes: Final = max_bytes // _OLD_SENT_SHARE
        self._old_sent: dict[int, FrameEntry] = {}  # before ``first``, in ascending order
        self._old_bytes = 0
        self.first = 0
        self.end = 0
        self.bytes = 0
        self.dropped = 0

    def __len__(self) -> int:
        return self.end - self.first + len(self._old_sent)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and (self.first <= number < self.end or number in self._old_sent)

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
        return self._old_sent.get(number)

    def numbers(self, start: int, end: int) -> Sequence[int]:
        """Return the numbers of the frames that are held, from ``start`` to before ``end``."""
        newer = range(max(start, self.first), min(end, self.end))
        if start >= self.first or not self._old_sent:
            return newer
        return [*(number for number in self._old_sent if start <= number < end), *newer]

    def add(self, feed: str, frame: Frame) -> FrameEntry:
        """Add a frame, and drop the oldest ones where there is no room for it."""
        while len(self) >= self._max_frames:
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
        self._old_sent.clear()
        self.first, self.bytes, self.dropped, self._old_bytes = self.end, 0, 0, 0

    def _drop(self) -> None:
        """Drop the oldest frame, or move it to the older ones if it was sent."""
        if self.first == self.end:
            self._drop_old_sent()
            return
        slot, number = self.first % self._max_frames, self.first
        entry = self._entries[slot]
        assert entry is not None
        self._entries[slot] = None
        self.first += 1
        size = len(entry.frame.payload)
        if entry.frame.direction == "in" or not self._max_old_sent or size > self._max_old_bytes:
            self.bytes -= size
            self.dropped += 1
            return
        self._old_sent[number] = entry
        self._old_bytes += size
        while len(self._old_sent) > self._max_old_sent or self._old_bytes > self._max_old_bytes:
            self._drop_old_sent()

    def _drop_old_sent(self) -> None:
        size = len(self._old_sent.pop(next(iter(self._old_sent))).frame.payload)
        self._old_bytes -= size
        self.bytes -= size
        self.dropped += 1
