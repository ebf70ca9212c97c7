"""Finds the lines of tables and keys in a TOML text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([^\]]*?)\s*\]")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_KEY_PART: Final = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY: Final = re.compile(rf"\s*({_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART})*)[ \t]*=")
_PART: Final = re.compile(_KEY_PART)
_QUOTES: Final = ('"""', "'''", '"', "'")


class Block(NamedTuple):
    """The lines of one table: ``start`` is its header, ``end`` is after its last line that has more than a comment."""

    name: str
    is_element: bool  # of an array of tables: ``[[name]]``
    start: int
    end: int


def split_lines(text: str) -> list[str]:
    """Return the lines of a TOML text with their ends: only a line feed ends one, unlike in `str.splitlines`."""
    return _LINE.findall(text)


def find_blocks(lines: Sequence[str]) -> list[Block]:
    """Return the tables of a text with headers, in their order. The text is valid TOML."""
    blocks: list[Block] = []
    scanner = _Scanner()
    for number, line in enumerate(lines):
        header = _HEADER.match(line) if scanner.is_outside else None
        if header is not None:
            blocks.append(Block(header[2], header[1] == "[[", number, number + 1))
            continue
        is_content = not scanner.is_outside or (bool(line.strip()) and not line.lstrip().startswith("#"))
        scanner.read(line)
        if blocks and is_content:
            blocks[-1] = blocks[-1]._replace(end=number + 1)
    return blocks


def line_of(text: str, key: str) -> int | None:
    """Return the number of the line that sets a key such as ``feeds[0].url``, counted from 1.

    If no line sets it alone, the line of the table that contains it is returned; ``None`` if there is none. The text
    is valid TOML.
    """
    found, longest = None, 0
    for number, path in _paths(text):
        if len(path) > longest and (key == path or key.startswith((f"{path}.", f"{path}["))):
            found, longest = number, len(path)
    return found


@lru_cache(maxsize=1)  # the lines of all settings are looked up in one text, again after each change
def _paths(text: str) -> tuple[tuple[int, str], ...]:
    """Return the line number and the key of each table header and of each value outside other values."""
    return tuple(_scan(split_lines(text)))


def _scan(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    counts: dict[str, int] = {}
    table = ""
    scanner = _Scanner()
    for number, line in enumerate(lines, 1):
        if scanner.is_outside and (header := _HEADER.match(line)) is not None:
            table = _with_indexes(_PART.findall(header[2]), counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = f"{table}[{counts[table]}]"
            yield number, table
            continue
        if scanner.is_outside and (key := _KEY.match(line)) is not None:
            path = ".".join(map(_unquoted, _PART.findall(key[1])))
            yield number, f"{table}.{path}" if table else path
        scanner.read(line)


def _with_indexes(parts: Sequence[str], counts: dict[str, int]) -> str:
    """Return a table's name with the index of the last element of each array of tables that it is in."""
    path = ""
    for part in parts:
        if path in counts:
            path = f"{path}[{counts[path]}]"
        path = f"{path}.{_unquoted(part)}" if path else _unquoted(part)
    return path


def _unquoted(part: str) -> str:
    return part[1:-1] if part[0] in "\"'" else part


class _Scanner:
    """Follows values over several lines: strings with three quotes, arrays and inline tables."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0

    @property
    def is_outside(self) -> bool:
        """Whether the next line begins outside all values."""
        return not self._quote and not self._depth

    def read(self, line: str) -> None:
        """Read one line."""
        position = 0
        while position < len(line):
            if self._quote:
                position = self._skip_string(line, position)
            elif line[position] == "#":
                return
            else:
                self._quote = next((quote for quote in _QUOTES if line.startswith(quote, position)), "")
                self._depth += (line[position] in "[{") - (line[position] in "]}")
                position += len(self._quote) or 1
        if len(self._quote) == 1:
            self._quote = ""  # such a string cannot have a line break

    def _skip_string(self, line: str, position: int) -> int:
        """Return the position after the string, or after the line if the string continues there."""
        quote = self._quote
        while position < len(line):
            if line[position] == "\\" and quote[0] == '"':
                position += 2
            elif line.startswith(quote, position):
                position += len(quote)
                while len(quote) == 3 and line.startswith(quote[0], position):
                    position += 1  # up to two quotes before the end belong to the string
                self._quote = ""
                return position
            else:
                position += 1
        return position
