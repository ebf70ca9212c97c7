from __future__ import annotations

from typing import Any

import pytest

from ticker_gui.feeds.generic.candidates import (
    candidates_of,
    has_no_zone,
    is_time,
    join_path,
    leaves,
    number_of,
)


def test_items_are_found_in_objects_lists_and_by_name() -> None:
    places = candidates_of([{"type": "x", "data": [{"s": "A"}, {"s": "B"}], "all": {"A": {"p": 1}}}])
    assert [item.value for item in places["data[]"]] == [{"s": "A"}, {"s": "B"}]
    assert [(item.key, item.value) for item in places["all.*"]] == [("A", {"p": 1})]
    assert "" in places


def test_rows_are_found_alone_or_in_lists() -> None:
    assert [item.value for item in candidates_of([["A", 1]])[""]] == [["A", 1]]
    assert [item.value for item in candidates_of([[["A", 1], ["B", 2]]])["[]"]] == [["A", 1], ["B", 2]]
    assert [item.value for item in candidates_of([[7, [["1", "2"]], "trade"]])["[1][]"]] == [["1", "2"]]


def test_levels_of_an_order_book_are_not_items() -> None:
    places = candidates_of([{"s": "A", "bids": [[1, 2]], "b": [[1, 2]], "ask": [[3, 4]]}])
    assert all(item.value != [1, 2] for items in places.values() for item in items if isinstance(item.value, list))


def test_plain_values_have_their_paths() -> None:
    item = {"a": 1, "b": {"c d": "x"}, "l": [1, 2], "rows": [{"p": 1}]}
    assert list(leaves(item)) == [("a", 1), ('b."c d"', "x"), ("l[0]", 1), ("l[1]", 2)]
    assert list(leaves(["A", 5])) == [("[0]", "A"), ("[1]", 5)]
    assert list(leaves(5)) == [("@", 5)]


def test_names_that_are_not_identifiers_are_quoted() -> None:
    assert join_path("a", "b") == "a.b"
    assert join_path("", "b-c") == '"b-c"'


@pytest.mark.parametrize("value", [None, True, [], {}, "", "x", "nan", "inf", "e-1-1T10:00", float("nan")])
def test_other_values_are_neither_numbers_nor_times(value: Any) -> None:
    number = number_of(value)
    assert number is None
    assert not is_time(value)


def test_only_text_without_a_zone_has_none() -> None:
    assert has_no_zone("2026-11-28 10:00:00.5")
    assert has_no_zone("2026-11-28T10:00")
    for value in ("2026-11-28T10:00:00Z", "2026-11-28T10:00:00+09:00", "2026-11-28", "x", 5, None):
        assert not has_no_zone(value)
