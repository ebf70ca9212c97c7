from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.doubles import ScriptedConnector
from ticker_gui.config.settings import Feed
from ticker_gui.domain.events import Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.engine.engine import Engine
from ticker_gui.gui import bridge as module
from ticker_gui.gui.bridge import MAX_INTERVAL_S, MIN_INTERVAL_S, MarketBridge


class Heard:
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
def heard(qtbot: QtBot) -> Heard:
    return Heard(qtbot)


def test_a_burst_of_trades_is_one_signal(heard: Heard, qtbot: QtBot) -> None:
    heard.trade("A", 10_000)
    heard.trade("B")
    assert heard.changes == []  # nothing is emitted inside the reader's step
    qtbot.waitUntil(lambda: bool(heard.changes))
    (changes,) = heard.changes
    assert [state.symbol for state in changes.states] == ["A", "B"]
    assert changes.updates == 10_001
    assert heard.bridge.merged == 9_999


def test_the_frame_clock_stops_when_nothing_changes(heard: Heard, qtbot: QtBot) -> None:
    heard.trade()
    qtbot.waitUntil(lambda: bool(heard.changes))
    qtbot.waitUntil(lambda: not heard.bridge._timer.isActive())
    heard.trade()
    assert heard.bridge._timer.isActive()
    qtbot.waitUntil(lambda: len(heard.changes) == 2)


def test_a_frame_can_be_requested(heard: Heard, qtbot: QtBot) -> None:
    heard.bridge.request_frame()
    qtbot.waitUntil(lambda: bool(heard.changes))
    assert heard.changes[0].states == []
    assert heard.bridge.merged == 0


def test_changed_feed_states_are_emitted(heard: Heard, qtbot: QtBot) -> None:
    states = len(heard.states)
    heard.engine.feeds["desk"].session._states.set(FeedStatus.CONNECTING)
    qtbot.waitUntil(lambda: len(heard.states) == states + 1)
    heard.trade()
    qtbot.waitUntil(lambda: bool(heard.changes))
    assert len(heard.states) == states + 1


def test_expensive_frames_reduce_the_rate_to_twenty_per_second_and_no_less(heard: Heard) -> None:
    heard.bridge._timer_lag_s = 0.0
    assert heard.bridge.interval_s == MIN_INTERVAL_S
    heard.bridge.frame_cost_s = 0.010
    assert heard.bridge.interval_s == pytest.approx(0.030)
    heard.bridge.frame_cost_s = 1.0
    assert heard.bridge.interval_s == MAX_INTERVAL_S < 1 / 20


def test_a_busy_event_loop_reduces_the_frame_rate(heard: Heard) -> None:
    heard.bridge._timer_lag_s = 0.004
    assert heard.bridge.interval_s == pytest.approx(0.032)
    heard.bridge._timer_lag_s = 0.008
    assert heard.bridge.interval_s + heard.bridge._timer_lag_s == pytest.approx(MAX_INTERVAL_S)


def test_latency_is_measured_from_the_arrival_of_the_first_event(heard: Heard, qtbot: QtBot) -> None:
    heard.trade()
    qtbot.waitUntil(lambda: bool(heard.changes))
    assert not heard.bridge.latencies_ns
    heard.bridge.record_paint(0.002)
    heard.bridge.record_paint(0.002)  # nothing new in it
    (latency,) = heard.bridge.latencies_ns
    assert latency > 0
    assert heard.bridge.frames == 2
    assert heard.bridge.frame_cost_s > 0


def test_the_number_of_latencies_is_bounded(heard: Heard) -> None:
    assert heard.bridge.latencies_ns.maxlen == module._MAX_LATENCIES
