"""How long reads of sockets are delayed, so that those that follow each other closely are joined."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

from ticker_gui.domain.timeframe import SECOND_NS

_MIN_PAUSE_S: Final = 0.003  # a shorter one would cost more than the reads that it joins


class ReadPacing:
    """The shortest time between two reads of a busy socket; shared by all connections, and it may change at any time.

    Each read has a fixed cost, many times that of one message. So after a read that follows the last one closely, the
    next is delayed by ``interval_s``, but not beyond ``deadline_s`` on the monotonic clock, when what was received is
    displayed. Single messages are read at once. Messages that wait in the socket have the time of the read.

    ``start_timer`` starts the timer that calls `resume` after some seconds; None stands for one of the event loop,
    which is less accurate.
    """

    __slots__ = ("_paused", "deadline_s", "interval_s", "start_timer")

    def __init__(self, interval_s: float = 0.0) -> None:
        self.interval_s = interval_s
        self.deadline_s = 0.0
        self.start_timer: Callable[[float], object] | None = None
        self._paused: list[Callable[[], object]] = []

    def pause_s(self, since_last_read_ns: int) -> float:
        """Return for how many seconds to pause reading after a read that came this long after the one before."""
        if since_last_read_ns >= 2 * self.interval_s * SECOND_NS:
            return 0.0
        left_s = self.deadline_s - monotonic()
        pause_s = min(self.interval_s, left_s) if left_s > 0 else self.interval_s
        return pause_s if pause_s >= _MIN_PAUSE_S else 0.0

    def pause(self, seconds: float, resume: Callable[[], object]) -> None:
        """Call ``resume`` after some seconds, or earlier if another connection is resumed."""
        self._paused.append(resume)
        (self.start_timer or self._start_timer_of_loop)(seconds)

    def resume(self) -> None:
        """Resume all connections that are paused."""
        paused, self._paused = self._paused, []
        for resume in paused:
            resume()

    def _start_timer_of_loop(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self.resume)
