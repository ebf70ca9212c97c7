from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.feeds.generic.field_values import FieldValues


def values_of(*values: Any, symbols: str = "") -> FieldValues:
    return FieldValues({"a": dict(enumerate(values))}, dict(enumerate(symbols)))


@pytest.mark.parametrize(("values", "kind"), [
    ([1_700_000_000, 1_700_000_001], "time"), (["1700000000123"], "time"), (["2023-11-14T22:13:20Z"], "time"),
    ([1, "2.5"], "number"), ([61234.5], "number"), (["a", 1], "text"), ([True], "text"), ([1e300], "text"),
])  # fmt: skip
def test_values_have_a_type(values: list[Any], kind: str) -> None:
    assert values_of(*values)._kinds == {"a": kind}


def test_decreases_are_measured_between_items_of_the_same_symbol() -> None:
    assert values_of(5, 3, 4)._decreases("a") == [2, -1]
    assert values_of(5, 300, 4, 299, symbols="XYXY")._decreases("a") == [1, 1]


def test_sizes_move_more_than_prices() -> None:
    values = values_of(1.0, 1.1, 1.0, 1.1, 9.0)
    assert values._volatility("a") < 0.1
    assert values._volatility("a", 0.9) > 0.8


@given(st.lists(st.integers(0, 99), min_size=2, max_size=30))
def test_numbers_that_never_fall_are_a_counter(numbers: list[int]) -> None:
    assert values_of(*sorted(numbers))._is_counter("a")
    assert not values_of(*sorted(set(numbers) | {100, 101}, reverse=True))._is_counter("a")


def test_a_price_moves_up_and_down_in_small_steps_and_has_fractions() -> None:
    assert values_of(5.5, 5.51, 5.49, 5.5).moves_like_a_price("a")
    for others in ((5.5, 5.6, 5.7, 5.8), (5, 6, 5, 6), (0.1, 0.9, 0.2, 0.5), (5.5, 5.5, 5.5)):
        assert not values_of(*others).moves_like_a_price("a")
