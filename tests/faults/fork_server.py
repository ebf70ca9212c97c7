"""Starts misbehaving servers without importing their modules again each time, where the system can fork.

It is a process that has imported them. For each request it forks, and the child runs the ``main()`` of a module.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import traceback
from collections.abc import Sequence
from typing import IO

_MODULES = ("server", "toxic", "raw")
_SIZE = struct.Struct("!I")
_STOP = "stop"


class ForkServer:
    """The side of the tests: asks the process to start and to stop others."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.faults.fork_server", str(theirs.fileno())]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),))
        atexit.register(self.close)

    def start(self, module: str, arguments: Sequence[str]) -> ForkedProcess:
        """Start ``python -m tests.faults.MODULE`` with these arguments."""
        stdin, write_end = os.pipe()
        read_end, stdout = os.pipe()
        pid = self._request([module, *arguments], stdin, stdout)
        for inner in (stdin, stdout):
            os.close(inner)
        return ForkedProcess(self, pid, open(write_end, "w"), open(read_end))  # noqa: PTH123

    def stop(self, pid: int) -> None:
        """Kill a process that was started here, and wait for its end."""
        self._request([_STOP, str(pid)])

    def close(self) -> None:
        """End the fork server and all that it has started."""
        self._channel.close()
        self._process.wait(60)

    def _request(self, words: Sequence[str], *descriptors: int) -> int:
        request = json.dumps(words).encode()
        socket.send_fds(self._channel, [_SIZE.pack(len(request))], descriptors)
        self._channel.sendall(request)
        return int(_SIZE.unpack(self._channel.recv(_SIZE.size, socket.MSG_WAITALL))[0])


class ForkedProcess:
    """A process with pipes to it, as far as the tests need what `subprocess.Popen` has."""

    def __init__(self, owner: ForkServer, pid: int, stdin: IO[str], stdout: IO[str]) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self._owner = owner
        self._pid = pid
        self._is_running = True

    def kill(self) -> None:
        """End the process, if it has not been ended."""
        if self._is_running:
            self._is_running = False
            self._owner.stop(self._pid)

    def wait(self, timeout: float) -> None:
        """Do nothing: `kill` has waited for the end."""


@functools.cache
def fork_server() -> ForkServer | None:
    """Return the fork server of this process, or ``None`` where the system cannot fork."""
    return ForkServer() if hasattr(os, "fork") and sys.platform != "win32" else None


def serve(channel: socket.socket) -> None:
    """Serve requests until the other end is closed."""
    running = set[int]()
    while True:
        head, descriptors, _, _ = socket.recv_fds(channel, _SIZE.size, 2)
        if not head:
            break
        words = json.loads(channel.recv(_SIZE.unpack(head)[0], socket.MSG_WAITALL))
        if words[0] == _STOP:
            pid = int(words[1])
            _end(pid)
            running.discard(pid)
        else:
            pid = _fork(words, descriptors, channel)
            running.add(pid)
        channel.sendall(_SIZE.pack(pid))
    for pid in running:
        _end(pid)


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _fork(words: Sequence[str], descriptors: Sequence[int], channel: socket.socket) -> int:
    if pid := os.fork():
        for descriptor in descriptors:
            os.close(descriptor)
        return pid
    channel.close()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.argv = list(words)
    status = 1
    try:
        importlib.import_module(f"tests.faults.{words[0]}").main()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
        os._exit(status)


def main() -> None:
    for module in _MODULES:
        importlib.import_module(f"tests.faults.{module}")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, which then end this process
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        serve(channel)


if __name__ == "__main__":
    main()
