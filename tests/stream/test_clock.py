import sys
import time

import pytest

from ticker_gui.domain.timeframe import DAY_NS
from ticker_gui.stream.clock import clock_adjustment_ns, deletion_clock, steady_clock


def test_the_clock_starts_at_the_system_time_and_ignores_its_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = steady_clock()
    assert abs(clock() - time.time_ns()) < 10**9
    first = clock()
    monkeypatch.setattr(time, "time_ns", lambda: 0)  # the system clock is set back
    second = clock()
    assert 0 <= second - first < 10**10


@pytest.mark.parametrize("seconds", [-3600, 0, 3600])
def test_adjustments_of_the_system_clock_are_measured(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    clock, now_ns = steady_clock(), time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now_ns() + seconds * 10**9)
    assert clock_adjustment_ns(clock) == pytest.approx(seconds * 10**9, abs=10**9)


@pytest.mark.parametrize(("days", "age_days"), [(-9, -9), (0, 0), (9, 0)])
def test_a_system_clock_that_is_set_forward_makes_nothing_old(
    monkeypatch: pytest.MonkeyPatch, days: int, age_days: int
) -> None:
    clock, now_ns = steady_clock(), time.time_ns
    began_ns = clock()
    monkeypatch.setattr(time, "time_ns", lambda: now_ns() + days * DAY_NS)
    assert round((deletion_clock(clock)() - began_ns) / DAY_NS) == age_days


def test_on_windows_the_resolution_is_finer_than_that_of_the_monotonic_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(time, "monotonic_ns", lambda: 0)  # its resolution is 15.6 ms
    clock = steady_clock()
    before_ns = clock()
    while clock() == before_ns:  # would never end
        pass
    assert 0 < clock() - before_ns < 5_000_000
