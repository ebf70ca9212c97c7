from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.list_import.contents import NOT_SYMBOLS, SYMBOLS
from tests.list_import.exports import EXPORTS
from ticker_gui.list_import.reading import read_list


@pytest.mark.parametrize("origin", EXPORTS)
def test_an_export_gives_exactly_its_symbols(origin: str) -> None:
    text, symbols, rejected = EXPORTS[origin]
    found = read_list(text)
    assert found.symbols == symbols
    assert len(found.rejected) == rejected


@pytest.mark.parametrize("origin", ["E*TRADE", "Saxo", "Disnat, with a fund whose symbol is CASH"])
def test_an_export_whose_column_is_named_needs_no_review(origin: str) -> None:
    assert not read_list(EXPORTS[origin][0]).needs_review


@pytest.mark.parametrize("origin", EXPORTS)
def test_line_ends_and_a_byte_order_mark_do_not_matter(origin: str) -> None:
    text, symbols, _ = EXPORTS[origin]
    assert read_list("\ufeff" + text.replace("\n", "\r\n")).symbols == symbols


@given(
    st.lists(SYMBOLS, min_size=1, max_size=12, unique=True), st.sampled_from([" ", ",", ", ", ";", "\n", "\r\n", " | "])
)
def test_a_list_of_symbols_is_read_with_any_separator(symbols: list[str], separator: str) -> None:
    found = read_list(separator.join(symbols))
    assert found.symbols == tuple(symbols)
    assert not found.needs_review


@given(st.lists(NOT_SYMBOLS, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_lines_without_symbols_give_none(lines: list[str], separator: str) -> None:
    assert read_list(separator.join(lines)).symbols == ()


@given(st.text(max_size=300))
def test_every_text_is_accepted(text: str) -> None:
    read_list(text)


@pytest.mark.parametrize(
    ("text", "symbols", "rejected"),
    [
        ("AAPL\tMSFT", ("AAPL", "MSFT"), ()),
        ("AAPL\t1,234.5", ("AAPL",), ()),
        ("AAPL,189.5,+1.2%", ("AAPL",), ()),
        ("- AAPL\n- MSFT\n3. TSLA", ("AAPL", "MSFT", "TSLA"), ()),
        ("Apple Inc. (AAPL)\nVisa (V)", ("AAPL", "V"), ()),
        ("AAPL 189.50 +1.2%\nMSFT 370", ("AAPL", "MSFT"), ()),
        ("SAP SE\nBASF SE\nAAPL", ("AAPL",), ("SAP SE", "BASF SE")),
        ("AAPL, Apple Inc., 5", ("AAPL",), ()),
        ("7203\n7203.T", ("7203.T",), ("7203",)),
        ("| Symbol | Last |\n|---|---|\n| AAPL | 1 |", ("AAPL",), ()),
        ("Symbol\nAAPL\nMSFT", ("AAPL", "MSFT"), ()),
        ("^GSPC,=F,EURUSD=X", ("^GSPC", "EURUSD=X"), ("=F",)),
        ("Total,,\nAAPL,1,2\nMSFT,2,3\nTotal,3,5", ("AAPL", "MSFT"), ()),
        ("\n".join(["A note."] * 25 + ["Name,Ticker,Quantity", "Apple,AAPL,1", "Visa,V,2"]), ("AAPL", "V"), ()),
        ("", (), ()),
        ("# my list, of 2026\nAAPL  # apple\n// MSFT\nNVDA", ("AAPL", "NVDA"), ()),
        ("# Symbol\tLast\nAAPL\t1\nMSFT\t2", ("AAPL", "MSFT"), ()),
        ("Order # 5,AAPL,1.5\nOrder # 6,MSFT,2.5", ("AAPL", "MSFT"), ()),
        ("sep=;\r\nName;Ticker\r\nApple;AAPL\r\n", ("AAPL",), ()),
        ("sep=,\nAAPL\nMSFT", ("AAPL", "MSFT"), ()),
        ('["AAPL", "MSFT",\n "BRK.B"]', ("AAPL", "MSFT", "BRK.B"), ()),
        ("['AAPL', 'MSFT']", ("AAPL", "MSFT"), ()),
        ('[{"symbol": "AAPL", "last": 1.5}, {"name": "Visa", "symbol": "V"}]', ("AAPL", "V"), ()),
        ("AAPL - Apple\nMSFT – Microsoft Corp.\nVisa: V", ("AAPL", "MSFT", "V"), ()),
        ("AAPL=232.50\nEURUSD=X\nEUR=", ("EURUSD=X", "EUR="), ("AAPL=232.50",)),
        ("###Tech;NASDAQ:AAPL;NASDAQ:MSFT", ("NASDAQ:AAPL", "NASDAQ:MSFT"), ()),
    ],
)
def test_small_texts_are_understood(text: str, symbols: tuple[str, ...], rejected: tuple[str, ...]) -> None:
    found = read_list(text)
    assert (found.symbols, found.rejected) == (symbols, rejected)


def test_pairs_of_symbols_in_lines_need_a_review_because_one_may_be_a_name() -> None:
    assert read_list("APPLE;AAPL\nVISA;V").needs_review
    assert not read_list("AAPL;MSFT;V\nTSLA").needs_review


@pytest.mark.parametrize("text", ["apple\nmicrosoft", "please buy apple", "ADVANCED MICRO DEVICES", "AAPL GOOGLE"])
def test_long_words_in_any_case_need_a_review_because_they_may_be_names(text: str) -> None:
    assert read_list(text).needs_review


@pytest.mark.parametrize("text", ["aapl msft", "btcusd\nETHUSDT", "NASDAQ:GOOGLE", "ES1! BRK.B BTC-PERPETUAL"])
def test_short_words_pairs_and_names_with_signs_are_symbols(text: str) -> None:
    assert not read_list(text).needs_review


def test_a_large_table_is_read_in_little_time() -> None:
    begin = time.process_time()
    found = read_list("\n".join(f"S{number},{number}.5,Name {number}" for number in range(10_000)))
    assert len(found.symbols) == 10_000
    assert time.process_time() - begin < 5.0


@pytest.mark.parametrize(
    "text",
    [
        "word " * 20_000,
        "AAPL" + "\n" * 100_000,
        "AAPL" + " " * 100_000 + ".",
        "(" * 100_000 + ",x",
        "AAPL" + " # " * 100_000 + ",",
    ],
)
def test_the_time_does_not_grow_with_the_square_of_a_long_line(text: str) -> None:
    read_list(text)  # otherwise this takes minutes
