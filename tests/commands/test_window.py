"""The command that opens the window: what it checks before, and what it does if one is open already."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from tests import programs
from tests.engine.recordings import DESK, opening, trade
from tests.recording.recorded import write
from ticker_gui.cli import main
from ticker_gui.commands import window
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.process.single_instance import Instance, StartReply, StartRequest
from ticker_gui.recording.format import new_header


def test_a_screenshot_that_cannot_be_saved_is_reported_before_a_window_opens(tmp_path: Path) -> None:
    result = programs.call("--screenshot", str(tmp_path / "no" / "picture.png"))
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_screenshot_does_not_replace_what_is_not_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert main(["--screenshot", str(pipe)]) == 2
    assert f"Cannot save a screenshot to {pipe}." in capsys.readouterr().err


def test_a_start_that_was_passed_on_says_where_the_window_is_and_what_it_was_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISPLAY", ":1")
    monkeypatch.setattr(window, "start_or_pass_on", lambda folder, request: StartReply(pid=7, display=":2"))
    assert main(["--symbols", "A"]) == 0
    assert capsys.readouterr().out == (
        "Ticker GUI is already running (process 7), so its window was brought to the front on display :2. "
        "It was given the symbols.\n"
    )


def test_symbols_are_passed_on_to_an_open_window_that_has_several_feeds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        "[[feeds]]\nurl = 'wss://ws.kraken.com/v2'\nsymbols = ['BTC/USD']\n"
        "[[feeds]]\nurl = 'wss://ws-feed.exchange.coinbase.com'\nsymbols = ['BTC-USD']\n"
    )
    requests: list[StartRequest] = []
    replies: list[StartReply | Instance] = [StartReply(pid=7), Instance()]

    def answer(folder: Path, request: StartRequest) -> StartReply | Instance:
        requests.append(request)
        return replies.pop(0)

    monkeypatch.setattr(window, "start_or_pass_on", answer)
    arguments = ["--config", str(file), "--symbols", "ETH-USD"]
    assert main(arguments) == 0
    assert requests[0].symbols == "ETH-USD"
    assert "It was given the symbols." in capsys.readouterr().out
    assert main(arguments) == 2
    assert "Select one with --feed." in capsys.readouterr().err
    assert main([*arguments, "--screenshot", str(tmp_path / "picture.png")]) == 2
    assert len(requests) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not a recording. It is empty."),
        (b"\x89PNG\r\n\x1a\n", "is not a Ticker GUI recording"),
        (b"PK\x03\x04", "is not a recording"),
        (b'{"ticker_gui":"9","format":99}\n', "was recorded by a newer version"),
        (b'{"ticker_gui":"1","format":1,"feeds":[{"name":"x","provider":"other"}]}\n', "this version does not have"),
        (None, "could not be read"),
    ],
)
def test_a_file_that_cannot_be_played_is_one_sentence_and_exit_code_2(
    content: bytes | None,
    reason: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gc.disable", lambda: None)
    path = tmp_path / "a.ticker.jsonl.gz"
    if content is not None:
        path.write_bytes(content)
    assert main(["--replay", str(path)]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--speed", "1"], "--speed requires --replay"),
        (["--replay", "a", "--url", "ws://x"], "--url cannot be combined with --replay"),
        (["--replay", "a", "--speed", "0"], "--speed"),
        (["--record", "a"], "--record"),
    ],
)
def test_wrong_arguments_of_a_replay_are_refused(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert reason in capsys.readouterr().err


def test_a_replay_is_drawn_and_leaves_no_file_behind(tmp_path: Path) -> None:
    recording = write(tmp_path / "a.ticker.jsonl.gz", opening(), trade(1, 1), header=new_header("", (DESK,)))
    picture, own = tmp_path / "picture.png", tmp_path / "own"
    folders = {f"XDG_{name}_HOME": str(own / name) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    result = programs.call(
        "--replay", str(recording), "--speed", "max", "--screenshot", str(picture), "--after", "0.5", **folders
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    image = QImage(str(picture))
    assert image.pixelColor(0, 0) == QColor(load_theme("dark").warning)
    assert not own.exists()
