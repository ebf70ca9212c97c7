"""The frame clock: the one place where state becomes Qt signals, at most once a frame."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from ticker_gui.engine.engine import Engine

MIN_INTERVAL_S: Final = 1 / 60
MAX_INTERVAL_S: Final = 1 / 24  # with some room to the 20 frames a second that there always are
MAX_PAINT_SHARE: Final = 1 / 3
MAX_LAG_SHARE: Final = 1 / 8
_MAX_LATENCIES: Final = 600


class MarketBridge(QObject):
    """Takes what changed in the market and says so once a frame, for one trade or ten thousand.

    The clock runs while something changes and rests when nothing does. It aims at 60 frames a second and slows down,
    never below 20, where painting would take more than a third of the time, and where its own timer comes late
    because the loop is busy reading: reading always wins.

    Signals:
        changed: `Changes` of this frame; empty where somebody asked for a frame.
        states_changed: a feed's state is another one.
        second: once a second, for ages and rates.
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
        self.latencies_ns: deque[int] = deque(maxlen=_MAX_LATENCIES)  # of each frame's first fact, arrival → painted
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
        """See to it that a frame comes. Called by the market inside the reader's step, so nothing is emitted here."""
        if not self._timer.isActive():
            now = time.monotonic()
            self._frame_due = max(now, self._frame_start + self.interval_s)
            self._timer.start(round(1000 * (self._frame_due - now)))

    def request_frame(self) -> None:
        """Have `changed` emitted at the next frame even where nothing changes: an animation goes on."""
        self._frame_requested = True
        self.wake()

    @property
    def interval_s(self) -> float:
        """The least time between two frames."""
        interval = max(MIN_INTERVAL_S, self.frame_cost_s / MAX_PAINT_SHARE, self._timer_lag_s / MAX_LAG_SHARE)
        return min(interval, MAX_INTERVAL_S - self._timer_lag_s)

    def _frame(self) -> None:
        self._frame_start = time.monotonic()
        self._timer_lag_s += 0.2 * (self._frame_start - self._frame_due - self._timer_lag_s)
        self._first_ns = None  # what was to be painted of the last frame has been by now
        self._emit_state_changes()
        changes = self._market.take_changes()
        if not changes.states and not self._frame_requested:
            return
        self._frame_requested = False
        self.updates += changes.updates
        self.merged += max(0, changes.updates - len(changes.states))
        if changes.states:
            self._first_ns = changes.first_ns
        self.changed.emit(changes)
        if changes.states:
            self._engine.sample_delay(changes.states[0])  # after all else: a bug in it must not keep prices off screen
        self._cost_s += time.monotonic() - self._frame_start

    def record_paint(self, cost_s: float) -> None:
        """Hear from the window that it has painted, and how long that took."""
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
