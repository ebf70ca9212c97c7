from __future__ import annotations

import pytest

from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError
from ticker_gui.history.retries import Retries, rate_pause_s


def test_a_temporary_failure_is_repeated_after_each_pause_and_then_not_any_more() -> None:
    retries, error = Retries((1.0, 5.0)), HistoryError("Not now.")
    assert [retries.next_pause_s(error) for _ in range(3)] == [1.0, 5.0, None]


@pytest.mark.parametrize("refusal", [each for each in Refusal if not each.is_temporary])
def test_a_final_refusal_is_not_repeated(refusal: Refusal) -> None:
    assert Retries((1.0,)).next_pause_s(HistoryError("Never.", refusal)) is None


@pytest.mark.parametrize(("demanded_s", "pause_s"), [(7.5, 7.5), (0.0, 0.0), (None, 60.0)])
def test_a_limited_rate_demands_its_own_pause(demanded_s: float | None, pause_s: float) -> None:
    error = HistoryError("Too many requests.", Refusal.RATE_LIMITED, demanded_s)
    assert rate_pause_s(error) == pause_s
    retries = Retries((1.0,))
    assert [retries.next_pause_s(error) for _ in range(2)] == [pause_s, None]
