"""Symbols in tables: in the column that a heading names, or in the one whose cells look like symbols."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ticker_gui.list_import.cell_content import Content, classify, clean, is_isin
from ticker_gui.list_import.headings import MAX_HEADING_ROW, Headings, read_headings
from ticker_gui.list_import.imported_list import ImportedColumn, ImportedList, ListBuilder, joined
from ticker_gui.list_import.separators import Rows
from ticker_gui.list_import.word_sets import word_set

_MIN_SHARE: Final = 0.5  # of the cells of a column that look like symbols
_MIN_SCORE: Final = 0.4
_SAMPLE: Final = 200  # rows by which columns are judged
# Rows that brokers add for cash and sums.
_NO_POSITION: Final = re.compile(
    r"\b(?:sub)?total\w*\b|\bsumm?[aey]\b|\bgesamt\w*|\bcash\b|\bpending activity\b|\bbargeld\b|\bsaldo\b|\bliquidit\w*"
    r"|\bcontanti\b|\befectivo\b|\bespèces\b|\bcash_tx\b",
    re.IGNORECASE,
)
_EXCHANGES: Final = word_set(
    "AMEX|AMS|ARCA|ASX|BATS|BINANCE|BIT|BSE|BUY|CASH|CBOE|CME|COINBASE|COMEX|CRYPTO|ETF|EURONEXT|FRA|FUND",
    "FUT|HKEX|IND|JPX|KRAKEN|LON|LSE|NASDAQ|NO|NSE|NYMEX|NYSE|OPT|OTC|PAR|SEHK|SELL|SIX|SMART|STK|SWX|TSE",
    "TSX|TSXV|XETR|XETRA|YES",
)


def read_table(rows: Rows, separator: str) -> ImportedList | None:
    """Return the symbols of a table; None if the rows are not a table but a list of symbols."""
    for number, row in enumerate(rows[:MAX_HEADING_ROW]):
        if (headings := read_headings(row)) is None:
            continue
        if headings.symbols and (len(rows) > 1 or len(row) > 1):
            return _read_named_columns(rows[number + 1 :], headings, row)
        column = _best_column(rows[number + 1 :], excluded=headings.others)
        if column is not None:
            return _read_columns(rows[number + 1 :], headings, column, is_certain=column in headings.possible)
        return _nothing(rows[number + 1 :])
    if not _is_table(rows, separator):
        return None
    column = _best_column(rows)
    if column is None:
        return _nothing(rows) if separator == "\t" else None
    return _read_columns(rows, None, column, is_certain=_is_obvious(rows, column))


def _nothing(rows: Rows) -> ImportedList:
    builder = ListBuilder()
    for row in rows:
        if not _NO_POSITION.search(" ".join(row)):
            builder.reject(" ".join(row))
    return builder.build("a table without symbols")


def _read_named_columns(rows: Rows, headings: Headings, titles: Sequence[str]) -> ImportedList:
    """Read the first column of symbols; with others, which may be other notations or other lists, the user chooses.

    Columns with the same title are lists side by side, of which all are read.
    """
    read = [_read_columns(rows, headings, column, nth=nth) for nth, column in enumerate(headings.symbols)]
    found, names = read[0], [clean(titles[column]) for column in headings.symbols]
    known = set(found.symbols)
    columns = [ImportedColumn(names[0], found)]
    for name, other in zip(names[1:], read[1:], strict=True):
        if not known.issuperset(other.symbols):
            known.update(other.symbols)
            columns.append(ImportedColumn(name, other))
    if len(columns) == 1:
        return found
    every = ImportedColumn("All columns", joined([column.found for column in columns]))
    are_alike = len({name.casefold() for name, _ in columns}) == 1
    if are_alike:
        columns = [ImportedColumn(f"{name} ({number})", one) for number, (name, one) in enumerate(columns, 1)]
    choices = (every, *columns) if are_alike else (*columns, every)
    return choices[0].found._replace(choices=choices)


def _read_columns(
    rows: Rows, headings: Headings | None, column: int, *, is_certain: bool = True, nth: int = 0
) -> ImportedList:
    """Read a column, in a table with headings the ``nth`` one of those that contain symbols."""
    builder = ListBuilder()
    section = None if headings is None else headings.section
    place: int | None = column  # None in another table of the same file that has no symbols
    width = max(map(len, rows), default=0)
    for row in rows:
        if (again := read_headings(row)) is not None:
            place, section = next(iter(again.symbols[nth:]), None), again.section
        elif place is not None and _is_part_of_table(row, place, width):
            if section is not None and section < len(row):
                builder.open_section(clean(row[section]))
            _read_row(builder, row, place, width)
    return builder.build("a table", is_certain=is_certain)


def _is_part_of_table(row: Sequence[str], column: int, width: int) -> bool:
    """Return whether a row is not the text before or after a table: a note, a disclaimer or a date."""
    if len(row) <= column:
        return False
    if len(row) == 1:
        return width == 1 or classify(clean(row[0])) is Content.SYMBOL
    return bool(row[column].strip()) or sum(1 for cell in row if cell.strip()) > 1


def _read_row(builder: ListBuilder, row: Sequence[str], column: int, width: int) -> None:
    symbol = clean(row[column])
    if _NO_POSITION.fullmatch(symbol) and sum(1 for cell in row if cell.strip()) * 2 < width:
        return  # CASH is the symbol of a company, too, but its row would have a price and a quantity
    content = classify(symbol)
    is_alone = len(row) > 1 and not any(cell.strip() for place, cell in enumerate(row) if place != column)
    if content is Content.SYMBOL:
        if not is_alone or len(row) == 2:
            builder.add([symbol])
    elif content is Content.EMPTY:
        if any(is_isin(clean(cell)) for cell in row):  # otherwise it is not about a security
            builder.reject(" ".join(row))
    elif not is_alone and not _NO_POSITION.search(" ".join(row)):
        builder.reject(" ".join(row))


def _is_table(rows: Rows, separator: str) -> bool:
    """Return whether rows have columns: of names or numbers beside symbols, or by tabs on each of several lines."""
    if not separator:
        return False
    if len(rows) == 1:
        contents = [classify(clean(cell)) for cell in rows[0]]
        return contents.count(Content.SYMBOL) == 1 and len(contents) > 1
    if separator == "\t":
        return True
    width = max(map(len, rows))
    return any(_has_other_content(rows, number) for number in range(width))


def _has_other_content(rows: Rows, number: int) -> bool:
    """Return whether most cells of a column are not symbols, or all are names of exchanges."""
    cells = [clean(row[number]) for row in rows[:_SAMPLE] if number < len(row)]
    filled = [cell for cell in cells if classify(cell) is not Content.EMPTY]
    symbols = [cell for cell in filled if classify(cell) is Content.SYMBOL]
    return bool(filled) and (len(symbols) < len(filled) * _MIN_SHARE or set(symbols) <= _EXCHANGES)


def _best_column(rows: Rows, excluded: frozenset[int] = frozenset()) -> int | None:
    """Return the column whose cells look most like symbols: different ones, short and in capitals."""
    width = max(map(len, rows), default=0)
    scores = {number: _score(rows, number) for number in range(width) if number not in excluded}
    best = max(scores, key=lambda number: (scores[number], -number), default=None)
    return best if best is not None and scores[best] >= _MIN_SCORE else None


def _is_obvious(rows: Rows, column: int) -> bool:
    """Return whether no other column could be the one with the symbols."""
    width = max(map(len, rows), default=0)
    return all(_score(rows, number) < _MIN_SHARE for number in range(width) if number != column)


def _score(rows: Rows, number: int) -> float:
    cells = [clean(row[number]) for row in rows[:_SAMPLE] if number < len(row)]
    cells = [cell for cell in cells if classify(cell) is not Content.EMPTY]
    symbols = [cell for cell in cells if classify(cell) is Content.SYMBOL]
    if not symbols or set(symbols) <= _EXCHANGES:
        return 0.0
    distinct = len(set(symbols)) / len(symbols) if len(symbols) > 2 else 1.0
    capitals = sum(1.0 if one == one.upper() else 0.6 for one in symbols) / len(symbols)
    length = sum(map(len, symbols)) / len(symbols)
    return len(symbols) / len(cells) * distinct * capitals - length / 1000
