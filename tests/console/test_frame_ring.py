from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.console.frames import frame
from ticker_gui.console.frame_ring import FrameRing


def test_frames_are_read_by_their_number() -> None:
    ring = FrameRing()
    for text in ("a", "b"):
        ring.add("desk", frame(text))
    assert [ring[number].frame.payload for number in range(ring.first, ring.end)] == [b"a", b"b"]
    assert len(ring) == 2
    assert ring.bytes == 2


@given(
    st.lists(st.integers(0, 9) | st.none(), max_size=60),
    st.integers(1, 7),
    st.integers(0, 25),
)
def test_the_ring_holds_the_newest_frames_within_its_limits(
    steps: list[int | None], max_frames: int, max_bytes: int
) -> None:
    """The reference is a deque from which the oldest frames are removed one by one; None clears it."""
    ring, reference, number, dropped = FrameRing(max_frames, max_bytes), deque[tuple[int, int]](), 0, 0
    for size in steps:
        if size is None:
            ring.clear()
            reference.clear()
            dropped = 0
            continue
        ring.add("desk", frame(b"x" * size))
        reference.append((number, size))
        number += 1
        while len(reference) > max_frames or sum(size for _, size in reference) > max_bytes:
            reference.popleft()
            dropped += 1
        assert ring.end == number
        assert ring.dropped == dropped
        assert ring.bytes == sum(size for _, size in reference)
        held = [(at, len(ring[at].frame.payload)) for at in range(ring.first, ring.end)]
        assert held == list(reference)
    for outside in (ring.first - 1, ring.end):
        with pytest.raises(IndexError):
            ring[outside]
        assert outside not in ring


def test_a_frame_larger_than_the_ring_is_dropped_at_once() -> None:
    ring = FrameRing(max_bytes=3)
    ring.add("desk", frame("1234"))
    assert (len(ring), ring.bytes, ring.dropped) == (0, 0, 1)
