"""Reads a recording before its replay, with a dialog that can cancel that if it takes long."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressDialog

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.logs.internal_errors import in_thread
from ticker_gui.recording.reading import Recording
from ticker_gui.recording.summary import RecordingSummary, summarize

DELAY_S: Final = 0.5  # of the dialog
_NAME_LENGTH: Final = 60


async def read_summary(recording: Recording, prepare: Callable[[], object] | None = None) -> RecordingSummary | None:
    """Read a recording in a thread and return what it contains; ``None`` if the user cancels that.

    ``prepare`` is called before a dialog is shown.

    Raises:
        RecordingError: the file cannot be read any more.
    """
    is_cancelled = threading.Event()
    reading = asyncio.ensure_future(in_thread(partial(summarize, recording, is_cancelled.is_set)))
    try:
        done, _ = await asyncio.wait((reading,), timeout=DELAY_S)
        if done:
            return reading.result()
        if prepare is not None:
            prepare()
        return await _wait_with_dialog(reading, recording.path.name, is_cancelled)
    finally:
        is_cancelled.set()  # the thread ends soon


async def _wait_with_dialog(
    reading: asyncio.Future[RecordingSummary], name: str, is_cancelled: threading.Event
) -> RecordingSummary | None:
    dialog = QProgressDialog(f"Reading {sanitize_text(name, _NAME_LENGTH)}…", "Cancel", 0, 0)
    dialog.setObjectName("reading_recording")
    dialog.setWindowTitle("Ticker GUI")
    dialog.setWindowModality(Qt.WindowModality.NonModal)
    dialog.setMinimumDuration(0)
    dialog.canceled.connect(is_cancelled.set)
    dialog.show()
    try:
        summary = await reading
        return None if is_cancelled.is_set() else summary
    finally:
        dialog.canceled.disconnect()
        dialog.close()
        dialog.deleteLater()
