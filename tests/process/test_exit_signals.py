"""Each command as a real process that is ended by a signal, at any time."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import SIGNAL
from websockets.asyncio.server import ServerConnection

from tests import programs
from tests.conftest import RunQt
from tests.doubles import until
from tests.ports import free_port
from tests.servers import LoopbackServer, receive_forever, serving
from ticker_gui.app.app import App
from ticker_gui.config.settings import Settings
from ticker_gui.gui.application import make_application
from ticker_gui.process import exit_signals
from ticker_gui.process.early_exit import exit_at_once

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
COMMANDS = ["window", "stream", "check", "demo-server"]


def arguments(command: str, url: str = "ws://127.0.0.1:9") -> list[str]:
    if command == "demo-server":
        return [command, "--port", "0"]
    feed = ["--url", url, "--provider", "demo", "--symbols", "A"]
    return feed if command == "window" else [command, *feed]


def expected(command: str, number: int) -> int:
    return 130 if command == "check" or (command == "stream" and number == signal.SIGINT) else 0


@contextmanager
def full_pipe() -> Iterator[int]:
    """Yield the writing end of a pipe that is full and that nothing reads."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    for size in (1 << 16, 1):
        with suppress(BlockingIOError):
            while True:
                os.write(writing, bytes(size))
    os.set_blocking(writing, True)
    try:
        yield writing
    finally:
        os.close(writing)
        os.close(reading)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_a_key_is_typed_turns_the_echo_on_again(number: int) -> None:
    def echoes() -> bool:
        return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)

    controlling, terminal = os.openpty()
    try:
        words = [*programs.COMMAND, "key", "set", "desk"]
        streams: dict[str, Any] = {"stdin": terminal, "stderr": terminal, "stdout": subprocess.DEVNULL}
        with subprocess.Popen(words, env=programs.environment(), start_new_session=True, **streams) as program:
            while echoes():
                assert program.poll() is None
                time.sleep(0.01)
            program.send_signal(number)
            assert program.wait(150) == 130
        assert echoes()
    finally:
        os.close(controlling)
        os.close(terminal)


def test_a_full_pipe_does_not_hold_up_the_end_of_a_check() -> None:
    is_connected = threading.Event()

    async def serve(client: ServerConnection) -> None:
        await client.recv()
        is_connected.set()
        await receive_forever(client)

    with full_pipe() as output, serving(serve) as server:
        with programs.start_on({"stdout": output}, *arguments("check", server.url), "--seconds", "600") as program:
            assert is_connected.wait(150)
            program.terminate()
            assert program.wait(60) == 130


def test_a_full_pipe_does_not_hold_up_the_end_of_a_websocket() -> None:
    async def serve(client: ServerConnection) -> None:
        await client.send("hello")

    streams = {"stdin": subprocess.PIPE}
    with full_pipe() as output, serving(serve) as server:
        with programs.start_on({**streams, "stdout": output}, "websocket", server.url) as program:
            assert program.stderr is not None
            assert any("closed the connection" in line for line in program.stderr)
            program.send_signal(signal.SIGINT)
            assert program.wait(60) == 130


def test_a_full_pipe_does_not_hold_up_the_end_of_the_demo_server() -> None:
    port = free_port()
    with full_pipe() as output:
        with programs.start_on({"stdout": output}, "demo-server", "--port", str(port)) as program:
            wait_until_served(port)
            program.terminate()
            assert program.wait(60) == 0


def wait_until_served(port: int) -> None:
    """Wait until a connection to a port of this computer is answered, twice, so that the server has printed its URL."""
    for _ in range(2):
        while True:
            with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), 150) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
                assert connection.recv(1)
                break
            time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_running_command_ends_cleanly(command: str, number: signal.Signals, tmp_path: Path) -> None:
    is_connected = threading.Event()

    async def serve(client: ServerConnection) -> None:
        await client.recv()
        is_connected.set()
        await receive_forever(client)

    with serving(serve) as server:
        run = arguments(command, server.url)
        with programs.start(*run, XDG_CONFIG_HOME=str(tmp_path)) as program:
            if command == "demo-server":
                assert program.stdout is not None
                program.stdout.readline()
            else:
                assert is_connected.wait(150)
            program.send_signal(number)
            _, errors = program.communicate(timeout=150)
    assert (program.returncode, errors) == (expected(command, number), "")


def test_a_command_started_by_nohup_survives_the_loss_of_the_terminal() -> None:
    with serving(receive_forever) as server:
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
            program.communicate(timeout=150)
    assert program.returncode == 130  # SIGHUP came first, and 0 would be its code


def _wait_for_connection(server: LoopbackServer) -> None:
    is_connected = threading.Event()
    while not server.connections:
        is_connected.wait(0.01)


