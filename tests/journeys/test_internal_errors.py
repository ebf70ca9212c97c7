"""A feed whose provider has a bug does not affect other feeds of the program."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection

from tests import programs
from tests.servers import serving
from ticker_gui.domain.events import Trade

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
HOOKS = ("__init__", "address", "headers", "subscribe", "unsubscribe", "keepalive", "decode")


async def a_market(client: ServerConnection) -> None:
    for number in itertools.count():
        await client.send(msgspec.json.encode(Trade("A", 5.0, trade_id=number)).decode())
        await asyncio.sleep(0.02)


class Scene(NamedTuple):
    """Settings with a feed that works, "desk", and others; ``desk_is_read`` is set when ten of its trades were read."""

    config: Path
    log: Path
    desk_is_read: threading.Event

    @property
    def arguments(self) -> tuple[str, ...]:
        return "--config", str(self.config), "--log-file", str(self.log)

    def logged(self) -> str:
        return self.log.read_text("utf-8") if self.log.exists() else ""

    def shows(self, errors: int) -> bool:
        """Return whether these errors of the other feeds are logged, and the working one has delivered data."""
        return self.logged().count("Traceback") >= errors and self.desk_is_read.is_set()


@contextlib.contextmanager
def feeds(folder: Path, *names_and_providers: tuple[str, str]) -> Iterator[Scene]:
    """Write settings with these feeds and one that works, and serve them."""
    is_read = threading.Event()

    async def desk(client: ServerConnection) -> None:
        for number in range(10):
            await client.send(msgspec.json.encode(Trade("A", 4.0, trade_id=-number)).decode())
        await (await client.ping())
        is_read.set()
        await a_market(client)

    with serving(a_market) as others, serving(desk) as working:
        scene = Scene(folder / "feeds.toml", folder / "it.log", is_read)
        urls = [(*one, others.url) for one in names_and_providers]
        scene.config.write_text(
            "".join(
                f'[[feeds]]\nname = "{name}"\nurl = "{url}"\nprovider = "{provider}"\nsymbols = ["A"]\n'
                for name, provider, url in (*urls, ("desk", "demo", working.url))
            )
        )
        yield scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with feeds(tmp_path, ("broken", "crashing")) as scene:
        yield scene


@pytest.fixture
def scene_of_all(tmp_path: Path) -> Iterator[Scene]:
    """Settings with a feed for a bug in each hook, which has its name, and one that works."""
    with feeds(tmp_path, *((hook, hook) for hook in HOOKS)) as scene:
        yield scene


@needs_signals
def test_stream_continues_with_a_bug_in_every_hook(scene_of_all: Scene) -> None:
    program = programs.start_crashing(",".join(HOOKS), "stream", *scene_of_all.arguments)
    result = programs.end_when(lambda: scene_of_all.shows(len(HOOKS)), program)
    trades = [line["feed"] for line in programs.lines(result.stdout) if line["event"] == "trade"]
    assert trades.count("desk") > 5
    reports = sorted(line.partition(": KeyError at ")[0] for line in result.stderr.splitlines() if "KeyError" in line)
    assert reports == sorted(f"ticker-gui: Internal error in feed {hook}" for hook in HOOKS)
    assert "Traceback" not in result.stderr
    assert "never retrieved" not in result.stderr
    assert result.returncode == 0
    assert scene_of_all.logged().count("Traceback") == len(HOOKS)


@needs_signals
@pytest.mark.parametrize("hook", ["__init__", "decode"])
def test_stream_continues_and_reports_an_internal_error_once(scene: Scene, hook: str) -> None:
    result = programs.end_when(lambda: scene.shows(1), programs.start_crashing(hook, "stream", *scene.arguments))
    lines = programs.lines(result.stdout)
    assert sum(line["feed"] == "desk" and line["event"] == "trade" for line in lines) > 5
    (said,) = [line for line in result.stderr.splitlines() if "KeyError" in line]
    assert said.startswith("ticker-gui: Internal error in feed broken: KeyError at ")
    assert said.endswith(f"Details are in {scene.log}.")
    assert "Traceback" not in result.stderr
    assert "never retrieved" not in result.stderr
    assert scene.logged().count("Traceback") == 1
    assert "KeyError: 'price'" in scene.logged()


def test_check_reports_a_bug_in_every_hook(scene_of_all: Scene) -> None:
    arguments = ("check", *scene_of_all.arguments, "--seconds", "1", "--json")
    result = programs.call_crashing(",".join(HOOKS), *arguments)
    *broken, desk = programs.lines(result.stdout)
    assert desk["silent"] == []
    assert "internal_errors" not in desk
    assert [line["feed"] for line in broken] == list(HOOKS)
    assert all(line["internal_errors"][0]["error"].startswith("KeyError at ") for line in broken)
    silent = {line["feed"] for line in broken if line["silent"] == ["A"]}
    assert silent >= {"__init__", "address", "headers", "decode"}  # with the others a price comes before the bug
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert scene_of_all.logged().count("Traceback") == len(HOOKS)


@pytest.mark.parametrize("hook", ["__init__", "decode"])
def test_check_reports_both_feeds(scene: Scene, hook: str) -> None:
    result = programs.call_crashing(hook, "check", *scene.arguments, "--seconds", "1", "--json")
    broken, desk = programs.lines(result.stdout)
    assert desk["silent"] == []
    assert "internal_errors" not in desk
    assert broken["internal_errors"][0]["error"].startswith("KeyError at ")
    assert "Traceback" not in result.stderr
    assert broken["silent"] == ["A"]
    assert result.returncode == 1
    assert scene.logged().count("Traceback") == 1


@needs_signals
@pytest.mark.parametrize("hook", ["decode", "subscribe"])
def test_the_window_stays_open(scene: Scene, hook: str) -> None:
    program = programs.start_crashing(hook, *scene.arguments)
    result = programs.end_when(lambda: scene.shows(1) and "Feed desk: live" in scene.logged(), program)
    assert result.returncode == 0  # a signal ended it, which it handles
    assert scene.logged().count("Traceback") == 1
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
    assert "Traceback" in log.read_text("utf-8")
