from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.alerts.actions.actions import CommandAction
from ticker_gui.alerts.actions.argument_text import join_arguments
from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.alert_text import export_alerts, read_alerts
from ticker_gui.gui.alerts import alert_files
from ticker_gui.gui.alerts.alert_files import AlertFiles
from ticker_gui.gui.background_tasks import BackgroundTasks


class Files:
    """The file commands with what they add and say."""

    def __init__(self) -> None:
        self.parent = QWidget()
        self.added: list[Sequence[Alert]] = []
        self.messages: list[str] = []
        self.files = AlertFiles(self.parent, BackgroundTasks(), self.messages.append, self.added.append)

    def choose(self, name: str, path: Path) -> None:
        dialog = self.parent.findChild(QFileDialog, name)
        assert dialog is not None
        dialog.fileSelected.emit(str(path))


def test_alerts_are_exported_and_imported(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        files, alert = Files(), Alert("id", "last > 5", "A")
        files.files.choose_export([alert])
        files.choose("save_as", tmp_path / "alerts.json")
        await until(lambda: files.messages)
        files.files.choose_import()
        files.choose("import_alerts", tmp_path / "alerts.json")
        await until(lambda: files.added)
        assert files.added == [[alert]]

    run_qt(test())


def test_alerts_that_run_programs_are_imported_only_after_a_question(run_qt: RunQt, tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    actions = (CommandAction(("<b>rm<b>", "-r")),)
    path.write_bytes(export_alerts([Alert("id", "last > 5", "A", actions=actions)]))
    files = Files()  # longer than the question, which would otherwise delete its own parent

    async def test() -> None:
        await files.files.import_file(path)
        assert not files.added
        question = files.files.question
        assert question is not None
        assert question.informativeText() == "Command: <b>rm<b> -r"
        assert not question.detailedText()
        assert question.textFormat() is Qt.TextFormat.PlainText
        next(button for button in question.buttons() if button.text() == "Import").click()
        assert len(files.added) == 1

    run_qt(test())


def test_all_of_every_command_can_be_read_before_it_is_imported(run_qt: RunQt, tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    commands = [("/bin/sh", "-c", f"{'x' * 300} {number}") for number in range(6)]
    actions = tuple(map(CommandAction, commands))
    path.write_bytes(export_alerts([Alert("id", "last > 5", "A", actions=actions)]))
    files = Files()

    async def test() -> None:
        await files.files.import_file(path)
        question = files.files.question
        assert question is not None
        assert question.informativeText().startswith('Command: /bin/sh -c "xxx')
        assert question.informativeText().endswith("\nand 1 more")
        assert question.detailedText().splitlines() == [f"Command: {join_arguments(one)}" for one in commands]
        question.close()

    run_qt(test())


def test_many_alerts_are_read_in_a_thread(run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, threads = tmp_path / "alerts.txt", list[threading.Thread]()
    path.write_text("A: last > 1")

    def read(text: str) -> list[Alert]:
        threads.append(threading.current_thread())
        return read_alerts(text)

    monkeypatch.setattr(alert_files, "read_alerts", read)

    async def test() -> None:
        files = Files()
        await files.files.import_file(path)
        assert len(files.added) == 1

    run_qt(test())
    assert threads
    assert threading.main_thread() not in threads


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "alerts.json"),
        (b"\xff\xfe\x00", "alerts.json: it is not text in UTF-8"),
        (b"nonsense", "Line 1: "),
        (b"x" * 50, "larger"),
    ],
)
def test_files_that_cannot_be_read_say_why(
    run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, message: str
) -> None:
    monkeypatch.setattr(alert_files, "MAX_FILE_BYTES", 40)
    path = tmp_path / "alerts.json"
    if content is not None:
        path.write_bytes(content)

    async def test() -> None:
        files = Files()
        await files.files.import_file(path)
        assert not files.added
        assert message in files.messages[0]
        await asyncio.sleep(0)

    run_qt(test())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_is_not_waited_for(run_qt: RunQt, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alerts.json")

    async def test() -> None:
        files = Files()
        await files.files.import_file(tmp_path / "alerts.json")
        assert files.messages == ["Could not read alerts.json: it is not a regular file."]

    run_qt(test())
