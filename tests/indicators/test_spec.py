from __future__ import annotations

import math

import numpy as np
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.bar_history import Bars
from ticker_gui.domain.errors import SettingsError
from ticker_gui.indicators.spec import (
    BAR_INPUTS,
    MOVING_AVERAGES,
    SOURCE,
    Indicator,
    Number,
    Output,
    average_choice,
)

LENGTH = Number("timeperiod", "Length", 14, 2, 500, True, ("timeperiod",))
WIDTH = Number("deviations", "Deviations", 2.0, 0.5, 9.5, False, ("nbdevup", "nbdevdn"))
KIND = average_choice("average", "Average", "SMA", "matype")
BANDS = Indicator(
    "bands",
    "Bands",
    "Bands",
    "price",
    ("BBANDS",),
    ("source",),
    (SOURCE, LENGTH, WIDTH, KIND),
    (Output("upper", "Upper"), Output("middle", "Middle"), Output("lower", "Lower")),
)


def test_the_inputs_are_computed_from_a_bar() -> None:
    one = Bars(np.array([0]), *(np.array([value]) for value in (4.0, 9.0, 2.0, 7.0, 50.0)))
    assert {name: read(one).tolist() for name, read in BAR_INPUTS.items()} == {
        "open": [4.0],
        "high": [9.0],
        "low": [2.0],
        "close": [7.0],
        "hl2": [5.5],
        "hlc3": [6.0],
        "ohlc4": [5.5],
        "volume": [50.0],
    }


def test_inputs_that_are_columns_are_not_copied() -> None:
    one = Bars(np.array([0]), *(np.array([value]) for value in (4.0, 9.0, 2.0, 7.0, 50.0)))
    for name in ("open", "high", "low", "close", "volume"):
        assert BAR_INPUTS[name](one) is getattr(one, name)


def test_moving_averages_have_the_numbers_of_talib() -> None:
    kinds = talib.MA_Type  # type: ignore[attr-defined]
    for name, number in MOVING_AVERAGES.items():
        assert getattr(kinds, name) == number
    left_out = {name for name in dir(kinds) if name.isupper() and name.isalnum() and not name.startswith("_")}
    assert left_out - set(MOVING_AVERAGES) == {"DISABLED", "DEFAULT"}  # not averages


@pytest.mark.parametrize("value", [2, 14, 500, 14.0])
def test_an_integer_within_its_range_is_accepted(value: float) -> None:
    accepted = LENGTH.normalized(value)
    assert accepted == value
    assert isinstance(accepted, int)


@pytest.mark.parametrize("value", [1, 501, 14.5, -3, "14", "", math.nan, math.inf, -math.inf])
def test_a_number_out_of_its_range_is_rejected(value: float | str) -> None:
    assert LENGTH.normalized(value) is None


@given(st.one_of(st.integers(), st.floats(), st.text(max_size=3)))
def test_accepted_values_are_within_the_range_and_not_clamped(value: float | str) -> None:
    accepted = WIDTH.normalized(value)
    if accepted is None:
        assert isinstance(value, str) or not 0.5 <= value <= 9.5
    else:
        assert isinstance(accepted, float)
        assert accepted == value


def test_only_listed_choices_are_accepted() -> None:
    assert KIND.normalized("RMA") == "RMA"
    for other in ("rma", "", "DISABLED", 1, 0.0):
        assert KIND.normalized(other) is None


def test_allowed_values_are_described() -> None:
    assert LENGTH.allowed_values == "a whole number from 2 to 500"
    assert WIDTH.allowed_values == "a number from 0.5 to 9.5"
    assert KIND.allowed_values == f"one of {', '.join(MOVING_AVERAGES)}"


def test_missing_parameters_get_their_defaults() -> None:
    defaults = {"source": "close", "timeperiod": 14, "deviations": 2.0, "average": "SMA"}
    assert BANDS.validated({}) == defaults
    assert BANDS.validated({"timeperiod": 20.0, "source": "hl2"}) == defaults | {"timeperiod": 20, "source": "hl2"}


def test_invalid_parameters_are_rejected_with_a_message() -> None:
    with pytest.raises(SettingsError) as unknown:
        BANDS.validated({"period": 3})
    assert str(unknown.value) == (
        'The indicator bands was not added: it has no parameter "period".'
        " Its parameters are: source, timeperiod, deviations, average."
    )
    with pytest.raises(SettingsError) as out_of_range:
        BANDS.validated({"timeperiod": 1})
    assert str(out_of_range.value) == (
        "The indicator bands was not added: timeperiod must be a whole number from 2 to 500, not 1."
    )
    nothing = Indicator("a", "A", "A", "own", ("AD",), ("close",), (), (Output("value", "A"),))
    with pytest.raises(SettingsError, match="Its parameters are: none"):
        nothing.validated({"timeperiod": 1})


def test_one_parameter_may_set_several_arguments() -> None:
    assert BANDS.arguments(BANDS.validated({"average": "T3", "deviations": 3})) == {
        "timeperiod": 14,
        "nbdevup": 3.0,
        "nbdevdn": 3.0,
        "matype": 8,
    }
