"""Frames for the tests of the console."""

from __future__ import annotations

from ticker_gui.console.frame_ring import FrameRing
from ticker_gui.domain.frame import Direction, Frame

START_NS = 1_767_323_045_000_000_000
MS = 1_000_000


def frame(payload: str | bytes, direction: Direction = "in", at_ms: int = 0) -> Frame:
    """Return a frame that was received some milliseconds after the start."""
    content = payload.encode() if isinstance(payload, str) else payload
    return Frame(content, direction, START_NS + at_ms * MS)


def ring_of(*payloads: str, feed: str = "desk") -> FrameRing:
    """Return a ring with received frames, one per millisecond."""
    ring = FrameRing()
    for at_ms, payload in enumerate(payloads):
        ring.add(feed, frame(payload, at_ms=at_ms))
    return ring
