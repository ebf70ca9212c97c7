from __future__ import annotations

import pytest

from tests.doubles import NOON_NS, StillClock
from ticker_gui.domain.clock import Clock
from ticker_gui.stream.clock import steady_clock


@pytest.mark.parametrize("clock", [steady_clock(), StillClock()])
def test_every_clock_returns_nanoseconds_since_the_epoch(clock: Clock) -> None:
    assert type(clock()) is int
    assert NOON_NS <= clock() < 3 * NOON_NS  # seconds, milliseconds or microseconds would be far below
