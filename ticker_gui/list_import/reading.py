"""Reads the symbols in a text of any origin: a list, a table or an export of another program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ticker_gui.feeds.symbols import typed_pair
from ticker_gui.list_import.cell_content import Content, classify, clean
from ticker_gui.list_import.headings import has_symbol_heading
from ticker_gui.list_import.imported_list import ImportedList, ListBuilder
from ticker_gui.list_import.plain_lines import plain_lines
from ticker_gui.list_import.separators import split_by_each, split_rows
from ticker_gui.list_import.tables import read_table
from ticker_gui.list_import.watchlist_formats import read_tradingview, read_tws
from ticker_gui.list_import.word_sets import word_set

_CHUNKS: Final = re.compile(r"[,;|\t\r\n\v\f\x85\u2028\u2029]+")
_BULLET: Final = re.compile(r"\s*(?:[-*•·–‣]|\d{1,3}[.)])\s+")
_IN_PARENTHESES: Final = re.compile(r"[(\[]([^\s()\[\]]+)[)\]]\Z")  # at the end: Apple Inc. (AAPL)
_LETTER: Final = re.compile(r"\w")
_BETWEEN: Final = re.compile(r"(?<!\s)\s+[-–—]\s+|:\s+")  # a symbol and a name: AAPL - Apple, Apple: AAPL
_MAX_TICKER: Final = 5  # letters; a longer word of letters that is not a pair may be a name
_LEGAL_FORMS: Final = word_set(
    "A/S|AB|ADR|AG|AS|ASA|BANK|BV|CO|COMPANY|CORP|CORPORATION|ETF|FUND|GMBH|GROUP|HOLDING|HOLDINGS|INC",
    "KGAA|LIMITED|LLC|LP|LTD|NV|OYJ|PLC|SA|SAS|SE|SPA|SRL|TRUST|UCITS",
)


def read_list(text: str) -> ImportedList:
    """Return the symbols in a text, in order, each once.

    Numbers, amounts, dates, names, currencies and ISINs are never symbols.
    """
    text = plain_lines(text.removeprefix("\ufeff").replace("\0", " "))
    found = read_tradingview(text) or read_tws(text)
    if found is not None:
        return found
    for rows, separator in split_by_each(text):
        if has_symbol_heading(rows) and (found := read_table(rows, separator)) is not None:
            return found
    rows, separator = split_rows(text)
    are_pairs = len(rows) > 1 and separator != "" and all(len(row) == 2 for row in rows)  # or symbols and names
    return read_table(rows, separator) or _read_words(text, is_certain=not are_pairs)


def _read_words(text: str, *, is_certain: bool) -> ImportedList:
    """Return the symbols in a text without columns. Long words need a review: they may be names in any case."""
    builder = ListBuilder()
    chunks = [chunk for chunk in _CHUNKS.split(text) if chunk.strip()]
    for chunk in chunks:
        _read_chunk(builder, _BULLET.sub("", chunk, count=1) if _BULLET.match(chunk) else chunk, len(chunks) == 1)
    found = builder.build("the text", is_certain=is_certain)
    return found._replace(is_certain=False) if any(map(_may_be_name, found.symbols)) else found


def _may_be_name(symbol: str) -> bool:
    return symbol.isalpha() and len(symbol) > _MAX_TICKER and typed_pair(symbol) is None


def _read_chunk(builder: ListBuilder, chunk: str, is_alone: bool) -> None:
    words = [clean(word) for word in chunk.split()]
    contents = [classify(word) for word in words]
    if (symbol := _symbol_behind_name(chunk.strip()) or _symbol_beside_name(chunk)) is not None:
        builder.add([symbol])
    elif classify(clean(chunk)) in (Content.NUMBER, Content.DATE) or not _are_symbols(words, contents, is_alone):
        if any(content is not Content.EMPTY for content in contents):
            builder.reject(chunk)
    else:
        builder.add(word for word, content in zip(words, contents, strict=True) if content is Content.SYMBOL)


def _symbol_behind_name(chunk: str) -> str | None:
    """Return the symbol in parentheses at the end of a name: ``Apple Inc. (AAPL)``; None for other texts."""
    found = _IN_PARENTHESES.search(chunk)
    is_named = found is not None and _LETTER.search(chunk, 0, found.start()) is not None
    return found[1] if found is not None and is_named and classify(found[1]) is Content.SYMBOL else None


def _symbol_beside_name(chunk: str) -> str | None:
    """Return the symbol of two parts, the other of which is a name: ``AAPL - Apple``; None for other texts."""
    parts = [clean(part) for part in _BETWEEN.split(chunk)]
    contents = [classify(part) for part in parts]
    is_pair = len(parts) == 2 and set(contents) == {Content.SYMBOL, Content.NAME}
    return parts[contents.index(Content.SYMBOL)] if is_pair else None


def _are_symbols(words: Sequence[str], contents: Sequence[Content], is_alone: bool) -> bool:
    """Return whether words are symbols, or a symbol with numbers behind it, and not the name of a company."""
    if contents[0] is Content.SYMBOL and all(
        content in (Content.NUMBER, Content.DATE, Content.EMPTY) for content in contents[1:]
    ):
        return True
    if not is_alone and len(words) > 1 and words[-1].rstrip(".").upper() in _LEGAL_FORMS:
        return False
    return all(content in (Content.SYMBOL, Content.EMPTY) for content in contents)
