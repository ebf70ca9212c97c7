"""Measures how long an event loop is kept from its next turn, by work and by calls that block."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Final

MAX_BUSY_S: Final = 0.1  # of CPU time in one go; more on a slow machine
MAX_BLOCKED_S: Final = 1.5  # of waiting in the loop's thread: a name server or a connection keeps it waiting longer
_PAUSE_S: Final = 0.01
_SAMPLE_S: Final = 0.02
_TASKS: Final = Path("/proc/self/task")


class LoopMonitor:
    """Measures the turns of the loop in which it runs.

    If it ``explains``, another thread notes what the loop's thread does in the longest turn.
    """

    def __init__(self, *, explains: bool = False) -> None:
        self.longest_s = 0.0  # between two turns, without the time that other processes had the core
        self.busy_s = 0.0  # CPU time of the loop's thread between two turns
        self.blocked_s = 0.0  # between two turns, neither running nor ready to run
        self.stack = ""  # of the longest turn
        self._explains = explains
        self._turn_ran_s = 0.0  # the CPU time of the thread when the turn began
        self._is_over = threading.Event()

    async def run(self) -> None:
        """Take a turn as often as the loop allows, until cancelled."""
        thread = threading.current_thread()
        before, self._turn_ran_s, waited = time.monotonic(), *_scheduled_s(thread)
        if self._explains:
            threading.Thread(target=self._sample, args=(thread,), daemon=True).start()
        try:
            while True:
                await asyncio.sleep(_PAUSE_S)
                now, ran_now, waited_now = time.monotonic(), *_scheduled_s(thread)
                gap, busy = now - before - (waited_now - waited), ran_now - self._turn_ran_s
                self.longest_s = max(self.longest_s, gap)
                self.busy_s = max(self.busy_s, busy)
                self.blocked_s = max(self.blocked_s, gap - busy - _PAUSE_S)
                before, self._turn_ran_s, waited = now, ran_now, waited_now
        finally:
            self._is_over.set()

    def _sample(self, thread: threading.Thread) -> None:
        """Note the stack of a thread once in each turn in which it works for longer than in all turns before."""
        noted_s = 0.0
        while not self._is_over.wait(_SAMPLE_S):
            began_s = self._turn_ran_s
            if began_s != noted_s and _scheduled_s(thread)[0] - began_s > max(self.busy_s, MAX_BUSY_S / 2):
                noted_s = began_s
                self.stack = "\n".join(_places(sys._current_frames().get(thread.ident or 0)))

    def check(self, built_s: float = 0.0) -> None:
        """Fail if the loop was kept from a turn for too long.

        On a machine whose cores are shared, the same work takes two or three times as much CPU time for a while. A turn
        may therefore take the CPU time in which the whole window was built there.
        """
        is_short = self.busy_s < max(MAX_BUSY_S, built_s)
        assert is_short, f"the loop worked for {self.busy_s:.3f} s without a turn:\n{self.stack}"
        assert self.blocked_s < MAX_BLOCKED_S, f"the loop was blocked for {self.blocked_s:.3f} s"


def _places(frame: FrameType | None) -> list[str]:
    """Return the places of a stack, the innermost first; its frames hold painters, which must not outlive a paint."""
    places = []
    while frame is not None:
        places.append(f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_qualname}")
        frame = frame.f_back
    return places


def _scheduled_s(thread: threading.Thread) -> tuple[float, float]:
    """Return how long a thread has run, and how long it was ready to run and had no core.

    Where the system does not report that, the first is the time of the current thread, and the second all the time in
    which it did not run.
    """
    try:
        ran_ns, waited_ns = map(int, (_TASKS / str(thread.native_id) / "schedstat").read_text().split()[:2])
    except OSError:
        return (ran := time.thread_time()), time.monotonic() - ran
    return ran_ns / 1e9, waited_ns / 1e9
