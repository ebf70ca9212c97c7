from __future__ import annotations

import os
import sys
from contextlib import suppress

import pytest

from ticker_gui import cli
from ticker_gui.process import console


def boxes_without_a_console(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Take all streams away, as from a program of Windows without a console, and return what boxes show."""
    shown = list[str]()
    monkeypatch.setattr(console, "_show_box", shown.append)
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    return shown


def test_a_message_is_printed_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_error("No symbols.")
    assert capsys.readouterr().err == "ticker-gui: No symbols.\n"


@pytest.mark.parametrize("is_closed", [False, True])
def test_where_nobody_reads_stderr_a_message_goes_nowhere(
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


@pytest.mark.parametrize("command", ["stream", "check", "providers", "key", "demo-server"])
def test_a_command_that_prints_names_the_program_with_a_console(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    boxes = boxes_without_a_console(monkeypatch)
    assert cli.main([command]) == 2
    assert len(boxes) == 1
    assert f"ticker-gui-console {command}" in boxes[0]


def test_wrong_arguments_of_a_window_without_a_console_are_shown_in_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = boxes_without_a_console(monkeypatch)
    assert cli.main(["--theme", "blak"]) == 2
    assert "blak" in boxes[0]
