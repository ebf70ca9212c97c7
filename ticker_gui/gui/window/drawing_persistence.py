"""Persistence of drawings between runs: saved shortly after each change, and when the window closes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from ticker_gui.chart.drawing_book import Drawings, SymbolKey
from ticker_gui.config.background_save import BackgroundSave
from ticker_gui.config.drawings_file import DrawingsFile
from ticker_gui.gui.chart.drawing_tools import DrawingTools

_SAVE_DEBOUNCE_S: Final = 0.25
_RETRY_S: Final = 5.0


class DrawingPersistence:
    """Saves drawings in a folder and restores them; without a folder, nothing is saved."""

    def __init__(self, tools: DrawingTools, folder: Path | None, show_message: Callable[[str], object]) -> None:
        self._tools, self._show_message = tools, show_message
        self._file = None if folder is None else DrawingsFile(folder / "drawings.json")
        self._has_changes = asyncio.Event()
        self._saving = BackgroundSave()
        tools.changed.connect(self._has_changes.set)

    @property
    def failure(self) -> str:
        """Why the last save failed; empty where it succeeded."""
        return "" if self._file is None else self._file.failure

    def restore(self) -> list[str]:
        """Restore the drawings, and return a notice if some could not be used."""
        if self._file is None:
            return []
        drawings, is_hidden = self._file.read_drawings()
        self._tools.book.restore(drawings)
        self._tools.book.is_hidden = is_hidden
        self._tools.refresh()
        return [self._file.notice] if self._file.notice else []

    async def save_changes(self) -> None:
        """Save the drawings shortly after each change; retry after failures, which are reported once."""
        while True:
            if self.failure:
                await asyncio.sleep(_RETRY_S)
            else:
                await self._has_changes.wait()
                await asyncio.sleep(_SAVE_DEBOUNCE_S)
            self._has_changes.clear()
            before, changed, is_hidden = self.failure, self._take_changes(), self._tools.book.is_hidden
            if self._file is not None:
                await self._saving.in_thread(partial(self._file.save, changed, is_hidden=is_hidden))
            self._keep_unsaved(changed)
            if self.failure not in ("", before):
                self._show_message(f"{self.failure} Saving will be retried.")

    def write(self) -> None:
        """Save everything now."""
        self._saving.at_once(self._write_changes)

    def _write_changes(self) -> None:
        if self._file is not None and self._is_unsaved:
            changed = self._take_changes()
            self._file.save(changed, is_hidden=self._tools.book.is_hidden)
            self._keep_unsaved(changed)

    async def write_in_thread(self) -> None:
        """Save everything as it is now, without blocking the event loop."""
        if self._file is not None and self._is_unsaved:
            changed = self._take_changes()
            await self._saving.at_end(partial(self._file.save, changed, is_hidden=self._tools.book.is_hidden))
            self._keep_unsaved(changed)

    @property
    def _is_unsaved(self) -> bool:
        return self._has_changes.is_set() or bool(self._tools.book.changed or self.failure)

    def _take_changes(self) -> dict[SymbolKey, Drawings]:
        book = self._tools.book
        changed = {symbol: book.of(symbol) for symbol in book.changed}
        book.changed.clear()
        return changed

    def _keep_unsaved(self, changed: dict[SymbolKey, Drawings]) -> None:
        if self.failure:
            self._tools.book.changed.update(changed)
