"""Records the feeds into a file, and saves the last minutes with a report, when the user requests it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import qVersion

from ticker_gui.config.settings import Settings
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.formatting.numbers import counted, size_text
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.widgets.dialogs import show_in_front
from ticker_gui.gui.widgets.file_saving import choose_save_path
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.stored_data import StoredData

if TYPE_CHECKING:
    from ticker_gui.engine.report_file import ReportContents
    from ticker_gui.gui.recording.report_file_dialog import ReportFileDialog
    from ticker_gui.recording.writing import RecordingWriter

_UPDATE_S: Final = 1.0
_SUFFIX: Final = "ticker.jsonl.gz"
_RECORDINGS: Final = f"Recordings (*.{_SUFFIX})"
_REPORT_FILES: Final = "Zip archives (*.zip)"
_STARTING: Final = "The program is still starting. Try again in a moment."


class RecordingCommands:
    """Carries out the commands of `RecordingActions`, and shows a recording in the status bar.

    A recording ends when the user stops it, when it cannot be written, or with the program.
    """

    def __init__(
        self,
        engine: Engine,
        window: MainWindow,
        data: StoredData,
        tasks: BackgroundTasks,
        get_settings: Callable[[], Settings],
        log_file: Path | None = None,
    ) -> None:
        self._engine: Final = engine
        self._window: Final = window
        self._data: Final = data
        self._tasks: Final = tasks
        self._get_settings: Final = get_settings
        self._log_file: Final = log_file
        self._stopped: asyncio.Event | None = None  # of the recording that runs
        self.dialog: ReportFileDialog | None = None
        window.recording.show_minutes(data.rolling_minutes, data.why_not_rolling)
        window.recording.record_requested.connect(self._choose_file)
        window.recording.stop_requested.connect(self.stop)
        window.status.stop_recording_requested.connect(self.stop)
        window.recording.report_requested.connect(lambda: tasks.run(self._offer_report()))

    def _default_name(self, suffix: str) -> str:
        now = local_time(self._engine.clock() // SECOND_NS, None)
        return f"ticker-gui-{now:%Y-%m-%d-%H%M%S}.{suffix}"

    # A recording

    def _choose_file(self) -> None:
        choose_save_path(
            self._window,
            "Record all feeds",
            self._default_name(_SUFFIX),
            _RECORDINGS,
            lambda path: self._tasks.run(self.record(path)),
            suffix=_SUFFIX,
        )

    async def record(self, path: Path) -> None:
        """Record into a file, which replaces an existing one, until it ends; then report the result."""
        recorder, status = self._data.recorder, self._window.status
        if recorder is None:
            status.show_message(_STARTING)
            return
        if self._stopped is not None:
            return  # of two file dialogs, the first one counts
        from ticker_gui.recording.format import RecordingError
        from ticker_gui.recording.writing import RecordingWriter

        loop = asyncio.get_running_loop()
        self._stopped = stopped = asyncio.Event()

        def on_failure(failure: str) -> None:  # called in the thread of the writer
            if not loop.is_closed():
                loop.call_soon_threadsafe(stopped.set)

        create = partial(RecordingWriter, path, recorder.header(), on_failure, replaces=True, errors=self._tasks.errors)
        opening = asyncio.ensure_future(asyncio.to_thread(create))
        writer: RecordingWriter | None = None
        try:
            writer = await asyncio.shield(opening)
            recorder.add_sink(writer)
            await self._show_until_stopped(writer, stopped)
        except RecordingError as error:
            status.show_message(error.for_user)
        finally:
            self._stopped = None
            if writer is not None:
                recorder.remove_sink(writer)
            await asyncio.shield(_close(opening))
            self._show_end(writer)

    async def _show_until_stopped(self, writer: RecordingWriter, stopped: asyncio.Event) -> None:
        self._window.recording.show_recording(True)
        while not stopped.is_set():
            lost = f" · {writer.lost:,} lost" if writer.lost else ""
            size, count = size_text(writer.written_bytes), counted(writer.frames, "message")
            self._window.status.show_recording(f"Recording · {size}{lost}", f"{count} in {writer.path}")
            try:
                async with asyncio.timeout(_UPDATE_S):
                    await stopped.wait()
            except TimeoutError:
                continue

    def _show_end(self, writer: RecordingWriter | None) -> None:
        status = self._window.status
        self._window.recording.show_recording(False)
        if writer is None:
            status.show_recording("")
        elif writer.failure:
            status.show_recording("Recording failed", writer.failure, is_running=False)
            status.show_message(writer.failure)
        else:
            status.show_recording("")
            size = size_text(writer.written_bytes)
            count = counted(writer.frames, "message")
            status.show_message(f"Recorded {count} ({size}) to {writer.path}.")

    def stop(self) -> None:
        """End the recording, or remove the message about one that failed."""
        if self._stopped is not None:
            self._stopped.set()
        else:
            self._window.status.show_recording("")

    # The last minutes

    async def _offer_report(self) -> None:
        """Show what a report file would contain that is made now."""
        rolling = self._data.rolling
        if rolling is None or rolling.folder is None:
            self._window.status.show_message(self._data.why_not_rolling or _STARTING)
            return
        from ticker_gui.engine.report_file import gather_report, list_contents
        from ticker_gui.gui.recording.report_file_dialog import ReportFileDialog
        from ticker_gui.recording.segments import recent_segments

        if self.dialog is not None:
            self.dialog.close()
        await rolling.flush()
        segments = await asyncio.to_thread(recent_segments, rolling.folder, self._data.rolling_minutes * 60.0)
        rolling.held = frozenset(segments)  # until the dialog is closed, however long it is open
        contents = gather_report(
            self._engine.feeds.values(),
            self._get_settings(),
            self._engine.clock(),
            recordings=segments,
            log_file=self._log_file,
            qt=qVersion(),
        )
        entries = await asyncio.to_thread(list_contents, contents)
        title = self._window.recording.report.text().replace("&", "").removesuffix("…")
        self.dialog = dialog = ReportFileDialog(title, entries, self._window)
        dialog.save_requested.connect(lambda: self._choose_report_file(dialog, contents))
        dialog.finished.connect(lambda: self._close_report(dialog))
        show_in_front(dialog)

    def _close_report(self, dialog: ReportFileDialog) -> None:
        dialog.deleteLater()
        if self.dialog is dialog:
            self.dialog = None
            if self._data.rolling is not None:
                self._data.rolling.held = frozenset()

    def _choose_report_file(self, dialog: ReportFileDialog, contents: ReportContents) -> None:
        choose_save_path(
            dialog,
            "Save the report",
            self._default_name("zip"),
            _REPORT_FILES,
            lambda path: self._tasks.run(self._save(dialog, contents, path)),
        )

    async def _save(self, dialog: ReportFileDialog, contents: ReportContents, path: Path) -> None:
        from ticker_gui.engine.report_file import save_report
        from ticker_gui.recording.format import RecordingError

        dialog.show_saving(True, "Saving…")
        failure = ""
        try:
            await asyncio.to_thread(save_report, path, contents)
        except RecordingError as error:
            failure = error.for_user
        self._window.status.show_message(failure or f"Saved {path}.")
        if self.dialog is not dialog:
            return  # it was closed meanwhile
        if failure:
            dialog.show_saving(False, failure)
        else:
            dialog.accept()


async def _close(opening: asyncio.Future[RecordingWriter]) -> None:
    """Close a recording, also one that is still being opened."""
    with suppress(TickerError):  # it could not be opened
        writer = await opening
        await asyncio.to_thread(writer.close)
