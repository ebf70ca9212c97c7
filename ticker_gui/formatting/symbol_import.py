"""Extraction of symbols from tables that were exported by other programs."""

from __future__ import annotations

import csv
from typing import Final

_SYMBOL_TITLES: Final = ("symbol", "ticker")
_SEPARATORS: Final = ("\t", ";", ",")


def extract_symbols(text: str) -> str:
    """Return the symbols of a table, one per line; other text is returned unchanged.

    A table has a column titled *Symbol* or *Ticker*, or symbols in its first column and a number in another one.
    """
    try:
        return _of_table(text)
    except csv.Error:  # such as an oversized cell
        return text


def _of_table(text: str) -> str:
    lines = text.splitlines()
    first = lines[0] if lines else ""
    separator = next((one for one in _SEPARATORS if one in first), None)
    if separator is None:
        return text
    titles = next(csv.reader([first], delimiter=separator), [])
    column = next((number for number, title in enumerate(titles) if title.strip().casefold() in _SYMBOL_TITLES), None)
    if column is not None:
        lines = lines[1:]
    elif any(map(_is_number, titles[1:])):
        column = 0
    else:
        return text
    rows = csv.reader(lines, delimiter=separator)
    return "\n".join(row[column] for row in rows if len(row) > column)


def _is_number(cell: str) -> bool:
    try:
        float(cell.strip().rstrip("%").replace(",", ""))
    except ValueError:
        return False
    return True
