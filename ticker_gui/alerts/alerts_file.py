"""The file of the alerts: saved atomically after every change, without delaying the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.firing import Firing
from ticker_gui.alerts.saved_alerts import AlertRecord, SavedAlerts
from ticker_gui.config.background_save import BackgroundSave
from ticker_gui.config.state_files import StateFile

_RETRY_S: Final = 10.0
_T = TypeVar("_T")


class _SavedParts(msgspec.Struct, frozen=True):
    """The content of the file; each alert and each firing is read separately, as it may be invalid."""

    records: tuple[msgspec.Raw, ...] = ()
    history: tuple[msgspec.Raw, ...] = ()
    do_not_disturb_until_ns: int | None = None
    muted_feeds: tuple[str, ...] = ()


class _SavedAlertsFile(StateFile[SavedAlerts]):
    """Reads and writes alerts. Invalid ones are left out, reported in ``notice``, and kept in a copy of the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SavedAlerts)

    def _decode(self, content: bytes) -> SavedAlerts:
        try:
            return super()._decode(content)
        except msgspec.ValidationError:
            return self._decode_valid(content)

    def _decode_valid(self, content: bytes) -> SavedAlerts:
        parts = msgspec.json.decode(content, type=_SavedParts)
        records, history = _valid(parts.records, AlertRecord), _valid(parts.history, Firing)
        if alerts := len(parts.records) - len(records):
            self.report_invalid(alerts, "alert", "alerts")
        else:
            firings = len(parts.history) - len(history)
            self.report_invalid(firings, "entry of the history", "entries of the history")
        return SavedAlerts(
            records=records,
            history=history,
            do_not_disturb_until_ns=parts.do_not_disturb_until_ns,
            muted_feeds=parts.muted_feeds,
        )


def _valid(elements: Sequence[msgspec.Raw], kind: type[_T]) -> tuple[_T, ...]:
    valid = list[_T]()
    for element in elements:
        with suppress(msgspec.ValidationError, RecursionError):
            valid.append(msgspec.json.decode(element, type=kind))
    return tuple(valid)


class AlertsFile:
    """Loads the alerts of a file into a book, and saves them after every change.

    ``notice`` is what the user should know after loading: a file that cannot be read is renamed, never overwritten.
    ``on_failure`` receives the reason, as a sentence, when saving fails, and an empty text when it works again.
    """

    def __init__(self, path: Path, book: AlertBook) -> None:
        self._file: Final = _SavedAlertsFile(path)
        self._book: Final = book
        self._changed: Final = asyncio.Event()
        self._saving: Final = BackgroundSave()
        self.on_failure: Callable[[str], object] = lambda reason: None
        book.load(self._file.read())
        self._saved = book.saved
        self.notice: Final = self._file.notice.replace("Using defaults.", "Its alerts are not monitored.")
        book.observers.append(self._changed.set)

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self._file.path

    @property
    def failure(self) -> str:
        """Why the last changes could not be saved, as a sentence; empty if they were."""
        return self._file.failure

    async def run(self) -> None:
        """Save in a thread after each change, and again if that fails, until cancelled.

        Changes during a save are saved together.
        """
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_RETRY_S if self.failure else None):
                    await self._changed.wait()
            self._changed.clear()
            before, saved = self.failure, self._book.saved
            await self._saving.in_thread(partial(self._write, saved))
            if self.failure != before:
                self.on_failure(self.failure)

    async def close(self) -> None:
        """Save what has not been saved."""
        if self._changed.set in self._book.observers:
            self._book.observers.remove(self._changed.set)
        await self._saving.at_end(partial(self._write_changed, self._book.saved))

    def _write_changed(self, saved: SavedAlerts) -> None:
        if saved != self._saved:
            self._write(saved)

    def _write(self, saved: SavedAlerts) -> None:
        self._file.write(saved)
        if not self._file.failure:
            self._saved = saved
