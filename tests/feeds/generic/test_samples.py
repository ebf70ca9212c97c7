from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.feeds.generic.samples import Samples, shape_of


def test_messages_of_one_kind_have_one_shape() -> None:
    first = {"type": "trade", "symbol": "A", "price": 1, "arg": {"channel": "x", "n": 1}}
    assert shape_of(first) == shape_of({"type": "trade", "symbol": "B", "price": 2, "arg": {"channel": "x", "n": 9}})
    assert shape_of(first) != shape_of({**first, "type": "book"})
    assert shape_of(first) != shape_of({**first, "side": "buy"})
    assert shape_of(first) != shape_of({**first, "arg": {"channel": "y", "n": 1}})


def test_frequent_messages_do_not_displace_rare_ones() -> None:
    samples = Samples()
    for number in range(5_000):
        samples.add([{"type": "book", "n": number}], 50)
    assert samples.add([{"type": "trade", "n": 1}], 50)
    assert {"type": "trade", "n": 1} in samples.messages
    assert len(samples.messages) < 100


def test_only_the_first_message_of_a_shape_is_new() -> None:
    samples = Samples()
    assert samples.add([{"a": 1}], 8)
    assert not samples.add([{"a": 2}], 8)


def test_kept_messages_are_bounded() -> None:
    samples = Samples()
    for number in range(5_000):
        samples.add([{f"name {number}": 1}], 5_000)
    assert len(samples.messages) < 500
    assert samples.add([{"another": 1}], 5)
    assert samples.add([{"another": 1}], 5)
    assert len(samples._counts) < 2_000


def test_shapes_stay_known_after_the_messages_are_dropped() -> None:
    samples = Samples()
    samples.add([{"a": 1}], 8)
    samples.drop_messages()
    assert samples.messages == []
    assert samples.is_early(shape_of({"a": 5}))
    samples.note(shape_of({"b": 1}))
    assert not samples.is_early(shape_of({"b": 1}))


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda x: st.lists(x) | st.dictionaries(st.text(max_size=5), x),
    )
)
def test_any_message_has_a_shape(message: Any) -> None:
    assert hash(shape_of(message)) == hash(shape_of(message))
