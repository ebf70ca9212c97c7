"""The one clock that arrivals, ages and waits are measured by."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], int]


def steady_clock() -> Clock:
    """Return a clock that reads nanoseconds since the epoch, UTC, and never jumps.

    The wall clock is read once; from then on the monotonic clock counts. An age is the difference of two readings,
    so nobody who sets the computer's clock can make a price look younger or older than it is.
    """
    offset_ns = time.time_ns() - time.monotonic_ns()
    monotonic_ns = time.monotonic_ns

    def now_ns() -> int:
        return offset_ns + monotonic_ns()

    return now_ns