def test_a_second_signal_while_ending_has_no_effect(tmp_path: Path) -> None:
    async def not_reading(client: ServerConnection) -> None:
        await client.recv()
        client.transport.pause_reading()  # closing takes as long as its timeout
        program.send_signal(signal.SIGINT)
        await asyncio.sleep(0.3)
        program.send_signal(signal.SIGINT)
        await receive_forever(client)

    with serving(not_reading) as server:
        with programs.start(*arguments("window", server.url), XDG_CONFIG_HOME=str(tmp_path)) as program:
            _, errors = program.communicate(timeout=150)
    assert (program.returncode, errors) == (0, "")


def test_a_loop_without_signal_handlers_lets_python_handle_them(run_qt: RunQt) -> None:
    """Emulates Windows."""

    async def test() -> None:
        loop = asyncio.get_running_loop()
        refuse_signal_handlers(loop)
        app = App(reuse_application(), Settings())
        running = asyncio.create_task(app.run())
        await until(app.window.isVisible)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await running == 0

    with exit_signals.handlers_restored():
        run_qt(test())


def test_qt_lets_python_run_if_python_handles_signals(run_qt: RunQt) -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()
        app = App(reuse_application(), Settings())
        pump = app.exit.handle_signals(loop)
        assert not pump.isActive()
        refuse_signal_handlers(loop)
        pump = app.exit.handle_signals(loop)
        assert pump.isActive()
        assert pump.receivers(SIGNAL("timeout()")) == 1  # without a slot, nothing would run
        pump.stop()

    with exit_signals.handlers_restored():
        run_qt(test())


def reuse_application() -> Any:
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or make_application()


def refuse_signal_handlers(loop: asyncio.AbstractEventLoop) -> None:
    def refuse(*_: Any) -> None:
        raise NotImplementedError

    loop.add_signal_handler = refuse  # type: ignore[assignment, method-assign]


def test_handlers_are_restored() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with exit_signals.handlers_restored():
        exit_at_once("stream")
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def saved_lists(folder: Path) -> str:
    return (folder / "ticker-gui" / "lists.json").read_text("utf-8")


def with_a_feed(folder: Path, url: str) -> None:
    (folder / "ticker-gui").mkdir()
    feed = f'name = "desk"\nurl = "{url}"\nprovider = "demo"\nsymbols = ["NIMB"]\n'
    (folder / "ticker-gui" / "config.toml").write_text(f"[[feeds]]\n{feed}")


def test_lists_are_saved_when_the_terminal_is_closed(tmp_path: Path) -> None:
    with_a_feed(tmp_path, "ws://127.0.0.1:9")
    with programs.start_and_wait(XDG_CONFIG_HOME=str(tmp_path)) as program:
        program.send_signal(signal.SIGHUP)
        assert (program.wait(150), program.communicate()) == (0, ("", ""))
    assert "NIMB" in saved_lists(tmp_path)


@pytest.mark.parametrize(
    "message",
    [
        "The X11 connection broke (error 1). Did the X server die?",
        "The Wayland connection broke. Did the Wayland compositor die?",
        "The Wayland connection experienced a fatal error: Protocol error",
    ],
)
def test_lists_are_saved_when_qt_reports_that_the_display_is_gone(tmp_path: Path, message: str) -> None:
    with_a_feed(tmp_path, "ws://127.0.0.1:9")
    script = (
        "import sys\n"
        "from PySide6.QtCore import QTimer, qWarning\n"
        "from ticker_gui import __main__\n"
        "from ticker_gui.app import app\n"
        "run = app.App.run\n"
        "async def run_and_break(*arguments):\n"
        "    def lose():\n"
        f"        qWarning('{message}')\n"
        "        raise SystemExit(3)\n"
        "    QTimer.singleShot(0, lose)\n"
        "    return await run(*arguments)\n"
        "app.App.run = run_and_break\n"
        "sys.exit(__main__.run())"
    )
    result = programs.call_python(script, XDG_CONFIG_HOME=str(tmp_path))
    assert (result.returncode, result.stderr) == (
        0,
        "ticker-gui: The connection to the display was lost. Lists and layout are saved.\n",
    )
    assert "NIMB" in saved_lists(tmp_path)


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
def test_lists_are_saved_when_the_x_server_dies(tmp_path: Path) -> None:
    is_connected = threading.Event()

    async def serve(client: ServerConnection) -> None:
        await client.recv()
        is_connected.set()
        await receive_forever(client)

    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL) as x_server:
        os.close(writing)
        try:
            with os.fdopen(reading) as display, serving(serve) as server:
                with_a_feed(tmp_path, server.url)
                changes = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{display.readline().strip()}"}
                with programs.start(XDG_CONFIG_HOME=str(tmp_path), **changes) as program:
                    assert is_connected.wait(150)
                    x_server.kill()
                    _, errors = program.communicate(timeout=150)
        finally:
            x_server.kill()
    assert (program.returncode, errors) == (
        0,
        "ticker-gui: The connection to the display was lost. Lists and layout are saved.\n",
    )
    assert "NIMB" in saved_lists(tmp_path)
