"""Alerts and gaps: with and without the trades in them, which are known later or never."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts.test_evaluator import Evaluated, alert
from ticker_gui.alerts import gap_review
from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.alerts.book import MAX_FIRINGS
from ticker_gui.alerts.condition import LineLevel
from ticker_gui.alerts.firing import Outcome, UnobservedTime
from ticker_gui.alerts.levels import Direction
from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.events import Bar, Correction, Quote, Trade
from ticker_gui.domain.timeframe import MINUTE, SECOND_NS
from ticker_gui.market.backfills import Backfill

PRICES = st.lists(st.sampled_from([98.0, 99.5, 99.95, 100.0, 100.05, 100.5, 102.0]), max_size=8)
CONDITIONS = st.sampled_from(["last > 100", "last <= 100", "last crosses 100", "last crosses below 100"])
REPEATS = st.sampled_from([Repeat.ONCE, Repeat.EVERY_TIME, Repeat.PER_BAR])


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
        own.state.backfills.note(result)
        own.evaluator.note_backfill(own.state, result, own.now_ns)

    def backfill_bars(self) -> None:
        """Note that there is no list of the trades, and add the minute bars instead."""
        self.backfill("The provider has no list.")
        provided, gap = self.own.state.bars.provided, self.own.state.coverage.gaps[-1]
        tape = self.own.state.tape
        known = zip(tape.times_ns.tolist(), tape.prices.tolist(), strict=True)
        trades = sorted([*known, *((trade.time_ns or 0, trade.price) for trade in self.hidden)])
        bars = []
        for start_ns, group in groupby(trades, lambda trade: MINUTE.start_of(trade[0])):
            prices = [price for _, price in group]
            values = prices[0], max(prices), min(prices), prices[-1], float(len(prices))  # all sizes are 1
            bars.append(Bar("A", "1m", start_ns, *values, is_closed=True))
        provided.add(MINUTE, bars, (MINUTE.start_of(gap.start_ns), self.own.now_ns))
        self.own.evaluator.tick(self.own.now_ns)


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


def test_every_crossing_of_the_gap_is_found_in_order() -> None:
    own = Evaluated(alert())
    outage = Outage(own, [99.5, 100.5, 99.5, 102.0])
    own.trades(99.0)
    assert own.firings == []
    outage.backfill()
    outcomes = [Outcome.CROSSED_IN_GAP] * 3 + [Outcome.FIRED]  # the last one is that of the first trade after the gap
    assert [firing.outcome for firing in own.firings] == outcomes
    assert [firing.observation.price for firing in own.firings] == [100.5, 99.5, 102.0, 99.0]
    assert all(firing.is_backfilled for firing in own.firings)


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


def test_the_first_trade_after_a_gap_confirms_none_from_before() -> None:
    own = Evaluated(alert(is_confirmed=True))
    own.trades(101.0)
    Outage(own, [])
    own.trades(102.0)
    assert own.firings == []
    own.trades(103.0)
    assert [firing.observation.price for firing in own.firings] == [102.0]


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


def fired(own: Evaluated) -> list[tuple[float, int]]:
    return [(round(firing.observation.price or 0.0, 6), firing.observation.time_ns) for firing in own.book.history]


@given(PRICES, PRICES, st.floats(98.0, 102.0), PRICES, CONDITIONS, st.booleans())
def test_a_late_backfill_reports_no_crossing_twice(
    before: list[float], hidden: list[float], first: float, after: list[float], condition: str, is_confirmed: bool
) -> None:
    own = Evaluated(alert(condition, is_confirmed=is_confirmed))
    own.trades(*before)
    outage = Outage(own, hidden)
    own.trades(first, *after)
    outage.backfill()
    assert len(set(fired(own))) == len(own.book.history)


def test_a_crossing_outside_the_active_hours_does_not_fire() -> None:
    own = Evaluated(alert(expires_ns=1))
    outage = Outage(own, [100.5, 99.5])
    own.trades(99.0)
    outage.backfill()
    assert own.firings == []


def test_many_crossings_of_a_gap_pause_the_alert_like_many_others() -> None:
    own = Evaluated(alert())
    outage = Outage(own, [98.0, 102.0] * 60, seconds=400)
    own.trades(98.0)
    outage.backfill()
    assert len(own.firings) == MAX_FIRINGS + 1
    assert own.firings[-1].outcome is Outcome.PAUSED


def test_after_an_alert_is_armed_again_gaps_of_before_do_not_fire() -> None:
    own = Evaluated(alert())
    outage = Outage(own, [100.5, 99.5])
    own.book.pause(["a"])
    own.arm()
    own.book.resume(["a"])
    own.arm()
    own.trades(99.0)
    outage.backfill()
    assert own.firings == []


def test_the_crossing_of_a_trend_line_in_a_gap_is_found() -> None:
    own = Evaluated()
    line = LineLevel(Direction.CROSSES_ABOVE, own.now_ns, 100.0, own.now_ns + 300 * SECOND_NS, 103.0)
    own.book.add([alert(line.text)])
    own.arm()
    outage = Outage(own, [100.5, 101.0, 102.5, 101.0])  # the line is at 100.6, 101.2, 101.8 and 102.4
    own.trades(99.0)
    outage.backfill()
    assert [firing.observation.price for firing in own.firings] == [102.5]


@pytest.mark.parametrize(
    "condition",
    [
        "bid > 1",
        "last crosses 100 and spread < 1",
        "last > 100 and age < 5",
        "state = 'live' and last > 100",
        "trades > 2",
    ],
)
def test_a_condition_on_values_that_trades_do_not_determine_stays_unobserved(condition: str) -> None:
    own = Evaluated(alert(condition))
    outage = Outage(own, [100.5, 99.5])
    own.trades(99.0)
    outage.backfill()
    gap = own.state.coverage.gaps[-1]
    assert own.firings == []
    assert own.evaluator.unobserved_time("a") == UnobservedTime(gap.start_ns, gap.end_ns or 0)


@pytest.mark.parametrize(
    ("condition", "hidden", "seconds"),
    [
        ("sma(2,1m) > 100", [102.0] * 6, 300),
        ("sma(2,1m) > 100 on close", [102.0] * 6, 300),
        ("volume(1m) > 1.4x average(2)", [99.0] * 200, 20),
    ],
)
def test_a_condition_on_bars_that_became_true_in_the_gap_fires_once(
    condition: str, hidden: list[float], seconds: int
) -> None:
    own = Evaluated(alert(condition))
    own.trades(*[99.0] * 165)
    outage = Outage(own, hidden, seconds=seconds)
    own.trades(hidden[-1])
    outage.backfill()
    assert [firing.is_backfilled for firing in own.firings] == [True]
    own.trades(*hidden[-1:] * 20)
    assert len(own.firings) == 1


@pytest.mark.parametrize(
    ("condition", "hidden", "then", "fired"),
    [
        ("moves down 2% in 5m", [100.0, 101.5, 100.0], [99.4], [99.4]),  # from a price in the gap
        ("new low of day", [90.0], [95.0, 89.0], [90.0, 89.0]),
    ],
)
def test_prices_of_the_gap_count_for_those_after_it(
    condition: str, hidden: list[float], then: list[float], fired: list[float]
) -> None:
    own = Evaluated(alert(condition))
    own.trades(*[100.0] * 90)
    outage = Outage(own, hidden, seconds=30)
    own.trades(100.0)
    outage.backfill()
    own.trades(*then)
    assert [firing.observation.price for firing in own.firings] == fired


def test_a_gap_is_unobserved_until_it_is_backfilled() -> None:
    own = Evaluated(alert())
    assert own.evaluator.unobserved_time("a") is None
    outage = Outage(own, [99.5])
    own.trades(99.0)
    assert own.evaluator.unobserved_time("a") is not None
    outage.backfill()
    assert own.evaluator.unobserved_time("a") is None


def test_gaps_without_a_price_between_them_are_one() -> None:
    own = Evaluated(alert("bid > 1"))
    begin_ns = own.now_ns
    Outage(own, [], seconds=60)
    own.now_ns += SECOND_NS
    Outage(own, [], seconds=60)
    own.trades(99.0)
    time = UnobservedTime(begin_ns, begin_ns + 121 * SECOND_NS)
    assert own.evaluator.unobserved_time("a") == time
    assert own.evaluator.unobserved_times("a") == [(own.state, time)]


TRADED = st.sampled_from(
    [
        "moves 1% in 2m",
        "moves up 0.5 in 1m",
        "new high of day",
        "new low of day",
        "last + last size > 101",
        "last * 2 < 200 or last > 101",
        "volume(1m) > 1.4x average(2)",
        "last crosses 100 and volume > 3",
        "sma(2,1m) > 100",
        "sma(2,1m) > 100 on close",
    ]
)


@given(
    PRICES,
    PRICES,
    st.floats(98.0, 102.0),
    PRICES,
    CONDITIONS | TRADED,
    REPEATS,
    st.booleans(),
    st.sampled_from([0.0, 40.0]),
)
def test_with_all_trades_known_an_alert_has_fired_as_without_the_gap(
    before: list[float],
    hidden: list[float],
    first: float,
    after: list[float],
    condition: str,
    repeat: Repeat,
    is_confirmed: bool,
    cooldown_s: float,
) -> None:
    made = alert(condition, repeat=repeat, is_confirmed=is_confirmed, cooldown_s=cooldown_s)
    own, reference = Evaluated(made), Evaluated(made)
    for one in (own, reference):
        one.now_ns += 150 * SECOND_NS
        one.trades(*before, 99.0)
    outage = Outage(own, hidden)
    own.trades(first)
    outage.backfill()
    for trade in outage.hidden:
        reference.now_ns = trade.time_ns or 0
        reference.apply(trade)
    reference.now_ns = own.now_ns - SECOND_NS
    reference.trades(first, *after)
    own.trades(*after)
    assert fired(own) == fired(reference)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), st.sampled_from([98.0, 99.5, 100.0, 100.5, 102.0]), st.just([])),
        st.tuples(st.just("gap"), st.sampled_from([98.0, 99.5, 100.5, 102.0]), PRICES),
        st.tuples(st.sampled_from(["resend", "cancel", "correct"]), st.sampled_from([98.0, 102.0]), st.just([])),
        st.tuples(st.just("restart"), st.just(0.0), st.just([])),
    ),
    max_size=12,
)


class Twice:
    """The same events with gaps that are backfilled, and without any."""

    def __init__(self, made: Alert) -> None:
        self.own, self.whole = Evaluated(made), Evaluated(made)
        self.sent: list[Trade] = []

    def run(self, kind: str, price: float, hidden: list[float]) -> None:
        match kind:
            case "trade":
                self.send(price)
            case "gap":
                outage = Outage(self.own, hidden)
                for trade in outage.hidden:
                    self.whole.now_ns = trade.time_ns or 0
                    self.whole.apply(trade)
                self.whole.now_ns = self.own.now_ns
                self.send(price)
                outage.backfill()
            case "restart":
                for one in (self.own, self.whole):
                    one.evaluator.arm({}, one.now_ns)
                    one.arm()
            case _ if self.sent:
                self.change(kind, price)

    def send(self, price: float) -> None:
        time_ns = self.own.now_ns + SECOND_NS
        self.sent.append(Trade("A", price, 1.0, time_ns, len(self.sent) + 1))
        for one in (self.own, self.whole):
            one.now_ns = time_ns
            one.apply(self.sent[-1])

    def change(self, kind: str, price: float) -> None:
        """Send the newest trade again, cancel it or correct it."""
        trade = self.sent[-1]
        corrected = (None, None, None) if kind == "cancel" else (price, 1.0, trade.time_ns)
        for one in (self.own, self.whole):
            one.apply(trade if kind == "resend" else Correction("A", trade.trade_id or 0, *corrected))


@given(STEPS, CONDITIONS | TRADED, REPEATS, st.booleans())
def test_whatever_happens_around_gaps_every_crossing_fires_once(
    steps: list[tuple[str, float, list[float]]], condition: str, repeat: Repeat, is_confirmed: bool
) -> None:
    run = Twice(alert(condition, repeat=repeat, is_confirmed=is_confirmed))
    for step in steps:
        run.run(*step)
    assert fired(run.own) == fired(run.whole)


def test_a_silence_in_the_gap_is_found_if_the_symbol_has_no_quotes() -> None:
    for has_quotes in (False, True):
        own = Evaluated(alert("silent 60s"))
        if has_quotes:
            own.apply(Quote("A", bid=98.0, ask=100.0))
        outage = Outage(own, [99.0, 99.5], seconds=120)
        own.trades(99.0)
        outage.backfill()
        assert own.firings == []
        assert (own.evaluator.unobserved_time("a") is not None) is has_quotes
        own.trades(99.0)
        outage = Outage(own, [99.0, 99.5], seconds=240)
        own.trades(99.0)
        outage.backfill()
        assert len(own.firings) == (0 if has_quotes else 3)


def test_the_last_twenty_gaps_of_a_symbol_can_be_reviewed() -> None:
    own = Evaluated(alert())
    for _ in range(23):
        Outage(own, [])
        own.trades(99.0)
    ends = [time.end_ns for _, time in own.evaluator.unobserved_times("a")]
    assert ends == [gap.end_ns for gap in own.state.coverage.gaps[-20:]]


def test_gaps_of_a_symbol_that_is_no_longer_watched_are_forgotten() -> None:
    own = Evaluated(alert())
    outage = Outage(own, [])
    own.trades(99.0)
    outage.backfill("The provider has no list.")
    own.evaluator.forget_removed(lambda state: True)
    assert len(own.evaluator.unobserved_times("a")) == 1
    own.evaluator.forget_removed(lambda state: False)
    assert own.evaluator.unobserved_times("a") == []


@pytest.mark.parametrize("changes", [{"is_confirmed": True}, {"hold_s": 2.0}])
def test_of_many_trades_after_a_gap_those_that_confirm_the_first_one_are_reviewed(
    changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gap_review, "_MAX_ROWS_AFTER", 3)
    own = Evaluated(alert(**changes))
    outage = Outage(own, [99.5])
    own.trades(101.0, 102.0, 102.0, 102.0, 102.0, 99.0)
    outage.backfill()
    (firing,) = own.book.history
    assert (firing.outcome, firing.observation.price, firing.is_backfilled) == (Outcome.FIRED, 101.0, True)
