from __future__ import annotations

import pytest

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.staleness import StalenessModel


def patience_s(*gaps_s: float) -> float:
    tempo = StalenessModel()
    for gap_s in gaps_s:
        tempo.note(int(gap_s * SECOND_NS))
    return tempo.stale_after_ns / SECOND_NS


@pytest.mark.parametrize(
    ("every_s", "patience"),
    [(0.01, 15), (1, 15), (10, 30), (60, 180), (3600, 600)],
    ids=["a busy one", "one a second", "a calm one", "one a minute", "a rare one"],
)
def test_patience_is_several_of_a_symbols_own_gaps_within_bounds(every_s: float, patience: float) -> None:
    assert patience_s(*[every_s] * 20) == pytest.approx(patience, rel=0.1)


def test_a_symbol_with_few_updates_is_stale_after_a_minute() -> None:
    assert patience_s() == 60
    assert patience_s(0.1, 0.1, 0.1) == 60


def test_bursts_do_not_make_impatient() -> None:
    assert patience_s(*[0.01, 0.01, 0.01, 20] * 5) == pytest.approx(60, rel=0.1)


def test_a_long_pause_is_forgotten_when_the_tempo_is_another_one() -> None:
    assert patience_s(*[1] * 10, 200) == 600
    assert patience_s(*[1] * 10, 200, *[1] * 1500) == 15
