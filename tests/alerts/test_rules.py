from __future__ import annotations

from hypothesis import given

from tests.alerts.monitored import Monitored
from tests.alerts.test_condition import CONDITIONS
from ticker_gui.alerts.condition import Condition, Expression, PriceLevel
from ticker_gui.alerts.condition_language import parse_condition
from ticker_gui.alerts.levels import Direction, LevelRule
from ticker_gui.alerts.rules import guard_of, make_rule
from ticker_gui.domain.events import DayStats, Quote
from ticker_gui.domain.feed_state import FeedStatus


@given(CONDITIONS)
def test_every_condition_is_evaluated_for_every_kind_of_fact(condition: Condition) -> None:
    own = Monitored()
    own.monitor.add("early", make_rule(condition), own.now_ns)
    own.trades(99.0)
    own.monitor.add("a", make_rule(condition), own.now_ns)
    own.trades(100.0, 98.0)
    own.apply(Quote("A", bid=97.0, ask=99.0))
    own.apply(DayStats("A", open=97.0, high=105.0, volume=100.0))
    own.disconnect()
    own.monitor.note_feed(FeedStatus.WAITING, own.now_ns)
    own.connect()
    own.trades(99.0)
    own.monitor.tick(own.now_ns + 60)
    own.monitor.bars_needed(own.now_ns)
    assert own.monitor.alert_ids == {"a", "early"}


def test_only_price_levels_are_confirmed_by_default() -> None:
    level = make_rule(PriceLevel(Direction.ABOVE, 1.0))
    assert isinstance(level, LevelRule)
    assert level.needs_confirmation
    expression = make_rule(Expression("last > open"))
    assert not isinstance(expression, LevelRule)
    assert not expression.edge.needs_confirmation


def test_a_crossing_counts_only_while_its_guard_is_true() -> None:
    own = Monitored()
    condition = parse_condition("last crosses 100 and bid > 50")
    own.trades(99.0)
    own.monitor.add("a", make_rule(condition, is_confirmed=False), own.now_ns, guard_of(condition))
    own.trades(101.0)
    assert own.fired == []
    own.apply(Quote("A", bid=51.0, ask=52.0))
    assert own.fired == []
    own.trades(98.0)
    assert own.prices("a") == [98.0]
