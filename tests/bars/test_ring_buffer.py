from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.ring_buffer import Ring


def ring(capacity: int) -> Ring:
    return Ring(capacity, (np.int64, np.float64))


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, 99)),
        st.tuples(st.just("extend"), st.integers(0, 70)),
        st.tuples(st.just("extend from last"), st.integers(1, 70)),
        st.tuples(st.just("insert"), st.integers(0, 99)),
        st.tuples(st.just("insert many"), st.integers(0, 70)),
        st.tuples(st.just("remove"), st.integers(0, 99)),
        st.tuples(st.just("resize"), st.integers(1, 60)),
    ),
    max_size=120,
)


@given(st.integers(1, 50), OPERATIONS, st.integers(0, 2**32).map(Random))
def test_a_ring_behaves_like_a_list_without_its_oldest_items(
    capacity: int, operations: list[tuple[str, int]], rng: Random
) -> None:
    tested, everything, value = ring(capacity), list[int](), 0
    for what, number in operations:
        value += 100
        held = expected = len(tested)
        begin = len(everything) - held
        if what == "append":
            tested.append(value, value / 2)
            everything.append(value)
            expected += 1
        elif what == "extend":
            added = np.arange(value, value + number)
            tested.extend(added, added / 2)
            everything.extend(added.tolist())
            expected += number
        elif what == "extend from last":
            added = np.arange(value, value + number)
            tested.extend_from_last(added, added / 2)
            everything[len(everything) - min(held, 1) :] = added.tolist()
            expected += number - min(held, 1)
        elif what == "remove" and held:
            tested.remove(number % held)
            del everything[begin + number % held]
            expected -= 1
        elif what.startswith("insert"):
            positions = sorted(rng.choices(range(held + 1), k=1 if what == "insert" else number))
            added = np.arange(value, value + len(positions))
            tested.insert(np.array(positions, np.int64), added, added / 2)
            for order, (position, one) in enumerate(zip(positions, added.tolist(), strict=True)):
                everything.insert(begin + position + order, one)
            expected += len(positions)
        elif what == "resize":
            tested.capacity = capacity = number
        assert len(tested) == min(expected, capacity)
        assert tested.column(0).tolist() == everything[len(everything) - len(tested) :]
        assert tested.column(1).tolist() == [item / 2 for item in tested.column(0).tolist()]
        assert tested.begin == len(everything) - len(tested)


def test_a_read_is_a_view() -> None:
    tested = ring(100)
    for index in range(250):
        tested.append(index, index)
    column = tested.column(0)
    assert column.base is not None
    assert column.flags["C_CONTIGUOUS"]
    assert np.shares_memory(column, tested.column(0))


def test_memory_grows_with_the_rows_up_to_a_limit() -> None:
    tested = ring(10_000)
    tested.append(1, 1)
    small = sum(array.nbytes for array in tested._arrays)
    for index in range(30_000):
        tested.append(index, index)
    full = sum(array.nbytes for array in tested._arrays)
    assert small < 1_000
    assert full <= 16 * 10_000 * 1.2


def test_the_generation_changes_unless_rows_are_appended() -> None:
    tested = ring(10)
    tested.append(1, 1)
    tested.append(3, 3)
    assert tested.generation == 0
    tested.insert(np.array([1, 1]), np.array([2, 2]), np.array([2.0, 2.0]))
    assert tested.generation == 1
    assert tested.column(0).tolist() == [1, 2, 2, 3]
    tested.insert(np.array([4]), np.array([4]), np.array([4.0]))  # at the end
    assert tested.generation == 1
    tested.remove(1)
    assert tested.generation == 2
    tested.mark_changed()
    assert tested.generation == 3
    assert tested.column(1).tolist() == [1, 2, 3, 4]


def test_a_capacity_below_one_is_rejected() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        ring(0)
    with pytest.raises(ValueError, match="at least one row"):
        ring(5).capacity = 0


def test_rows_too_old_to_add_count_as_dropped() -> None:
    ring = Ring(4, (np.int64,))
    ring.append(1)
    generation = ring.generation
    ring.count_dropped(2)
    assert (ring.begin, ring.column(0).tolist(), ring.generation - generation) == (2, [1], 1)
