"""The arguments that several commands have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ticker_gui.cli import main

NO_TEXT = os.fsdecode(b"\xff")


@pytest.mark.parametrize("command", [[], ["stream"], ["history"], ["export"], ["check"], ["demo-server"]])
def test_each_command_that_runs_has_options_for_the_log(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKER_GUI_LOG_FILE", "/100%s")  # argparse expands % in help texts
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    help_text = capsys.readouterr().out
    assert "--log-file" in help_text
    assert "--log-level {debug,info,warning,error}" in help_text
    assert main([*command, "--log-level", "loud"]) == 2
    assert "loud" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--theme", NO_TEXT],
        ["--feed", NO_TEXT],
        ["stream", "--feed", NO_TEXT],
        ["demo-server", "--host", NO_TEXT],
        ["history", "--from", NO_TEXT],
        ["publish", "--to", NO_TEXT],
        ["websocket", "--header", NO_TEXT, "ws://desk"],
        ["key", "set", NO_TEXT],
    ],
    ids=" ".join,
)
def test_an_argument_that_is_not_text_is_reported(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert '"\\udcff" is not text in UTF-8' in capsys.readouterr().err


@pytest.mark.parametrize("variable", ["TICKER_GUI_THEME", "TICKER_GUI_FEED", "TICKER_GUI_SYMBOLS", "TICKER_GUI_URL"])
@pytest.mark.parametrize("arguments", [["stream"], ["--screenshot", "window.png"], []])
def test_a_variable_that_is_not_text_is_reported(
    variable: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, NO_TEXT)
    assert main(arguments) == 2
    assert f"The environment variable {variable} is not text in UTF-8." in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--config", "--replay"])
def test_the_name_of_a_file_need_not_be_text(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stream", option, NO_TEXT]) == 2
    assert "is not text" not in capsys.readouterr().err


@pytest.mark.parametrize("command", ["stream", "history", "export", "check"])
def test_commands_without_a_window_leave_disabled_feeds_out(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[[feeds]]\nname = "desk"\nurl = "ws://desk"\nsymbols = ["A"]\ndisabled = true\n')
    assert main([command, "--config", str(file)]) == 2
    assert "Every feed in the settings is disabled." in capsys.readouterr().err
