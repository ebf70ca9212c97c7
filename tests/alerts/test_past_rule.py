from __future__ import annotations

import pytest

from tests.alerts.monitored import Monitored
from ticker_gui.alerts.condition_language import parse_condition
from ticker_gui.alerts.past_values import PastSpan
from ticker_gui.alerts.rules import make_rule


@pytest.mark.parametrize(
    ("condition", "by_trades", "by_bars"),
    [
        ("last > 100", True, True),
        ("last crosses line 2026-01-01T00:00:00Z 100 2026-01-02T00:00:00Z 110", True, True),
        ("moves 2% in 5m", True, True),
        ("moves 2% in 30s", True, False),
        ("new high of day", True, True),
        ("volume > 3x average", True, True),
        ("rsi(14,1h) < 30 on close", True, True),
        ("rsi(14,1s) < 30", True, False),
        ("silent 60s", True, False),
        ("last * 2 > 3", True, True),
        ("vwap crosses 100", True, False),
        ("bid crosses 100", False, False),
        ("feed disconnected", False, False),
    ],
)
def test_what_the_trades_and_the_bars_of_a_gap_decide(condition: str, *, by_trades: bool, by_bars: bool) -> None:
    own = Monitored()
    own.trades(99.0)
    rule = make_rule(parse_condition(condition))
    span = PastSpan(own.state, own.state, own.now_ns, own.now_ns)
    assert (rule.is_known_by_trades(span), rule.is_known_by_bars(span)) == (by_trades, by_bars)


@pytest.mark.parametrize("condition", ["last > 100", "moves 1% in 5m", "new high of day", "last + last size > 101"])
def test_a_copy_changes_independently(condition: str) -> None:
    own, other = Monitored(), Monitored()
    rule = make_rule(parse_condition(condition), is_confirmed=False)
    own.trades(99.0)
    own.monitor.add("a", rule, own.now_ns)
    other.trades(99.0)
    other.monitor.resume("a", rule.copied(), None)
    for one in (own, other):
        one.trades(105.0)
        assert one.prices("a") == [105.0]
