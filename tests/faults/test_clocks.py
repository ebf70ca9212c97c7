"""Faults of time: clocks that are wrong or adjusted, and a suspended computer."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt

from tests import programs
from tests.conftest import RunQt
from tests.doubles import until
from tests.faults import status_app
from tests.faults.process import Service, fault_server, toxic
from tests.faults.program import PATIENT, Program, program, status_program
from ticker_gui.app import app
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.market import display_values
from ticker_gui.stream.clock import steady_clock
from ticker_gui.stream.timeouts import Timeouts

OK = ("subscribe", "flood:200:600")
HOUR = 3600.0


def set_wall_clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Shift the wall clock by this number of seconds."""
    now, now_ns = time.time, time.time_ns
    monkeypatch.setattr(time, "time", lambda: now() + seconds)
    monkeypatch.setattr(time, "time_ns", lambda: now_ns() + int(seconds * SECOND_NS))


def ages(it: Program) -> list[Any]:
    """Return the texts of the column Age."""
    model = it.app.window.model
    names = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    return [model.index(row, names.index("Age")).data() for row in range(model.rowCount())]


@pytest.mark.parametrize("seconds", [-HOUR, -30.0, 30.0, HOUR])
def test_f42_local_clock_is_wrong(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    set_wall_clock(monkeypatch, seconds)
    is_far = abs(seconds) == HOUR  # so that the time axis would be stretched

    async def test() -> None:
        with fault_server(*OK) as server:
            timeouts = msgspec.structs.replace(PATIENT, ping_interval=3.0)  # the round trip of a ping is needed
            async with (program if is_far else status_program)(server.url, timeouts=timeouts) as it:
                await it.receives(100)
                await it.shows("live since")
                await until(lambda: it.feed.delay)
                assert it.is_live
                age_s = display_values.age_s(it.symbol(), it.app.engine.clock())
                assert age_s is not None
                assert 0 <= age_s < 60
                await until(lambda: it.app.window.status._rate.text())
                # If the clock is an hour ahead, the prices may as well be an hour old.
                await until(lambda: seconds == HOUR or not it.app.window.status._late.text())
                if is_far:
                    time_range = it.app.window.chart.time_range
                    assert time_range.right - time_range.left < 400
                assert server.connections == 1

    run_qt(test())


def test_f42_local_clock_is_corrected_by_an_hour(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        with fault_server(*OK) as server:
            with monkeypatch.context() as wrong:
                set_wall_clock(wrong, HOUR)
                async with program(server.url) as it:
                    late = it.app.window.status._late
                    await until(lambda: late.text().startswith("Late messages: feed1 by "))
                    it.shown.append(f"{it.status_text} · {late.text()}")
                    wrong.undo()
                    await until(lambda: not late.text())
                    assert it.is_live
                    assert server.connections == 1

    run_qt(test())


@pytest.mark.parametrize("seconds", [-HOUR, HOUR])
def test_f43_local_clock_is_changed_while_running(
    run_qt: RunQt, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    async def test() -> None:
        with fault_server("subscribe", "steady:200", "abort", "then", *OK) as server:
            async with program(server.url) as it:
                await it.receives(100)
                await it.shows("live since")
                set_wall_clock(monkeypatch, seconds)
                kinds, shown = set[FeedStatus](), set[str]()

                def look() -> int:
                    kinds.add(it.kind)
                    shown.update(map(str, ages(it)))
                    return server.connections

                seen = it.symbol().trades
                await until(lambda: look() and it.symbol().trades > seen + 100)
                server.send_line("enough")
                await until(lambda: look() == 2)
                assert FeedStatus.QUIET not in kinds
                assert not any("-" in age for age in shown), shown
                await until(lambda: it.is_live)
                await it.shows("live since")
                (gap,) = it.symbol().coverage.gaps
                assert gap.end_ns is not None
                assert 0 < gap.end_ns - gap.start_ns < 30 * SECOND_NS
                assert not it.app.window.status._late.text()
                age_s = display_values.age_s(it.symbol(), it.app.engine.clock())
                assert age_s is not None
                assert 0 <= age_s < 60  # on a busy machine, the last trade may have arrived a moment ago
                assert not [state for state in it.feed.session.history if "Resumed" in state.reason]

    run_qt(test())


class Sleeper:
    """A clock that continues while the computer is suspended."""

    def __init__(self) -> None:
        self._awake = steady_clock()
        self._slept_ns = 0

    def __call__(self) -> int:
        return self._awake() + self._slept_ns

    def pass_by(self, seconds: float) -> None:
        """Advance the clock by the time of a suspend."""
        self._slept_ns += int(seconds * SECOND_NS)

    async def sleep(self, it: Program, proxy: Service, seconds: float) -> None:
        """Interrupt all connections and advance the clock, as a suspend does; wait until all feeds are live again."""
        applied = len(proxy.events_of("applied"))
        proxy.send_line("blackhole")
        await until(lambda: len(proxy.events_of("applied")) > applied)
        self.pass_by(seconds)
        assert not it.is_live  # before anything has been noticed
        before = len(it.disconnect_reasons)
        await until(lambda: len(it.disconnect_reasons) >= before + len(it.app.engine.feeds))
        proxy.send_line("")
        await until(lambda: all(state.is_live(self()) for state in it.app.engine.market.states))


@pytest.fixture
def sleeper(monkeypatch: pytest.MonkeyPatch) -> Sleeper:
    clock = Sleeper()
    for module in (app, status_app):
        monkeypatch.setattr(module, "Engine", partial(Engine, clock=clock))
    return clock


def test_f44_computer_sleeps_for_ten_minutes(run_qt: RunQt, sleeper: Sleeper) -> None:
    async def test() -> None:
        with fault_server(*OK) as server, toxic(server) as proxy:
            async with program(proxy.url) as it:
                await it.receives(100)
                await it.shows("live since")
                await sleeper.sleep(it, proxy, 600)
                assert server.connections == 2
                it.app.window.status.details_requested.emit()
                assert it.disconnect_reasons[0] in it.app.window.details._report.toPlainText()
                (gap,) = it.symbol().coverage.gaps
                assert gap.end_ns is not None
                assert gap.end_ns - gap.start_ns > 590 * SECOND_NS
                await until(lambda: it.app.window.chart.scene and it.app.window.chart.scene.visible_data.gaps)

    run_qt(test())


def test_f44_every_feed_reports_the_suspend(run_qt: RunQt, sleeper: Sleeper) -> None:
    """It does not matter which is noticed first: the missing data or the jump of the clock."""

    async def test() -> None:
        with fault_server(*OK) as server, toxic(server) as proxy:
            async with status_program(*[proxy.url] * 8) as it:
                await it.shows("8 of 8 feeds")
                for _ in range(3):
                    await sleeper.sleep(it, proxy, 600)
                it.shown.append(it.disconnect_reasons[0])
                ends = [
                    state.reason
                    for feed in it.app.engine.feeds.values()
                    for before, state in pairwise(feed.session.history)
                    if state.kind is FeedStatus.WAITING and before.kind is not FeedStatus.CONNECTING
                ]
                assert len(ends) >= 3 * 8  # a feed that notices it early may also try to connect meanwhile
                # The time that passed before it was noticed is counted as well.
                resumed = re.compile(r"Resumed after 1\d min in which the computer was suspended")
                assert [reason for reason in ends if not resumed.match(reason)] == []

    run_qt(test())


def test_f44_suspend_does_not_shorten_a_requested_wait(run_qt: RunQt, sleeper: Sleeper) -> None:
    async def test() -> None:
        with fault_server("status:429:Retry-After=900", "then", *OK) as server:
            async with status_program(server.url) as it:
                await it.shows("rate limited until", "reconnecting in 900 s")
                sleeper.pass_by(60)
                await until(lambda: "reconnecting in 8" in it.status_text.lower() or server.connections > 1)
                assert server.connections == 1
                await it.shows("rate limited until", "reconnecting in 8")
                sleeper.pass_by(900)
                await it.receives(50)
                assert server.connections == 2

    run_qt(test())


@contextlib.contextmanager
def running(*arguments: str, folder: Path) -> Iterator[tuple[Any, list[str]]]:
    """Run the program in its own process; yield it with the lines that it prints."""
    with programs.start(*arguments, XDG_CONFIG_HOME=str(folder)) as process:
        lines: list[str] = []
        assert process.stdout is not None
        threading.Thread(target=lines.extend, args=(process.stdout,), daemon=True).start()
        try:
            yield process, lines
        finally:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
            process.wait(150)


def connections_to(server: Service, path: str) -> int:
    return sum(event["path"] == path for event in server.events_of("connected"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_f44_process_is_stopped_and_continued(
    run: RunQt, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The window and the stream run in their own processes."""
    paths = ("/window", "/stream")

    async def test() -> None:
        with fault_server("subscribe", "flood:50:600") as server, contextlib.ExitStack() as stack:
            feed = ("--provider", "demo", "--symbols", "A", "--url")
            window, _ = stack.enter_context(running(*feed, f"{server.url}/window", folder=tmp_path))
            stream, lines = stack.enter_context(
                running("stream", "--states", *feed, f"{server.url}/stream", folder=tmp_path)
            )
            await until(lambda: all(connections_to(server, path) == 1 for path in paths) and len(lines) > 20)
            for process in (window, stream):
                process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(Timeouts().suspend_threshold + Timeouts().check_interval + 1.0)  # the fault itself
            for process in (window, stream):
                process.send_signal(signal.SIGCONT)
            await until(lambda: all(connections_to(server, path) == 2 for path in paths))
            await until(lambda: any("Resumed" in line for line in lines))
            before = len(lines)
            await until(lambda: len(lines) > before + 50)
            states = [line for line in programs.lines("".join(lines)) if line["event"] == "state"]
            assert [state["state"] for state in states][-4:] == ["waiting", "connecting", "subscribing", "live"]
            record_property("shown", states[-4]["reason"])
            assert [connections_to(server, path) for path in paths] == [2, 2]

    run(test())
