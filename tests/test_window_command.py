"""The command that opens the window: what it checks before, and what it does if one is open already."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import programs
from ticker_gui import window_command
from ticker_gui.cli import main
from ticker_gui.process.single_instance import StartReply


def test_a_screenshot_that_cannot_be_saved_is_reported_before_a_window_opens(tmp_path: Path) -> None:
    result = programs.call("--screenshot", str(tmp_path / "no" / "picture.png"))
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1


def test_a_start_that_was_passed_on_says_where_the_window_is_and_what_it_was_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISPLAY", ":1")
    monkeypatch.setattr(window_command, "start_or_pass_on", lambda folder, request: StartReply(pid=7, display=":2"))
    assert main(["--symbols", "A"]) == 0
    assert capsys.readouterr().out == (
        "Ticker GUI is already running (process 7), so its window was brought to the front on display :2. "
        "It was given the symbols.\n"
    )
