from __future__ import annotations

import asyncio

import pytest

from tests.conftest import run_plain
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream import read_pacing as module
from ticker_gui.stream.read_pacing import ReadPacing

MS = SECOND_NS // 1000


def test_without_an_interval_nothing_is_delayed() -> None:
    assert ReadPacing().pause_s(0) == 0


def test_reads_that_follow_each_other_closely_are_delayed() -> None:
    pacing = ReadPacing(0.016)
    assert pacing.pause_s(31 * MS) == 0.016
    assert pacing.pause_s(32 * MS) == 0
    pacing.interval_s = 0.1
    assert pacing.pause_s(32 * MS) == 0.1


def test_a_read_is_not_delayed_beyond_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "monotonic", lambda: 100.0)
    pacing = ReadPacing(0.016)
    pacing.deadline_s = 100.010
    assert pacing.pause_s(0) == pytest.approx(0.010)
    pacing.deadline_s = 100.001
    assert pacing.pause_s(0) == 0
    pacing.deadline_s = 99.0  # nothing is due
    assert pacing.pause_s(0) == 0.016


def test_all_paused_connections_are_resumed_together_by_the_given_timer() -> None:
    pacing, started, resumed = ReadPacing(0.016), list[float](), list[str]()
    pacing.start_timer = started.append
    pacing.pause(0.016, lambda: resumed.append("first"))
    pacing.pause(0.010, lambda: resumed.append("second"))
    assert (started, resumed) == ([0.016, 0.010], [])
    pacing.resume()
    assert resumed == ["first", "second"]
    pacing.resume()
    assert resumed == ["first", "second"]


def test_without_a_timer_the_event_loop_resumes_paused_connections() -> None:
    async def main() -> None:
        pacing, resumed = ReadPacing(), asyncio.Event()
        pacing.pause(0.001, resumed.set)
        await resumed.wait()

    run_plain(main())
