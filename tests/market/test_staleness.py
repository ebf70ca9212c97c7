from __future__ import annotations

import pytest

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.staleness import StalenessModel


def stale_after_s(*gaps_s: float) -> float:
    model = StalenessModel()
    for gap_s in gaps_s:
        model.note(int(gap_s * SECOND_NS))
    return model.stale_after_ns / SECOND_NS


@pytest.mark.parametrize(
    ("every_s", "expected_s"),
    [(0.01, 15), (1, 15), (10, 30), (60, 180), (3600, 600)],
    ids=["a busy one", "one a second", "a calm one", "one a minute", "a rare one"],
)
def test_a_symbol_is_stale_after_several_of_its_own_intervals_within_bounds(every_s: float, expected_s: float) -> None:
    assert stale_after_s(*[every_s] * 20) == pytest.approx(expected_s, rel=0.1)


def test_a_symbol_with_few_updates_is_stale_after_a_minute() -> None:
    assert stale_after_s() == 60
    assert stale_after_s(0.1, 0.1, 0.1) == 60


def test_bursts_do_not_shorten_the_time_until_a_symbol_is_stale() -> None:
    assert stale_after_s(*[0.01, 0.01, 0.01, 20] * 5) == pytest.approx(60, rel=0.1)


def test_a_long_pause_is_forgotten_after_many_updates() -> None:
    assert stale_after_s(*[1] * 10, 200) == 600
    assert stale_after_s(*[1] * 10, 200, *[1] * 1500) == 15
