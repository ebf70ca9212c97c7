from __future__ import annotations

import gc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.feeds.generic.paths import compile_condition, compile_items, compile_path, plain_steps

MESSAGE = {"type": "tick", "data": {"BTC": {"px": [1.5, 2.5]}, "a key": 7}, "rows": [["A", 1], ["B", 2]]}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("type", "tick"),
        ("data.BTC.px[1]", 2.5),
        ("data.BTC.px[-1]", 2.5),
        ('data."a key"', 7),
        ("rows[1][0]", "B"),
        ("nope", None),
        ("type.nope", None),
        ("rows[9]", None),
        ("data.px[0]", None),
        ("@", MESSAGE),
        ("length(rows)", 2),
        ("rows[?[0]=='B'] | [0][1]", 2),
        ("to_number(type)", None),
        ("abs(type)", None),  # a function that cannot take what it gets
    ],
)
def test_a_path_returns_a_value_or_none(path: str, found: Any) -> None:
    assert compile_path(path)(MESSAGE, MESSAGE, None) == found


def test_a_path_may_start_at_the_message_or_be_the_name_of_the_item() -> None:
    place = {"px": 1}, MESSAGE, "BTC"
    assert compile_path("$.type")(*place) == "tick"
    assert compile_path("$key")(*place) == "BTC"
    assert compile_path("px")(*place) == 1


def test_a_number_is_an_index() -> None:
    assert compile_path("1")(["A", 5], None, None) == 5


def test_plain_paths_need_no_interpreter() -> None:
    assert plain_steps('a.b[0]."c d"') == ["a", "b", 0, "c d"]
    for path in ("a.b[]", "a || b", "a[?x]", "a.", "a b", "a[0", "length(a)"):
        assert plain_steps(path) is None


@pytest.mark.parametrize("path", ["a[", "a..b", "|", "a b"])
def test_an_invalid_path_is_named_in_the_error(path: str) -> None:
    with pytest.raises(ValueError, match="is not valid JMESPath: ") as error:
        compile_path(path)
    assert path in str(error.value)
    assert "Parse error" not in str(error.value)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("rows[]", [["A", 1], ["B", 2]]),
        ("rows", [["A", 1], ["B", 2]]),
        ("rows[0]", [["A", 1]]),
        ("data.BTC", [{"px": [1.5, 2.5]}]),
        ("", [MESSAGE]),
        ("nope[]", []),
        ("type[]", []),
        ("nope.*", []),
        ("nope", []),
    ],
)
def test_items_are_elements_or_objects(path: str, values: list[Any]) -> None:
    assert [value for value, _ in compile_items(path)(MESSAGE)] == values


def test_items_may_be_named_values_of_an_object() -> None:
    assert list(compile_items("*")({"A": 1, "B": 2})) == [(1, "A"), (2, "B")]
    assert list(compile_items("*[]")({"A": [1, 2], "B": 3})) == [(1, "A"), (2, "A")]
    assert [key for _, key in compile_items("data.*")(MESSAGE)] == ["BTC", "a key"]


def test_a_message_that_is_a_list_of_objects_has_them_as_items() -> None:
    items = compile_items("")
    assert [value for value, _ in items([{"p": 1}, {"p": 2}])] == [{"p": 1}, {"p": 2}]
    assert [value for value, _ in items([["A", 1], ["B", 2]])] == [["A", 1], ["B", 2]]
    assert [value for value, _ in items(["A", 1])] == [["A", 1]]


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        ("type == 'trade'", True),
        ("type=='trade'", True),
        ("type != 'quote'", True),
        ("type == 'quote'", False),
        ("$.channel == 'x'", True),
        ("size > `2`", True),
        ("size == `3`", True),
        ("type == 'trade' && size > `5`", False),
        ("contains(type, 'ra')", True),
        ("nope", False),
        ("starts_with(type, 'tr')", True),
        ("ends_with($.channel, '.trades')", False),
        ("contains($.channel, 'x') && type == 'trade'", True),
        ("type == 'quote' || $.channel == 'x'", True),
        ("type == 'quote' || $.channel == 'x' && size == `4`", False),
        ("starts_with(size, '3')", False),
        ("type != 'a || b && c'", True),
    ],
)
def test_conditions_are_met_or_not(condition: str, is_met: bool) -> None:
    assert compile_condition(condition)({"type": "trade", "size": 3}, {"channel": "x"}, None) is is_met


def test_an_invalid_condition_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="=="):
        compile_condition("type == ")


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3), lambda x: st.lists(x) | st.dictionaries(st.text(max_size=3), x)
    )
)
def test_no_message_breaks_a_path(message: Any) -> None:
    for path in ("a.b[0]", "", "*", "a[]", "[1][]", "a.*"):
        for item, key in compile_items(path)(message):
            for accessor in (compile_path("x[0].y"), compile_path("x"), compile_path("[1]"), compile_path("$.a.b")):
                accessor(item, message, key)
            compile_condition("a == 'b'")(item, message, key)


def test_reading_a_path_leaves_no_garbage() -> None:
    read = compile_path("max(prices)")
    gc.collect()
    for _ in range(100):
        assert read({"prices": [1, 3, 2]}, None, None) == 3
    assert gc.collect() < 10  # a feed reads thousands of messages per second
