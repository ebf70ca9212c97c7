from __future__ import annotations

import os
import sys
from contextlib import suppress

import pytest

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


@pytest.mark.parametrize("command", ["stream", "check", "providers", "key", "demo-server"])
def test_a_printing_command_without_a_console_names_the_console_program(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    boxes = boxes_without_a_console(monkeypatch)
    assert cli.main([command]) == 2
    assert len(boxes) == 1
    assert f"ticker-gui-console {command}" in boxes[0]


def test_invalid_arguments_without_a_console_are_shown_in_a_message_box(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = boxes_without_a_console(monkeypatch)
    assert cli.main(["--theme", "blak"]) == 2
    assert "blak" in boxes[0]
