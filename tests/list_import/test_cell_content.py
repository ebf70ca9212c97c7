from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.list_import.contents import NOT_SYMBOLS, SYMBOLS
from ticker_gui.list_import.cell_content import Content, classify, clean, is_isin


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("AAPL", Content.SYMBOL), ("btcusdt", Content.SYMBOL), ("0700.HK", Content.SYMBOL), ("7203.T", Content.SYMBOL),
        ("^GSPC", Content.SYMBOL), ("EURUSD=X", Content.SYMBOL), ("/ES", Content.SYMBOL), ("NASDAQ:AAPL", Content.SYMBOL),
        ("1INCH-USD", Content.SYMBOL), ("BTC-28JUN24", Content.SYMBOL), ("US500", Content.SYMBOL), ("MMM", Content.SYMBOL),
        ("AT&T", Content.SYMBOL), ("AMD", Content.SYMBOL), ("MAR", Content.SYMBOL), ("BTCUSD240628", Content.SYMBOL),
        ("7203", Content.NUMBER), ("1.234,56", Content.NUMBER), ("1'234.50", Content.NUMBER), ("-5 %", Content.NUMBER),
        ("(1,234)", Content.NUMBER), ("1.2 Mrd. €", Content.NUMBER), ("US$ 4.50", Content.NUMBER), ("1,5E+10", Content.NUMBER),
        ("12 345,6", Content.NUMBER), ("4.5–6.7", Content.NUMBER), ("3M", Content.NUMBER), ("١٢٣", Content.NUMBER),
        ("2026-11-28", Content.NUMBER), ("28-Nov-2026", Content.DATE), ("Nov 28, 2026", Content.DATE), ("5. März 2026", Content.DATE),
        ("08:05 PM ET", Content.DATE), ("2026年11月28日", Content.NUMBER), ("2026-11-28T10:00:00+01:00", Content.DATE),
        ("Apple", Content.NAME), ("Apple Inc.", Content.NAME), ("iShares", Content.NAME), ("腾讯控股", Content.NAME),
        ("TOTAL", Content.NAME), ("Société", Content.NAME), ("x" * 300, Content.NAME), ("=cmd()", Content.NAME),
        ("US0378331005", Content.CODE), ("USD", Content.CODE), ("€", Content.CODE), ("https://example.com", Content.CODE),
        ("a@b.com", Content.CODE), ("$$CASH_TX", Content.CODE), ("US$", Content.CODE), ("NL12***34", Content.CODE),
        ("", Content.EMPTY), ("--", Content.EMPTY), ("n/a", Content.EMPTY), ("…", Content.EMPTY),
    ],
)  # fmt: skip
def test_contents_are_distinguished(text: str, content: Content) -> None:
    assert classify(text) is content


@given(SYMBOLS)
def test_a_symbol_survives_the_marks_of_spreadsheets(symbol: str) -> None:
    for cell in (f" {symbol}\u00a0", f'"{symbol}"', f'="{symbol}"', f"'{symbol}", f"{symbol}**", f"\ufeff{symbol}"):
        assert clean(cell) == symbol


@given(NOT_SYMBOLS)
def test_numbers_dates_names_and_codes_are_not_symbols(text: str) -> None:
    assert classify(clean(text)) is not Content.SYMBOL


@given(st.text(max_size=300))
def test_every_text_has_a_content(text: str) -> None:
    assert isinstance(classify(clean(text)), Content)


def test_the_check_digit_of_an_isin_of_any_country_counts() -> None:
    assert is_isin("AR0378331008") is False
    assert is_isin("US0378331005")
    assert is_isin("ARARGE03E113")  # few digits, but the check digit is right
    assert not is_isin("ETHUSD240628")
