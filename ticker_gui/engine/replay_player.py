"""Controls a replay: speed, pause, step, seek, and skipping idle periods."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from time import perf_counter
from typing import Final

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.replay import Replay

MAX_SPEED: Final = math.inf  # as fast as possible
SPEEDS: Final = (0.5, 1.0, 10.0, MAX_SPEED)
_SLICE_S: Final = 0.0005  # of work per turn of the event loop; a timer waits for up to three turns
_MAX_WAIT_S: Final = 0.02  # between two readings of the clock
_READING_S: Final = 0.001  # until more of the file may have been read
_MAX_LAG_S: Final = 0.5  # behind the requested speed, which is then given up
_IDLE_NS: Final = 2 * SECOND_NS
_MEASURE_S: Final = 1.0
_KEEPS_UP: Final = 0.95  # of the requested speed
_LEAD_NS: Final = SECOND_NS // 5  # before the end of a skipped period


class ReplayPlayer:
    """Plays a replay in the event loop of the program, in slices of half a millisecond.

    It begins paused: call `resume`. ``speed`` is relative to the recording (`SPEEDS`). ``on_change()`` is
    called after each change of speed, pause, seeking or the end, and ``on_rewind()`` before a `seek` back: the feeds
    and all data of the engine are new ones then. ``may_continue()`` returns whether the receiver of the data is ready
    for more. All times are those of the recording, in nanoseconds since the epoch.
    """

    def __init__(self, replay: Replay, speed: float = 1.0) -> None:
        self.replay: Final = replay
        self.on_change: Callable[[], object] = lambda: None
        self.on_rewind: Callable[[], object] = lambda: None
        self.may_continue: Callable[[], bool] = lambda: True
        self.skips_idle = False
        self._speed = speed
        self._is_paused = True
        self._target_ns: int | None = None  # of the seek that is in progress
        self._sought_from_ns = 0
        self._steps = 0
        self._was_at_end = False
        self._anchor = (replay.now_ns, 0.0)  # a time of the recording, and of `perf_counter` when it was played
        self._measured = self._anchor  # when the speed was measured last
        self._actual_speed: float | None = None
        self._timer: asyncio.Handle | None = None
        self._ended = asyncio.Event()

    @property
    def now_ns(self) -> int:
        """The time that is played."""
        return self.replay.now_ns

    @property
    def speed(self) -> float:
        """The speed relative to the recording; `MAX_SPEED` is as fast as possible."""
        return self._speed

    @property
    def is_paused(self) -> bool:
        """Whether the user paused the replay."""
        return self._is_paused

    @property
    def is_seeking(self) -> bool:
        """Whether a seek is in progress; what the engine contains meanwhile is of earlier times."""
        return self._target_ns is not None

    @property
    def seek_progress(self) -> float:
        """How much of the seek is done, between 0 and 1."""
        if self._target_ns is None or self._target_ns <= self._sought_from_ns:
            return 1.0
        return (self.replay.now_ns - self._sought_from_ns) / (self._target_ns - self._sought_from_ns)

    @property
    def reached_speed(self) -> float | None:
        """The speed that is reached if it is lower than the requested one; ``None`` if it is not, or not known yet."""
        actual = None if self._is_paused or self.is_seeking or self.is_at_end else self._actual_speed
        return None if actual is None or actual > _KEEPS_UP * self._speed else actual

    @property
    def is_at_end(self) -> bool:
        """Whether all of the recording was played."""
        return self.replay.is_at_end

    def set_speed(self, speed: float) -> None:
        """Change the speed.

        Raises:
            ValueError: it is not greater than zero.
        """
        if not speed > 0:
            raise ValueError("the speed of a replay must be greater than zero")
        self._speed = speed
        self._resume()

    def resume(self) -> None:
        """Begin or continue to play; at the end, nothing happens."""
        self._is_paused, self._steps = False, 0
        self._resume()

    def pause(self) -> None:
        """Stop the time of the recording until `resume`, `step` or `seek`."""
        self._is_paused = True
        self.on_change()

    def step(self) -> None:
        """Play the next read of a connection, and pause."""
        self._is_paused = True
        self._steps += 1
        self._resume()

    def seek(self, time_ns: int) -> None:
        """Go to a time, as fast as possible; to go back, everything before is played again from the beginning."""
        summary = self.replay.summary
        self._steps = 0  # those that are not played yet
        self._target_ns = min(max(time_ns, summary.began_ns), summary.ended_ns)
        if self._target_ns < self.replay.now_ns:
            self.on_rewind()
            self.replay.rewind()
        self._sought_from_ns = self.replay.now_ns
        self._ended.clear()
        self._was_at_end = False
        self._resume()

    def stop_seek(self) -> None:
        """End a seek where it is, and pause."""
        self._target_ns = None
        self.pause()

    async def wait_until_end(self) -> None:
        """Wait until all of the recording was played."""
        await self._ended.wait()

    async def close(self) -> None:
        """End the replay; the feeds report that they have stopped."""
        if self._timer is not None:
            self._timer.cancel()
        closed = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.call_soon(self.replay.errors.guard, self.replay.close, "ending the replay")  # not in this task
        loop.call_soon(closed.set)
        await closed.wait()

    def _resume(self) -> None:
        self._set_anchor()
        self._measured, self._actual_speed = self._anchor, None
        self._schedule(0.0)
        self.on_change()

    def _set_anchor(self) -> None:
        self._anchor = (self.replay.now_ns, perf_counter())

    def _measure_speed(self) -> None:
        measured_ns, measured_s = self._measured
        passed_s = perf_counter() - measured_s
        if passed_s >= _MEASURE_S:
            self._actual_speed = (self.now_ns - measured_ns) / SECOND_NS / passed_s
            self._measured = (self.now_ns, perf_counter())

    def _schedule(self, delay_s: float) -> None:
        """Call `_play` from the event loop: not from a task, because the replay runs tasks of its own."""
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(delay_s, self._play) if delay_s else loop.call_soon(self._play)

    def _play(self) -> None:
        """Play a slice, and schedule the next one."""
        self._timer = None
        if not self.may_continue():
            self._schedule(_MAX_WAIT_S)
        elif self._target_ns is not None:
            self._play_seek(self._target_ns)
        elif self._is_paused:
            self._play_steps()
        else:
            self._play_on()

    def _play_seek(self, target_ns: int) -> None:
        if self._run_until(target_ns):
            self._target_ns = None
            self._resume()
        else:
            self._schedule_next()

    def _play_steps(self) -> None:
        replay = self.replay
        if not self._steps or replay.is_at_end:
            self._steps = 0
            self._note_end()
            return
        if replay.run_until(replay.summary.ended_ns, perf_counter() + _SLICE_S, one_read=True):
            self._steps -= 1
        self._schedule_next()

    def _play_on(self) -> None:
        began_ns, began_s = self._anchor
        played_ns = (perf_counter() - began_s) * self._speed * SECOND_NS
        end_ns = self.replay.summary.ended_ns
        target_ns = end_ns if math.isinf(self._speed) else min(end_ns, began_ns + int(played_ns))
        next_ns = self.replay.next_item_ns
        if self.skips_idle and next_ns is not None and next_ns - max(target_ns, self.now_ns) > _IDLE_NS:
            target_ns = next_ns - _LEAD_NS
            self._anchor = (target_ns, perf_counter())
        is_reached = self._run_until(target_ns)
        self._measure_speed()
        if self.replay.is_at_end and is_reached:
            self._note_end()
        elif is_reached:
            self._schedule(_MAX_WAIT_S if next_ns is None else self._wait_s(next_ns))
        else:
            if target_ns - self.now_ns > _MAX_LAG_S * SECOND_NS * self._speed:
                self._set_anchor()
            self._schedule_next()

    def _wait_s(self, next_ns: int) -> float:
        """Return how long to wait for the next frame, but no longer than the clock may stand still."""
        wait_s = (next_ns - self.now_ns) / SECOND_NS / self._speed
        return min(max(wait_s, _READING_S), _MAX_WAIT_S)

    def _run_until(self, time_ns: int) -> bool:
        return self.replay.run_until(time_ns, perf_counter() + _SLICE_S)

    def _schedule_next(self) -> None:
        """Go on in the next turn of the event loop; a little later while the file is being read."""
        self._schedule(0.0 if self.replay.next_item_ns is not None or self.replay.is_at_end else _READING_S)

    def _note_end(self) -> None:
        if self.replay.is_at_end and not self._was_at_end:
            self._was_at_end = True
            self._ended.set()
            self.on_change()
