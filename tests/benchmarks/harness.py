"""Shared parts of the benchmarks: measuring processes, and results with targets."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

import msgspec

WINDOW_SIZE = (1600, 1000)  # of programs that are compared


class Figure(NamedTuple):
    """One result. ``target`` is the maximum, or the minimum if ``is_minimum``."""

    name: str
    value: float
    target: float
    unit: str = ""
    is_minimum: bool = False
    note: str = ""

    @property
    def is_relative(self) -> bool:
        """Whether the result is a ratio or a count, which is meaningful on a busy or slow machine, too."""
        return self.unit in ("", "MB", "%")

    @property
    def is_met(self) -> bool:
        """Whether the target is reached."""
        return self.value >= self.target if self.is_minimum else self.value <= self.target


def environment(display: str = "") -> dict[str, str]:
    """Return the environment variables to run a program on an X display, or without a display."""
    platform = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": display} if display else {"QT_QPA_PLATFORM": "offscreen"}
    return os.environ | platform | {"QT_API": "pyside6", "PYQTGRAPH_QT_LIB": "PySide6"}


def run(module: str, *arguments: object, display: str = "") -> dict[str, Any]:
    """Run a module in its own process and return the JSON that it prints last."""
    command = [sys.executable, "-X", "faulthandler", "-m", module, *map(str, arguments)]
    result = subprocess.run(command, env=environment(display), capture_output=True, check=False)
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {result.returncode}:\n{result.stderr.decode()}")
    answer: dict[str, Any] = msgspec.json.decode(result.stdout.splitlines()[-1])
    return answer


def report(**figures: object) -> NoReturn:
    """Print the result of `run` and end the process without closing its windows."""
    print(msgspec.json.encode(figures).decode(), flush=True)
    os._exit(0)


@contextlib.contextmanager
def flood(symbols: int, rate: float = 0.0, *options: str) -> Iterator[str]:
    """Run a flood server in its own process and yield its URL."""
    command = [sys.executable, "-m", "tests.benchmarks.flood_server", "--symbols", str(symbols), "--rate", str(rate)]
    command += options
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            yield f"ws://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


@contextlib.contextmanager
def x_server() -> Iterator[str]:
    """Run an X server and yield its display; yield an empty name where Xvfb is not installed."""
    if (program := shutil.which("Xvfb")) is None:
        yield ""
        return
    command = [program, "-displayfd", "1", "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            assert server.stdout is not None
            yield f":{int(server.stdout.readline())}"
        finally:
            server.terminate()
