"""The command that opens a recording: a check, and a program of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtGui import QAction

from tests.conftest import RunQt
from tests.recording.recorded import batch, write
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.recording_opener import RecordingOpener, start_detached


class Starts:
    """The programs that would be started."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, Sequence[str]]] = []
        self.is_possible = True

    def start(self, program: str, arguments: Sequence[str]) -> bool:
        self.commands.append((program, arguments))
        return self.is_possible


@pytest.fixture
def starts() -> Starts:
    return Starts()


def opener(window: MainWindow, starts: Starts, settings_file: Path | None = None) -> RecordingOpener:
    return RecordingOpener(window, BackgroundTasks(), settings_file, starts.start)


def test_a_recording_is_played_by_a_program_of_its_own_with_the_same_settings(
    window: MainWindow, starts: Starts, run_qt: RunQt, tmp_path: Path
) -> None:
    path, settings = write(tmp_path / "a.ticker.jsonl.gz", batch("{}")), tmp_path / "config.toml"
    run_qt(opener(window, starts, settings).open(path))
    settings.write_text("")
    run_qt(opener(window, starts, settings).open(path))
    command = ("-m", "ticker_gui", "--replay", str(path))
    assert starts.commands == [(sys.executable, command), (sys.executable, (*command, "--config", str(settings)))]
    assert window.status.currentMessage() == "a.ticker.jsonl.gz is opening in a new window."


def test_a_file_that_is_not_a_recording_is_reported_and_nothing_is_started(
    window: MainWindow, starts: Starts, run_qt: RunQt, tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"")
    run_qt(opener(window, starts).open(path))
    assert "is not a recording" in window.status.currentMessage()
    assert not starts.commands


def test_a_program_that_cannot_be_started_is_reported(
    window: MainWindow, starts: Starts, run_qt: RunQt, tmp_path: Path
) -> None:
    starts.is_possible = False
    run_qt(opener(window, starts).open(write(tmp_path / "a.ticker.jsonl.gz", batch("{}"))))
    assert "could not be opened" in window.status.currentMessage()


def test_the_menu_opens_a_file_dialog_that_does_not_block(
    window: MainWindow, starts: Starts, run_qt: RunQt, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.ticker.jsonl.gz", batch("{}"))
    one = opener(window, starts)
    action = window.findChild(QAction, "open_recording")
    assert isinstance(action, QAction)

    async def test() -> None:
        action.trigger()
        (dialog,) = window.findChildren(type(one.choose()), "open_recording_dialog")[:1]
        dialog.fileSelected.emit(str(path))
        await asyncio.gather(*one._tasks.tasks)
        for each in window.findChildren(type(dialog), "open_recording_dialog"):
            each.close()

    run_qt(test())
    assert len(starts.commands) == 1


def test_a_detached_program_is_started(tmp_path: Path) -> None:
    assert start_detached(sys.executable, ["-c", ""])
    assert not start_detached(str(tmp_path / "missing"), [])
