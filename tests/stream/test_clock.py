import time

import pytest

from ticker_gui.stream.clock import steady_clock


def test_it_begins_at_the_time_of_day_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = steady_clock()
    assert abs(clock() - time.time_ns()) < 10**9
    first = clock()
    monkeypatch.setattr(time, "time_ns", lambda: 0)  # somebody sets the computer's clock
    second = clock()
    assert 0 <= second - first < 10**10
