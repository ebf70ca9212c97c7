from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests import programs
from tests.commands.stored_data import COINBASE, NEW_YEAR, store
from tests.commands.test_stream import a_market
from tests.doubles import Ring
from tests.servers import serving
from ticker_gui import cli
from ticker_gui.cli import main
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.process.early_exit import EXIT_WRONG_USAGE

LOCAL = ("--url", "ws://127.0.0.1:9", "--provider", "demo")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["stream"], "URL"),
        (["stream", "--symbols", "A"], "URL"),
        (["stream", "--url", "http://host", "--symbols", "A", "--provider", "demo"], "WebSocket"),
        (["stream", "--url", "nonsense", "--symbols", "A"], "WebSocket"),
        (["stream", "--url", "ws://h", "--provider", "nope", "--symbols", "A"], "nope"),
        (["stream", "--url", "ws://h", "--symbols", "A", "--provider", "mapped"], "[feeds.mapping]"),
        (["check"], "URL"),
        (["check", "--symbols", "A"], "URL"),
        (["check", *LOCAL, "--symbols", "A", "--seconds", "0"], "--seconds"),
        (["check", "--url", "wss://ws.finnhub.io", "--symbols", "AAPL"], "key"),
        (["stream", *LOCAL], "symbols"),
        (["stream", *LOCAL, "--symbols", " , "], "symbols"),
        (["stream", *LOCAL, "--symbols", "A", "--count", "0"], "--count"),
        (["stream", *LOCAL, "--symbols", "A", "--seconds", "nan"], "--seconds"),
        (["stream", "--url", "wss://ws.finnhub.io", "--symbols", "AAPL"], "key"),
        (["--bogus"], "--bogus"),
        (["nonsense"], "nonsense"),
        (["steam", "--count", "3"], '"steam" (did you mean "stream"?). See ticker-gui --help.'),
        (["--theme", "pink"], "pink"),
        (["--config", "/nowhere/at.toml"], "/nowhere/at.toml"),
        (["--screenshot", "/nowhere/at/all.png"], "/nowhere/at/all.png"),
        (["--screenshot", "/"], "screenshot"),
        (["--screenshot", "x.png", "--after", "1e308"], "--after"),
        (["stream", "--config", "x" * 300], "name is too long"),
        (["stream", *LOCAL, "--symbols", "A", "--record", "x" * 300], "name is too long"),
        (["stream", "--replay", "x" * 300], "name is too long"),
        (["demo-server", "--port", "70000"], "--port"),
        (["demo-server", "--rate", "fast"], "--rate"),
        (["demo-server", "--rate", "1e-320"], "--rate"),
        (["demo-server", "--host", ""], "0.0.0.0"),
        (["demo-server", "--host", "\u202e.com"], "Cannot listen on"),
        (["demo-server", "--symbols", "<b>"], "<b>"),
        (["providers", "--all"], "--all"),
        (["key"], "action"),
        (["key", "show", "desk"], "show"),
        (["key", "set"], "FEED"),
        (["key", "set", "desk"], "No key"),
        (["key", "delete", "desk"], "keyring"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("ticker-gui: ")
    assert output.err.count("\n") == 1
    assert word in output.err


def test_providers_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["providers"]) == 0
    output = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in output] == list(PROVIDERS)


def test_a_key_is_stored_and_deleted_without_being_displayed(
    ring: Ring, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n3w-key\n"))
    assert main(["key", "set", "desk"]) == 0
    assert ring.kept["ticker-gui", "desk"] == "n3w-key"
    assert main(["key", "delete", "desk"]) == 0
    assert ("ticker-gui", "desk") not in ring.kept
    output = capsys.readouterr()
    assert "n3w-key" not in output.out + output.err


def test_the_help_lists_each_command_with_a_summary_and_each_command_has_a_help_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    def help_of(*command: str) -> str:
        with pytest.raises(SystemExit) as end:
            main([*command, "--help"])
        assert end.value.code == 0
        return capsys.readouterr().out

    general = help_of()
    assert "--screenshot" in general
    assert max(map(len, general.splitlines())) <= 80
    listed = general.partition("other commands:\n")[2].partition("\n\n")[0].splitlines()
    summaries = dict(line.split(maxsplit=1) for line in listed)
    assert {"stream", "history", "export", "check", "providers", "demo-server", "websocket", "publish", "key"} == set(
        summaries
    )
    for name in summaries:
        assert help_of(name).startswith(f"usage: ticker-gui {name}")


_RUNNING_COMMANDS = """
import json, sys
from ticker_gui.cli import main
for arguments in json.loads(sys.argv[1]):
    code = main(arguments)
    loaded = [name for name in sys.modules if name.partition(".")[0] in ("PySide6", "pyqtgraph", "qasync")]
    print(arguments[0], code, loaded, file=sys.stderr)
"""


def test_commands_without_a_window_load_no_qt() -> None:
    """All run in one new interpreter, because starting it takes long."""
    store(trades=2)
    with serving(a_market) as server:
        demo = ("--url", server.url, "--provider", "demo", "--symbols", "NIMB")
        commands = [
            ["history", "--symbols", "NIMB", "--count", "1"],
            ["export", *COINBASE, *NEW_YEAR],
            ["stream", *demo, "--count", "1"],
            ["check", *demo, "--seconds", "0.1"],
        ]
        result = programs.call_new_python(_RUNNING_COMMANDS, json.dumps(commands))
    assert result.stderr.splitlines() == [f"{command} 0 []" for command, *_ in commands]


def test_the_package_runs_as_a_module() -> None:
    result = programs.call("--version")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("ticker-gui ")


@pytest.mark.parametrize(
    ("arguments", "is_shown"),
    [
        (["--nonsense"], True),
        (["--theme", "pink"], True),
        (["--config", "/nowhere.toml"], True),
        (["--screenshot=x.png", "--nonsense"], False),
        (["stream", "--nonsense"], False),
        (["--config"], True),
    ],
)
def test_an_error_at_the_start_is_shown_in_a_dialog_without_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], is_shown: bool
) -> None:
    shown: list[tuple[str, Path | None]] = []

    def show(message: str, file: Path | None) -> bool:
        shown.append((message, file))
        return True

    monkeypatch.setattr("ticker_gui.app.start_error.show_start_error", show)
    monkeypatch.setattr(cli, "is_without_terminal", lambda: True)
    assert cli.main(arguments) == EXIT_WRONG_USAGE
    assert len(shown) == is_shown
    printed = capsys.readouterr().err
    assert printed.startswith("ticker-gui: ")
    assert all(message in printed and file is None for message, file in shown)
    shown.clear()
    monkeypatch.setattr(cli, "is_without_terminal", lambda: False)
    assert cli.main(arguments) == EXIT_WRONG_USAGE
    assert not shown


def test_the_dialog_offers_the_settings_file_if_it_exists(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("")
    shown: list[Path | None] = []

    def show(message: str, file: Path | None) -> bool:
        shown.append(file)
        return True

    monkeypatch.setattr("ticker_gui.app.start_error.show_start_error", show)
    monkeypatch.setattr(cli, "is_without_terminal", lambda: True)
    assert cli.main(["--config", str(file), "--feed", "nope"]) == EXIT_WRONG_USAGE
    assert shown == [file]
