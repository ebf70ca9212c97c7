"""Reading a recording before its replay."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QProgressDialog, QPushButton

from tests.conftest import RunQt
from tests.doubles import until
from tests.recording.recorded import batch, write
from ticker_gui.gui.replay import reading as module
from ticker_gui.gui.replay.reading import read_summary
from ticker_gui.recording.format import RecordingError
from ticker_gui.recording.reading import Recording
from ticker_gui.recording.summary import RecordingSummary, summarize


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return Recording(write(tmp_path / "a.ticker.jsonl.gz", batch("{}")))


def dialogs() -> list[QProgressDialog]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, QProgressDialog) and one.isVisible()]


def slow(monkeypatch: pytest.MonkeyPatch, may_end: threading.Event) -> None:
    """Let the reading wait until it may end, or is cancelled."""

    def read(recording: Recording, is_cancelled: Callable[[], bool]) -> RecordingSummary:
        while not may_end.wait(0.01) and not is_cancelled():
            pass
        return summarize(recording)

    monkeypatch.setattr(module, "summarize", read)
    monkeypatch.setattr(module, "DELAY_S", 0.0)


def test_a_recording_that_is_read_at_once_needs_no_dialog(recording: Recording, run_qt: RunQt) -> None:
    async def test() -> None:
        summary = await read_summary(recording)
        assert summary is not None
        assert summary.frames == 1
        assert not dialogs()

    run_qt(test())


def test_a_dialog_is_shown_while_a_long_recording_is_read(
    recording: Recording, run_qt: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, prepared = threading.Event(), list[str]()
    slow(monkeypatch, may_end)

    async def test() -> None:
        reading = asyncio.create_task(read_summary(recording, lambda: prepared.append("theme")))
        await until(lambda: bool(dialogs()))
        assert dialogs()[0].labelText() == "Reading a.ticker.jsonl.gz…"
        may_end.set()
        assert await reading == summarize(recording)
        assert not dialogs()

    run_qt(test())
    assert prepared == ["theme"]


def test_the_reading_can_be_cancelled(recording: Recording, run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    slow(monkeypatch, threading.Event())

    async def test() -> None:
        reading = asyncio.create_task(read_summary(recording))
        await until(lambda: bool(dialogs()))
        (button,) = dialogs()[0].findChildren(QPushButton)
        button.click()
        assert await reading is None

    run_qt(test())


def test_a_file_that_has_vanished_is_reported(recording: Recording, run_qt: RunQt) -> None:
    recording.path.unlink()

    async def test() -> None:
        with pytest.raises(RecordingError, match="could not be read"):
            await read_summary(recording)

    run_qt(test())
