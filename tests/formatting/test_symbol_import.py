from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.formatting.csv_export import to_csv
from ticker_gui.formatting.symbol_import import extract_symbols


@pytest.mark.parametrize(
    "text",
    ["", "AAPL", "AAPL, MSFT; TSLA", "AAPL\nMSFT", "AAPL\tMSFT", "BTC-USD;ETH-USD\nSOL-USD", "^GSPC,=F,EURUSD=X"],
)
def test_text_other_than_tables_is_unchanged(text: str) -> None:
    assert extract_symbols(text) == text


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("Symbol,Last\nAAPL,1.5\nMSFT,2.5\n", "AAPL\nMSFT"),
        ("Name;ticker\nApple;AAPL\nMicrosoft;MSFT", "AAPL\nMSFT"),
        ('Name,Symbol\n"Apple, Inc.",AAPL\n', "AAPL"),
        ("AAPL\t189.5\t+1.2%\nMSFT\t–\t–", "AAPL\nMSFT"),
        ("AAPL\t1,234.5", "AAPL"),
        ("Symbol,Last\nAAPL,1\nbroken\n\nMSFT,2", "AAPL\nbroken\nMSFT"),
        ("Last,Symbol\n1\n2,B", "B"),
    ],
)
def test_the_symbols_of_a_table_are_extracted(text: str, symbols: str) -> None:
    assert extract_symbols(text) == symbols


@given(st.lists(st.from_regex(r"\A[A-Z]{1,5}\Z"), min_size=1, max_size=9))
def test_symbols_are_extracted_from_our_own_export(symbols: list[str]) -> None:
    table = to_csv(["Symbol", "Last", "Chg %"], [(symbol, 1.5, -2.0) for symbol in symbols])
    assert extract_symbols(table).split() == symbols


@given(st.text(max_size=200))
def test_any_text_is_accepted(text: str) -> None:
    assert isinstance(extract_symbols(text), str)


def test_an_oversized_cell_is_accepted() -> None:
    text = 'A,1\n"' + "x" * 200_000
    assert extract_symbols(text) == text
