"""How each command ends on a signal, as a real process, at any moment."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import SIGNAL
from websockets.asyncio.server import ServerConnection

from tests import programs
from tests.conftest import RunQt
from tests.doubles import until
from tests.servers import LoopbackServer, for_ever, serving
from ticker_gui import exit_signals
from ticker_gui.app import App
from ticker_gui.gui.application import make_application
from ticker_gui.settings import Settings

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
COMMANDS = ["window", "stream", "check", "demo-server"]


def arguments(command: str, url: str = "ws://127.0.0.1:9") -> list[str]:
    if command == "demo-server":
        return [command, "--port", "0"]
    feed = ["--url", url, "--provider", "demo", "--symbols", "A"]
    return feed if command == "window" else [command, *feed]


def expected(command: str, number: int) -> int:
    return 130 if command == "check" or (command == "stream" and number == signal.SIGINT) else 0


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_running_command_ends_in_good_order(command: str, number: signal.Signals, tmp_path: Path) -> None:
    is_connected = threading.Event()

    async def serve(client: ServerConnection) -> None:
        await client.recv()
        is_connected.set()
        await for_ever(client)

    with serving(serve) as server:
        run = arguments(command, server.url)
        with programs.start(*run, XDG_CONFIG_HOME=str(tmp_path)) as program:
            if command == "demo-server":
                assert program.stdout is not None
                program.stdout.readline()
            else:
                assert is_connected.wait(30)
            program.send_signal(number)
            _, errors = program.communicate(timeout=30)
    assert (program.returncode, errors) == (expected(command, number), "")


IMPORTED = {
    "window": ["msgspec", "ticker_gui.settings", "PySide6.QtCore", "pyqtgraph", "ticker_gui.gui.window"],
    "stream": ["argparse", "numpy", "ticker_gui.settings", "websockets.frames", "ticker_gui.engine"],
    "check": ["tomlkit", "ticker_gui.feeds.registry"],
    "demo-server": ["ticker_gui.cli", "ticker_gui.stream.demo_market"],
}


@pytest.mark.parametrize(
    ("command", "module", "number"),
    [
        *((command, name, signal.SIGINT) for command in IMPORTED for name in IMPORTED[command]),
        *((command, "ticker_gui.settings", number) for command in ("window", "stream") for number in SIGNALS[1:]),
    ],
)
def test_a_command_that_is_still_importing_ends_without_a_traceback(
    command: str, module: str, number: signal.Signals, tmp_path: Path
) -> None:
    changes = {"PYTHONVERBOSE": "1", "XDG_CONFIG_HOME": str(tmp_path)}  # Python names each module that it has imported
    with programs.start(*arguments(command), **changes) as program:
        assert program.stderr is not None
        for line in program.stderr:
            if line.startswith(f"import '{module}'"):
                break
        program.send_signal(number)
        _, errors = program.communicate(timeout=30)
    assert program.returncode == expected(command, number)
    assert "Traceback" not in errors
    assert "KeyboardInterrupt" not in errors


def test_what_nohup_started_outlives_the_terminal() -> None:
    with serving(for_ever) as server:
        process = subprocess.Popen(
            ["nohup", *programs.COMMAND, *arguments("stream", server.url)],
            env=programs.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        with process as program:
            _wait_for_connection(server)
            program.send_signal(signal.SIGHUP)
            program.send_signal(signal.SIGINT)
            program.communicate(timeout=30)
    assert program.returncode == 130  # SIGHUP came first, and 0 would be its code


def _wait_for_connection(server: LoopbackServer) -> None:
    is_connected = threading.Event()
    while not server.connections:
        is_connected.wait(0.01)


def test_a_second_signal_while_it_ends_changes_nothing(tmp_path: Path) -> None:
    async def deaf(client: ServerConnection) -> None:
        await client.recv()
        client.transport.pause_reading()  # closing takes its whole deadline
        program.send_signal(signal.SIGINT)
        await asyncio.sleep(0.3)
        program.send_signal(signal.SIGINT)
        await for_ever(client)

    with serving(deaf) as server:
        with programs.start(*arguments("window", server.url), XDG_CONFIG_HOME=str(tmp_path)) as program:
            _, errors = program.communicate(timeout=30)
    assert (program.returncode, errors) == (0, "")


def test_a_loop_without_signal_handlers_lets_python_handle_them(run_qt: RunQt) -> None:
    """Emulates Windows."""

    async def test() -> None:
        loop = asyncio.get_running_loop()
        refuse_signal_handlers(loop)
        app = App(make_application_again(), Settings())
        running = asyncio.create_task(app.run())
        await until(app.window.isVisible)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await running == 0

    with exit_signals.handlers_restored():
        run_qt(test())


def test_qt_lets_python_run_where_python_handles_signals(run_qt: RunQt) -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()
        app = App(make_application_again(), Settings())
        pump = app._listen_to_signals(loop)
        assert not pump.isActive()
        refuse_signal_handlers(loop)
        pump = app._listen_to_signals(loop)
        assert pump.isActive()
        assert pump.receivers(SIGNAL("timeout()")) == 1  # without a slot, nothing would run
        pump.stop()

    with exit_signals.handlers_restored():
        run_qt(test())


def make_application_again() -> Any:
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or make_application()


def refuse_signal_handlers(loop: asyncio.AbstractEventLoop) -> None:
    def refuse(*_: Any) -> None:
        raise NotImplementedError

    loop.add_signal_handler = refuse  # type: ignore[assignment, method-assign]


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with exit_signals.handlers_restored():
        exit_signals.exit_at_once("stream")
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
