from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.list_import.contents import SYMBOLS
from ticker_gui.list_import.plain_lines import plain_lines
from ticker_gui.list_import.reading import read_list


@given(st.lists(SYMBOLS, min_size=1, max_size=9, unique=True), st.sampled_from([None, 2]), st.booleans())
def test_an_array_of_json_has_a_symbol_in_each_line(symbols: list[str], indent: int | None, is_python: bool) -> None:
    text = repr(symbols) if is_python else json.dumps(symbols, indent=indent)
    assert plain_lines(text).splitlines() == symbols


@given(st.lists(SYMBOLS, min_size=2, max_size=9, unique=True))
def test_objects_of_json_are_rows_of_a_table(symbols: list[str]) -> None:
    text = json.dumps([{"name": "Some\tCompany", "ticker": symbol, "price": 1.5, "more": [1]} for symbol in symbols])
    assert read_list(text).symbols == tuple(symbols)


@pytest.mark.parametrize("text", ["[Tech]\nAAPL", "[1, 2]", '["AAPL", 1]', '["AAPL"', "[[]]", "[" * 2_000, "", "AAPL"])
def test_other_texts_stay(text: str) -> None:
    assert plain_lines(text) == text


@given(st.text(max_size=200))
def test_every_text_is_accepted(text: str) -> None:
    plain_lines(text)


def test_comments_and_the_hint_for_spreadsheets_are_left_out() -> None:
    text = "sep=,\n# mine\nAAPL # apple\n  // MSFT\nNVDA\n###Tech\n#BTC"
    assert plain_lines(text).split() == ["AAPL", "NVDA", "###Tech", "#BTC"]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("AAPL\t# one # two", "AAPL"),
        ("AAPL // one  // two  ", "AAPL"),
        ("AAPL # one, MSFT # two", "AAPL # one, MSFT"),
        ("AAPL # one \t# two", "AAPL # one"),
        ("AAPL # one\tMSFT", "AAPL # one\tMSFT"),
    ],
)
def test_a_comment_behind_symbols_has_no_separators(line: str, kept: str) -> None:
    assert plain_lines(line) == kept


def test_objects_with_different_names_are_not_a_table_of_all_names() -> None:
    first, *rows = plain_lines(json.dumps([{f"name{number}": "AAPL"} for number in range(1_000)])).split("\n")
    assert len(first.split("\t")) == 200
    assert len(rows) == 1_000
