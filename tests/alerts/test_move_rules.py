from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts.monitored import START_NS, Monitored
from tests.alerts.test_value_rules import armed
from ticker_gui.alerts.condition_language import parse_condition
from ticker_gui.alerts.firing import Outcome
from ticker_gui.alerts.move_rules import ExtremeRule
from ticker_gui.alerts.rules import make_rule
from ticker_gui.domain.events import Bar, DayStats
from ticker_gui.domain.timeframe import DAY, DAY_NS, SECOND_NS
from ticker_gui.market.symbol_state import SymbolState

TODAY_NS = DAY.start_of(START_NS)


def walk(own: Monitored, *steps: tuple[float, float]) -> None:
    """Apply trades: seconds after the one before, and the price."""
    for seconds, price in steps:
        own.now_ns += int(seconds * SECOND_NS) - SECOND_NS
        own.trades(price)


@pytest.mark.parametrize(
    ("condition", "prices"),
    [
        ("moves 2% in 60s", [98.0, 100.0]),
        ("moves up 2% in 60s", [100.0]),
        ("moves down 2% in 60s", [98.0]),
        ("moves 2 in 60s", [98.0, 100.0]),
        ("moves 3% in 60s", []),
    ],
)
def test_a_move_is_measured_from_the_extremes_of_the_time(condition: str, prices: list[float]) -> None:
    own = armed(condition, 100.0)
    walk(own, (10, 99.0), (10, 98.0), (10, 99.0), (10, 100.0))
    assert own.prices("a") == prices


def test_a_price_that_stays_at_zero_does_not_move() -> None:
    own = armed("moves 2% in 60s", *[-1.0] * 6, *[0.0] * 8, is_confirmed=False)
    own.trades(0.0, 0.0, 1.0)
    assert own.prices("a") == [1.0]


def test_a_slow_move_does_not_fire() -> None:
    own = armed("moves 2% in 60s", 100.0)
    walk(own, *[(40, 100.0 - number) for number in range(1, 20)])
    assert own.fired == []


def test_the_price_from_which_it_moved_is_reported() -> None:
    own = armed("moves 2% in 60s", 100.0)
    walk(own, (10, 101.0), (10, 98.9))
    assert own.crossings("a")[0].observation.previous == 101.0


def test_a_move_before_the_arming_does_not_count() -> None:
    own = armed("moves 2% in 60s", 100.0, 105.0)
    walk(own, (10, 105.0))
    assert own.fired == []


def test_a_move_over_a_gap_is_reported_as_one() -> None:
    own = armed("moves 2% in 10m", 100.0)
    own.disconnect()
    own.connect()
    walk(own, (1, 105.0))
    assert own.crossings("a")[0].outcome is Outcome.CROSSED_IN_GAP


def test_an_odd_lot_is_not_a_move() -> None:
    own = armed("moves 2% in 60s", 100.0)
    own.trade(90.0, 60, updates=4)
    assert own.fired == []


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from([96.0, 98.0, 99.0, 100.0, 101.0, 103.0])), max_size=25))
def test_moves_are_those_of_a_model_that_keeps_all_prices(steps: list[tuple[int, float]]) -> None:
    own, known, expected = armed("moves 2% in 60s", 100.0), [(0, 100.0)], list[float]()
    time_s = 0
    for seconds, price in steps:
        time_s += seconds
        known = [one for one in known if one[0] >= time_s - 60] + [(time_s, price)]
        prices = [one[1] for one in known]
        if price / min(prices) >= 1.02 or price / max(prices) <= 0.98:
            expected.append(price)
            known = [(time_s, price)]
        walk(own, (seconds, price))
    assert own.prices("a") == expected


def test_a_new_high_is_above_the_high_at_the_arming() -> None:
    own = armed("new high of day", 100.0, 105.0, 101.0)
    own.trades(104.0, 105.0, 105.5, 105.2)
    assert own.prices("a") == [105.5]
    assert own.crossings("a")[0].observation.previous == 105.0


