from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from tests.list_import.contents import DATES, NAMES, NOT_SYMBOLS, NUMBERS, SYMBOLS
from ticker_gui.formatting.csv_export import to_csv
from ticker_gui.list_import.imported_list import ImportedList
from ticker_gui.list_import.separators import split_rows
from ticker_gui.list_import.tables import read_table

_SEPARATORS = st.sampled_from([",", ";", "\t", "|"])
_UNIQUE = st.lists(SYMBOLS, min_size=2, max_size=9, unique=True)


def _written(rows: list[list[str]], separator: str) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue()


def _read(text: str) -> ImportedList:
    found = read_table(*split_rows(text))
    assert found is not None
    return found


@given(st.data(), _UNIQUE, _SEPARATORS, st.integers(0, 3))
def test_a_table_with_headings_gives_exactly_its_symbols(
    data: st.DataObject, symbols: list[str], separator: str, column: int
) -> None:
    rows = [[data.draw(NAMES), data.draw(NUMBERS), data.draw(DATES)] for _ in symbols]
    for row, symbol in zip(rows, symbols, strict=True):
        row.insert(column, symbol)
    headings = ["Name", "Last", "Date"]
    headings.insert(column, data.draw(st.sampled_from(["Symbol", "Ticker", "Kürzel", "Mnémonique", "代码"])))
    preamble = data.draw(st.lists(st.sampled_from([["My portfolio"], [], ["As of today"]]), max_size=5))
    assert _read(_written([*preamble, headings, *rows], separator)).symbols == tuple(symbols)


@given(st.data(), _UNIQUE, _SEPARATORS, st.booleans())
def test_two_columns_give_the_symbols_on_either_side(
    data: st.DataObject, symbols: list[str], separator: str, is_name_first: bool
) -> None:
    rows = [[symbol, data.draw(NAMES)] for symbol in symbols]
    text = _written([row[::-1] for row in rows] if is_name_first else rows, separator)
    assert _read(text).symbols == tuple(symbols)


@given(st.data(), st.integers(1, 5), _SEPARATORS)
def test_a_table_without_symbols_gives_none(data: st.DataObject, width: int, separator: str) -> None:
    rows = data.draw(st.lists(st.lists(NOT_SYMBOLS, min_size=width, max_size=width), min_size=1, max_size=8))
    found = read_table(*split_rows(_written(rows, separator)))
    assert found is None or found.symbols == ()


@given(_UNIQUE)
def test_our_own_export_is_read(symbols: list[str]) -> None:
    table = to_csv(["Symbol", "Last", "Chg %"], [(symbol, 1.5, -2.0) for symbol in symbols])
    assert _read(table).symbols == tuple(symbols)


def test_sections_of_a_table_are_read() -> None:
    found = _read("Section,Symbol,Last\nTech,AAPL,1\nTech,MSFT,2\nCrypto,BTC-USD,3\n")
    assert [tuple(section) for section in found.sections] == [("Tech", ("AAPL", "MSFT")), ("Crypto", ("BTC-USD",))]


def test_a_guessed_column_needs_a_review() -> None:
    assert _read("AAPL\tAPPLE\t1\nMSFT\tMICROSOFT\t2").needs_review
    assert not _read("AAPL\tApple\t1\nMSFT\tMicrosoft\t2").needs_review


def test_columns_with_the_same_title_are_lists_side_by_side_of_which_all_are_read() -> None:
    found = _read("Symbol,Price,,Symbol,Price\nAAPL,1,,BTC-USD,3\nMSFT,2,,AAPL,1\n,,,ETH-USD,4")
    assert found.symbols == ("AAPL", "MSFT", "BTC-USD", "ETH-USD")
    assert found.needs_review
    assert [(one.title, one.found.symbols) for one in found.choices] == [
        ("All columns", ("AAPL", "MSFT", "BTC-USD", "ETH-USD")),
        ("Symbol (1)", ("AAPL", "MSFT")),
        ("Symbol (2)", ("BTC-USD", "AAPL", "ETH-USD")),
    ]


def test_of_two_notations_the_first_one_is_read_unless_the_user_chooses_the_other() -> None:
    found = _read("Name;Ticker;Yahoo symbol;Price\nSAP SE;SAP;SAP.DE;1\nSiemens AG;SIE;SIE.DE;2")
    assert found.symbols == ("SAP", "SIE")
    assert found.needs_review
    assert [(one.title, one.found.symbols) for one in found.choices] == [
        ("Ticker", ("SAP", "SIE")),
        ("Yahoo symbol", ("SAP.DE", "SIE.DE")),
        ("All columns", ("SAP", "SIE", "SAP.DE", "SIE.DE")),
    ]


def test_a_second_column_without_other_symbols_is_no_choice() -> None:
    for second in ("AAPL\nMSFT,MSFT", "\nMSFT,", "US0378331005\nMSFT,US5949181045"):
        found = _read(f"Symbol,Symbol ISIN\nAAPL,{second}")
        assert found.symbols == ("AAPL", "MSFT")
        assert not found.choices
