"""Internal faults: unexpected exceptions, and a log file that is not writable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtWidgets import QLabel, QPlainTextEdit

from tests import programs
from tests.conftest import RunQt
from tests.doubles import UNEXPECTED, until
from tests.faults.process import fault_server
from tests.faults.program import Program, program, status_program
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.registry import PROVIDERS

OK = ("subscribe", "flood:200:6000")


class Repairable(Demo):
    """A provider with a bug until it is repaired."""

    name: ClassVar = "crashing"
    hook: ClassVar = "decode"
    error: ClassVar = staticmethod(KeyError)
    is_repaired: ClassVar = False

    def decode(self, payload: bytes):  # type: ignore[no-untyped-def]
        self._crash("decode")
        return super().decode(payload)

    def subscribe(self, symbols):  # type: ignore[no-untyped-def]
        self._crash("subscribe")
        return super().subscribe(symbols)

    def _crash(self, hook: str) -> None:
        if hook == self.hook and not self.is_repaired:
            raise self.error()


def label(it: Program, name: str) -> str:
    found = it.app.window.findChild(QLabel, name)
    assert isinstance(found, QLabel)
    return found.text()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> type[Repairable]:
    monkeypatch.setitem(PROVIDERS, "crashing", Repairable)
    monkeypatch.setattr(Repairable, "is_repaired", False)
    return Repairable


@pytest.mark.parametrize("error", UNEXPECTED[:3], ids=lambda error: getattr(error, "func", error).__name__)
def test_f63_bug_in_the_decoder_of_one_of_two_feeds(
    run_qt: RunQt, monkeypatch: pytest.MonkeyPatch, provider: type[Repairable], error: type[Exception]
) -> None:
    monkeypatch.setattr(provider, "error", staticmethod(error))

    async def test() -> None:
        with fault_server(*OK) as one, fault_server(*OK) as two:
            async with status_program(one.url, two.url, providers=("crashing", "demo"), allow_warnings=True) as it:
                broken, desk = it.app.engine.feeds.values()
                trades = it.app.engine.market.states[1]
                await until(lambda: trades.trades > 50 and broken.session.rejected_frames.count > 50)
                it.shown.append(await it.shows("1 of 2 feeds"))
                await until(lambda: "internal error" in label(it, "internal_errors"))
                await until(lambda: "messages rejected" in label(it, "skipped_frames"))
                assert desk.state.kind is FeedStatus.LIVE
                assert broken.state.is_connected
                assert one.connections == 1
                monkeypatch.setattr(provider, "is_repaired", True)
                await until(lambda: it.app.engine.market.states[0].trades)
                assert broken.state.kind is FeedStatus.LIVE

    run_qt(test())


def test_f64_bug_in_the_session_of_one_feed(
    run_qt: RunQt, monkeypatch: pytest.MonkeyPatch, provider: type[Repairable]
) -> None:
    monkeypatch.setattr(provider, "hook", "subscribe")

    async def test() -> None:
        with fault_server(*OK) as one, fault_server(*OK) as two:
            async with program(one.url, two.url, providers=("crashing", "demo"), allow_warnings=True) as it:
                broken, desk = it.app.engine.feeds.values()
                await it.shows(
                    "1 of 2 feeds", "Internal error in feed feed1. Reconnecting in", "Details are in the log."
                )
                trades = it.app.engine.market.states[1]
                before = trades.trades
                await until(lambda: trades.trades > before + 50)
                assert broken.state.kind is FeedStatus.WAITING
                it.app.window.status.details_requested.emit()
                report = it.app.window.details.findChild(QPlainTextEdit, "report")
                assert isinstance(report, QPlainTextEdit)
                assert "Internal errors in feed feed1: 1" in report.toPlainText()
                assert "Log file: none" in report.toPlainText()
                monkeypatch.setattr(provider, "is_repaired", True)
                await it.retry()
                await it.shows("2 of 2 feeds")
                assert desk.errors.count == 0

    run_qt(test())


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a file for a folder", "no such folder", "a full disk"])
def test_f65_log_file_is_not_writable(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "it.log"
    match kind:
        case "a folder":
            path.mkdir()
        case "a pipe":
            os.mkfifo(path)
        case "a file for a folder":
            path.touch()
            path /= "it.log"
        case "no such folder":
            path = Path("/proc/nowhere/it.log")
        case _:
            path = Path("/dev/full")
    with fault_server(*OK) as server:
        feed = ("--url", server.url, "--provider", "demo", "--symbols", "A")
        result = programs.call("stream", *feed, "--count", "3", "--log-file", str(path))
        picture = tmp_path / "it.png"
        window = programs.call(*feed, "--screenshot", str(picture), "--after", "0.1", "--log-file", str(path))
    assert result.returncode == window.returncode == 0
    assert sum(line["event"] == "trade" for line in programs.lines(result.stdout)) == 3
    (notice,) = result.stderr.splitlines()
    assert notice.startswith(f"ticker-gui: Could not write the log file {path}: ")
    assert picture.exists()
