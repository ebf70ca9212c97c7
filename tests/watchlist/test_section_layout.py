from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.watchlist.section_layout import Heading, groups_of, lay_out, move_items, shift_items

X, Y = Heading("X"), Heading("Y")


def test_rows_are_laid_out_below_their_headings_in_their_order() -> None:
    assert lay_out("abcd", {"X": "db", "Y": ""}) == ["a", "c", X, "b", "d", Y]


def test_the_rows_below_each_heading_are_found() -> None:
    assert groups_of(["a", X, "b", "c", Y]) == {"X": ["b", "c"], "Y": []}


def test_items_are_moved_as_a_block() -> None:
    assert move_items(["a", X, "b", "c"], ["a", "c"], X) == ["a", "c", X, "b"]
    assert move_items(["a", X, "b", "c"], ["a"], None) == [X, "b", "c", "a"]
    assert move_items(["a", X, "b"], ["a"], "missing") == [X, "b", "a"]


def test_items_are_shifted_over_headings() -> None:
    assert shift_items(["a", X, "b"], ["b"], -1) == ["a", "b", X]
    assert shift_items(["a", X, "b"], ["a"], 1) == [X, "a", "b"]


@given(st.permutations("abcdef"), st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_a_layout_keeps_rows_and_groups(rows: list[str], first: set[str], second: set[str]) -> None:
    groups = {"X": first, "Y": second - first}
    items = lay_out(rows, groups)
    assert sorted(item for item in items if isinstance(item, str)) == sorted(rows)
    assert {name: set(members) for name, members in groups_of(items).items()} == groups
