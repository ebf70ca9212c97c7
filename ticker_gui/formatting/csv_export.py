"""Rows as text for other programs. A spreadsheet takes none of it for a formula, and numbers stay the same."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

Cell: TypeAlias = str | float | int | None

_FORMULA_SIGNS: Final = frozenset("=+-@")
# White space and what has no look of its own: spreadsheets skip some of it before they look for a formula.
_BLANK: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*")
_BREAK: Final = re.compile(r"\r\n|[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
# Semicolons and tabs are here for programs that expect them in the place of the comma; white space, as some trim it.
_NEEDS_QUOTES: Final = re.compile(r'[",;\t\r\n]|\A\s|\s\Z')


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table after RFC 4180, with CRLF at the end of each line."""
    return csv_lines((header, *rows))


def csv_lines(rows: Iterable[Sequence[Cell]]) -> str:
    """Return lines of such a table.

    A text that a spreadsheet could take for a formula gets an apostrophe before it (OWASP, CSV injection; ASVS 1.2.10).
    Numbers have the fewest digits that give them back and no exponent; what is missing or not finite is empty.
    """
    return "".join(_csv_line(row) for row in rows)


def to_tsv(rows: Iterable[Sequence[Cell]]) -> str:
    """Return rows for the clipboard: lines of cells with tabs between, without a line break at the end.

    Cells are as in `to_csv`, but that tabs and line breaks in a text become spaces.
    """
    return "\n".join("\t".join(_tsv_cell(cell) for cell in row) for row in rows)


def _csv_line(row: Sequence[Cell]) -> str:
    line = ",".join(_quoted(_cell_text(cell)) for cell in row)
    if not line and row:
        line = '""'  # an empty line would be no row to many
    return f"{line}\r\n"


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""')) if _NEEDS_QUOTES.search(text) else text


def _tsv_cell(cell: Cell) -> str:
    text = _BREAK.sub(" ", _cell_text(cell))
    # Spreadsheets read from a quote on to the next one, over the ends of cells and lines.
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
    return f"{Decimal(repr(float(value))):f}".removesuffix(".0")  # numpy's floats have another repr


def _looks_like_formula(text: str) -> bool:
    blank = _BLANK.match(text)
    skipped = blank[0] if blank else ""
    if "\0" in text or "\t" in skipped or "\r" in skipped or "\n" in skipped:
        return True
    first = unicodedata.normalize("NFKC", text[len(skipped) :][:1])  # full-width and small signs are these signs too
    return first[:1] in _FORMULA_SIGNS
