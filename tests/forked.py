"""Starts the program without importing it again each time, where the system can fork.

A server process imports the program at the first start. It forks for each start, and the child does what
``python -m ticker_gui`` or ``python -c CODE`` does: it has the standard streams, arguments, environment and working
directory of the request, and ends as the interpreter ends.

A process that is forked after it has made a server continues with one of its own, which that server has forked.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import json
import multiprocessing
import os
import runpy
import secrets
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

CAN_FORK = sys.platform == "linux" and hasattr(os, "pidfd_open")
_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "QT_", "MALLOC_")  # variables that are read when a process starts
_LATER = {"QT_QPA_PLATFORM", "QT_SCALE_FACTOR"}  # are read when the application is made
_MODULES = (
    "ticker_gui.cli",
    "ticker_gui.app.app",
    "ticker_gui.app.deferred_parts",
    "ticker_gui.commands.check",
    "ticker_gui.commands.export",
    "ticker_gui.commands.history",
    "ticker_gui.commands.publish",
    "ticker_gui.commands.stream",
    "ticker_gui.engine.archiving",
    "ticker_gui.recording.segments",
    "ticker_gui.stream.opening",
    "ticker_gui.stream.transport",
    "aiohttp",
    "keyring",
    "nats.js.api",
    "websockets.asyncio.client",
    "websockets.asyncio.server",
)
# By name, how each process draws a constant for itself, and the modules that have it.
RANDOM_CONSTANTS: dict[str, tuple[Callable[[], object], tuple[str, ...]]] = {
    "RUN": (lambda: secrets.token_hex(8), ("ticker_gui.recording.format", "ticker_gui.recording.segments")),
    "SEPARATOR": (
        lambda: b"\x7f%b\x7f" % secrets.token_urlsafe(6).encode(),
        ("ticker_gui.recording.line_encoder", "ticker_gui.recording.writing"),
    ),
}
_SIZE = struct.Struct("!q")


class Start(NamedTuple):
    """What a child is to run: code, or the program if there is none."""

    code: str | None
    arguments: list[str]
    environment: dict[str, str]
    folder: str


class ForkServer:
    """The side of the tests: asks the server process for new processes and for their ends."""

    def __init__(self, *options: str) -> None:
        self._channel, theirs = socket.socketpair()
        self._maker = self._owner = os.getpid()
        self._lock = threading.Lock()
        self._lock_of_processes = multiprocessing.get_context("fork").Lock()
        command = [sys.executable, *options, "-m", "tests.forked", str(theirs.fileno())]
        with theirs:
            # Its standard streams are pipes, as those of its children.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=(theirs.fileno(),)
            )
        self._environment = dict(os.environ)
        atexit.register(self.close)

    def can_start(self, environment: Mapping[str, str]) -> bool:
        """Return whether a child would differ from a new process in nothing that its environment determines."""
        return _read_at_start(environment) == _read_at_start(self._environment)

    def start(self, request: Start, descriptors: Sequence[int]) -> int:
        """Fork a child with these standard streams and return its process id."""
        return self._request(request, descriptors)

    def wait(self, pid: int) -> int:
        """Return the wait status of a child that has ended."""
        return self._request(pid)

    def close(self) -> None:
        """End the server process and all that it has started."""
        self._channel.close()
        if self._maker == os.getpid():
            with self._process as process:
                process.wait(60)

    def _request(self, request: Start | int, descriptors: Sequence[int] = ()) -> int:
        with self._lock:
            if self._owner != os.getpid():
                self._continue_with_own()
            return self._exchange(request, descriptors)

    def _continue_with_own(self) -> None:
        """Have a server forked for this process, which was forked itself."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock_of_processes:
            self._exchange(None, [theirs.fileno()])
        self._channel.close()
        self._channel, self._owner = ours, os.getpid()

    def _exchange(self, request: Start | int | None, descriptors: Sequence[int]) -> int:
        content = json.dumps(request).encode()
        socket.send_fds(self._channel, [_SIZE.pack(len(content))], descriptors)
        self._channel.sendall(content)
        return int(_SIZE.unpack(self._channel.recv(_SIZE.size, socket.MSG_WAITALL))[0])


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_AT_START) and name not in _LATER}


