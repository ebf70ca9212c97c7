from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.alerts.condition import FeedEvent, IndicatorLevel, MoveDirection
from ticker_gui.alerts.condition_language import EXAMPLES, parse_condition
from ticker_gui.alerts.levels import Direction
from ticker_gui.alerts.simple_condition import ConditionKind, SimpleCondition, simple_form
from ticker_gui.domain.timeframe import BY_NAME
from ticker_gui.indicators.registry import IndicatorConfig, all_indicators
from ticker_gui.indicators.spec import Choice, Parameter, ParameterValue


@st.composite
def indicator_levels(draw: st.DrawFn) -> IndicatorLevel:
    """Return conditions on any indicator with any parameters."""
    indicator = draw(st.sampled_from(all_indicators()))
    config = IndicatorConfig(indicator.key, {one.name: draw(values(one)) for one in indicator.parameters})
    return IndicatorLevel(
        config,
        draw(st.sampled_from([output.key for output in indicator.outputs])),
        draw(st.sampled_from(sorted(BY_NAME))),
        draw(st.sampled_from(Direction)),
        draw(st.floats(-1e9, 1e9)),
        draw(st.booleans()),
    )


def values(parameter: Parameter) -> st.SearchStrategy[ParameterValue]:
    if isinstance(parameter, Choice):
        return st.sampled_from(parameter.choices)
    if parameter.is_whole:
        return st.integers(int(parameter.minimum), int(parameter.maximum))
    return st.floats(parameter.minimum, parameter.maximum)


FORMS = st.builds(
    SimpleCondition,
    kind=st.sampled_from([kind for kind in ConditionKind if kind is not ConditionKind.EXPRESSION]),
    indicator=indicator_levels(),
    amount=st.floats(0.0001, 1e9),
    is_percent=st.booleans(),
    minutes=st.integers(1, 1_440).map(float),
    seconds=st.integers(0, 86_400).map(float),
    days=st.integers(1, 30),
    direction=st.sampled_from(MoveDirection),
    event=st.sampled_from(FeedEvent),
)


@given(FORMS)
def test_the_form_and_the_text_are_two_views_of_the_same_condition(form: SimpleCondition) -> None:
    text = form.condition_text
    again = simple_form(text)
    assert again.kind is form.kind
    assert parse_condition(again.condition_text) == parse_condition(text)


@pytest.mark.parametrize("text", [*EXAMPLES, "volume > 0.00001x average", "volume(1m) > 2e+16x average(20)"])
def test_every_condition_can_be_edited(text: str) -> None:
    assert parse_condition(simple_form(text).condition_text) == parse_condition(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "change% > 2 and volume > 1M", "rsi(14,1h) < 30 and last > 5", "last >= 5",
        "volume(5m) > 3x average(9)",
    ],
)  # fmt: skip
def test_what_the_form_cannot_express_stays_text(text: str) -> None:
    form = simple_form(text)
    assert form.kind is ConditionKind.EXPRESSION
    assert form.condition_text == text


@given(indicator_levels())
def test_every_condition_on_an_indicator_has_a_form(level: IndicatorLevel) -> None:
    form = simple_form(level.text)
    assert (form.kind, form.indicator) == (ConditionKind.INDICATOR, level)


def test_silence_longer_than_usual_has_no_seconds() -> None:
    assert simple_form("silent").seconds == 0.0
    assert simple_form("silent 2m").seconds == 120.0
