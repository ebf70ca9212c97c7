"""Stores market data while the window is open, and deletes it when the user asks for that."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from ticker_gui.config.settings import ArchiveSettings, RecordingSettings
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.events import Fact
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.widgets.dialogs import show_in_front
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.stream.clock import deletion_clock

if TYPE_CHECKING:
    from ticker_gui.archive.archive import Archive
    from ticker_gui.archive.retention import ArchiveLimits
    from ticker_gui.engine.recorder import Recorder
    from ticker_gui.engine.rolling_recorder import RollingRecorder

_QUESTION: Final = "Delete all stored market data?"
_EXPLANATION: Final = (
    "Trades, quotes, statistics and bars will be deleted from the disk, and stored data of earlier sessions will "
    "disappear from the window. Lists, settings and the data of this session are kept. This cannot be undone."
)
_MAX_EARLY: Final = 100_000  # facts that are kept until the archive is imported
_LOG: Final = logging.getLogger(__name__)
_NOTHING: Final = "This session stores no market data."


class StoredData:
    """Runs the recorders of the archive and of the last minutes.

    Nothing is stored without a file, or if the settings turn it off. The segments of the last minutes are in a folder
    beside the file.
    """

    def __init__(
        self,
        engine: Engine,
        window: MainWindow,
        file: Path | None,
        settings: ArchiveSettings,
        recording: RecordingSettings | None = None,
        tasks: BackgroundTasks | None = None,
    ) -> None:
        self._engine: Final = engine
        self._window: Final = window
        self._file: Final = file
        self._settings = settings
        self._recording: Final = recording or RecordingSettings(rolling_minutes=0)
        self.recorder: Recorder | None = None  # once it runs
        self.rolling: RollingRecorder | None = None
        self._tasks: Final = tasks or BackgroundTasks()
        self._archive: Archive | None = None
        self.dialog: QMessageBox | None = None
        window.deletion_requested.connect(self.request_deletion)

    @property
    def rolling_minutes(self) -> int:
        """How many minutes the rolling recording keeps; 0 if it is off."""
        return 0 if self.why_not_rolling else self._recording.rolling_minutes

    @property
    def why_not_rolling(self) -> str:
        """Why the last minutes are not recorded; empty if they are."""
        if self._file is None:
            return "Nothing is recorded in this session"
        if not self._recording.rolling_minutes or not self._recording.rolling_megabytes:
            return "Recording for reports is turned off in the settings"
        return ""

    async def run(self) -> None:
        """Store market data, and record the last minutes, until cancelled."""
        async with asyncio.TaskGroup() as group:  # which ends when both have ended, and not when the first has
            group.create_task(self._store())
            group.create_task(self._roll())

    async def _roll(self) -> None:
        await asyncio.to_thread(import_module, "ticker_gui.engine.rolling_recorder")
        from ticker_gui.engine.recorder import Recorder
        from ticker_gui.engine.rolling_recorder import RollingRecorder

        folder = None if self._file is None else self._file.parent / "recordings"
        self.recorder = self.recorder or Recorder(self._engine)
        self.rolling = self.rolling or RollingRecorder(self.recorder, folder, self._recording, self._tasks.errors)
        await self.rolling.run()

    async def _store(self) -> None:
        if self._file is None or not self._settings.enabled:
            await asyncio.Event().wait()
            return
        received: deque[tuple[EngineFeed, Fact, int]] = deque(maxlen=_MAX_EARLY)  # before it can be stored

        def keep(feed: EngineFeed, fact: Fact, received_ns: int) -> None:
            received.append((feed, fact, received_ns))

        self._engine.taps.facts.add(keep)
        try:
            # In a thread, and not before: the window is painted without it.
            await asyncio.to_thread(import_module, "ticker_gui.engine.archiving")
        finally:
            self._engine.taps.facts.remove(keep)
        from ticker_gui.archive.archive import Archive
        from ticker_gui.engine.archiving import ArchiveRecorder

        loop = asyncio.get_running_loop()

        def report(sentence: str) -> None:  # called in the thread of the archive
            _LOG.warning("%s", sentence)
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._window.status.show_message, sentence)

        errors, now_ns = self._tasks.errors, deletion_clock(self._engine.clock)
        self._archive = Archive(self._file, _limits(self._settings), report=report, now_ns=now_ns, errors=errors)
        try:
            await ArchiveRecorder(self._engine, self._archive, errors).run(received)
        finally:
            self._archive = None

    def set_limits(self, settings: ArchiveSettings) -> None:
        """Apply how much is stored; whether anything is stored applies at the next start."""
        self._settings = settings
        if self._archive is not None:
            self._archive.limits = _limits(settings)

    def request_deletion(self) -> None:
        """Ask the user whether to delete everything."""
        if self.dialog is None:
            self.dialog = self._make_dialog()
        show_in_front(self.dialog)

    def _make_dialog(self) -> QMessageBox:
        dialog = QMessageBox(QMessageBox.Icon.Warning, "Delete stored data", _QUESTION, parent=self._window)
        dialog.setObjectName("delete_stored_data_question")
        dialog.setTextFormat(Qt.TextFormat.PlainText)
        dialog.setInformativeText(_EXPLANATION)
        delete = dialog.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
        delete.setObjectName("delete_stored_data_confirm")
        cancel = dialog.addButton(QMessageBox.StandardButton.Cancel)
        dialog.setDefaultButton(cancel)
        dialog.setEscapeButton(cancel)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        delete.clicked.connect(lambda: self._tasks.run(self._delete()))
        return dialog

    async def _delete(self) -> None:
        if self._file is None:
            self._window.status.show_message(_NOTHING)
            return
        try:
            await self._delete_all(self._file)
        except TickerError as error:
            self._window.status.show_message(error.for_user)
        else:
            for feed in self._engine.feeds.values():
                feed.market.forget_stored(self._engine.clock())
            self._window.status.show_message("Stored data was deleted.")

    async def _delete_all(self, file: Path) -> None:
        """Delete everything in the file, which is opened for that if storing is off."""
        if self._archive is not None:
            await self._archive.delete_all()
            return
        from ticker_gui.archive.archive import Archive

        archive = Archive(file)
        archive.start()
        try:
            await archive.delete_all()
        finally:
            await asyncio.to_thread(archive.close)


def _limits(settings: ArchiveSettings) -> ArchiveLimits:
    from ticker_gui.archive.retention import ArchiveLimits

    return ArchiveLimits(settings.trade_days, settings.trade_megabytes << 20, settings.bar_days)
