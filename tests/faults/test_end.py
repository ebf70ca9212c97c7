"""The program ends cleanly and quickly in any state."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests import programs
from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server, raw_server, toxic
from tests.faults.program import MAX_EXIT_S, Program, during_rollover, program
from ticker_gui.domain.feed_state import Phase
from ticker_gui.stream.timeouts import Timeouts

OK = ("subscribe", "flood:200:600")
IN_EARNEST = Timeouts()
SLOW_DISK_S = 2.0  # for each file; the loop may not wait for that


@pytest.mark.parametrize(
    ("behavior", "phase"),
    [pytest.param("deaf", "(TCP", id="TCP"), pytest.param("silent", "(handshake", id="handshake")],
)
def test_f56_quit_while_connecting(run_qt: RunQt, tmp_path: Path, behavior: str, phase: str) -> None:
    async def test() -> None:
        with raw_server(behavior) as server:
            async with program(server.url, timeouts=IN_EARNEST, folder=tmp_path) as it:
                await it.shows("connecting", phase)

    run_qt(test())


def test_f56_quit_while_logging_in(run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_KEY", "name:s3cret")

    async def test() -> None:
        with fault_server("idle") as server:
            desk = program(server.url, timeouts=IN_EARNEST, folder=tmp_path, provider="alpaca", key_env="DESK_KEY")
            async with desk as it:
                await until(lambda: it.feed.session.phase is Phase.LOGIN)
                it.shown.append(it.status_text)

    run_qt(test())


def test_f56_quit_while_waiting_to_reconnect(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        with fault_server("status:429:Retry-After=600") as server:
            async with program(server.url, timeouts=IN_EARNEST, folder=tmp_path) as it:
                await it.shows("rate limited until", "reconnecting in")

    run_qt(test())


def test_f56_quit_while_stopped(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        with fault_server("status:403") as server:
            async with program(server.url, timeouts=IN_EARNEST, folder=tmp_path) as it:
                await it.shows("stopped at")

    run_qt(test())


def test_f56_quit_while_subscribing(run_qt: RunQt, tmp_path: Path) -> None:
    symbols = tuple(f"S{number}/USD" for number in range(200))  # one request each, rate limited

    async def test() -> None:
        with fault_server("sleep:0.2", "abort", "then", "idle") as server:
            desk = program(server.url, symbols=symbols, timeouts=IN_EARNEST, folder=tmp_path, provider="bitstamp")
            async with desk as it:
                await until(lambda: server.connections >= 2 and len(server.events_of("received")) > 5)
                assert len(server.events_of("received")) < len(symbols)
                it.shown.append(it.status_text)

    run_qt(test())


def test_f56_quit_during_a_rollover(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        notice = ("sleep:0.2", 'send:{"e":"serverShutdown","E":1}', "sleep:60")
        with fault_server(*notice, "then", "sleep:60") as server:
            async with program(server.url, timeouts=IN_EARNEST, folder=tmp_path, provider="binance") as it:
                await until(lambda: server.connections >= 2)
                it.shown.append(it.status_text)

    run_qt(test())


def test_f56_quit_at_the_end_of_a_rollover(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        async with during_rollover(folder=tmp_path) as it:
            it.shown.append(it.status_text)

    run_qt(test())


def test_f56_quit_under_load_with_diagnostics_open(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        with fault_server("subscribe", "flood:50000:60") as server:
            async with program(server.url, timeouts=IN_EARNEST, folder=tmp_path) as it:
                await it.receives(5_000)
                it.app.window.status.details_requested.emit()
                await until(it.app.window.details.isVisible)
                await it.shows("live since")

    run_qt(test())


def test_f56_quit_while_the_connection_is_half_open(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        with fault_server(*OK) as server, toxic(server) as proxy:
            async with program(proxy.url, timeouts=IN_EARNEST, folder=tmp_path) as it:
                await it.receives(50)
                proxy.send_line("blackhole")  # so that the closing handshake is not answered
                await until(lambda: proxy.events_of("applied"))
                it.shown.append(it.status_text)

    run_qt(test())


WAYS = {
    "the last window closed": lambda it: it.app.window.close(),
    # Qt does the same at the end of a session: it closes all windows, then ends its event loop.
    "the session ends": lambda it: it.app.application.quit(),
    "SIGINT": lambda it: os.kill(os.getpid(), signal.SIGINT),
    "SIGTERM": lambda it: os.kill(os.getpid(), signal.SIGTERM),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", [way for way in WAYS if sys.platform != "win32" or not way.startswith("SIG")])
@pytest.mark.parametrize("state", ["live", "waiting"])
def test_f57_every_way_to_quit(run_qt: RunQt, tmp_path: Path, way: str, state: str) -> None:
    script = OK if state == "live" else ("status:503:Retry-After=600",)

    async def test() -> None:
        with fault_server(*script) as server:
            async with program(server.url, timeouts=IN_EARNEST, folder=tmp_path) as it:
                await it.shows("live since" if state == "live" else "reconnecting in")
                it.app.window.status.details_requested.emit()
                await ends(it, way)

    run_qt(test())


@pytest.mark.slow
def test_f57_quit_on_a_slow_disk(run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synchronize = os.fsync

    def synchronize_late(handle: int) -> None:
        time.sleep(SLOW_DISK_S)
        synchronize(handle)

    monkeypatch.setattr(os, "fsync", synchronize_late)

    async def test() -> None:
        with fault_server(*OK) as server:
            async with program(server.url, timeouts=IN_EARNEST, folder=tmp_path) as it:
                await it.shows("live since")
                await ends(it, "the last window closed")

    run_qt(test())


async def ends(it: Program, way: str) -> None:
    """End the program in one of several ways, and check that it does not wait for anything."""
    WAYS[way](it)
    async with asyncio.timeout(MAX_EXIT_S):
        await until(it.running.done)
    assert not it.app.window.isVisible()


def test_f57_window_closed_repeatedly(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        with fault_server(*OK) as server:
            async with program(server.url, timeouts=IN_EARNEST, folder=tmp_path) as it:
                await it.shows("live since")
                for _ in range(3):
                    it.app.window.close()
                await until(it.running.done)

    run_qt(test())


@pytest.mark.skipif(sys.platform != "linux", reason="Linux says which signals a process handles")
def test_f58_two_instances_share_a_folder(tmp_path: Path) -> None:
    """The second start brings the window of the first to the front and passes its symbols to it; then it exits."""
    folder = tmp_path / "ticker-gui"
    with programs.start_and_wait(XDG_CONFIG_HOME=str(tmp_path)) as process:
        later = programs.call("--symbols", "NIMB", XDG_CONFIG_HOME=str(tmp_path))
        assert (later.returncode, later.stderr) == (0, "")
        assert f"already running (process {process.pid})" in later.stdout
        assert "It was given the symbols." in later.stdout
        assert programs.call("providers", XDG_CONFIG_HOME=str(tmp_path)).returncode == 0  # has no window
        other = tmp_path / "other.toml"
        other.write_text("")
        with programs.start_and_wait("--config", str(other), XDG_CONFIG_HOME=str(tmp_path)) as independent:
            independent.send_signal(signal.SIGTERM)
            assert independent.communicate(timeout=150) == ("", "")
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=150) == ("", "")
    assert [process.returncode, independent.returncode] == [0, 0]
    kept = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}  # whole
    assert kept["window.json"]["version"]
    assert {path.name for path in folder.iterdir() if path.is_file()} == {*kept, "instance.lock"}  # no drafts


def test_f68_quit_while_the_server_reads_nothing(run_qt: RunQt, tmp_path: Path) -> None:
    symbols = tuple(f"{'S' * 50}{number}" for number in range(1_000))

    async def test() -> None:
        with fault_server("deaf", "trades:1000000:100") as server:
            async with program(server.url, symbols=symbols, timeouts=IN_EARNEST, folder=tmp_path) as it:
                await until(lambda: server.connections >= 1 and it.feed.state.is_connected)
                it.shown.append(it.status_text)

    run_qt(test())
