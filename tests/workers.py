"""Runs the whole suite in processes that are forked when all tests have been collected.

Workers of pytest-xdist import the program and collect its tests one by one, which takes as much of two cores as minutes
of tests, and each has to have collected the same. Here the next free worker runs the next file.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import multiprocessing
import os
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import strategies

CAN_FORK = sys.platform == "linux"
_MORE_THAN_CORES = 8  # most of the time of the tests of faults, of commands and of journeys passes in waiting


@contextlib.contextmanager
def importing_from_the_end(folder: Path) -> Iterator[None]:
    """Import the test modules of a folder in another process, the last one first, until this one has imported all.

    In a fresh clone both compile half of the modules.
    """
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=_import_from_the_end, args=(folder,))
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def _import_from_the_end(folder: Path) -> None:
    strategies.text().validate()  # stores what Hypothesis knows about all characters, which each worker would work out
    for path in sorted(folder.rglob("test_*.py"), reverse=True):
        with contextlib.suppress(Exception):  # this process reports what its own imports raise
            importlib.import_module(".".join(path.relative_to(folder.parent).with_suffix("").parts))


class Started(NamedTuple):
    """What a worker sends before it runs a test."""

    nodeid: str


class Limited(NamedTuple):
    """What a worker sends if a test has a timeout."""

    timeout_s: float


class Finished(NamedTuple):
    """What a worker sends after a test: the reports of its set-up, its call and its teardown."""

    reports: list[pytest.TestReport]


class Warned(NamedTuple):
    """What a worker sends for each warning."""

    warning: dict[str, Any]


class WantsFile:
    """What a worker sends to be told the number of the file that it is to run, or ``None`` if there is none left."""


class Worker:
    """The side of a process that runs tests."""

    def __init__(self, session: pytest.Session, files: list[list[pytest.Item]], channel: Connection) -> None:
        self._session = session
        self._files = files
        self._channel = channel
        self._reports = list[pytest.TestReport]()

    def run(self) -> None:
        """Run one file after another."""
        manager = self._session.config.pluginmanager
        manager.register(self)
        # Within the folder of the run: one of its own could be deleted before it is locked, and would stay afterwards.
        factory: Any = self._session.config._tmp_path_factory  # type: ignore[attr-defined]
        factory._basetemp = factory.mktemp(f"worker-{os.getpid()}", numbered=False)
        # What is captured is in a file, which all processes would share.
        capture: Any = manager.getplugin("capturemanager")
        capture.stop_global_capturing()
        capture.start_global_capturing()
        for file in self._given_files():
            # After the last test of a file, only what belongs to all tests is kept.
            for item, following in itertools.pairwise([*file, self._session]):
                self._run_test(item, following)
        self._session._setupstate.teardown_exact(None)

    def _given_files(self) -> Iterator[list[pytest.Item]]:
        while True:
            self._channel.send(WantsFile())
            number = self._channel.recv()
            if number is None:
                return
            yield self._files[number]

    def _run_test(self, item: Any, following: Any) -> None:
        self._channel.send(Started(item.nodeid))
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        self._channel.send(Finished(self._reports))
        self._reports = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Keep the reports of a test, which only the process that distributes the tests prints."""
        self._reports.extend(runtestprotocol(item, log=False, nextitem=nextitem))
        return True

    def pytest_timeout_set_timer(self, settings: Any) -> bool:
        """Let the process that distributes the tests watch the time, so that no test needs a thread for it."""
        self._channel.send(Limited(settings.timeout))
        return True

    def pytest_timeout_cancel_timer(self) -> bool:
        """Say that there is no timer in this process."""
        return True

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: Any, nodeid: str, location: Any
    ) -> None:
        """Pass a warning on."""
        copy = warnings.WarningMessage(
            str(warning_message.message),
            warning_message.category,
            warning_message.filename,
            warning_message.lineno,
        )
        self._channel.send(Warned({"warning_message": copy, "when": when, "nodeid": nodeid, "location": location}))


class Workers:
    """The side of the process that has collected the tests: starts the workers and reports what they did."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self._files = [list(items) for _, items in itertools.groupby(session.items, key=lambda item: item.path)]
        self._numbers = iter(range(len(self._files)))
        self._running = dict[Connection, str]()
        self._deadlines = dict[Connection, float]()
        self._processes = dict[Connection, BaseProcess]()

    def run(self) -> None:
        """Run all tests, as the loop of pytest does it.

        Raises:
            pytest.Session.Failed: if as many tests failed as are allowed to.
        """
        session: Any = self._session
        session.config._tmp_path_factory.getbasetemp()  # creates it
        for _ in range(min(len(self._files), (os.cpu_count() or 1) + _MORE_THAN_CORES)):
            self._start()
        try:
            while self._processes:
                for channel in wait(list(self._processes), self._time_left()):
                    self._receive(channel)  # type: ignore[arg-type]
                self._end_hanging()
                if session.shouldfail:
                    raise session.Failed(session.shouldfail)
        finally:
            for process in self._processes.values():
                process.kill()

    def _start(self) -> None:
        fork = multiprocessing.get_context("fork")
        ours, theirs = fork.Pipe()
        process = fork.Process(target=self._work, args=(ours, theirs))
        process.start()
        theirs.close()
        self._processes[ours] = process

    def _work(self, ours: Connection, theirs: Connection) -> None:
        for channel in (ours, *self._processes):  # else no worker would see the end of the process that has started it
            channel.close()
        with contextlib.suppress(KeyboardInterrupt):  # the process that has started it says so
            Worker(self._session, self._files, theirs).run()

    def _time_left(self) -> float | None:
        if not self._deadlines:
            return None
        return max(0.0, min(self._deadlines.values()) - time.monotonic())

    def _end_hanging(self) -> None:
        now = time.monotonic()
        for channel in [channel for channel, deadline in self._deadlines.items() if deadline <= now]:
            del self._deadlines[channel]
            process = self._processes[channel]
            if process.pid is not None:
                os.kill(process.pid, signal.SIGABRT)  # faulthandler prints what each thread does, in C code, too

    def _receive(self, channel: Connection) -> None:
        try:
            message = channel.recv()
        except (EOFError, ConnectionResetError):
            self._end(channel)
            return
        hook = self._session.config.hook
        match message:
            case WantsFile():
                channel.send(next(self._numbers, None))
            case Started(nodeid):
                self._running[channel] = nodeid
            case Limited(timeout_s):
                self._deadlines[channel] = time.monotonic() + timeout_s
            case Finished(reports):
                del self._running[channel]
                self._deadlines.pop(channel, None)
                for report in reports:
                    hook.pytest_runtest_logreport(report=report)
            case Warned(warning):
                hook.pytest_warning_recorded.call_historic(kwargs=warning)

    def _end(self, channel: Connection) -> None:
        process = self._processes.pop(channel)
        process.join()
        running = self._running.pop(channel, None)
        self._deadlines.pop(channel, None)
        if process.exitcode == 0 and running is None:
            return
        nodeid = running or "the end of a worker"
        exit_code = "because of a timeout" if process.exitcode == -signal.SIGABRT else f"with {process.exitcode}"
        reason = f"The process ended {exit_code}; the rest of its file was not run."
        # A hang later may keep the summary from being written.
        self._session.config.get_terminal_writer().line(f"\n{nodeid}: {reason}", flush=True)
        path = nodeid.partition("::")[0]
        report = pytest.TestReport(nodeid, (path, None, nodeid), {}, "failed", reason, "call")
        self._session.config.hook.pytest_runtest_logreport(report=report)
