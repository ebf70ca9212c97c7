"""Shared parts of the benchmarks: measuring processes, and results with targets."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import msgspec

from tests.forked import Forked, Start, fork_server

forks = False  # whether processes are forked, where what they measure does not depend on it
time_limit_s: float | None = None  # for one measurement
WINDOW_SIZE = (1600, 1000)  # of programs that are compared
_MIN_MESSAGES = 1_000
_RECHECK_S = 0.01


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


def start(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], *, can_fork: bool = True, **streams: Any
) -> subprocess.Popen[str]:
    """Start a module in its own process, whose standard output is read; ``streams`` are others of its streams."""
    server = fork_server() if forks and can_fork else None
    if server is not None and server.can_start(environment):
        code = (
            "import faulthandler, runpy; faulthandler.enable()\n"
            f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
        )
        request = Start(code, list(arguments), dict(environment), str(Path.cwd()))
        return Forked(server, request, stdout=subprocess.PIPE, **streams)
    command = [sys.executable, "-X", "faulthandler", "-m", module, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, **streams)


def run(module: str, *arguments: object, display: str = "", can_fork: bool = True) -> dict[str, Any]:
    """Run a module in its own process and return the JSON that it prints last.

    The memory of a process that may not be forked is not shared with a parent, which the system counts differently.
    """
    words = [str(argument) for argument in arguments]
    with start(module, words, environment(display), can_fork=can_fork, stderr=subprocess.PIPE) as process:
        try:
            output, errors = process.communicate(timeout=time_limit_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # the process writes where it hangs
            output, errors = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{module} {' '.join(words)} ended with {process.returncode}:\n{errors}")
    answer: dict[str, Any] = msgspec.json.decode(output.splitlines()[-1])
    return answer


def report(**figures: object) -> NoReturn:
    """Print the result of `run` and end the process without closing its windows."""
    print(msgspec.json.encode(figures).decode(), flush=True)
    os._exit(0)


def waited_for_core_s() -> float:
    """Return how long this thread has waited for a core that other processes had, where Linux reports it."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text("ascii").split()[1]) / 1e9
    except OSError:
        return 0.0


def own_time_s() -> float:
    """Return the time of a clock that stands still while this thread waits for a core."""
    return time.perf_counter() - waited_for_core_s()


async def wait_own_time(seconds: float, received: Callable[[], int] | None = None) -> float:
    """Wait for some seconds of this thread's own time, and return how many have passed.

    With ``received``, the number of messages so far, also wait for a thousand of them: a server that gets no core for a
    while sends fewer, and rates of a few messages mean nothing.
    """
    began, first = own_time_s(), received() if received else 0
    while (  # noqa: ASYNC110  # neither is an event
        (passed := own_time_s() - began) < seconds or (received and received() - first < _MIN_MESSAGES)
    ):
        await asyncio.sleep(max(seconds - passed, _RECHECK_S))
    return passed


@contextlib.contextmanager
def flood(symbols: int, rate: float = 0.0, *options: str) -> Iterator[str]:
    """Run a flood server in its own process and yield its URL."""
    words = ["--symbols", str(symbols), "--rate", str(rate), *options]
    with start("tests.benchmarks.flood_server", words, os.environ) as server:
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
