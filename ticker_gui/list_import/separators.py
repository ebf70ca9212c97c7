"""Splitting of a text into the cells of a table, by the separator that fits most of its lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, TypeAlias

Rows: TypeAlias = list[list[str]]

_SEPARATORS: Final = (";", "|", ",")  # a semicolon first, because commas may be decimal points beside it
_ALIGNED: Final = re.compile(r" {2,}")
_RULE: Final = re.compile(r"[|+:\-=\s]+")  # below the headings of a table that is drawn with characters
_MAX_LINES_PER_CELL: Final = 20  # more are a quotation mark without an end


def split_rows(text: str) -> tuple[Rows, str]:
    """Return the rows of a text and its separator; without one, every line is one cell, and the separator is empty."""
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and all("\t" in line for line in lines):
        return _split(text, "\t"), "\t"
    candidates = {one: _split(text, one) for one in (*_SEPARATORS, "\t") if one in text}
    fitting = {one: _fitting(rows) for one, rows in candidates.items()}
    best = max(fitting, key=lambda one: fitting[one], default="")
    if best and fitting[best] * 5 >= len(lines):
        return candidates[best], best
    aligned = [_ALIGNED.split(line.strip()) for line in lines]
    if lines and _fitting(aligned) * 5 >= len(lines) * 4:
        return aligned, "  "
    return [[line] for line in lines], ""


def split_by_each(text: str) -> Iterator[tuple[Rows, str]]:
    """Yield the rows of a text for each separator in it."""
    for separator in ("\t", *_SEPARATORS):
        if separator in text:
            yield _split(text, separator), separator


def _fitting(rows: Rows) -> int:
    """Return how many rows have the most frequent number of cells, if that is more than one."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(widths.values(), default=0)


def _split(text: str, separator: str) -> Rows:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:  # such as an oversized cell
        rows = _split_lines(text, separator)
    if any(cell.count("\n") > _MAX_LINES_PER_CELL for row in rows for cell in row):
        rows = _split_lines(text, separator)
    if separator == "|":
        rows = [_without_frame(row) for row in rows if not _RULE.fullmatch("|".join(row))]
    return [row for row in rows if any(cell.strip() for cell in row)]


def _split_lines(text: str, separator: str) -> Rows:
    return [[cell.strip('"') for cell in line.split(separator)] for line in text.splitlines()]


def _without_frame(row: list[str]) -> list[str]:
    """Return the cells between the outer bars of a row such as ``| AAPL | 1.5 |``."""
    first = 1 if len(row) > 1 and not row[0].strip() else 0
    last = -1 if len(row) > 1 and not row[-1].strip() else len(row)
    return row[first:last]
