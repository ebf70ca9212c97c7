from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.gui.chart.price_axis import PriceAxis, round_step


@given(st.floats(1e-12, 1e12))
def test_steps_are_round_and_not_below_what_is_asked(least: float) -> None:
    step = round_step(least)
    assert least * (1 - 1e-6) <= step <= least * 2.5 * (1 + 1e-6)
    assert f"{step:.0e}"[0] in "125"


@pytest.mark.parametrize(
    ("low", "high", "first"),
    [
        (183.9, 184.6, "183.9"),
        (0.0000181, 0.0000186, "0.00001810"),
        (42_000, 44_000, "42,000"),
        (-2.0, 2.0, "-2.0"),
        (0.1, 0.2, "0.10"),
    ],
)
def test_labels_have_the_decimals_that_tell_them_apart(qapp: object, low: float, high: float, first: str) -> None:
    axis = PriceAxis()
    axis.resize(84, 600)
    axis.setRange(low, high)
    values, step = axis.values()
    texts = [axis.text(value, step) for value in values]
    assert texts[0] == first
    assert len(texts) == len(set(texts)) >= 5
    assert all(low - 1e-12 <= value <= high + step for value in values)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(10, 4000))
def test_any_range_has_a_bounded_number_of_labels(low: float, height: float, pixels: int) -> None:
    axis = PriceAxis()
    axis.resize(84, pixels)
    axis.setRange(low, low + height)
    values, step = axis.values()
    assert len(values) <= 101
    assert all(axis.text(value, step) for value in values)


def test_no_range_is_no_failure(qapp: object) -> None:
    axis = PriceAxis()
    axis.resize(84, 0)
    axis.setRange(5.0, 5.0)
    axis.values()
