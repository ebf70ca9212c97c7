from __future__ import annotations

import pytest

from tests.alerts.monitored import Monitored
from ticker_gui.alerts.past_values import PastSpan, PastValues, apply_trade, are_known_by_price, are_known_by_trades
from ticker_gui.bars.tape import EVERYTHING, UPDATES_HIGH_LOW
from ticker_gui.domain.events import DayStats
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.market.session_calendar import US_STOCKS


def test_the_past_changes_independently() -> None:
    own = Monitored()
    own.trades(99.0, 101.0)
    past = PastValues.of(own.state).restored(own.state, own.now_ns)
    assert (past.last, past.day.high, past.day.volume) == (101.0, 101.0, 2.0)
    apply_trade(past, own.now_ns + SECOND_NS, 105.0, 3.0, EVERYTHING)
    apply_trade(past, own.now_ns + SECOND_NS, 107.0, 3.0, UPDATES_HIGH_LOW)
    assert (past.last, past.day.high, past.day.volume) == (105.0, 107.0, 5.0)
    assert (own.state.last, own.state.day.high, own.state.trades) == (101.0, 101.0, 2)


@pytest.mark.parametrize(
    ("keys", "days", "by_trades", "by_price"),
    [
        ({"last"}, 0, True, True),
        ({"last", "last_size"}, 0, True, False),
        ({"volume"}, 0, True, False),
        ({"change"}, 0, True, True),
        ({"change"}, 1, False, False),
        ({"last"}, 1, True, True),
        ({"bid"}, 0, False, False),
        ({"last", "state"}, 0, False, False),
    ],
)
def test_values_that_trades_or_prices_determine(keys: set[str], days: int, *, by_trades: bool, by_price: bool) -> None:
    own = Monitored()
    own.state.day.calendar = US_STOCKS  # type: ignore[misc]
    own.trades(99.0)
    span = PastSpan(own.state, own.state, own.now_ns, own.now_ns + SECOND_NS + days * DAY_NS)
    assert (are_known_by_trades(keys, span), are_known_by_price(keys, span)) == (by_trades, by_price)


def test_a_volume_of_the_provider_is_not_determined_by_trades() -> None:
    own = Monitored()
    own.trades(99.0)
    own.apply(DayStats("A", volume=1e6))
    assert not are_known_by_trades({"volume"}, PastSpan(own.state, own.state, own.now_ns, own.now_ns))
