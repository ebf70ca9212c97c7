"""The clock for arrival times, ages and waits, which never jumps."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

from ticker_gui.domain.clock import Clock


def steady_clock() -> Clock:
    """Return a clock that reads nanoseconds since the epoch, UTC, and never jumps.

    The wall clock is read once; from then on a counter counts. An age is the difference of two readings, so nobody
    who sets the computer's clock can make a price look younger or older than it is. The counter goes on while the
    computer sleeps: a price does not stay young in its sleep.
    """
    count = _sleepless_counter()
    offset_ns = time.time_ns() - count()

    def now_ns() -> int:
        return offset_ns + count()

    return now_ns


def clock_adjustment_ns(clock: Clock) -> int:
    """Return by how much the computer's clock was adjusted since a steady clock was made; positive if set ahead."""
    return time.time_ns() - clock()


def _sleepless_counter() -> Callable[[], int]:
    """Return the counter that goes on in sleep, in steps far below a millisecond.

    On Windows, Python's ``monotonic`` had steps of 15.6 ms before 3.13; ``perf_counter`` is as precise as the hardware
    and also counts the time asleep.
    """
    if sys.platform == "linux":
        return partial(time.clock_gettime_ns, time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return partial(time.clock_gettime_ns, time.CLOCK_MONOTONIC)  # mach_continuous_time
    return time.perf_counter_ns
