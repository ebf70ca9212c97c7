"""Opens recordings: each is played by a separate program, so that the live window continues."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QFileDialog

from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.logs.internal_errors import in_thread

_FILTERS: Final = ("Recordings and reports (*{suffix} *.jsonl *.jsonl.gz *.zip)", "All files (*)")


class RecordingOpener:
    """Lets the user choose a recording, checks it, and starts a program that plays it.

    ``settings_file`` is passed on if it exists. ``start`` starts a program with arguments and returns whether that was
    possible.
    """

    def __init__(
        self,
        window: MainWindow,
        tasks: BackgroundTasks,
        settings_file: Path | None,
        start: Callable[[str, Sequence[str]], bool] | None = None,
    ) -> None:
        self._window: Final = window
        self._tasks: Final = tasks
        self._settings_file: Final = settings_file
        self._start: Final = start or start_detached
        window.open_recording_requested.connect(self.choose)

    def choose(self) -> QFileDialog:
        """Open a file dialog; it does not block the event loop."""
        from ticker_gui.recording.format import SUFFIX  # not needed at the start of the program

        dialog = QFileDialog(self._window, "Open a recording")
        dialog.setObjectName("open_recording_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([text.format(suffix=SUFFIX) for text in _FILTERS])
        dialog.fileSelected.connect(lambda name: self._tasks.run(self.open(Path(name))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    async def open(self, path: Path) -> None:
        """Start a replay of a file, or report why it cannot be played."""
        from ticker_gui.recording.format import RecordingError  # as above
        from ticker_gui.recording.reading import Recording

        show_message = self._window.status.show_message
        try:
            await in_thread(partial(Recording, path))
        except RecordingError as error:
            show_message(error.for_user)
            return
        if self._start(*replay_command(path, self._settings_file)):
            show_message(f"{path.name} is opening in a new window.")
        else:
            show_message(f"{path.name} could not be opened: the program could not start a second window.")


def replay_command(path: Path, settings_file: Path | None) -> tuple[str, Sequence[str]]:
    """Return the program that plays a recording, and its arguments."""
    own = () if getattr(sys, "frozen", False) else ("-m", "ticker_gui")
    settings = () if settings_file is None or not os.path.isfile(settings_file) else ("--config", str(settings_file))
    return sys.executable, (*own, "--replay", str(path.absolute()), *settings)


def start_detached(program: str, arguments: Sequence[str]) -> bool:
    """Start a program that keeps running when this one ends, without its terminal; return whether that was possible."""
    process = QProcess()
    process.setProgram(program)
    process.setArguments(list(arguments))
    process.setStandardInputFile(QProcess.nullDevice())
    process.setStandardOutputFile(QProcess.nullDevice())
    process.setStandardErrorFile(QProcess.nullDevice())  # without a terminal, it shows errors in a dialog
    result: object = process.startDetached()  # of which there are two: one returns the process ID as well
    return result[0] is True if isinstance(result, tuple) else result is True
