import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.market.ring import Ring


def ring(capacity: int) -> Ring:
    return Ring(capacity, (np.int64, np.float64))


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, 99)),
        st.tuples(st.just("extend"), st.integers(0, 70)),
        st.tuples(st.just("insert"), st.integers(0, 99)),
        st.tuples(st.just("resize"), st.integers(1, 60)),
    ),
    max_size=120,
)


@given(st.integers(1, 50), OPERATIONS)
def test_it_is_a_list_that_forgets_its_beginning(capacity: int, operations: list[tuple[str, int]]) -> None:
    tested, model, forgotten, value = ring(capacity), [], 0, 0
    for what, number in operations:
        value += 1
        if what == "append":
            tested.append(value, value / 2)
            model.append(value)
        elif what == "extend":
            added = np.arange(value, value + number)
            tested.extend(added, added / 2)
            model.extend(added.tolist())
            value += number
        elif what == "insert":
            position = number % (len(model) + 1)
            was_taken = tested.insert(position, value, value / 2)
            assert was_taken == (position > 0 or len(model) < capacity)
            if was_taken:
                model.insert(position, value)
        else:
            tested.capacity = capacity = number
        forgotten += max(0, len(model) - capacity)
        model = model[-capacity:]
        assert tested.column(0).tolist() == model
        assert tested.column(1).tolist() == [item / 2 for item in model]
        assert len(tested) == len(model)
        assert tested.begin == forgotten


def test_a_read_is_a_slice_and_no_copy() -> None:
    tested = ring(100)
    for index in range(250):
        tested.append(index, index)
    column = tested.column(0)
    assert column.base is not None
    assert column.flags["C_CONTIGUOUS"]
    assert np.shares_memory(column, tested.column(0))


def test_memory_grows_with_what_is_held_and_not_beyond() -> None:
    tested = ring(100_000)
    tested.append(1, 1)
    small = sum(array.nbytes for array in tested._arrays)
    for index in range(300_000):
        tested.append(index, index)
    full = sum(array.nbytes for array in tested._arrays)
    assert small < 1_000
    assert full <= 16 * 100_000 * 1.2


def test_what_was_read_is_a_prefix_until_the_generation_changes() -> None:
    tested = ring(10)
    tested.append(1, 1)
    tested.append(3, 3)
    assert tested.generation == 0
    tested.insert(1, 2, 2)
    assert tested.generation == 1
    assert tested.column(0).tolist() == [1, 2, 3]


def test_nothing_is_no_capacity() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        ring(0)
    with pytest.raises(ValueError, match="at least one row"):
        ring(5).capacity = 0
