"""The frame clock: turns market changes into Qt signals, at most once per frame."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from ticker_gui.engine.engine import Engine

MIN_INTERVAL_S: Final = 1 / 60
MAX_INTERVAL_S: Final = 1 / 24  # leaves some room above the guaranteed 20 frames per second
MAX_PAINT_SHARE: Final = 1 / 3
MAX_LAG_SHARE: Final = 1 / 8
_MAX_LATENCIES: Final = 600


class MarketBridge(QObject):
    """Collects the changes of the market and emits them once per frame, for one trade or ten thousand.

    The clock runs only while something changes. It aims at 60 frames per second, and slows down to at least 20 if
    painting takes more than a third of the time or if its timer is late because the loop is busy reading: reading has
    priority.

    Signals:
        changed: the `Changes` of this frame; empty if only a frame was requested.
        states_changed: the state of a feed has changed.
        second: once per second, for ages and rates.
    """

    changed = Signal(object)
    states_changed = Signal()
    second = Signal()

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.frames = 0
        self.updates = 0
        self.merged = 0
        self.frame_cost_s = 0.0  # a moving average, painting included
        self.latencies_ns: deque[int] = deque(maxlen=_MAX_LATENCIES)  # arrival of a frame's first event → painted
        self._engine = engine
        self._market = engine.market
        self._states: list[object] = []
        self._frame_requested = False
        self._frame_start = self._frame_due = 0.0
        self._timer_lag_s = 0.0
        self._cost_s = 0.0
        self._first_ns: int | None = None
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._frame)
        self._seconds = QTimer(self, interval=1000)
        self._seconds.timeout.connect(self.second)
        self._seconds.start()
        self._market.wake = self.wake

    def wake(self) -> None:
        """Schedule a frame. The market calls this while it reads, so nothing is emitted here."""
        if not self._timer.isActive():
            now = time.monotonic()
            self._frame_due = max(now, self._frame_start + self.interval_s)
            self._timer.start(round(1000 * (self._frame_due - now)))

    def request_frame(self) -> None:
        """Request that the next frame emits `changed` even if nothing changes, for animations."""
        self._frame_requested = True
        self.wake()

    @property
    def interval_s(self) -> float:
        """The minimum time between two frames in seconds."""
        interval = max(MIN_INTERVAL_S, self.frame_cost_s / MAX_PAINT_SHARE, self._timer_lag_s / MAX_LAG_SHARE)
        return min(interval, MAX_INTERVAL_S - self._timer_lag_s)

    def _frame(self) -> None:
        self._frame_start = time.monotonic()
        self._timer_lag_s += 0.2 * (self._frame_start - self._frame_due - self._timer_lag_s)
        self._first_ns = None  # the last frame has been painted by now
        self._emit_state_changes()
        changes = self._market.collect_changes()
        if not changes.states and not self._frame_requested:
            return
        self._frame_requested = False
        self.updates += changes.updates
        self.merged += max(0, changes.updates - len(changes.states))
        if changes.states:
            self._first_ns = changes.first_ns
        self.changed.emit(changes)
        if changes.states:
            self._engine.sample_delay(changes.states[0])  # last, so that a bug in it cannot hide prices
        self._cost_s += time.monotonic() - self._frame_start

    def record_paint(self, cost_s: float) -> None:
        """Record that the window was painted, and how long that took."""
        self.frames += 1
        self.frame_cost_s += 0.2 * (cost_s + self._cost_s - self.frame_cost_s)
        self._cost_s = 0.0
        if self._first_ns is not None:
            self.latencies_ns.append(self._engine.clock() - self._first_ns)
            self._first_ns = None

    def _emit_state_changes(self) -> None:
        states: list[object] = [feed.state for feed in self._engine.feeds.values()]
        if states != self._states:
            self._states = states
            self.states_changed.emit()
