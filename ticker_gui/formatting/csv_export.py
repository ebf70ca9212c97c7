"""Tables as CSV and TSV: safe against formula injection in spreadsheets, with exact numbers."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

Cell: TypeAlias = str | float | int | None

_FORMULA_SIGNS: Final = frozenset("=+-@")
# White space and invisible characters: spreadsheets skip some of them at the beginning of a formula.
_BLANK: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*")
_BREAK: Final = re.compile(r"\r\n|[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
# Semicolons and tabs are quoted for programs that use them as separators, outer white space for those that trim it.
_NEEDS_QUOTES: Final = re.compile(r'[",;\t\r\n]|\A\s|\s\Z')


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table as CSV (RFC 4180), with CRLF at the end of each line."""
    return csv_lines((header, *rows))


def csv_lines(rows: Iterable[Sequence[Cell]]) -> str:
    """Return rows as lines of CSV, without a header.

    A text that a spreadsheet could read as a formula gets a leading apostrophe (OWASP, CSV injection; ASVS 1.2.10).
    Numbers have no exponent and the fewest digits that represent them exactly; None and non-finite numbers are empty.
    """
    return "".join(_csv_line(row) for row in rows)


def to_tsv(rows: Iterable[Sequence[Cell]]) -> str:
    """Return rows as tab-separated lines for the clipboard, without a line break at the end.

    Cells are formatted as in `to_csv`; tabs and line breaks within a text become spaces.
    """
    return "\n".join("\t".join(_tsv_cell(cell) for cell in row) for row in rows)


def _csv_line(row: Sequence[Cell]) -> str:
    line = ",".join(_quoted(_cell_text(cell)) for cell in row)
    if not line and row:
        line = '""'  # many programs skip empty lines
    return f"{line}\r\n"


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""')) if _NEEDS_QUOTES.search(text) else text


def _tsv_cell(cell: Cell) -> str:
    text = _BREAK.sub(" ", _cell_text(cell))
    # Spreadsheets read from a quote to the next one, across cells and lines.
    return f"'{text}" if text.lstrip().startswith('"') else text


def _cell_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return f"'{cell}" if _looks_like_formula(cell) else cell
        case int():
            return str(cell)
        case float():
            return _decimal(cell)


def _decimal(value: float) -> str:
    if not math.isfinite(value):
        return ""
    return f"{Decimal(repr(float(value))):f}".removesuffix(".0")  # the repr of numpy's floats differs


def _looks_like_formula(text: str) -> bool:
    blank = _BLANK.match(text)
    skipped = blank[0] if blank else ""
    if "\0" in text or "\t" in skipped or "\r" in skipped or "\n" in skipped:
        return True
    first = unicodedata.normalize("NFKC", text[len(skipped) :][:1])  # full-width and small variants count, too
    return first[:1] in _FORMULA_SIGNS
