from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.alerts.condition import (
    ColumnLevel,
    Condition,
    FeedCondition,
    FeedEvent,
    IndicatorLevel,
    Move,
    MoveDirection,
    NewExtreme,
    PriceLevel,
    Silence,
    VolumeSurge,
    duration_text,
    number_text,
)
from ticker_gui.alerts.condition_language import parse_condition
from ticker_gui.alerts.levels import Direction
from ticker_gui.domain.timeframe import BY_NAME, SECOND_NS
from ticker_gui.indicators.registry import INDICATORS, IndicatorConfig

NUMBERS = st.floats(1e-9, 1e12)
CROSSINGS = st.sampled_from([direction for direction in Direction if direction.is_crossing])
DURATIONS = st.integers(1, 604_800).map(lambda seconds: seconds * SECOND_NS)
CONFIGS = st.sampled_from(INDICATORS).map(lambda indicator: IndicatorConfig(indicator.key))
INDICATOR_LEVELS = CONFIGS.flatmap(
    lambda config: st.builds(
        IndicatorLevel,
        st.just(config),
        st.sampled_from([output.key for output in config.indicator.outputs]),
        st.sampled_from(list(BY_NAME)),
        st.sampled_from(Direction),
        NUMBERS,
        st.booleans(),
    )
)
CONDITIONS = st.one_of(
    st.builds(PriceLevel, st.sampled_from(Direction), NUMBERS),
    st.builds(ColumnLevel, st.sampled_from(["bid", "ask", "spread", "change_percent", "volume"]), CROSSINGS, NUMBERS),
    st.builds(Move, NUMBERS, st.booleans(), DURATIONS, st.sampled_from(MoveDirection)),
    st.builds(Silence, st.none() | DURATIONS),
    st.builds(NewExtreme, st.booleans(), st.integers(1, 250)),
    st.builds(VolumeSurge, st.floats(0.1, 1e6).map(lambda number: round(number, 3)), st.sampled_from(list(BY_NAME)), st.integers(1, 1000)),
    st.builds(FeedCondition, st.sampled_from(FeedEvent)),
    INDICATOR_LEVELS,
)  # fmt: skip


@given(CONDITIONS)
def test_the_text_of_every_condition_is_parsed_to_the_same_condition(condition: Condition) -> None:
    assert parse_condition(condition.text) == condition


@given(NUMBERS | NUMBERS.map(lambda number: -number))
def test_the_text_of_a_number_is_exact(number: float) -> None:
    assert float(number_text(number)) == number


def test_the_text_of_zero_has_no_sign() -> None:
    assert number_text(-0.0) == number_text(0.0) == "0"


@pytest.mark.parametrize(("seconds", "text"), [(1, "1s"), (60, "1m"), (90, "90s"), (7200, "2h"), (86400, "1d")])
def test_a_duration_is_in_the_largest_unit_in_which_it_is_whole(seconds: int, text: str) -> None:
    assert duration_text(seconds * SECOND_NS) == text


def test_a_fraction_of_a_second_is_kept() -> None:
    assert duration_text(SECOND_NS * 3 // 2) == "1.5s"
