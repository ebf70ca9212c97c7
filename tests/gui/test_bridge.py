from __future__ import annotations

import time
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.doubles import ScriptedConnector
from ticker_gui.config.settings import Feed
from ticker_gui.domain.events import Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.engine.engine import Engine
from ticker_gui.gui import bridge as module
from ticker_gui.gui.bridge import (
    CALM_INTERVAL_S,
    HIDDEN_READ_INTERVAL_S,
    MAX_INTERVAL_S,
    MIN_INTERVAL_S,
    MarketBridge,
)


class BridgeRecorder:
    """An engine, its bridge, and all emitted signals."""

    def __init__(self, qtbot: QtBot) -> None:
        self.engine = Engine([Feed("ws://desk", ("A", "B"), "desk", "demo")], connector=ScriptedConnector())
        self.feed = self.engine.feeds["desk"].market
        self.bridge = MarketBridge(self.engine)
        self.changes: list[Any] = []
        self.states: list[int] = []
        self.bridge.changed.connect(self.changes.append)
        self.bridge.states_changed.connect(lambda: self.states.append(1))
        self.bridge.wake()
        qtbot.waitUntil(lambda: bool(self.states))

    def trade(self, symbol: str = "A", count: int = 1) -> None:
        for _ in range(count):
            self.feed.apply(Trade(symbol, 1.0), self.engine.clock())


@pytest.fixture
def recorder(qtbot: QtBot) -> BridgeRecorder:
    return BridgeRecorder(qtbot)


def test_a_burst_of_trades_is_one_signal(recorder: BridgeRecorder, qtbot: QtBot) -> None:
    recorder.trade("A", 10_000)
    recorder.trade("B")
    assert recorder.changes == []  # nothing is emitted inside the reader's step
    qtbot.waitUntil(lambda: bool(recorder.changes))
    (changes,) = recorder.changes
    assert [state.symbol for state in changes.states] == ["A", "B"]
    assert changes.updates == 10_001
    assert recorder.bridge.merged == 9_999


def test_the_frame_clock_stops_when_nothing_changes(recorder: BridgeRecorder, qtbot: QtBot) -> None:
    recorder.trade()
    qtbot.waitUntil(lambda: bool(recorder.changes))
    qtbot.waitUntil(lambda: not recorder.bridge._timer.isActive())
    recorder.trade()
    assert recorder.bridge._timer.isActive()
    qtbot.waitUntil(lambda: len(recorder.changes) == 2)


def test_a_frame_can_be_requested(recorder: BridgeRecorder, qtbot: QtBot) -> None:
    recorder.bridge.request_frame()
    qtbot.waitUntil(lambda: bool(recorder.changes))
    assert recorder.changes[0].states == []
    assert recorder.bridge.merged == 0


def test_changed_feed_states_are_emitted(recorder: BridgeRecorder, qtbot: QtBot) -> None:
    states = len(recorder.states)
    recorder.engine.feeds["desk"].session._states.set(FeedStatus.CONNECTING)
    qtbot.waitUntil(lambda: len(recorder.states) == states + 1)
    recorder.trade()
    qtbot.waitUntil(lambda: bool(recorder.changes))
    assert len(recorder.states) == states + 1


def test_what_changes_while_the_signals_are_held_is_emitted_afterwards(recorder: BridgeRecorder, qtbot: QtBot) -> None:
    seconds: list[int] = []
    recorder.bridge.second.connect(lambda: seconds.append(1))
    states = len(recorder.states)
    recorder.bridge.hold(True)
    recorder.trade()
    recorder.engine.feeds["desk"].session._states.set(FeedStatus.CONNECTING)
    recorder.bridge._frame()
    recorder.bridge._on_second()
    assert (recorder.changes, len(recorder.states), seconds) == ([], states, [])
    recorder.bridge.hold(False)
    qtbot.waitUntil(lambda: bool(recorder.changes))
    assert [state.symbol for state in recorder.changes[0].states] == ["A"]
    assert len(recorder.states) == states + 1


def test_expensive_frames_reduce_the_rate_to_twenty_per_second_and_no_less(recorder: BridgeRecorder) -> None:
    recorder.bridge._timer_lag_s = 0.0
    assert recorder.bridge.interval_after(MIN_INTERVAL_S) == MIN_INTERVAL_S
    recorder.bridge.frame_cost_s = 0.010
    assert recorder.bridge.interval_after(MIN_INTERVAL_S) == pytest.approx(0.030)
    recorder.bridge.frame_cost_s = 1.0
    assert recorder.bridge.interval_after(MIN_INTERVAL_S) == MAX_INTERVAL_S < 1 / 20
    assert recorder.bridge.interval_after(0.1) == 0.1


def test_a_limit_applies_to_every_frame(recorder: BridgeRecorder) -> None:
    recorder.bridge._timer_lag_s = 0.0
    recorder.bridge.set_frame_limit(30)
    assert recorder.bridge.interval_after(MIN_INTERVAL_S) == pytest.approx(1 / 30)
    assert recorder.bridge.interval_after(0.1) == 0.1
    recorder.bridge.set_frame_limit(15)
    assert recorder.bridge.interval_after(MIN_INTERVAL_S) == pytest.approx(1 / 15)


def test_a_busy_event_loop_reduces_the_frame_rate(recorder: BridgeRecorder) -> None:
    recorder.bridge._timer_lag_s = 0.004
    assert recorder.bridge.interval_after(MIN_INTERVAL_S) == pytest.approx(0.032)
    recorder.bridge._timer_lag_s = 0.008
    assert recorder.bridge.interval_after(MIN_INTERVAL_S) + 0.008 == pytest.approx(MAX_INTERVAL_S)


