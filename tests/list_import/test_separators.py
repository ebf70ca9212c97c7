from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.list_import.separators import split_rows


@pytest.mark.parametrize(
    ("text", "rows", "separator"),
    [
        ("a;1,5\nb;2,5", [["a", "1,5"], ["b", "2,5"]], ";"),
        ("a\t1,5\nb\t2;5", [["a", "1,5"], ["b", "2;5"]], "\t"),
        ("note\n\na,b,c\nd,e,f", [["note"], ["a", "b", "c"], ["d", "e", "f"]], ","),
        ("| a | b |\n|---|---|\n| c | d |", [[" a ", " b "], [" c ", " d "]], "|"),
        ('a,"x\ny"\nb,z', [["a", "x\ny"], ["b", "z"]], ","),
        ("a  Apple Inc\nb    Bee Corp", [["a", "Apple Inc"], ["b", "Bee Corp"]], "  "),
        ("a b\nc", [["a b"], ["c"]], ""),
        ("", [], ""),
    ],
)
def test_rows_are_split_at_the_separator_that_fits(text: str, rows: list[list[str]], separator: str) -> None:
    assert split_rows(text) == (rows, separator)


def test_a_quotation_mark_without_an_end_takes_only_its_line() -> None:
    rows, _ = split_rows('a,"b\n' + "c,d\n" * 50)
    assert len(rows) == 51


def test_an_oversized_cell_is_accepted() -> None:
    rows, _ = split_rows('A,1\n"' + "x" * 200_000)
    assert rows[0] == ["A", "1"]


@given(st.text(max_size=200))
def test_every_text_is_accepted(text: str) -> None:
    split_rows(text)
