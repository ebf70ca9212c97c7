"""Faults of settings: keys that expire, malicious files, and settings that change while running."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QSettings

from tests import programs
from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server, raw_server
from tests.faults.program import PATIENT, during_rollover, program, status_program
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.feeds.mapping import FieldMapping

OK = ("subscribe", "flood:200:600")
WITH_KEY = FieldMapping(
    subscribe='{"op":"sub","symbols":$SYMBOLS,"key":"$KEY"}',
    when="event == 'trade'",
    symbol="symbol",
    price="price",
    size="size",
    trade_id="trade_id",
)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        pytest.param(4001, ("key needed since", "rejected the API key (code 4001: expired)"), id="4001"),
        pytest.param(1008, ("stopped at", "because of its policy (code 1008: expired)"), id="1008"),
    ],
)
def test_f50_api_key_expires(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch, code: int, words: tuple[str, ...]) -> None:
    monkeypatch.setenv("DESK_KEY", "first-key")
    served = ("subscribe", "trades:20:100", "wait", f"close:{code}:expired")

    async def test() -> None:
        with fault_server(*served, "then", *served, "then", *OK) as server:
            async with status_program(server.url, provider="mapped", key_env="DESK_KEY", mapping=WITH_KEY) as it:
                await it.shows("live since")
                monkeypatch.setenv("DESK_KEY", "second-key")
                server.send_line("the first expires")
                await until(lambda: server.connections >= 2)
                server.send_line("the second expires")
                await it.shows(*words)  # the second in a row
                monkeypatch.setenv("DESK_KEY", "third-key")
                kinds = [state.kind for state in it.feed.session.history]
                assert kinds.count(FeedStatus.REJECTED) == 1  # the first expiry was not reported
                assert len(it.disconnect_reasons) == 1
                assert server.connections == 2
                await it.retry()
                await until(lambda: it.is_live and len(server.events_of("received")) == 3)
                keys = [json.loads(event["text"])["key"] for event in server.events_of("received")]
                assert keys == ["first-key", "second-key", "third-key"]
                assert not any(key in state.reason for state in it.feed.session.history for key in keys)

    run_qt(test())


def test_f50_api_key_expires_repeatedly(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that was valid for some time is always replaced without a message."""
    monkeypatch.setenv("DESK_KEY", "some-key")

    async def test() -> None:
        timeouts = msgspec.structs.replace(PATIENT, healthy_after=0.2)
        with fault_server("subscribe", "steady:100", "close:4001") as server:
            desk = status_program(
                server.url, timeouts=timeouts, provider="mapped", key_env="DESK_KEY", mapping=WITH_KEY
            )
            async with desk as it:
                policy = it.feed.session.retry_policy
                for number in range(1, 4):
                    await until(lambda number=number: server.connections >= number and it.is_live)  # type: ignore[misc]
                    await until(lambda: not policy._rejection_retried)
                    server.send_line("the key expires")
                await until(lambda: server.connections >= 4)
                assert FeedStatus.REJECTED not in [state.kind for state in it.feed.session.history]
                await it.shows("live since")

    run_qt(test())


