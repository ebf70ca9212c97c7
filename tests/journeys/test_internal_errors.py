"""A feed whose provider has a bug does not affect other feeds of the program."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection

from tests import programs
from tests.servers import serving
from ticker_gui.domain.events import Trade

HOOKS = ("__init__", "address", "headers", "subscribe", "unsubscribe", "keepalive", "decode")


async def a_market(client: ServerConnection) -> None:
    for number in range(1000):
        await client.send(msgspec.json.encode(Trade("A", 5.0, trade_id=number)).decode())
        await asyncio.sleep(0.02)


@contextlib.contextmanager
def feeds(folder: Path, *names_and_providers: tuple[str, str]) -> Iterator[Path]:
    """Write settings with these feeds, and serve them."""
    with serving(a_market) as server:
        path = folder / "feeds.toml"
        path.write_text(
            "".join(
                f'[[feeds]]\nname = "{name}"\nurl = "{server.url}"\nprovider = "{provider}"\nsymbols = ["A"]\n'
                for name, provider in names_and_providers
            )
        )
        yield path


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    with feeds(tmp_path, ("broken", "crashing"), ("desk", "demo")) as path:
        yield path


@pytest.fixture
def config_of_all(tmp_path: Path) -> Iterator[Path]:
    """Settings with a feed for a bug in each hook, which has its name, and one that works."""
    with feeds(tmp_path, *((hook, hook) for hook in HOOKS), ("desk", "demo")) as path:
        yield path


def logged(tmp_path: Path) -> str:
    return (tmp_path / "it.log").read_text("utf-8")


def test_stream_continues_with_a_bug_in_every_hook(config_of_all: Path, tmp_path: Path) -> None:
    log = str(tmp_path / "it.log")
    arguments = ("stream", "--config", str(config_of_all), "--seconds", "2", "--log-file", log)
    result = programs.call_crashing(",".join(HOOKS), *arguments)
    trades = [line["feed"] for line in programs.lines(result.stdout) if line["event"] == "trade"]
    assert trades.count("desk") > 5
    reports = sorted(line.partition(": KeyError at ")[0] for line in result.stderr.splitlines() if "KeyError" in line)
    assert reports == sorted(f"ticker-gui: Internal error in feed {hook}" for hook in HOOKS)
    assert "Traceback" not in result.stderr
    assert "never retrieved" not in result.stderr
    assert logged(tmp_path).count("Traceback") == len(HOOKS)


@pytest.mark.parametrize("hook", ["__init__", "decode"])
def test_stream_continues_and_reports_an_internal_error_once(config: Path, tmp_path: Path, hook: str) -> None:
    log = str(tmp_path / "it.log")
    result = programs.call_crashing(hook, "stream", "--config", str(config), "--seconds", "2", "--log-file", log)
    lines = programs.lines(result.stdout)
    assert sum(line["feed"] == "desk" and line["event"] == "trade" for line in lines) > 5
    (said,) = [line for line in result.stderr.splitlines() if "KeyError" in line]
    assert said.startswith("ticker-gui: Internal error in feed broken: KeyError at ")
    assert said.endswith(f"Details are in {log}.")
    assert "Traceback" not in result.stderr
    assert "never retrieved" not in result.stderr
    assert result.returncode == (1 if hook == "__init__" else 0)  # not connected, or it was
    assert logged(tmp_path).count("Traceback") == 1
    assert "KeyError: 'price'" in logged(tmp_path)


def test_check_reports_a_bug_in_every_hook(config_of_all: Path, tmp_path: Path) -> None:
    arguments = ("check", "--config", str(config_of_all), "--seconds", "1", "--json")
    result = programs.call_crashing(",".join(HOOKS), *arguments, "--log-file", str(tmp_path / "it.log"))
    *broken, desk = programs.lines(result.stdout)
    assert desk["silent"] == []
    assert "internal_errors" not in desk
    assert [line["feed"] for line in broken] == list(HOOKS)
    assert all(line["internal_errors"][0]["error"].startswith("KeyError at ") for line in broken)
    silent = {line["feed"] for line in broken if line["silent"] == ["A"]}
    assert silent >= {"__init__", "address", "headers", "decode"}  # with the others a price comes before the bug
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert logged(tmp_path).count("Traceback") == len(HOOKS)


@pytest.mark.parametrize("hook", ["__init__", "decode"])
def test_check_reports_both_feeds(config: Path, tmp_path: Path, hook: str) -> None:
    log = str(tmp_path / "it.log")
    result = programs.call_crashing(
        hook, "check", "--config", str(config), "--seconds", "1", "--json", "--log-file", log
    )
    broken, desk = programs.lines(result.stdout)
    assert desk["silent"] == []
    assert "internal_errors" not in desk
    assert broken["internal_errors"][0]["error"].startswith("KeyError at ")
    assert "Traceback" not in result.stderr
    assert broken["silent"] == ["A"]
    assert result.returncode == 1
    assert logged(tmp_path).count("Traceback") == 1


@pytest.mark.parametrize("hook", ["decode", "subscribe"])
def test_the_window_stays_open(config: Path, tmp_path: Path, hook: str) -> None:
    picture, log = tmp_path / "it.png", tmp_path / "it.log"
    arguments = ("--config", str(config), "--screenshot", str(picture), "--after", "2", "--log-file", str(log))
    result = programs.call_crashing(hook, *arguments)
    assert result.returncode == 0
    assert picture.stat().st_size > 10_000
    assert "Feed desk: live" in logged(tmp_path)
    assert logged(tmp_path).count("Traceback") == 1
    assert result.stderr.count("Internal error in feed broken") == 1


def test_a_failure_to_start_ends_the_program_with_a_sentence_and_a_logged_traceback(tmp_path: Path) -> None:
    config = tmp_path / "one.toml"
    config.write_text('[[feeds]]\nname = "desk"\nurl = "ws://127.0.0.1:9"\nprovider = "demo"\nsymbols = ["A"]\n')
    log = tmp_path / "it.log"
    start = "import ticker_gui.commands.stream as headless; headless._Stream = None; from ticker_gui.cli import main; import sys; "
    result = programs.call_python(
        f"{start}sys.exit(main(sys.argv[1:]))", "stream", "--config", str(config), "--log-file", str(log)
    )
    assert result.returncode == 1
    assert "internal error: TypeError" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Traceback" in logged(tmp_path)
