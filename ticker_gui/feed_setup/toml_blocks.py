"""Finds the lines of each table in a TOML text, so that lines can be inserted and removed without touching others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([^\]]*?)\s*\]")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
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
        """Return the position after the string, or after the line if the string goes on."""
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
