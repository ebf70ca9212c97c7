"""The arguments that several commands have."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticker_gui.cli import main


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


@pytest.mark.parametrize("command", ["stream", "history", "export", "check"])
def test_commands_without_a_window_leave_disabled_feeds_out(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[[feeds]]\nname = "desk"\nurl = "ws://desk"\nsymbols = ["A"]\ndisabled = true\n')
    assert main([command, "--config", str(file)]) == 2
    assert "Every feed in the settings is disabled." in capsys.readouterr().err
