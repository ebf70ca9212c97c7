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
def test_what_is_no_table_stays_as_it_is(text: str) -> None:
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
def test_of_a_table_only_its_symbols_are_taken(text: str, symbols: str) -> None:
    assert extract_symbols(text) == symbols


@given(st.lists(st.from_regex(r"\A[A-Z]{1,5}\Z"), min_size=1, max_size=9))
def test_our_own_export_gives_back_its_symbols(symbols: list[str]) -> None:
    table = to_csv(["Symbol", "Last", "Chg %"], [(symbol, 1.5, -2.0) for symbol in symbols])
    assert extract_symbols(table).split() == symbols


@given(st.text(max_size=200))
def test_any_text_is_no_failure(text: str) -> None:
    assert isinstance(extract_symbols(text), str)


def test_a_cell_that_is_too_long_is_no_failure() -> None:
    text = 'A,1\n"' + "x" * 200_000
    assert extract_symbols(text) == text