class Canary:
    """Runs a command when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._folder),)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


def trap(kind: str, path: Path, canary: Path) -> None:
    """Write a file that runs a command in a vulnerable reader, and check that it does."""
    if kind == "QSettings":
        draft = path.with_suffix(".ini")  # Qt caches files that it has written
        written = QSettings(str(draft), QSettings.Format.IniFormat)
        written.setValue("feeds", Canary(canary))
        written.sync()
        draft.replace(path)
        assert "@Variant(" in path.read_text()
        QSettings(str(path), QSettings.Format.IniFormat).value("feeds")
    else:
        path.write_bytes(pickle.dumps(Canary(canary), protocol=0 if kind == "pickle as text" else 4))
        pickle.loads(path.read_bytes())
    canary.rmdir()


TRAPS = ["QSettings", "pickle", "pickle as text"]


@pytest.mark.parametrize("kind", TRAPS)
def test_f59_malicious_settings_file(
    tmp_path: Path, canary: Path, kind: str, record_property: Callable[[str, object], None]
) -> None:
    file = tmp_path / "config.toml"
    trap(kind, file, canary)
    for command in ("stream", "check"):
        result = programs.call(command, "--config", str(file), XDG_CONFIG_HOME=str(tmp_path))
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith(f"ticker-gui: {file}")
        assert result.stderr.count("\n") == 1  # one sentence
        record_property("shown", result.stderr)
    picture = tmp_path / "window.png"
    result = programs.call(
        "--config", str(file), "--screenshot", str(picture), "--after", "0.1", XDG_CONFIG_HOME=str(tmp_path)
    )
    assert result.returncode == 0  # the window starts with the defaults
    assert picture.exists()
    assert not canary.exists()


@pytest.mark.parametrize("kind", TRAPS)
def test_f59_malicious_window_file(run_qt: RunQt, tmp_path: Path, canary: Path, kind: str) -> None:
    file = tmp_path / "window.json"
    trap(kind, file, canary)
    before = file.read_bytes()

    async def test() -> None:
        with fault_server(*OK) as server:
            async with program(server.url, folder=tmp_path) as it:
                await it.shows("live since")

    run_qt(test())
    assert not canary.exists()
    assert json.loads(file.read_text())["version"]
    assert before in [path.read_bytes() for path in tmp_path.iterdir() if path.is_file()]  # put aside


@pytest.mark.parametrize("state", ["waiting", "stopped", "connecting"])
def test_f61_url_changes_while_not_connected(run_qt: RunQt, state: str) -> None:
    old = {"waiting": "status:429:Retry-After=600", "stopped": "status:403"}

    async def test() -> None:
        with (
            fault_server(*OK) as new,
            raw_server("silent") as silent,
            fault_server(old.get(state, "idle")) as rejecting,
        ):
            server = silent if state == "connecting" else rejecting
            wanted = Settings(feeds=(Feed(new.url, ("A",), "feed1", "demo"),))
            async with program(server.url, reload=lambda: wanted) as it:
                await it.shows({"waiting": "reconnecting in", "stopped": "stopped at"}.get(state, "(handshake"))
                before, session = server.connections, it.feed.session
                it.app.window.reload_requested.emit()
                await until(lambda: session.state.kind is FeedStatus.STOPPED)
                await it.receives(50)
                await it.shows("live since")
                assert server.connections == before
                assert new.connections == 1

    run_qt(test())


def test_f61_url_changes_during_a_rollover(run_qt: RunQt) -> None:
    async def test() -> None:
        notice = ("sleep:0.2", 'send:{"e":"serverShutdown","E":1}', "sleep:60")
        with fault_server(*OK) as new, fault_server(*notice, "then", "sleep:60") as old:
            wanted = Settings(feeds=(Feed(new.url, ("A",), "feed1", "demo"),))
            async with program(old.url, provider="binance", reload=lambda: wanted) as it:
                await until(lambda: old.connections >= 2)
                session = it.feed.session
                it.app.window.reload_requested.emit()
                await until(lambda: session.state.kind is FeedStatus.STOPPED)
                await it.receives(50)
                await it.shows("live since")
                assert (old.connections, new.connections) == (2, 1)

    run_qt(test())


def test_f61_url_changes_at_the_end_of_a_rollover(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(*OK) as new:
            wanted = Settings(feeds=(Feed(new.url, ("A",), "feed1", "demo"),))
            async with during_rollover(reload=lambda: wanted) as it:
                session = it.feed.session
                it.app.window.reload_requested.emit()
                await until(lambda: session.state.kind is FeedStatus.STOPPED)
                await it.receives(50)
                await it.shows("live since")
                running = [str(task) for task in asyncio.all_tasks() if "FeedConnection.run()" in str(task)]
                assert len(running) == 1, running  # both of the old lines have ended

    run_qt(test())


def test_f61_url_changes_while_live(run_qt: RunQt) -> None:
    prices = ["trade:500", "sleep:0.001"] * 2_000

    async def test() -> None:
        with fault_server(*OK) as new, fault_server("subscribe", *prices, "idle") as old:
            wanted = Settings(feeds=(Feed(new.url, ("A",), "feed1", "demo"),))
            async with program(old.url, reload=lambda: wanted) as it:
                await it.receives(50)
                it.app.window.reload_requested.emit()
                assert it.symbol().trades == 0
                frames = it.app.bridge.frames
                await it.receives(200)
                await it.shows("live since")
                assert it.app.bridge.frames > frames
                assert it.symbol().tape.prices.max() < 101  # nothing came of the old feed
                assert old.connections == new.connections == 1

    run_qt(test())
