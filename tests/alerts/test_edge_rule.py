from __future__ import annotations

from ticker_gui.alerts.edge_rule import FALSE, TRUE, UNKNOWN, EdgeRule
from ticker_gui.alerts.firing import Crossing, Observation, Outcome, UnobservedTime

GAP = UnobservedTime(1, 2)


def step(rule: EdgeRule, side: int, gap: UnobservedTime | None = None, *, is_revision: bool = False) -> Crossing | None:
    return rule.step(
        side, lambda: Observation(float(side), 0, 0), 5, is_clear=side == FALSE, gap=gap, is_revision=is_revision
    )


def test_the_first_known_side_is_the_baseline() -> None:
    rule = EdgeRule()
    assert [step(rule, side) for side in (UNKNOWN, TRUE, TRUE)] == [None, None, None]
    assert rule.side == TRUE


def test_becoming_true_fires_once_until_it_was_false() -> None:
    rule = EdgeRule()
    rule.begin(FALSE)
    assert [step(rule, side) is not None for side in (TRUE, TRUE, FALSE, TRUE)] == [True, False, False, True]


def test_a_correction_confirms_nothing_but_may_take_the_first_trade_back() -> None:
    rule = EdgeRule(needs_confirmation=True)
    rule.begin(FALSE)
    assert step(rule, TRUE) is None
    assert step(rule, TRUE, is_revision=True) is None
    assert step(rule, FALSE, is_revision=True) is None
    assert step(rule, TRUE) is None
    assert step(rule, TRUE) is not None


def test_the_gap_before_the_first_of_two_trades_counts() -> None:
    rule = EdgeRule(needs_confirmation=True)
    rule.begin(FALSE)
    step(rule, TRUE, GAP)
    crossing = step(rule, TRUE)
    assert crossing is not None
    assert (crossing.outcome, crossing.gap, crossing.confirmed_ns) == (Outcome.CROSSED_IN_GAP, GAP, 5)


def test_after_a_firing_it_waits_for_the_time_and_for_a_clear_value() -> None:
    rule = EdgeRule()
    rule.begin(TRUE)
    rule.disarm_until(5)
    assert step(rule, TRUE) is None
    assert not rule.is_armed
    step(rule, FALSE)
    assert step(rule, TRUE) is not None
    rule.disarm_until(6)
    step(rule, FALSE)
    assert step(rule, TRUE) is None
    assert rule.suppressed == 1
