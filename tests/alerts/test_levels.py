from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.alerts.edge_rule import FALSE, TRUE, UNKNOWN
from ticker_gui.alerts.firing import Observation
from ticker_gui.alerts.levels import Direction, LevelRule

PRICES = st.lists(st.floats(99.0, 101.0) | st.sampled_from([99.9, 100.0, 100.1]), max_size=30)


def run(rule: LevelRule, prices: Iterable[float], cooldown_ns: int = 0, begin_ns: int = 0) -> list[float]:
    """Apply prices one nanosecond apart, and disarm at each firing; return the prices that fired."""
    fired = []
    for now_ns, price in enumerate(prices, begin_ns):
        if rule.step_to(price, lambda price=price: Observation(price, 0, 0), now_ns) is not None:  # type: ignore[misc]
            fired.append(price)
            rule.disarm(now_ns + cooldown_ns, None, price)
    return fired


@pytest.mark.parametrize(
    ("direction", "above", "at", "below"),
    [
        (Direction.ABOVE, True, False, False),
        (Direction.AT_LEAST, True, True, False),
        (Direction.BELOW, False, False, True),
        (Direction.AT_MOST, False, True, True),
        (Direction.CROSSES, False, False, False),
    ],
)
def test_a_comparison_is_true_on_one_side_and_a_crossing_never(
    direction: Direction, above: bool, at: bool, below: bool
) -> None:
    def is_true(price: float) -> bool:
        rule = LevelRule(direction, 100.0)
        rule.begin_at(price)
        return rule.was_true_at_arming

    assert [is_true(price) for price in (101.0, 100.0, 99.0)] == [above, at, below]


def test_a_price_at_the_level_is_on_neither_side_of_a_crossing() -> None:
    rule = LevelRule(Direction.CROSSES, 100.0)
    assert [rule.side_of(price) for price in (101.0, 100.0, 99.0)] == [TRUE, UNKNOWN, FALSE]
    assert run(rule, [99.0, 100.0, 99.0, 100.0, 101.0]) == [101.0]


def test_a_price_that_hovers_around_the_level_fires_once() -> None:
    rule = LevelRule(Direction.ABOVE, 100.0)
    assert run(rule, [99.0, *[100.01, 99.99] * 50]) == [100.01]
    assert rule.suppressed == 49


def test_an_alert_is_armed_again_when_the_price_was_beyond_the_margin() -> None:
    assert run(LevelRule(Direction.ABOVE, 100.0), [99.0, 100.5, 99.91, 100.5, 99.89, 100.5]) == [100.5, 100.5]
    assert run(LevelRule(Direction.BELOW, 100.0), [101.0, 99.5, 100.09, 99.5, 100.11, 99.5]) == [99.5, 99.5]
    assert run(LevelRule(Direction.CROSSES, 100.0), [99.0, 100.01, 99.99, 100.2, 99.8]) == [100.01, 99.8]


def test_three_spreads_are_the_margin_if_that_is_more() -> None:
    rule = LevelRule(Direction.ABOVE, 100.0)
    rule.begin_at(100.5)
    rule.disarm(0, 0.5, 100.5)
    assert run(rule, [98.6, 100.5]) == []
    assert run(rule, [98.4, 100.5]) == [100.5]


def test_crossings_before_the_end_of_the_cooldown_are_suppressed_and_counted() -> None:
    rule = LevelRule(Direction.CROSSES, 100.0)
    assert run(rule, [99.0, 101.0, 99.0, 101.0], cooldown_ns=10) == [101.0]
    assert rule.suppressed == 2
    crossing = rule.step_to(99.0, lambda: Observation(99.0, 0, 0), 20)
    assert crossing is not None
    assert crossing.suppressed == 2


def test_after_a_suppressed_crossing_the_price_has_to_go_away_again() -> None:
    rule = LevelRule(Direction.ABOVE, 100.0)
    assert run(rule, [99.0, 101.0, 99.0, 101.0], cooldown_ns=10) == [101.0]
    assert run(rule, [99.95, 101.0], begin_ns=50) == []
    assert run(rule, [99.0, 101.0], begin_ns=60) == [101.0]


def test_a_crossing_after_the_cooldown_fires_even_if_the_price_did_not_change_meanwhile() -> None:
    rule = LevelRule(Direction.CROSSES, 100.0)
    assert run(rule, [99.0, 101.0], cooldown_ns=10) == [101.0]
    assert run(rule, [99.0], begin_ns=50) == [99.0]


@given(st.sampled_from(Direction), PRICES, st.booleans(), st.integers(0, 5))
def test_prices_within_the_range_change_nothing(
    direction: Direction, prices: list[float], is_confirmed: bool, cooldown_ns: int
) -> None:
    """A rule that is only called outside its range fires as one that is called for every price."""
    every = LevelRule(direction, 100.0, needs_confirmation=is_confirmed)
    some = LevelRule(direction, 100.0, needs_confirmation=is_confirmed)
    for now_ns, price in enumerate(prices):
        fired = [
            rule.step_to(price, lambda price=price: Observation(price, 0, 0), now_ns) is not None  # type: ignore[misc]
            for rule in (every, some)
            if rule is every or not rule.low < price < rule.high
        ]
        assert any(fired) is all(fired)
        for rule in (every, some) if fired[0] else ():
            rule.disarm(now_ns + cooldown_ns, None, price)
    assert every.suppressed == some.suppressed


@given(PRICES, st.integers(0, 10))
def test_two_firings_are_never_closer_than_the_cooldown(prices: list[float], cooldown_ns: int) -> None:
    rule, times = LevelRule(Direction.CROSSES, 100.0), []
    for now_ns, price in enumerate(prices):
        if rule.step_to(price, lambda price=price: Observation(price, 0, 0), now_ns) is not None:  # type: ignore[misc]
            times.append(now_ns)
            rule.disarm(now_ns + cooldown_ns, None, price)
    assert all(after - before >= cooldown_ns for before, after in pairwise(times))
