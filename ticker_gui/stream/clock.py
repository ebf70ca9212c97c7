"""The clock for arrival times, ages and delays, which never jumps."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

from ticker_gui.domain.clock import Clock


def steady_clock() -> Clock:
    """Return a clock that reads nanoseconds since the epoch, UTC, and never jumps.

    The system clock is read once; after that, a monotonic counter is added to it. An age is the difference of two
    readings, so changes of the system clock do not affect it. The counter continues during suspend, so prices age then.
    """
    count = _suspend_aware_counter()
    offset_ns = time.time_ns() - count()

    def now_ns() -> int:
        return offset_ns + count()

    return now_ns


def clock_adjustment_ns(clock: Clock) -> int:
    """Return by how much the system clock was adjusted since ``clock`` was created; positive if it was set forward."""
    return time.time_ns() - clock()


def deletion_clock(clock: Clock) -> Clock:
    """Return a clock that decides what is old enough to be deleted forever.

    It is the system clock, unless that was set forward since ``clock`` was created: perhaps to a wrong time.
    """
    return lambda: min(time.time_ns(), clock())


def _suspend_aware_counter() -> Callable[[], int]:
    """Return the counter that continues during suspend, with a resolution far below a millisecond.

    On Windows, the resolution of Python's ``monotonic`` was 15.6 ms before 3.13; ``perf_counter`` is as precise as the
    hardware and also counts during suspend.
    """
    if sys.platform == "linux":
        return partial(time.clock_gettime_ns, time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return partial(time.clock_gettime_ns, time.CLOCK_MONOTONIC)  # mach_continuous_time
    return time.perf_counter_ns
