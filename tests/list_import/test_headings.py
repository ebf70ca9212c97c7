from __future__ import annotations

import pytest

from ticker_gui.list_import.headings import read_headings


@pytest.mark.parametrize(
    ("row", "symbol"),
    [
        (["Symbol", "Last"], 0),
        (["Name", "Ticker"], 1),
        (["Bezeichnung", "Kürzel"], 1),
        (["Libellé", "Mnémonique"], 1),
        (["Nombre", "Símbolo"], 1),
        (["Nome", "Simbolo"], 1),
        (["名称", "代码"], 1),
        (["銘柄名", "銘柄コード"], 1),
        (["Product", "Symbol/ISIN", "Amount"], 1),
        (["Ticker (NASDAQ)"], 0),
        ([" SYMBOL ", "x"], 0),
    ],
)
def test_headings_of_symbols_are_found_in_many_languages(row: list[str], symbol: int) -> None:
    headings = read_headings(row)
    assert headings is not None
    assert headings.symbols[:1] == (() if symbol is None else (symbol,))


@pytest.mark.parametrize("row", [["AAPL", "1.5"], ["AAPL", "MSFT"], ["Symbol", "5"], [""], ["Price"]])
def test_other_rows_are_not_headings(row: list[str]) -> None:
    assert read_headings(row) is None


def test_headings_name_columns_without_symbols_and_sections() -> None:
    headings = read_headings(["Stück", "Bezeichnung", "WKN", "Instrument", "Sektion"])
    assert headings is not None
    assert (headings.symbols, headings.section) == ((), 4)
    assert (headings.others, headings.possible) == ({0, 1, 2}, {3})
