"""The frame clock: turns market changes into Qt signals, at most once per frame."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from ticker_gui.engine.engine import Engine

MIN_INTERVAL_S: Final = 1 / 60
CALM_INTERVAL_S: Final = 1 / 23.5  # single digits that change need no more frames, and each frame has a fixed cost
CALM_UPDATES_PER_S: Final = 2_000
HIDDEN_INTERVAL_S: Final = 1.0
HIDDEN_READ_INTERVAL_S: Final = 0.2
_READ_S: Final = 0.0015  # of time before a frame, so that its data is read in time
MAX_INTERVAL_S: Final = 1 / 24  # leaves some room above the guaranteed 20 frames per second
MAX_PAINT_SHARE: Final = 1 / 3
_LATE_S: Final = 0.25
MAX_LAG_SHARE: Final = 1 / 8
_MAX_LATENCIES: Final = 600


class MarketBridge(QObject):
    """Collects the changes of the market and emits them once per frame, for one trade or ten thousand.

    The clock runs only while something changes. It aims at 60 frames per second while the user drags or more than
    `CALM_UPDATES_PER_S` updates arrive, else at 23.5, and slows down to at least 20 if painting takes more than a third
    of the time or if its timer is late because the loop is busy reading: reading has priority. While no window is
    exposed, it ticks once per second.

    Signals:
        changed: the `Changes` of this frame; empty if only a frame was requested. Not while no window is exposed.
        states_changed: the state of a feed has changed.
        second: once per second, for ages and rates.
    """

    changed = Signal(object)
    states_changed = Signal()
    second = Signal()

    def __init__(
        self, engine: Engine, parent: QObject | None = None, *, is_exposed: Callable[[], bool] | None = None
    ) -> None:
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
        self._is_held = False
        self._frame_start = self._frame_due = 0.0
        self._changes_shown = 0.0  # the start of the last frame with market changes
        self._timer_lag_s = 0.0
        self._cost_s = 0.0
        self._first_ns: int | None = None
        self._updates_per_s = 0.0  # a moving average
        self._is_exposed = is_exposed or _always
        self._shortest_interval_s = MIN_INTERVAL_S
        self._pacing = engine.read_pacing
        self._set_hidden(False)
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._frame)
        self._read_timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._read_timer.timeout.connect(self._resume_reading)
        self._pacing.start_timer = self._start_read_timer
        self._seconds = QTimer(self, interval=1000)
        self._seconds.timeout.connect(self._on_second)
        self._seconds.start()
        self._market.wake = self.wake

    @property
    def is_hidden(self) -> bool:
        """Whether no window is exposed, so that nothing needs to be displayed."""
        return self._is_hidden

    @property
    def is_late(self) -> bool:
        """Whether a frame is overdue: endless sources of data should wait until it is painted."""
        return self._timer.isActive() and time.monotonic() - self._frame_due > _LATE_S

    def hold(self, is_held: bool) -> None:
        """Emit nothing while the data is being replaced; at the end, emit all states and changes."""
        if is_held is not self._is_held:
            self._is_held = is_held
            if not is_held:
                self._states = []
                self.request_update()

    def wake(self) -> None:
        """Schedule a frame. The market calls this while it reads, so nothing is emitted here."""
        self._schedule(self._changes_interval_s, self._changes_shown)

    @property
    def _changes_interval_s(self) -> float:
        """The time between two frames with market changes, in seconds."""
        return CALM_INTERVAL_S if self._updates_per_s <= CALM_UPDATES_PER_S else MIN_INTERVAL_S

    def request_frame(self) -> None:
        """Request that the next frame emits `changed` soon, even if nothing changes: the user drags something."""
        self._frame_requested = True
        self._schedule(MIN_INTERVAL_S, self._frame_start)

    def request_update(self) -> None:
        """Request that a frame emits `changed` although the market has not changed, at the pace of its changes."""
        self._frame_requested = True
        self._schedule(self._changes_interval_s, self._frame_start)

    def request_step(self, seconds: float) -> None:
        """Request that a frame emits `changed` after some seconds even if nothing changes, for slow animations.

        It is a little late, because the next frame with changes usually comes before, and no other is needed then.
        """
        self._frame_requested = True
        self._schedule(seconds + CALM_INTERVAL_S, time.monotonic())

    def set_frame_limit(self, frames_per_s: int) -> None:
        """Set the maximum number of frames per second, also while the user drags."""
        self._shortest_interval_s = 1 / frames_per_s

    def _schedule(self, interval_s: float, since: float) -> None:
        """Schedule a frame at an interval from an earlier one, unless it is due earlier.

        ``since`` is the time of that frame: a frame without market changes does not delay the next one with changes.
        """
        now = time.monotonic()
        due = max(now, since + self.interval_after(interval_s), self._frame_start + self.interval_after(MIN_INTERVAL_S))
        if not self._timer.isActive() or due < self._frame_due:
            self._frame_due = due
            self._pacing.deadline_s = due - _READ_S
            self._timer.start(round(1000 * (due - now)))

    def interval_after(self, interval_s: float) -> float:
        """Return the time between two frames in seconds, if the second one is requested after ``interval_s``."""
        if self._is_hidden:
            return HIDDEN_INTERVAL_S
        interval_s = max(interval_s, self._shortest_interval_s)
        if interval_s > MAX_INTERVAL_S:
            return interval_s
        possible_s = max(interval_s, self.frame_cost_s / MAX_PAINT_SHARE, self._timer_lag_s / MAX_LAG_SHARE)
        return min(possible_s, MAX_INTERVAL_S - self._timer_lag_s)

    def _start_read_timer(self, seconds: float) -> None:
        """Resume reading after some seconds, unless that is due earlier."""
        milliseconds = int(1000 * seconds)  # rather too early than too late for the frame
        if not self._read_timer.isActive() or milliseconds < self._read_timer.remainingTime():
            self._read_timer.start(milliseconds)

    def _resume_reading(self) -> None:
        self._pacing.resume()

    def _on_second(self) -> None:
        self._set_hidden(not self._is_exposed())
        if not self._is_held:
            self.second.emit()

    def _set_hidden(self, is_hidden: bool) -> None:
        self._is_hidden = is_hidden
        self._pacing.interval_s = HIDDEN_READ_INTERVAL_S if is_hidden else self._changes_interval_s

    def _frame(self) -> None:
        if self._is_held:
            return
        before, self._frame_start = self._frame_start, time.monotonic()
        self._timer_lag_s += 0.2 * (self._frame_start - self._frame_due - self._timer_lag_s)
        self._first_ns = None  # the last frame has been painted by now
        self._emit_state_changes()
        changes = self._market.collect_changes()
        if not changes.states and not self._frame_requested:
            return
        self._frame_requested = False
        self.updates += changes.updates
        self._updates_per_s += 0.2 * (changes.updates / max(self._frame_start - before, 1e-3) - self._updates_per_s)
        self.merged += max(0, changes.updates - len(changes.states))
        if changes.states:
            self._changes_shown = self._frame_start
            # The display latency of a recording would depend on the speed of the replay.
            self._first_ns = None if self._engine.is_replay else changes.first_ns
        if not self._is_hidden:
            self._pacing.interval_s = self._changes_interval_s
            self.changed.emit(changes)
        if changes.states:
            self._engine.sample_delay(changes.states[0])  # last, so that a bug in it cannot hide prices
        self._cost_s += time.monotonic() - self._frame_start

    def record_paint(self, cost_s: float) -> None:
        """Record that the window was painted, and how long that took."""
        if self._is_hidden and self._is_exposed():
            self._set_hidden(False)
            self.request_frame()
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


def _always() -> bool:
    return True
