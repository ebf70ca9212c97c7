from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.indicators.appearance import COLOR_NAMES, MAX_WIDTH, MIN_WIDTH, valid_color, valid_width
from ticker_gui.indicators.registry import IndicatorConfig

ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text()))


@given(ANYTHING)
def test_any_value_becomes_a_color_and_a_width(value: object) -> None:
    color, width = valid_color(value), valid_width(value)
    assert color == "" or color in COLOR_NAMES or (color[0] == "#" and len(color) == 7)
    assert MIN_WIDTH <= width <= MAX_WIDTH
    assert valid_color(color) == color
    assert valid_width(width) == width


@pytest.mark.parametrize(
    ("text", "expected"),
    [("s1", "s1"), ("#0A1b2C", "#0a1b2c"), ("s7", ""), ("red", ""), ("#12345", ""), ("#123456\n", "")],
)
def test_colors_are_tokens_of_the_theme_or_hexadecimal(text: str, expected: str) -> None:
    assert valid_color(text) == expected


@pytest.mark.parametrize(("width", "expected"), [(1, 1), (4, 4), (0, 1), (5, 1), (2.0, 1), (True, 1), ("3", 1)])
def test_widths_are_whole_pixels(width: object, expected: int) -> None:
    assert valid_width(width) == expected


def test_every_token_is_a_color_of_the_theme() -> None:
    assert set(COLOR_NAMES) == {name for name in Theme.__struct_fields__ if name[0] == "s" and name[1:].isdigit()}


def test_indicators_that_differ_in_their_looks_have_the_same_values() -> None:
    plain, colored = IndicatorConfig("sma"), IndicatorConfig("sma", color="s2", width=3)
    assert plain != colored
    assert plain.is_calculated_like(colored)
    assert not plain.is_calculated_like(IndicatorConfig("sma", {"timeperiod": 9}))
    assert not plain.is_calculated_like(IndicatorConfig("ema"))
