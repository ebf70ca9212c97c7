from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.console.frames import frame
from ticker_gui.console.frame_ring import FrameRing

Kind = Literal["in", "out", "own"]


def test_frames_are_read_by_their_number() -> None:
    ring = FrameRing()
    for text in ("a", "b"):
        ring.add("desk", frame(text))
    assert [ring[number].frame.payload for number in range(ring.first, ring.end)] == [b"a", b"b"]
    assert len(ring) == 2
    assert ring.bytes == 2


@given(
    st.lists(st.tuples(st.sampled_from(["in", "out", "own"]), st.integers(0, 9)) | st.none(), max_size=60),
    st.integers(1, 7),
    st.integers(0, 50),
    st.integers(0, 3),
)
def test_the_ring_holds_the_newest_frames_within_its_limits_and_some_older_ones(
    steps: list[tuple[Kind, int] | None], max_frames: int, max_bytes: int, max_old_frames: int
) -> None:
    """What is held is a suffix of all frames, after some that stay for longer; None clears the ring."""
    ring, every, dropped, start = FrameRing(max_frames, max_bytes, max_old_frames), [], 0, 0
    for step in steps:
        if step is None:
            ring.clear()
            start = ring.end
        else:
            direction, size = step
            ring.add("desk", frame(b"x" * size, "out" if direction == "out" else "in"), is_own=direction == "own")
            every.append((direction, size))
        assert ring.end == len(every)
        held = [number for number in range(ring.end) if number in ring]
        dropped = ring.end - start - len(held)
        assert (len(ring), ring.dropped) == (len(held), dropped)
        assert ring.bytes == sum(every[number][1] for number in held)
        assert ring.bytes <= max_bytes
        assert len(held) <= max_frames
        old = [number for number in held if number < ring.first]
        assert held[len(old) :] == list(range(ring.first, ring.end))
        for kind in ("in", "out", "own"):
            count = sum(every[number][0] == kind for number in old)
            assert count <= (0 if kind == "in" else max_old_frames)
        for at in range(ring.end + 1):
            assert list(ring.numbers(at, ring.end)) == [number for number in held if number >= at]
        for number in held:
            assert len(ring[number].frame.payload) == every[number][1]
    for outside in (-1, ring.end):
        with pytest.raises(IndexError):
            ring[outside]
        assert outside not in ring


def test_a_busy_feed_does_not_displace_what_was_sent() -> None:
    ring = FrameRing(max_frames=100, max_old_frames=3)
    for text in ("large" * (1 << 20), "1", "2", "3", "4"):
        ring.add("desk", frame(text, "out"))
    for number in range(1000):
        ring.add("desk", frame(f"received {number}"))
    held = [ring[number].frame.payload for number in ring.numbers(0, ring.end)]
    assert (held[:4], len(ring)) == ([b"2", b"3", b"4", b"received 903"], 100)


def test_a_frame_larger_than_the_ring_is_dropped_at_once() -> None:
    ring = FrameRing(max_bytes=3)
    ring.add("desk", frame("1234"))
    assert (len(ring), ring.bytes, ring.dropped) == (0, 0, 1)
