"""The symbols that were found in a text, by section, and what was not understood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ticker_gui.formatting.numbers import counted

_MAX_REJECTED: Final = 1000
_LINE_LENGTH: Final = 100


class ImportedSection(NamedTuple):
    """Symbols below a heading; the name is empty for symbols above the first heading."""

    name: str
    symbols: tuple[str, ...]


class ImportedList(NamedTuple):
    """What a text contains. ``rejected`` are the lines or words that were not understood, shortened.

    ``origin`` completes "12 symbols from …"; ``is_certain`` says that nothing was guessed. ``choices`` are the columns
    of a table with several columns of symbols, this list first; the user chooses one.
    """

    origin: str
    sections: tuple[ImportedSection, ...]
    rejected: tuple[str, ...] = ()
    is_certain: bool = True
    choices: tuple[ImportedColumn, ...] = ()

    @property
    def symbols(self) -> tuple[str, ...]:
        """All symbols in order, each once."""
        return tuple(symbol for section in self.sections for symbol in section.symbols)

    @property
    def needs_review(self) -> bool:
        """Whether the user should see what was found before it is added."""
        return bool(self.rejected) or not self.is_certain or bool(self.choices)

    def describe(self) -> str:
        """Return the result as a sentence: ``12 symbols in 3 sections from a TradingView list; 2 lines were …``."""
        named = sum(1 for section in self.sections if section.name)
        sections = f" in {counted(named, 'section')}" if named else ""
        found = f"{counted(len(self.symbols), 'symbol')}{sections} from {self.origin}"
        if not self.rejected:
            return f"{found}."
        were = "was" if len(self.rejected) == 1 else "were"
        return f"{found}; {counted(len(self.rejected), 'line')} {were} not understood."


class ImportedColumn(NamedTuple):
    """A column of a table, by its title, or all of them."""

    title: str
    found: ImportedList


class ListBuilder:
    """Collects symbols in their order: each once, where it is first."""

    def __init__(self) -> None:
        self._sections: dict[str, list[str]] = {"": []}
        self._known: set[str] = set()
        self._section = ""
        self.rejected: list[str] = []

    def open_section(self, name: str) -> None:
        """Add what follows to a section, new or not."""
        self._section = name.strip()
        self._sections.setdefault(self._section, [])

    def add(self, symbols: Iterable[str]) -> None:
        """Add symbols to the current section."""
        for symbol in symbols:
            if symbol not in self._known:
                self._known.add(symbol)
                self._sections[self._section].append(symbol)

    def reject(self, text: str) -> None:
        """Record a text that was not understood."""
        line = " ".join(text.split())
        if line and len(self.rejected) < _MAX_REJECTED:
            self.rejected.append(line if len(line) <= _LINE_LENGTH else f"{line[: _LINE_LENGTH - 1]}…")

    def build(self, origin: str, *, is_certain: bool = True) -> ImportedList:
        """Return the result; sections without symbols are left out."""
        sections = tuple(ImportedSection(name, tuple(symbols)) for name, symbols in self._sections.items() if symbols)
        return ImportedList(origin, sections, tuple(self.rejected), is_certain)


def joined(lists: Sequence[ImportedList]) -> ImportedList:
    """Return the symbols of several columns of one table, one column after the other."""
    builder = ListBuilder()
    for found in lists:
        for name, symbols in found.sections:
            builder.open_section(name)
            builder.add(symbols)
    for line in dict.fromkeys(line for found in lists for line in found.rejected):
        builder.reject(line)
    return builder.build(lists[0].origin, is_certain=all(found.is_certain for found in lists))
