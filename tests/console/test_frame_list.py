from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.console.frames import frame, ring_of
from ticker_gui.console.frame_list import FrameFilter, FrameList
from ticker_gui.console.frame_query import compile_query
from ticker_gui.console.frame_ring import FrameRing
from ticker_gui.domain.frame import Direction


def query(text: str) -> FrameFilter:
    matches = compile_query(text)
    assert callable(matches)
    return FrameFilter(query=matches)


def update(frames: FrameList) -> None:
    while (rows := frames.next_dropped()) is not None:
        assert not any(frames[row] in frames._ring for row in rows)
        frames.remove(rows)
    while not frames.is_complete:
        frames.extend(frames.scan())


def numbers(frames: FrameList) -> list[int]:
    return [frames[row] for row in range(len(frames))]


FILTERS = [
    FrameFilter(),
    FrameFilter(has_incoming=False),
    FrameFilter(has_outgoing=False),
    FrameFilter(feed="b"),
    FrameFilter(type="trade"),
    query("x"),
    query("/[xy]/"),
]


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["in", "out"]), st.sampled_from(["x", "y", '{"e":"trade"}']))
        | st.sampled_from(["update", "pause", "resume", "clear"])
        | st.sampled_from(FILTERS),
        max_size=60,
    )
)
def test_the_list_has_exactly_the_held_frames_that_match(
    steps: list[tuple[str, Direction, str] | str | FrameFilter],
) -> None:
    """While paused, it has those that had arrived by then and are still held."""
    ring = FrameRing(max_frames=8, max_old_frames=3)
    frames = FrameList(ring)
    end: int | None = None
    for step in steps:
        if isinstance(step, FrameFilter):
            frames.set_filter(step)
        elif isinstance(step, tuple):
            ring.add(step[0], frame(step[2], step[1]), is_own=step[0] == "b")
        elif step == "pause" and end is None:
            frames.set_paused(True)
            end = ring.end
        elif step == "resume":
            frames.set_paused(False)
            end = None
        elif step == "clear":
            ring.clear()
        update(frames)
        held = [number for number in range(ring.end) if number in ring]
        shown = [number for number in held if end is None or number < end]
        assert numbers(frames) == [number for number in shown if frames.filter.matches(ring[number])]
        assert frames.waiting == len(held) - len(shown)
        for row, number in enumerate(numbers(frames)):
            assert frames.row_of(number) == frames.row_from(number) == row
        assert frames.row_of(ring.end) is None


def test_a_long_search_is_done_in_slices() -> None:
    ring = ring_of(*(f'{{"n":{number}}}' for number in range(200)))
    clock = iter(range(10_000))
    frames = FrameList(ring, now=lambda: next(clock))
    frames.set_filter(query('"n":1'))
    slices = 0
    while not frames.is_complete:
        frames.extend(frames.scan(0.5))
        slices += 1
    assert slices > 5
    assert len(frames) == 111  # 1, 10 to 19, 100 to 199


def test_frames_that_were_dropped_during_a_slice_are_left_out() -> None:
    ring = FrameRing(max_frames=20)
    for _ in range(20):
        ring.add("desk", frame("x"))
    frames = FrameList(ring, now=iter(range(1000)).__next__)
    frames.set_filter(query("x"))
    frames.extend(frames.scan(0.5))
    for _ in range(19):
        ring.add("desk", frame("x"))
    update(frames)
    assert numbers(frames) == list(range(ring.first, ring.end))


def test_many_trimmed_rows_take_no_memory() -> None:
    ring = FrameRing(max_frames=10)
    frames = FrameList(ring)
    for _ in range(1000):
        for _ in range(9):
            ring.add("desk", frame("x"))
        update(frames)
    assert len(frames) == 10
    assert len(frames._numbers) < 5000


def test_a_slow_search_ends_with_its_time() -> None:
    ring, passed_s = ring_of(*"abcdefgh"), [0.0]

    def slow(payload: bytes) -> bool:
        passed_s[0] += 0.02
        return False

    frames = FrameList(ring, now=lambda: passed_s[0])
    frames.set_filter(FrameFilter(query=slow))
    frames.scan(0.03)
    assert passed_s == [0.04]
