from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.time_ranges import TimeRanges

moments = st.integers(0, 30)
changes = st.lists(st.tuples(st.booleans(), moments, moments), max_size=12)


def times(ranges: TimeRanges) -> set[int]:
    return {time for start, end in ranges for time in range(start, end)}


@given(changes, moments, moments)
def test_ranges_are_a_set_of_times(changes: list[tuple[bool, int, int]], start: int, end: int) -> None:
    ranges, expected = TimeRanges(), set[int]()
    for is_added, begin, finish in changes:
        if is_added:
            ranges.add(begin, finish)
            expected |= set(range(begin, finish))
        else:
            ranges.remove(begin, finish)
            expected -= set(range(begin, finish))
    edges = [edge for each in ranges for edge in each]
    assert edges == sorted(set(edges))  # disjoint, ascending, not even adjacent, and none is empty
    assert len(ranges) == len(edges) // 2
    assert times(ranges) == expected
    assert ranges.covers(start, end) == (set(range(start, end)) <= expected)
    assert set(range(start, ranges.end_from(start))) <= expected
    assert ranges.end_from(start) not in expected or start not in expected
    missing = ranges.missing(start, end)
    assert [time for begin, finish in missing for time in range(begin, finish)] == sorted(
        set(range(start, end)) - expected
    )


def test_a_copy_is_independent() -> None:
    ranges = TimeRanges()
    ranges.add(0, 10)
    ranges.copy().remove(0, 5)
    assert list(ranges) == [(0, 10)]