def stop_clock(bridge: MarketBridge, monkeypatch: pytest.MonkeyPatch) -> float:
    """Stop the clock of frames at the start of one, and return its time."""
    bridge._frame_start = bridge._changes_shown = now_s = time.monotonic()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now_s))
    return now_s


def test_requests_of_the_user_come_before_changes_and_changes_before_steps(
    recorder: BridgeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge = recorder.bridge
    bridge._timer.stop()
    bridge._timer_lag_s = 0.0
    request_step = partial(bridge.request_step, 0.1)
    start = stop_clock(bridge, monkeypatch)
    due = []
    for request in (request_step, recorder.trade, bridge.request_frame, request_step):
        request()
        due.append(bridge._frame_due - start)
        assert bridge._timer.remainingTime() <= 1000 * due[-1] + 1
    assert due[0] == pytest.approx(0.1 + CALM_INTERVAL_S)  # so that the next frame with changes usually comes before
    assert due[1:] == pytest.approx([CALM_INTERVAL_S, MIN_INTERVAL_S, MIN_INTERVAL_S])


def test_many_updates_raise_the_frame_rate(
    recorder: BridgeRecorder, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge = recorder.bridge
    for _ in range(3):
        recorder.trade("A", 5_000)
        frames = len(recorder.changes)
        qtbot.waitUntil(lambda frames=frames: len(recorder.changes) > frames)  # type: ignore[misc]
    assert recorder.engine.read_pacing.interval_s == MIN_INTERVAL_S
    bridge._timer.stop()
    bridge._timer_lag_s = 0.0
    start = stop_clock(bridge, monkeypatch)
    recorder.trade()
    assert bridge._frame_due - start == pytest.approx(MIN_INTERVAL_S)
    bridge._updates_per_s = 0.0
    bridge._timer.stop()
    bridge.wake()
    assert bridge._frame_due - start == pytest.approx(CALM_INTERVAL_S)


def test_a_frame_without_changes_does_not_delay_the_next_one_with_changes(
    recorder: BridgeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge = recorder.bridge
    bridge._timer.stop()
    bridge._timer_lag_s = 0.0
    now = stop_clock(bridge, monkeypatch)
    bridge._changes_shown = now - 0.030
    recorder.trade()
    assert bridge._frame_due - now == pytest.approx(MIN_INTERVAL_S)


def test_the_clock_ticks_once_per_second_while_no_window_is_exposed(
    recorder: BridgeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_exposed = False
    pacing = recorder.engine.read_pacing
    bridge = MarketBridge(recorder.engine, is_exposed=lambda: is_exposed)
    assert pacing.interval_s == CALM_INTERVAL_S
    bridge._on_second()
    assert pacing.interval_s == HIDDEN_READ_INTERVAL_S
    start = stop_clock(bridge, monkeypatch)
    bridge.request_frame()
    assert bridge._frame_due - start == pytest.approx(1.0)
    bridge.record_paint(0.001)  # Qt reports this although it has painted nothing
    assert bridge._frame_due - start == pytest.approx(1.0)
    is_exposed = True
    bridge.record_paint(0.001)
    assert bridge._frame_due - start < 0.1  # at once, as the user sees the window again
    assert pacing.interval_s == CALM_INTERVAL_S


def test_what_is_received_before_a_frame_is_read_before_it(recorder: BridgeRecorder) -> None:
    recorder.trade()
    assert recorder.engine.read_pacing.deadline_s < recorder.bridge._frame_due


def test_paused_connections_are_resumed_by_one_timer_at_the_earliest_time(
    recorder: BridgeRecorder, qtbot: QtBot
) -> None:
    pacing, timer, resumed = recorder.engine.read_pacing, recorder.bridge._read_timer, list[str]()
    pacing.pause(3600.0, lambda: resumed.append("first"))
    assert timer.remainingTime() > 3_000_000
    pacing.pause(0.002, lambda: resumed.append("second"))
    assert timer.remainingTime() <= 2
    pacing.pause(3600.0, lambda: resumed.append("third"))
    assert timer.remainingTime() <= 2
    qtbot.waitUntil(lambda: resumed == ["first", "second", "third"])
    assert not timer.isActive()


def test_latency_is_measured_from_the_arrival_of_the_first_event(recorder: BridgeRecorder, qtbot: QtBot) -> None:
    recorder.trade()
    qtbot.waitUntil(lambda: bool(recorder.changes))
    assert not recorder.bridge.latencies_ns
    recorder.bridge.record_paint(0.002)
    recorder.bridge.record_paint(0.002)  # nothing new in it
    (latency,) = recorder.bridge.latencies_ns
    assert latency > 0
    assert recorder.bridge.frames == 2
    assert recorder.bridge.frame_cost_s > 0


def test_the_number_of_latencies_is_bounded(recorder: BridgeRecorder) -> None:
    recorder.bridge.latencies_ns.extend(range(100_000))
    assert len(recorder.bridge.latencies_ns) < 10_000


def test_a_frame_that_is_overdue_lets_the_producer_wait(
    recorder: BridgeRecorder, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = time.monotonic()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now_s))
    recorder.trade()
    assert not recorder.bridge.is_late
    now_s += CALM_INTERVAL_S + 0.26
    assert recorder.bridge.is_late
    monkeypatch.undo()
    qtbot.waitUntil(lambda: bool(recorder.changes))
    assert not recorder.bridge.is_late
