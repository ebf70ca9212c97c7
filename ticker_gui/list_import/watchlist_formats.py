"""Watchlist files of TradingView and of Interactive Brokers' Trader Workstation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ticker_gui.list_import.cell_content import CURRENCIES, Content, classify, clean
from ticker_gui.list_import.imported_list import ImportedList, ListBuilder

_SECTION_MARK: Final = "###"
_TOKEN: Final = re.compile(r"[,\r\n]+")
_OTHER_TOKEN: Final = re.compile(r"[;\r\n]+")  # of a list that was saved by a spreadsheet
_HAS_SECTION: Final = re.compile(r"(?:\A|[,\r\n])[^\S\r\n]*###")  # blank lines are examined once each
_CLASS: Final = re.compile(r"([A-Z]+) ([A-Z])")  # BRK B
_TWS_LINES: Final = ("DES", "SYM", "CON", "HED", "COLUMN")
_LISTED: Final = ("STK", "IND", "CRYPTO", "FUND")  # their symbol alone names the instrument


def read_tradingview(text: str) -> ImportedList | None:
    """Return the symbols of a TradingView list: names with exchanges, and sections that begin with ``###``."""
    if _HAS_SECTION.search(text.lstrip("\ufeff")) is None:
        return None
    builder = ListBuilder()
    separator = _TOKEN if "," in text or ";" not in text else _OTHER_TOKEN
    for token in map(clean, separator.split(text)):
        if token.startswith(_SECTION_MARK):
            builder.open_section(token.removeprefix(_SECTION_MARK))
        elif classify(token) is Content.SYMBOL:
            builder.add([token])
        elif classify(token) is not Content.EMPTY:
            builder.reject(token)
    return builder.build("a TradingView list")


def read_tws(text: str) -> ImportedList | None:
    """Return the symbols of a list of Trader Workstation: lines such as ``DES,AAPL,STK,SMART/NASDAQ``."""
    rows = [[clean(cell) for cell in line.split(",")] for line in text.splitlines() if line.strip(", \t\ufeff")]
    marked = sum(1 for row in rows if row[0] in _TWS_LINES and len(row) > 1)
    if not any(row[0] in ("DES", "SYM") and len(row) > 2 for row in rows) or marked * 2 < len(rows):
        return None
    builder = ListBuilder()
    for row in rows:
        if row[0] == "HED":
            builder.open_section(row[1])
        elif (symbol := _tws_symbol(row)) is not None:
            builder.add([symbol])
        elif row[0] != "COLUMN":
            builder.reject(",".join(row))
    return builder.build("an Interactive Brokers list")


def _tws_symbol(row: Sequence[str]) -> str | None:
    """Return the symbol of a line; None for contracts that need more than a symbol, such as options."""
    if row[0] not in ("DES", "SYM") or len(row) < 2:
        return None
    kind = row[2] if row[0] == "DES" and len(row) > 2 else "STK"
    if kind == "CASH":
        quote = next((cell for cell in row[3:] if cell in CURRENCIES), None)
        return f"{row[1]}{quote}" if quote is not None and row[1].isalpha() else None
    symbol = _CLASS.sub(r"\1.\2", row[1])
    return symbol if kind in _LISTED and classify(symbol) is Content.SYMBOL else None
