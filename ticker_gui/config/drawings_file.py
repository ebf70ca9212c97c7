"""The file of the drawings, which several windows of the program may change at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from ticker_gui.chart.drawing_book import MAX_PER_SYMBOL, Drawings, SymbolKey
from ticker_gui.chart.drawings import Drawing
from ticker_gui.config.lists_file import folder_locked
from ticker_gui.config.state_files import StateFile
from ticker_gui.domain.decode_errors import DECODE_ERRORS

_MAX_NAME: Final = 256  # characters of a feed or a symbol


class SavedSymbol(msgspec.Struct, frozen=True):
    """The drawings of one symbol; each of them is read separately, as it may be invalid."""

    feed: str
    symbol: str
    drawings: tuple[msgspec.Raw, ...] = ()


class SavedDrawings(msgspec.Struct, frozen=True):
    """The content of the file."""

    version: int = 1
    is_hidden: bool = False
    symbols: tuple[msgspec.Raw, ...] = ()


class DrawingsFile(StateFile[SavedDrawings]):
    """Reads and saves drawings. Invalid ones are left out, reported in ``notice``, and kept in a copy of the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SavedDrawings)
        self._saved: dict[SymbolKey, Drawings] = {}  # read or written last
        self._signature: tuple[int, ...] = ()

    def read_drawings(self) -> tuple[dict[SymbolKey, Drawings], bool]:
        """Return all drawings, and whether they are hidden."""
        self._signature = self.read_signature()
        content = self.read()
        self._saved, dropped = _decoded(content)
        if dropped:
            self.report_invalid(dropped, "drawing", "drawings")
        return dict(self._saved), content.is_hidden

    def save(self, changed: Mapping[SymbolKey, Drawings], *, is_hidden: bool) -> None:
        """Save the drawings of some symbols; those of the others stay as they are in the file.

        If that fails, `failure` is set.
        """
        if self.is_newer:
            return
        try:
            with folder_locked(self.path.parent):
                self._read_changes()
                drawings = {**self._saved, **changed}
                self._saved = {symbol: of_symbol for symbol, of_symbol in drawings.items() if of_symbol}
                self.write(SavedDrawings(is_hidden=is_hidden, symbols=tuple(_encoded(self._saved))))
                self._signature = self.read_signature()
        except TimeoutError:
            self.failure = f"Could not save {self.path.name}: another program is saving in the same folder."
        except OSError as error:
            self.fail(error)

    def _read_changes(self) -> None:
        """Read the file again if another window has saved it."""
        if self.read_signature() in ((), self._signature):
            return
        with suppress(OSError, ValueError, RecursionError, msgspec.MsgspecError):  # then it is replaced
            self._saved, _ = _decoded(self.decode_file())


def _encoded(drawings: Mapping[SymbolKey, Drawings]) -> Iterable[msgspec.Raw]:
    for (feed, symbol), of_symbol in drawings.items():
        raw = tuple(msgspec.Raw(msgspec.json.encode(drawing)) for drawing in of_symbol)
        yield msgspec.Raw(msgspec.json.encode(SavedSymbol(feed, symbol, raw)))


def _decoded(content: SavedDrawings) -> tuple[dict[SymbolKey, Drawings], int]:
    """Return the valid drawings, and the number of invalid ones."""
    drawings, dropped = dict[SymbolKey, Drawings](), 0
    for raw in content.symbols:
        try:
            saved = msgspec.json.decode(raw, type=SavedSymbol)
        except DECODE_ERRORS:
            dropped += 1
            continue
        valid = dict[str, Drawing]()
        if all(0 < len(name) <= _MAX_NAME for name in (saved.feed, saved.symbol)):
            for one in saved.drawings:
                with suppress(*DECODE_ERRORS):
                    drawing = msgspec.json.decode(one, type=Drawing)
                    if len(valid) < MAX_PER_SYMBOL:
                        valid.setdefault(drawing.id, drawing)
        dropped += len(saved.drawings) - len(valid)
        if valid:
            drawings[saved.feed, saved.symbol] = tuple(valid.values())
    return drawings, dropped