def test_a_new_low_is_below_the_low_of_the_provider() -> None:
    own = armed("new low", 100.0)
    own.apply(DayStats("A", low=95.0))
    own.trades(96.0, 94.0)
    assert own.prices("a") == [94.0]


def test_each_new_high_is_one_but_after_a_firing_the_price_has_to_go_away_first() -> None:
    own = armed("new high of day", 100.0)
    own.trades(101.0)
    own.monitor.disarm("a", own.now_ns)
    own.trades(101.01, 101.02, 100.0, 101.05)
    assert own.prices("a") == [101.0, 101.05]
    assert own.crossings("a")[1].suppressed == 2


def test_the_first_price_of_a_new_day_is_not_a_new_high() -> None:
    own = armed("new high of day", 100.0)
    own.now_ns = (own.now_ns // DAY_NS + 1) * DAY_NS
    own.trades(101.0, 100.0)
    assert own.fired == []
    own.trades(102.0)
    assert own.prices("a") == [102.0]


def test_a_high_of_several_days_needs_their_bars() -> None:
    own = armed("new high of 3 days", 100.0)
    own.trades(105.0)
    assert own.fired == []
    assert "last 3 days of A are not known" in own.monitor.problem_of("a")
    (needed,) = own.monitor.bars_needed(own.now_ns)
    assert needed.timeframe is DAY
    today_ns = DAY.start_of(START_NS)
    for days, high in ((3, 200.0), (2, 107.0), (1, 106.0)):
        start_ns = today_ns - days * DAY_NS
        own.state.bars.add_provider_bar(Bar("A", "1d", start_ns, 100.0, high, 90.0, 100.0, 1.0, is_closed=True))
    assert own.monitor.bars_needed(own.now_ns) == []
    assert own.monitor.problem_of("a") == ""
    own.trades(106.5, 107.5)
    assert own.prices("a") == [107.5]


def add_days(own: Monitored, days: Sequence[int], *, covered: bool = True) -> None:
    """Add the bars of days before today; the high of each is 100 plus its number."""
    own.state.bars.provided.add(
        DAY,
        [Bar("A", "1d", TODAY_NS - day * DAY_NS, 90.0, 100.0 + day, 80.0, 90.0, 1.0, is_closed=True) for day in days],
        (TODAY_NS - max(days) * DAY_NS, TODAY_NS) if covered else None,
    )


def test_days_without_trading_do_not_count_and_are_known_if_they_were_requested() -> None:
    own = armed("new high of 3 days", 100.0)
    (needed,) = own.monitor.bars_needed(own.now_ns)
    assert needed.start_ns <= TODAY_NS - 12 * DAY_NS  # with the longest holidays
    add_days(own, (9, 8, 4), covered=False)
    own.monitor.tick(own.now_ns)
    assert "not known yet" in own.monitor.problem_of("a")  # some days may be missing
    add_days(own, (9, 8, 4))
    own.monitor.tick(own.now_ns)
    assert own.monitor.problem_of("a") == ""
    own.trades(107.9, 108.1)  # of the days before, the last two have highs of 108 and 104
    assert own.prices("a") == [108.1]


def test_bars_of_earlier_days_are_not_read_for_every_trade(monkeypatch: pytest.MonkeyPatch) -> None:
    own, reads = armed("new high of 3 days", 100.0), list[SymbolState]()
    monkeypatch.setattr(ExtremeRule, "_read_earlier", lambda rule, state: reads.append(state))
    own.trades(*[101.0] * 100)
    assert reads == []
    own.monitor.tick(own.now_ns)
    assert len(reads) == 1


def test_a_held_outlier_is_not_a_high() -> None:
    own = armed("new high", *[100.0, 100.1] * 5)
    own.trades(990.0, 100.0)
    assert own.fired == []


def test_a_high_may_have_to_be_confirmed() -> None:
    own = Monitored()
    own.trades(100.0)
    own.monitor.add("a", make_rule(parse_condition("new high"), is_confirmed=True), own.now_ns)
    own.trades(101.0, 99.0, 101.0, 101.0)
    assert len(own.fired) <= 1
