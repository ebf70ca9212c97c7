"""Runs misbehaving servers in their own processes."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from tests import programs

_CAN_POLL = sys.platform != "win32"  # pipes, without waiting
_CHUNK = 65_536
_STDERR = 2  # of this process


class Service:
    """A server process that reports its port and its events on stdout, as JSON lines."""

    def __init__(self, module: str, *arguments: str, can_fork: bool = True) -> None:
        self.events: list[dict[str, Any]] = []
        self._process = _start(module, arguments, can_fork=can_fork)
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        self._partial_line = b""
        self._is_open = True
        self._lock = threading.Lock()
        self._has_started = threading.Event()
        if _CAN_POLL:
            os.set_blocking(self._output, False)
        self._reader = threading.Thread(target=self._read_all, daemon=True)
        self._reader.start()
        if not self._has_started.wait(150):
            self.stop()
            raise TimeoutError(f"{module} has not started")
        self.port = int(self.events[0]["port"])

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def events_of(self, event: str) -> list[dict[str, Any]]:
        """Return all events of a kind until now, with those that the reader's thread has had no time to read."""
        if _CAN_POLL:
            self._read()
        return [one for one in self.events if one["event"] == event]

    @property
    def connections(self) -> int:
        return len(self.events_of("connected"))

    def send_line(self, line: str) -> None:
        """Send a line to the process."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait(60)
        self._reader.join(60)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read_all(self) -> None:
        """Read the output as it comes, so that the process can always write."""
        while self._is_open:
            if _CAN_POLL:
                select.select([self._output], [], [])
            self._read()

    def _read(self) -> None:
        """Read what has been written until now."""
        with self._lock, contextlib.suppress(BlockingIOError):
            while self._is_open:
                data = os.read(self._output, _CHUNK)
                self._is_open = bool(data)
                *lines, self._partial_line = (self._partial_line + data).split(b"\n")
                self.events += map(json.loads, lines)
                if self.events or not self._is_open:
                    self._has_started.set()


def _start(module: str, arguments: Sequence[str], *, can_fork: bool) -> subprocess.Popen[str]:
    code = f"from tests.faults.{module} import main; main()"
    start = programs.start_script if can_fork else programs.start_new_script
    return start(code, *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=_STDERR)


@contextlib.contextmanager
def fault_server(*words: str, port: int = 0, options: tuple[str, ...] = ()) -> Iterator[Service]:
    """Run a `tests.faults.server` with a script."""
    yield from _while_running(Service("server", "--port", str(port), *options, "--", *words))


@contextlib.contextmanager
def toxic(to: Service, *toxics: str) -> Iterator[Service]:
    """Run a `tests.faults.toxic` proxy in front of a server."""
    yield from _while_running(Service("toxic", to.address, "--", *toxics))


@contextlib.contextmanager
def raw_server(behavior: str) -> Iterator[Service]:
    """Run a `tests.faults.raw` server."""
    yield from _while_running(Service("raw", behavior))


def _while_running(service: Service) -> Iterator[Service]:
    try:
        yield service
    finally:
        service.stop()
