"""Runs misbehaving servers in their own processes."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from tests.faults.fork_server import ForkedProcess, fork_server


class Service:
    """A server process that reports its port and its events on stdout, as JSON lines."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._process = _start(module, arguments)
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self.events: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            first = self._lines.get(timeout=150)
        except queue.Empty:
            self.stop()
            raise
        self.port = int(first["port"])

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def events_of(self, event: str) -> list[dict[str, Any]]:
        """Return all events of a kind until now."""
        with contextlib.suppress(queue.Empty):
            while True:
                self.events.append(self._lines.get_nowait())
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
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError):  # the pipe was closed during a read
            for line in self._process.stdout:
                self._lines.put(json.loads(line))


def _start(module: str, arguments: Sequence[str]) -> subprocess.Popen[str] | ForkedProcess:
    if (server := fork_server()) is not None:
        return server.start(module, arguments)
    command = [sys.executable, "-m", f"tests.faults.{module}", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextlib.contextmanager
def fault_server(*words: str, port: int = 0, options: tuple[str, ...] = ()) -> Iterator[Service]:
    """Run a `tests.faults.server` with a script."""
    yield from _while_running(Service("server", "--port", str(port), *options, "--", *words))


@contextlib.contextmanager
def toxic(to: Service, *toxics: str) -> Iterator[Service]:
    """Run a `tests.faults.toxic` proxy in front of a server."""
    yield from _while_running(Service("toxic", to.address, "--", *toxics))


@contextlib.contextmanager
def raw_server(behaviour: str) -> Iterator[Service]:
    """Run a `tests.faults.raw` server."""
    yield from _while_running(Service("raw", behaviour))


def _while_running(service: Service) -> Iterator[Service]:
    try:
        yield service
    finally:
        service.stop()
