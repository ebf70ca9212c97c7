"""Alerts and gaps: with and without the trades in them, which are known later or never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts.test_evaluator import Evaluated, alert
from ticker_gui.alerts.alert import Repeat
from ticker_gui.alerts.firing import Outcome
from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.backfills import Backfill

PRICES = st.lists(st.sampled_from([98.0, 99.5, 100.0, 100.5, 102.0]), max_size=6)


class Outage:
    """An alert at 100 on a symbol at 99, whose connection is lost for a time in which there are trades."""

    def __init__(self, own: Evaluated, hidden: list[float], *, seconds: int = 300) -> None:
        self.own = own
        own.market.on_disconnected(own.now_ns)
        own.evaluator.begin_gap("f")
        self.after_ns = own.now_ns
        step_ns = seconds * SECOND_NS // (len(hidden) + 1)
        self.hidden = [Trade("A", price, 1.0, own.now_ns + (row + 1) * step_ns) for row, price in enumerate(hidden)]
        own.connect(seconds)

    def backfill(self, reason: str = "") -> None:
        """Add the trades of the gap; the first one after it has arrived."""
        own, (gap,) = self.own, self.own.state.coverage.gaps[-1:]
        times_ns = own.state.tape.times_ns
        before_ns = int(times_ns[times_ns > self.after_ns][0])
        for trade in () if reason else self.hidden:
            own.state.add_backfilled(trade, before_ns)
        result = Backfill(Gap(gap.start_ns, gap.end_ns), self.after_ns, before_ns, len(self.hidden), reason)
        own.evaluator.note_backfill(own.state, result, own.now_ns)


def test_the_trade_of_a_crossing_in_the_gap_is_found() -> None:
    own = Evaluated(alert())
    outage = Outage(own, [99.5, 100.5, 102.0])
    own.trades(103.0)
    (firing,) = own.book.history
    assert (firing.outcome, firing.observation.price, firing.is_backfilled) == (Outcome.CROSSED_IN_GAP, 103.0, False)
    outage.backfill()
    (firing,) = own.book.history
    assert (firing.observation.price, firing.observation.previous, firing.is_backfilled) == (100.5, 99.5, True)
    assert firing.observation.time_ns == outage.hidden[1].time_ns
    assert len(own.firings) == 1  # actions run once


def test_a_price_that_crossed_in_the_gap_and_returned_is_found() -> None:
    own = Evaluated(alert())
    outage = Outage(own, [99.5, 100.5, 99.5])
    own.trades(99.0)
    assert own.firings == []
    outage.backfill()
    (firing,) = own.firings
    assert (firing.outcome, firing.observation.price, firing.is_backfilled) == (Outcome.CROSSED_IN_GAP, 100.5, True)


def test_a_single_trade_beyond_the_level_in_the_gap_is_not_confirmed() -> None:
    own = Evaluated(alert(is_confirmed=True))
    outage = Outage(own, [99.5, 100.5, 99.5])
    own.trades(99.0)
    outage.backfill()
    assert own.firings == []


def test_the_first_trades_after_the_gap_confirm_the_last_one_in_it() -> None:
    own = Evaluated(alert(is_confirmed=True))
    outage = Outage(own, [100.5])
    own.trades(102.0)
    assert own.firings == []  # the first one after the gap is not confirmed itself
    outage.backfill()
    own.trades(102.0, 103.0)
    (firing,) = own.firings
    assert firing.observation.price == 100.5


def test_a_gap_that_cannot_be_backfilled_changes_nothing() -> None:
    own = Evaluated(alert())
    outage = Outage(own, [100.5, 99.5])
    own.trades(99.0)
    outage.backfill("The provider has no list.")
    assert own.firings == []


@pytest.mark.parametrize("change", ["edit", "remove", "pause"])
def test_an_alert_that_was_changed_since_does_not_fire_for_the_gap(change: str) -> None:
    own = Evaluated(alert())
    outage = Outage(own, [100.5, 99.5])
    own.trades(99.0)
    if change == "edit":
        own.book.edit(alert("last crosses 99.8"))
    elif change == "remove":
        own.book.remove(["a"])
    else:
        own.book.pause(["a"])
    own.arm()
    outage.backfill()
    assert own.firings == []


def test_an_alert_that_was_added_in_the_gap_has_no_baseline_before_it() -> None:
    own = Evaluated()
    outage = Outage(own, [100.5])
    own.book.add([alert()])
    own.arm()
    own.trades(102.0)
    outage.backfill()
    assert own.firings == []


@given(PRICES, PRICES, PRICES, st.booleans(), st.booleans())
def test_with_all_trades_known_an_alert_fires_once_if_and_only_if_the_level_was_crossed(
    before: list[float], hidden: list[float], after: list[float], is_confirmed: bool, is_up: bool
) -> None:
    condition = "last > 100" if is_up else "last crosses 100"
    own = Evaluated(alert(condition, repeat=Repeat.ONCE, is_confirmed=is_confirmed))
    own.trades(*before)
    outage = Outage(own, hidden)
    own.trades(99.0, *after)
    outage.backfill()
    reference = Evaluated(alert(condition, repeat=Repeat.ONCE, is_confirmed=is_confirmed))
    reference.trades(*before, *hidden, 99.0, *after)
    assert len(own.book.history) == len(reference.book.history)
    if any(firing.gap is None for firing in own.firings):
        return  # it fired before the gap, or after the gap and before its trades were known
    assert [firing.observation.price for firing in own.book.history] == [
        firing.observation.price for firing in reference.book.history
    ]


def test_a_condition_on_other_values_is_not_evaluated_for_the_past() -> None:
    own = Evaluated(alert("last crosses 100 and volume > 0"))
    outage = Outage(own, [100.5, 99.5])
    own.trades(99.0)
    outage.backfill()
    assert own.firings == []
