from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, TextIO

import pytest

from tests import programs
from ticker_gui import cli
from ticker_gui.process import console


def boxes_without_a_console(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Remove the standard streams, as in a Windows program without a console; return the texts of message boxes."""
    shown = list[str]()
    monkeypatch.setattr(console, "_show_box", shown.append)
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    return shown


def test_a_message_is_printed_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_error("No symbols.")
    assert capsys.readouterr().err == "ticker-gui: No symbols.\n"


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_message_is_discarded_if_stderr_has_no_reader(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_closed: bool
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with suppress(BrokenPipeError), os.fdopen(writer, "w") as stderr:
        if is_closed:
            stderr.close()
        monkeypatch.setattr(sys, "stderr", stderr)
        console.print_error("No symbols.")
        monkeypatch.undo()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["--version"], 0), (["websocket"], 2)])
def test_a_reader_that_is_gone_does_not_change_the_exit_code(stream: str, arguments: list[str], code: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as pipe:  # noqa: PTH123  # a descriptor
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: pipe}
        # Python writes its buffers at the end, as it does for users.
        environment = programs.environment(PYTHONUNBUFFERED="")
        result = subprocess.run([*programs.COMMAND, *arguments], env=environment, timeout=300, check=False, **streams)
    assert result.returncode == code
    assert b"Exception" not in (result.stderr or b"")


def test_a_printing_command_reports_that_standard_output_is_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "platform", "linux")
    assert cli.main(["providers"]) == 2
    assert "Standard output is closed, and ticker-gui providers prints on it." in capsys.readouterr().err


@pytest.mark.parametrize("command", ["stream", "check", "providers", "key", "demo-server", "websocket"])
def test_a_printing_command_without_a_console_names_the_console_program(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    boxes = boxes_without_a_console(monkeypatch)
    monkeypatch.setattr(sys, "platform", "win32")
    assert cli.main([command]) == 2
    assert len(boxes) == 1
    assert f"ticker-gui-console {command}" in boxes[0]


def test_invalid_arguments_without_a_console_are_shown_in_a_message_box(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = boxes_without_a_console(monkeypatch)
    assert cli.main(["--theme", "blak"]) == 2
    assert "blak" in boxes[0]


@pytest.mark.parametrize(
    ("stdin", "stdout", "stderr", "is_without"),
    [
        ("file", "file", "file", True),  # .xsession-errors
        ("file", "socket", "socket", True),  # the journal
        ("none", "none", "none", True),  # a Windows program without a console
        ("file", "file", "pipe", False),  # another program reads the errors
        ("terminal", "file", "file", False),
        ("file", "terminal", "file", False),
        ("file", "file", "terminal", False),
        ("closed", "closed", "closed", True),
    ],
)
def test_a_program_started_from_the_desktop_is_recognized(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stdin: str, stdout: str, stderr: str, is_without: bool
) -> None:
    with ExitStack() as opened:
        for name, kind in (("stdin", stdin), ("stdout", stdout), ("stderr", stderr)):
            monkeypatch.setattr(sys, name, stream_of(kind, tmp_path / name, opened))
        assert console.is_without_terminal() is is_without
        monkeypatch.undo()


def stream_of(kind: str, path: Path, opened: ExitStack) -> object:
    if kind == "none":
        return None
    if kind == "pipe":
        reader, writer = os.pipe()
        opened.callback(os.close, reader)
        return opened.enter_context(os.fdopen(writer, "w"))
    if kind == "socket":
        one, other = socket.socketpair()
        opened.enter_context(one)
        opened.enter_context(other)
        return opened.enter_context(one.makefile("w"))
    stream = opened.enter_context(path.open("w"))
    if kind == "closed":
        stream.close()
    return Terminal(stream) if kind == "terminal" else stream


class Terminal:
    def __init__(self, stream: TextIO) -> None:
        self.fileno = stream.fileno

    def isatty(self) -> bool:
        return True
