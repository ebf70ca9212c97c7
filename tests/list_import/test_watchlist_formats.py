from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.list_import.contents import SYMBOLS
from ticker_gui.list_import.imported_list import ImportedSection
from ticker_gui.list_import.watchlist_formats import read_tradingview, read_tws

_NAMES = st.from_regex(r"[A-Z][a-z]{1,8}( [A-Z][a-z]{1,8})?", fullmatch=True)
_SECTIONS = st.lists(
    st.tuples(_NAMES, st.lists(SYMBOLS, min_size=1, max_size=6)), min_size=1, max_size=5, unique_by=lambda one: one[0]
)


def _expected(sections: list[tuple[str, list[str]]]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the sections with each symbol where it is first."""
    known: set[str] = set()
    expected = []
    for name, symbols in sections:
        new = tuple(one for one in dict.fromkeys(symbols) if one not in known)
        known.update(new)
        if new:
            expected.append((name, new))
    return expected


@given(_SECTIONS, st.sampled_from([",", "\n", ", ", "\r\n", ",\n"]))
def test_a_tradingview_list_gives_its_symbols_in_its_sections(
    sections: list[tuple[str, list[str]]], separator: str
) -> None:
    text = separator.join(part for name, symbols in sections for part in (f"###{name}", *symbols))
    found = read_tradingview(text)
    assert found is not None
    assert list(found.sections) == _expected(sections)
    assert not found.needs_review


@given(_SECTIONS)
def test_a_list_of_trader_workstation_gives_its_symbols_in_its_sections(sections: list[tuple[str, list[str]]]) -> None:
    lines = ["COLUMN,0,,"]
    for name, symbols in sections:
        lines += [f"HED,{name},,", *(f"DES,{symbol},STK,SMART/NASDAQ,,,," for symbol in symbols)]
    found = read_tws("\r\n".join(lines))
    assert found is not None
    assert list(found.sections) == _expected(sections)
    assert not found.needs_review


def test_symbols_above_the_first_section_have_none() -> None:
    found = read_tradingview("NASDAQ:AAPL,###Crypto,BINANCE:BTCUSDT,?!x")
    assert found is not None
    assert found.sections == (ImportedSection("", ("NASDAQ:AAPL",)), ImportedSection("Crypto", ("BINANCE:BTCUSDT",)))
    assert found.rejected == ("?!x",)


def test_contracts_that_need_more_than_a_symbol_are_not_understood() -> None:
    found = read_tws(
        "DES,BRK B,STK,NYSE\nSYM,XYZ,SMART\nDES,EUR,CASH,IDEALPRO,,,,,USD\nDES,ES,FUT,CME,202612\n"
        "DES,XYZ,OPT,ISE,202607,75,CALL\nCON,12348765,SMART\n,,,\n"
    )
    assert found is not None
    assert found.symbols == ("BRK.B", "XYZ", "EURUSD")
    assert len(found.rejected) == 3


def test_other_texts_are_not_recognized() -> None:
    for text in ("", "AAPL,MSFT", "Symbol,Last\nDES,1", "DES,MSFT", "# AAPL"):
        assert read_tradingview(text) is None
        assert read_tws(text) is None