@functools.cache
def fork_server(*options: str) -> ForkServer | None:
    """Return this process's fork server whose interpreter has these options, or ``None`` where there is none."""
    return ForkServer(*options) if CAN_FORK else None


class Started(subprocess.Popen[str]):
    """A process that a failing test kills: it would wait forever for the end of a program that nobody ends."""

    def __exit__(self, kind: Any, *error: Any) -> None:
        if kind is not None:
            self.kill()
        super().__exit__(kind, *error)


class Forked(Started):
    """A process that a fork server has started, used as any `subprocess.Popen`."""

    def __init__(self, server: ForkServer, request: Start, **streams: Any) -> None:
        self._server = server
        self._request = request
        super().__init__([sys.executable], text=True, **streams)

    def _execute_child(self, *arguments: Any) -> None:
        """Fork instead of starting a new process; called by `subprocess.Popen` with the ends of the pipes, too."""
        pipes = arguments[10:16]
        with open(os.devnull, "r+b", buffering=0) as nothing:  # noqa: PTH123
            ends = [end if end >= 0 else nothing.fileno() for end in (pipes[0], pipes[3], pipes[5])]
            self.pid = self._server.start(self._request, ends)
        self._child_created = True
        self._ended = os.pidfd_open(self.pid)
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._wait(0)
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        if self.returncode is None:
            waiting = select.poll()
            waiting.register(self._ended, select.POLLIN)
            if not waiting.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = os.waitstatus_to_exitcode(self._server.wait(self.pid))
            os.close(self._ended)
        return self.returncode


def serve(channel: socket.socket) -> Start | None:
    """Serve requests until the other end is closed; in a child, return what it is to run."""
    running = set[int]()
    while True:
        head, descriptors, _, _ = socket.recv_fds(channel, _SIZE.size, 3)
        if not head:
            break
        request = json.loads(channel.recv(_SIZE.unpack(head)[0], socket.MSG_WAITALL))
        if isinstance(request, int):
            running.discard(request)
            answer = os.waitpid(request, 0)[1]
        elif request is None:
            if not (answer := os.fork()):
                channel.close()
                with socket.socket(fileno=descriptors[0]) as own:
                    return serve(own)
            os.close(descriptors[0])
        elif answer := os.fork():
            running.add(answer)
            for descriptor in descriptors:
                os.close(descriptor)
        else:
            channel.close()
            for number, descriptor in enumerate(descriptors):
                os.dup2(descriptor, number)
                os.close(descriptor)
            return Start(*request)
        channel.sendall(_SIZE.pack(answer))
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return None


def run(start: Start) -> None:
    """Do what a new interpreter does with its arguments."""
    os.chdir(start.folder)
    os.environ.clear()
    os.environ.update(start.environment)
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _renew_constants()
    if start.code is None:
        sys.argv = ["", *start.arguments]
        runpy.run_module("ticker_gui", run_name="__main__", alter_sys=True)
    else:
        sys.argv = ["-c", *start.arguments]
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(start.code, main.__dict__)


def _renew_constants() -> None:
    """Draw the constants again that each process draws when it imports their module."""
    for name, (draw, modules) in RANDOM_CONSTANTS.items():
        value = draw()
        for module in modules:
            setattr(sys.modules[module], name, value)


def _keep_for_good() -> None:
    """Never release what was imported: each child would go through all of it, and copy it, at its end."""
    everything = gc.get_objects()
    everything.append(everything)  # only a collection releases a cycle, and none of them sees what is frozen
    gc.freeze()


def _forget(modules: Sequence[str]) -> None:
    """Keep the end of a child from clearing these modules; those that it has imported itself are cleared."""
    for module in modules:
        sys.modules.pop(module, None)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, which then end this process
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        if not channel.recv(1, socket.MSG_PEEK):
            return
        _import_program()
        start = serve(channel)
    if start is not None:
        run(start)


def _import_program() -> None:
    imported = list[str]()
    atexit.register(_forget, imported)  # what is registered first is called last
    before = set(sys.modules)
    for module in _MODULES:
        import_module(module)
    imported += sys.modules.keys() - before
    _keep_for_good()


if __name__ == "__main__":
    main()
