"""Runs a program for an alert: never through a shell, with a time limit, and with a bounded output."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

from ticker_gui.alerts.actions.actions import CommandAction, find_problem
from ticker_gui.alerts.actions.message import AlertMessage, message_environment, message_json
from ticker_gui.alerts.actions.result import ActionError, ActionSuccess
from ticker_gui.alerts.actions.slots import Slots
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.logs.log_redaction import KNOWN_SECRETS

MAX_RUNNING: Final = 4
MAX_WAITING: Final = 16
MAX_OUTPUT_BYTES: Final = 4096
_MAX_LINES: Final = 100
_END_OF_OUTPUT_S: Final = 0.5  # a program that was started in the background may keep the pipe open forever
_KILLED_S: Final = 2.0
_KEY_VARIABLE: Final = "TICKER_GUI_KEY"
_START_ERRORS: Final[Mapping[int, str]] = {
    errno.EACCES: "you do not have permission to run it, or it is not executable",
    errno.ENOEXEC: "it is not a program; a script must begin with a line such as #!/bin/sh",
    errno.E2BIG: "its arguments are too long",
    errno.ENOTDIR: "a part of its path is not a folder",
}


class CommandRunner:
    """Runs the commands of alerts, at most four at once."""

    def __init__(self) -> None:
        self._slots: Final = Slots(MAX_RUNNING, MAX_WAITING)

    async def run(self, action: CommandAction, message: AlertMessage) -> ActionSuccess:
        """Run a command, with the message as JSON on its input and in its environment.

        Raises:
            ActionError: it did not start, failed, or was killed at the end of its time.
        """
        if problem := find_problem(action):
            raise ActionError(problem)
        async with self._slots.acquire("commands"):
            return await _run(action, message)


def command_environment(message: AlertMessage, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command: the user's, without the keys of feeds, and the message."""
    users = {
        name: value
        for name, value in environment.items()
        if name != _KEY_VARIABLE and not KNOWN_SECRETS.is_contained_in(value)
    }
    return users | message_environment(message)


class _Process(asyncio.SubprocessProtocol):
    """Collects the beginning of the output of a process, and its end."""

    def __init__(self) -> None:
        self.output: Final = bytearray()
        self.is_output_complete = True
        self.has_exited: Final = asyncio.Event()
        self.has_closed_output: Final = asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        room = MAX_OUTPUT_BYTES - len(self.output)
        self.is_output_complete = self.is_output_complete and len(data) <= room
        self.output.extend(data[:room])

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 1:
            self.has_closed_output.set()

    def process_exited(self) -> None:
        self.has_exited.set()

    @property
    def text(self) -> str:
        """The output as lines that are safe to display, without the keys of feeds."""
        lines = self.output.decode("utf-8", "replace").strip("\r\n").splitlines()
        shown = [sanitize_text(line, MAX_OUTPUT_BYTES) for line in lines[:_MAX_LINES]]
        if len(lines) > _MAX_LINES or not self.is_output_complete:
            shown.append("…")
        return KNOWN_SECRETS.redact("\n".join(shown))


_Started: TypeAlias = tuple[asyncio.SubprocessTransport, _Process]


async def _run(action: CommandAction, message: AlertMessage) -> ActionSuccess:
    name = sanitize_text(Path(action.arguments[0]).name)
    transport, process = await _start(action, message, name)
    try:
        async with asyncio.timeout(action.timeout_s):
            _send_input(transport, message)
            await process.has_exited.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_OF_OUTPUT_S):
                await process.has_closed_output.wait()
    except TimeoutError:
        await _kill(transport, process)
        reason = f"{name} was stopped because it did not finish within {action.timeout_s:g} seconds."
        raise ActionError(reason, process.text) from None
    finally:
        if not process.has_exited.is_set():
            _kill_group(transport)  # the program ends meanwhile
        transport.close()
    code = transport.get_returncode()
    if code:
        raise ActionError(_describe_code(name, code), process.text)
    return ActionSuccess(f"{name} ran successfully.", process.text)


async def _start(action: CommandAction, message: AlertMessage, name: str) -> _Started:
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    try:
        start = asyncio.get_running_loop().subprocess_exec(
            _Process,
            _expanded(action.arguments[0]),
            *action.arguments[1:],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=Path.home(),
            env=command_environment(message, os.environ),
            **options,
        )
        return await _complete(asyncio.ensure_future(start))
    except FileNotFoundError:
        reason = "there is no such program"
    except OSError as error:
        reason = _START_ERRORS.get(error.errno or 0) or error.strerror or "the system refuses it"
    except (ValueError, RuntimeError) as error:  # RuntimeError: Path.home() or "~user" is not known
        reason = str(error)
    raise ActionError(f"{name} could not be started: {sanitize_text(reason)}.")


async def _complete(start: asyncio.Future[_Started]) -> _Started:
    """Wait for a process to start. If this is cancelled, the process is killed when it has started."""
    try:
        return await asyncio.shield(start)
    except asyncio.CancelledError:
        start.add_done_callback(_undo)
        raise


def _undo(start: asyncio.Future[_Started]) -> None:
    if not start.cancelled() and start.exception() is None:
        transport, _ = start.result()
        _kill_group(transport)
        transport.close()


def _expanded(program: str) -> str:
    return str(Path(program).expanduser()) if program.startswith("~") else program


def _send_input(transport: asyncio.SubprocessTransport, message: AlertMessage) -> None:
    """Send the message as one line of JSON. It is not an error if the program does not read it."""
    pipe = transport.get_pipe_transport(0)
    assert isinstance(pipe, asyncio.WriteTransport)
    pipe.write(message_json(message) + b"\n")
    pipe.write_eof()


async def _kill(transport: asyncio.SubprocessTransport, process: _Process) -> None:
    _kill_group(transport)
    with suppress(TimeoutError):
        async with asyncio.timeout(_KILLED_S):
            await process.has_exited.wait()


def _kill_group(transport: asyncio.SubprocessTransport) -> None:
    """Kill a process and those that it has started."""
    with suppress(ProcessLookupError, PermissionError):  # it has ended meanwhile
        if sys.platform == "win32":
            transport.kill()
        else:
            os.killpg(transport.get_pid(), signal.SIGKILL)


def _describe_code(name: str, code: int) -> str:
    if code > 0:
        return f"{name} ended with exit code {code}."
    try:
        return f"{name} was ended by signal {signal.Signals(-code).name}."
    except ValueError:
        return f"{name} was ended by signal {-code}."
