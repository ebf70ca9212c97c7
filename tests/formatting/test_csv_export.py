from __future__ import annotations

import csv
import io
import math
import unicodedata
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.formatting import csv_export
from ticker_gui.formatting.csv_export import Cell

SIGNS = "=+-@＝＋－＠"
texts = st.text(
    st.sampled_from(" \t\r\n\",;'=+-@＝＋－＠\0\ufeff\u200bab") | st.characters(exclude_categories=["Cs"]), max_size=8
)
finite = st.floats(allow_nan=False, allow_infinity=False)
cells: st.SearchStrategy[Cell] = st.none() | st.integers() | st.floats() | texts


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def written(cell: Cell) -> str:
    """Return a cell as read by the CSV reader."""
    return read(csv_export.to_csv(["-"], [[cell]]))[1][0]


def test_a_table_is_written_as_csv() -> None:
    rows: list[Sequence[Cell]] = [["BTC-USD", 61234.5, -0.25, None, 3], ['says "hi", twice', 1e-07, 1e22, math.nan, -7]]
    assert csv_export.to_csv(["Symbol", "Last", "Chg", "Bid", "Trades"], rows) == (
        "Symbol,Last,Chg,Bid,Trades\r\n"
        "BTC-USD,61234.5,-0.25,,3\r\n"
        '"says ""hi"", twice",0.0000001,10000000000000000000000,,-7\r\n'
    )


def test_tsv_has_one_line_per_row() -> None:
    rows: list[Sequence[Cell]] = [["BTC-USD", 61234.5, None], ["two\r\nlines\tand a tab", math.inf, -2]]
    assert csv_export.to_tsv(rows) == "BTC-USD\t61234.5\t\ntwo lines and a tab\t\t-2"
    assert csv_export.to_tsv([]) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0, "2"), (-1.5, "-1.5"), (0.1 + 0.2, "0.30000000000000004"), (1.305e-05, "0.00001305"), (1e16, "1" + "0" * 16),
     (math.inf, ""), (-math.inf, ""), (math.nan, ""), (None, ""), (-12, "-12"), (np.float64(1.25), "1.25")],
)  # fmt: skip
def test_numbers_have_no_exponent_and_missing_values_are_empty(value: Cell, text: str) -> None:
    assert written(value) == text
    assert csv_export.to_tsv([[value]]) == text


@pytest.mark.parametrize(
    "text",
    ["=cmd()", "+1", "-1", "@SUM(A1)", "\t1", "\r1", "  =1", "a\0b", "＝1", "＋1", "－1", "＠1", "\ufeff=1", "\u200b=1",
     "\u00a0-1", "﹢1"],
)  # fmt: skip
def test_formulas_get_an_apostrophe(text: str) -> None:
    assert written(text) == f"'{text}"
    assert csv_export.to_tsv([[text]]).startswith("'")
    assert read(csv_export.to_csv([text], []))[0] == [f"'{text}"]


@pytest.mark.parametrize("text", ["BTC-USD", "a=b", "–", "'quoted'", "x", "", "^GSPC", "株"])
def test_ordinary_text_is_unchanged(text: str) -> None:
    assert written(text) == text
    assert csv_export.to_tsv([[text]]) == text


def test_a_leading_quote_in_tsv_does_not_span_cells() -> None:
    assert csv_export.to_tsv([['"=1', "b"]]) == "'\"=1\tb"


def test_text_with_separators_of_other_programs_is_quoted() -> None:
    assert csv_export.to_csv(["a"], [["x;y"], [" z"]]) == 'a\r\n"x;y"\r\n" z"\r\n'


@given(st.lists(texts, min_size=1, max_size=3), st.lists(st.lists(cells, min_size=1, max_size=4), max_size=4))
def test_the_csv_reader_returns_every_cell(header: list[str], rows: list[list[Cell]]) -> None:
    table = read(csv_export.to_csv(header, rows))
    assert [len(row) for row in table] == [len(header), *map(len, rows)]
    for cell, text in zip(
        [*header, *(cell for row in rows for cell in row)], [text for row in table for text in row], strict=True
    ):
        match cell:
            case str():
                assert text in (cell, f"'{cell}")
            case int():
                assert int(text) == cell
            case float() if math.isfinite(cell):
                assert float(text) == cell
                assert math.copysign(1.0, float(text)) == math.copysign(1.0, cell)
                assert "e" not in text
            case _:
                assert text == ""


@given(texts)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    for cell in (written(text), csv_export.to_tsv([[text]])):
        seen = "".join(sign for sign in cell if unicodedata.category(sign) not in ("Cc", "Cf")).lstrip()
        assert not seen.startswith(tuple(SIGNS))
        assert not cell.startswith(("\t", "\r", "\n", "\0"))


@given(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=4))
def test_tsv_keeps_the_number_of_cells_and_rows(rows: list[list[Cell]]) -> None:
    lines = csv_export.to_tsv(rows).split("\n") if rows else []
    assert [len(line.split("\t")) for line in lines] == [len(row) for row in rows]
