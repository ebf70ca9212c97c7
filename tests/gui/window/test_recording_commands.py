"""The commands that record: a recording of the window can be replayed, and no file contains a key."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gzip
import zipfile
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, until
from tests.engine.test_engine import feed, payload, running
from tests.gui.window.test_stored_data import make_window
from tests.recording.outputs import replay
from ticker_gui.config.settings import ArchiveSettings, RecordingSettings, Settings
from ticker_gui.domain.events import Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.window.recording_commands import RecordingCommands
from ticker_gui.gui.window.stored_data import StoredData
from ticker_gui.recording import writing

KEY = "c4n4ry-S3CRET-0123456789"


class Desk:
    """A window with a feed whose server is the test, and the commands."""

    def __init__(self, folder: Path, minutes: int = 10) -> None:
        settings = feed("desk", "A", url=f"wss://venue.example/?token={KEY}")
        self.connector = ScriptedConnector()
        self.engine = Engine(
            [settings], connector=self.connector, find_credentials=lambda feed: Credentials(feed.url, KEY)
        )
        self.window, self.tasks = make_window(), BackgroundTasks()
        off, recording = ArchiveSettings(enabled=False), RecordingSettings(rolling_minutes=minutes)
        self.data = StoredData(self.engine, self.window, folder / "archive.sqlite3", off, recording)
        self.commands = RecordingCommands(
            self.engine, self.window, self.data, self.tasks, lambda: Settings(feeds=(settings,))
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Desk]:
        """Run the engine and the rolling recording, with a connection."""
        rolling = asyncio.create_task(self.data.run())
        await until(lambda: self.data.rolling is not None and self.engine.taps.batches)
        async with running(self.engine):
            line = await self.connector.connection()
            await until(lambda: line.sent)
            yield self
            await asyncio.gather(*self.tasks.tasks)
            rolling.cancel()
            await asyncio.wait((rolling,))
        assert not self.tasks.errors.count
        self.window.close()

    def deliver(self, price: float, number: int) -> None:
        """Deliver a trade."""
        self.connector.connections[0].deliver(payload(Trade("A", price, 1.0, self.engine.clock(), number)))

    def button(self, name: str) -> QPushButton:
        """Return a button of the window."""
        found = self.window.findChild(QPushButton, name)
        assert isinstance(found, QPushButton)
        return found

    @property
    def status(self) -> str:
        """What the status bar says about the recording."""
        found = self.window.status.findChild(QLabel, "recording")
        assert isinstance(found, QLabel)
        return found.text()

    def choose(self, path: Path) -> None:
        """Choose a file in the dialog that is open."""
        (dialog,) = (one for one in self.window.findChildren(QFileDialog) if one.isVisible())
        dialog.fileSelected.emit(str(path))
        dialog.reject()


def test_a_recording_of_the_window_can_be_replayed_and_contains_no_key(run_qt: RunQt, tmp_path: Path) -> None:
    path = tmp_path / "a.ticker.jsonl.gz"
    path.write_text("replaced")

    async def test() -> None:
        async with Desk(tmp_path).running() as desk:
            actions = desk.window.recording
            actions.record.trigger()
            desk.choose(path)
            await until(lambda: desk.status.startswith("Recording · "))
            assert "Stop" in actions.record.text()
            desk.deliver(5.0, 1)
            desk.connector.connections[0].deliver(f'{{"event":"reply","reason":"{KEY}"}}'.encode())
            desk.deliver(6.0, 2)
            desk.button("stop_recording").click()
            await until(lambda: "Recorded" in desk.window.status.currentMessage())
            assert desk.window.status.currentMessage().endswith(f" B) to {path}.")
            assert not desk.status
            assert "Record…" in actions.record.text().replace("&", "")
            desk.deliver(7.0, 3)

    run_qt(test())
    text = gzip.decompress(path.read_bytes()).decode()
    assert KEY not in text
    assert "•••" in text
    output, code = replay(path)
    assert code == 0
    assert [price in output for price in ('"price":5.0', '"price":6.0', '"price":7.0')] == [True, True, False]


def test_a_recording_ends_properly_when_the_window_is_closed(run_qt: RunQt, tmp_path: Path) -> None:
    path = tmp_path / "a.ticker.jsonl.gz"

    async def test() -> None:
        async with Desk(tmp_path).running() as desk:
            task = desk.tasks.run(desk.commands.record(path))
            await until(lambda: desk.status)
            desk.deliver(5.0, 1)
            task.cancel()
            await asyncio.wait((task,))

    run_qt(test())
    assert b'\\"price\\":5.0' in gzip.decompress(path.read_bytes())  # raises if the end is missing


def test_a_recording_that_fails_is_a_sentence_until_it_is_dismissed(
    run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def test() -> None:
        async with Desk(tmp_path, minutes=0).running() as desk:
            monkeypatch.setattr(writing._RawFile, "write", fail)
            monkeypatch.setattr(writing, "_FLUSH_S", 0.0)
            await desk.commands.record(tmp_path / "a.gz")
            assert "the disk is full" in desk.window.status.currentMessage()
            assert desk.status == "Recording failed"
            desk.button("stop_recording").click()
            assert not desk.status
            await desk.commands.record(tmp_path / "none" / "a.gz")
            assert "does not exist" in desk.window.status.currentMessage()

    run_qt(test())


def test_a_recording_before_the_program_has_started_is_tried_again_by_the_user(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        desk = Desk(tmp_path)
        for command in (desk.commands.record(tmp_path / "a.gz"), desk.commands._offer_report()):
            desk.window.status.clearMessage()
            await command
            assert "Try again" in desk.window.status.currentMessage()

    run_qt(test())


def test_the_last_minutes_are_listed_and_then_saved_without_a_key(run_qt: RunQt, tmp_path: Path) -> None:
    path = tmp_path / "report.zip"

    async def test() -> None:
        async with Desk(tmp_path).running() as desk:
            rolling = desk.data.rolling
            assert rolling is not None
            await until(lambda: rolling._writer)
            desk.deliver(5.0, 1)
            desk.window.recording.report.trigger()
            await until(lambda: desk.commands.dialog is not None)
            dialog = desk.commands.dialog
            assert dialog is not None
            assert dialog.windowTitle() == "Save the last 10 minutes with a report"
            assert rolling.held
            dialog.save_button.click()
            desk.choose(tmp_path / "none" / "report.zip")
            await until(lambda: "does not exist" in dialog.message.text())
            dialog.save_button.click()
            desk.choose(path)
            await until(lambda: desk.commands.dialog is None)
            assert not rolling.held
            assert desk.window.status.currentMessage() == f"Saved {path}."

    run_qt(test())
    with zipfile.ZipFile(path) as archive:
        assert {"report.txt", "states.txt", "settings.json", "recording-001.ticker.jsonl.gz"} == set(archive.namelist())
        for name in archive.namelist():
            content = archive.read(name)
            is_segment = name.endswith(".gz")  # the end of the newest one is missing
            assert KEY.encode() not in (zlib.decompressobj(31).decompress(content) if is_segment else content)
    assert '"price":5.0' in replay(path)[0]
