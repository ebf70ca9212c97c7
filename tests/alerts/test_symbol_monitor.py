"""Every crossing of a level fires exactly once, and nothing else does, whatever arrives in whatever order."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts.monitored import START_NS, LastPrice, Monitored
from ticker_gui.alerts.condition_language import parse_condition
from ticker_gui.alerts.firing import Outcome
from ticker_gui.alerts.levels import Direction, LevelRule
from ticker_gui.alerts.rules import make_rule
from ticker_gui.domain.events import Correction, Quote, Trade
from ticker_gui.domain.timeframe import SECOND_NS

LEVEL = 100.0
PRICES = st.sampled_from([98.0, 99.0, 99.99, 100.0, 100.01, 101.0, 102.0])
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), PRICES, st.just(0)),
        st.tuples(st.just("late"), PRICES, st.integers(1, 5)),
        st.tuples(st.just("odd lot"), PRICES, st.just(0)),
        st.tuples(st.just("resend"), PRICES, st.integers(0, 9)),
        st.tuples(st.just("cancel"), PRICES, st.integers(0, 9)),
        st.tuples(st.just("correct"), PRICES, st.integers(0, 9)),
        st.tuples(st.just("quote"), PRICES, st.just(0)),
        st.tuples(st.just("gap"), PRICES, st.just(0)),
        st.tuples(st.just("restart"), PRICES, st.just(0)),
    ),
    max_size=40,
)


class Model:
    """One alert, as simple as possible: the sides of all observations in succession."""

    def __init__(self, direction: Direction, *, is_confirmed: bool) -> None:
        self.rule = LevelRule(direction, LEVEL)  # only for the side of a price
        self.is_confirmed = is_confirmed
        self.side = self.waiting = 0
        self.is_settling = True  # until the first trade since the connection
        self.waiting_gap = self.is_first_after_gap = self.gap = False
        self.gap_end_s = -1.0  # of the connection at the start
        self.fired: list[tuple[Outcome, int]] = []

    def observe(self, price: float, time_s: float, *, is_revision: bool = False) -> None:
        side = self.rule.side_of(price)
        self.is_settling = self.is_settling and time_s < self.gap_end_s
        if self.is_settling:
            self.side = side
            return
        if not is_revision:
            self.gap = self.is_first_after_gap or (self.gap and time_s < self.gap_end_s)
            self.is_first_after_gap = False
        if side == 0 or self.side in (0, side):
            self.side, self.waiting = self.side or side, 0
        elif not self.waiting and self.is_confirmed:
            self.waiting, self.waiting_gap = side, self.gap
        elif not (self.waiting and is_revision):
            gap = self.waiting_gap if self.waiting else self.gap
            self.side, self.waiting = side, 0
            if side in self.rule.fires_on:
                self.fired.append((Outcome.CROSSED_IN_GAP if gap else Outcome.FIRED, side))


class Run:
    """A symbol with one alert, the model of the alert and that of the last price."""

    def __init__(self, direction: Direction, *, is_confirmed: bool) -> None:
        self.own, self.last = Monitored(), LastPrice()
        self.model = Model(direction, is_confirmed=is_confirmed)
        self.own.monitor.add("a", self.new_rule(), self.own.now_ns)
        self.rows: dict[int, list[float]] = {}

    def new_rule(self) -> LevelRule:
        return LevelRule(self.model.rule.direction, LEVEL, needs_confirmation=self.model.is_confirmed)

    def apply(self, time_s: int, kind: str, price: float, number: int) -> None:
        own = self.own
        match kind:
            case "gap":
                own.disconnect()
                own.connect(0.5)
                self.model.waiting = 0  # the first trade after a gap confirms nothing
                self.model.is_first_after_gap, self.model.gap_end_s = True, (own.now_ns - START_NS) / SECOND_NS
            case "restart":  # the alert is loaded and armed when the price is known already, or is not yet
                own.monitor.remove("a")
                own.monitor.add("a", self.new_rule(), own.now_ns)
                price_now = own.monitor.live_price
                self.model.side, self.model.waiting = 0, 0
                if price_now is not None:
                    self.model.side = self.model.rule.side_of(price_now)
                    self.model.is_settling = False
            case "quote":
                own.apply(Quote("A", bid=price, ask=price + 1))
            case "odd lot":
                own.trade(price, time_s, time_s, updates=4)
            case "trade" | "late":
                is_late = kind == "late" and not self.last.is_corrected  # it may not replace a cancelled one
                trade_s = time_s - number + time_s / 1000 if is_late else time_s  # no two have the same time
                self.trade(time_s, trade_s, price)
            case _:
                known = [one for one in self.rows if self.rows[one] in self.last.trades]
                if known:
                    self.change(kind, known[number % len(known)], price)

    def trade(self, number: int, time_s: float, price: float) -> None:
        self.own.trade(price, time_s, number)
        if self.last.add(time_s, price):
            self.model.observe(price, time_s)
        self.rows[number] = self.last.trades[-1]

    def change(self, kind: str, number: int, price: float) -> None:
        """Send a trade again, cancel it or correct it."""
        row = self.rows[number]
        if kind == "resend":
            if not self.last.is_corrected:  # the market decides what it means to send a corrected trade again
                self.own.trade(row[2], row[0], number)
            return
        self.last.is_corrected = True
        if kind == "cancel":
            self.own.apply(Correction("A", number))
            self.last.trades.remove(row)
        else:
            self.own.apply(Correction("A", number, price, 1.0, START_NS + int(row[0] * SECOND_NS)))
            row[2] = price
        if self.last.last is not None:
            self.model.observe(self.last.last, max(self.last.trades)[0], is_revision=True)


@given(EVENTS, st.sampled_from(Direction), st.booleans())
def test_every_crossing_fires_exactly_once(
    events: list[tuple[str, float, int]], direction: Direction, is_confirmed: bool
) -> None:
    run = Run(direction, is_confirmed=is_confirmed)
    for time_s, event in enumerate(events):
        run.apply(time_s, *event)
        assert run.own.state.last == run.last.last
    side_of = run.model.rule.side_of
    fired = [(one.outcome, side_of(one.observation.price or 0.0)) for one in run.own.crossings("a")]
    assert fired == run.model.fired


def test_a_price_from_before_the_connection_that_a_cancellation_reveals_is_the_baseline() -> None:
    run = Run(Direction.ABOVE, is_confirmed=False)
    run.apply(0, "late", 101.0, 5)
    run.apply(1, "late", 98.0, 4)
    run.apply(2, "cancel", 0.0, 1)
    assert (run.own.state.last, run.own.crossings("a")) == (101.0, [])
    run.apply(3, "trade", 98.0, 0)
    run.apply(4, "trade", 101.0, 0)
    assert run.own.prices("a") == [101.0]


def armed(condition: Direction = Direction.CROSSES, *, is_confirmed: bool = False) -> Monitored:
    """Return a symbol at 99 with an alert named a at 100."""
    own = Monitored()
    own.trades(99.0)
    own.monitor.add("a", LevelRule(condition, LEVEL, needs_confirmation=is_confirmed), own.now_ns)
    return own


def test_a_trade_between_the_next_levels_needs_no_call() -> None:
    own = armed()
    own.monitor.add("b", LevelRule(Direction.BELOW, 90.0), own.now_ns)
    own.trades(99.5, 91.0, 95.0, 99.9)
    assert (own.state.ignored_low, own.state.ignored_high) == (90.0, 100.0)
    assert own.calls == 0
    assert (own.prices("a"), own.prices("b")) == ([], [])


def test_a_symbol_without_alerts_needs_no_call() -> None:
    own = Monitored()
    own.trades(99.0, 101.0)
    own.disconnect()
    assert own.calls == 0


def test_any_number_of_levels_is_the_next_one_above_and_the_next_one_below() -> None:
    own = Monitored()
    own.trades(100.5)
    for level in range(200):
        own.monitor.add(str(level), LevelRule(Direction.CROSSES, float(level)), own.now_ns)
    assert (own.state.ignored_low, own.state.ignored_high) == (100.0, 101.0)
    own.trades(103.5)
    assert sorted(name for name, _ in own.fired) == ["101", "102", "103"]


@pytest.mark.parametrize(
    ("condition", "is_true"),
    [(Direction.BELOW, True), (Direction.ABOVE, False), (Direction.CROSSES, False), (Direction.CROSSES_BELOW, False)],
)
def test_the_side_of_the_price_at_arming_is_the_baseline_and_does_not_fire(condition: Direction, is_true: bool) -> None:
    own = Monitored()
    own.trades(99.0)
    rule = LevelRule(condition, LEVEL)
    own.monitor.add("a", rule, own.now_ns)
    assert rule.was_true_at_arming is is_true
    own.trades(98.0, 99.5)
    assert own.prices("a") == []


def test_without_a_price_the_first_one_is_the_baseline() -> None:
    own = Monitored()
    own.monitor.add("a", LevelRule(Direction.ABOVE, LEVEL), own.now_ns)
    own.trades(105.0, 99.0, 101.0)
    assert own.prices("a") == [101.0]


def test_a_price_of_an_earlier_connection_is_not_a_baseline() -> None:
    own = Monitored()
    own.trades(99.0)
    own.disconnect()
    own.monitor.add("a", LevelRule(Direction.ABOVE, LEVEL), own.now_ns)
    own.connect()
    own.trades(105.0)
    assert own.fired == []


def test_a_crossing_is_reported_with_the_trade_and_the_price_before() -> None:
    own = armed()
    own.trades(99.5, 100.5)
    (crossing,) = own.crossings("a")
    observation = crossing.observation
    assert (observation.price, observation.previous, observation.size) == (100.5, 99.5, 1.0)
    assert observation.time_ns == observation.received_ns == own.now_ns


def test_a_single_trade_beyond_the_level_is_not_confirmed() -> None:
    own = armed(is_confirmed=True)
    own.trades(150.0, 99.0, 150.0, 99.0)
    assert own.fired == []
    own.trades(100.5, 101.0)
    (crossing,) = own.crossings("a")
    assert crossing.observation.price == 100.5
    assert crossing.confirmed_ns == own.now_ns


def test_a_held_outlier_never_fires() -> None:
    own = armed()
    own.trades(99.0, 99.5, 99.0, 990.0, 99.0)
    assert own.fired == []


@pytest.mark.parametrize("updates", [0, 2, 4, 6])
def test_a_trade_that_does_not_update_the_last_price_neither_fires_nor_confirms(updates: int) -> None:
    own = armed()
    own.trade(101.0, 60, updates=updates)
    assert own.fired == []
    own = armed(is_confirmed=True)
    own.trade(101.0, 60)
    own.trade(101.0, 61, updates=updates)
    assert own.fired == []


def test_the_first_price_after_a_gap_is_reported_with_the_gap_and_not_as_a_crossing() -> None:
    own = armed()
    own.disconnect()
    lost_ns = own.now_ns
    own.connect(300.0)
    found_ns = own.now_ns
    own.trades(105.0, 99.0)
    crossings = own.crossings("a")
    assert [crossing.outcome for crossing in crossings] == [Outcome.CROSSED_IN_GAP, Outcome.FIRED]
    assert crossings[0].gap is not None
    assert (crossings[0].gap.start_ns, crossings[0].gap.end_ns) == (lost_ns, found_ns)
    assert crossings[1].gap is None


def test_a_price_on_the_same_side_after_a_gap_is_nothing() -> None:
    own = armed()
    own.disconnect()
    own.connect()
    own.trades(98.0, 98.5)
    assert own.fired == []
    assert own.state.ignored_high == LEVEL


def test_a_crossing_over_missed_trades_is_reported_with_their_number() -> None:
    own = Monitored()
    own.state.ids.is_sequential = True
    own.trade(99.0, 1, 1)
    own.monitor.add("a", LevelRule(Direction.CROSSES, LEVEL), own.now_ns)
    own.trade(101.0, 5, 6)
    (crossing,) = own.crossings("a")
    assert crossing.outcome is Outcome.CROSSED_IN_GAP
    assert crossing.gap is not None
    assert crossing.gap.missed == 4


def test_a_last_price_in_statistics_is_observed_and_the_same_one_again_confirms_nothing() -> None:
    own = Monitored()
    own.stated(99.0, 1000.0)
    own.monitor.add("a", LevelRule(Direction.ABOVE, LEVEL, needs_confirmation=True), own.now_ns)
    own.stated(101.0, 1001.0)
    own.stated(101.0, 1001.0)
    assert own.fired == []
    own.stated(101.0, 1002.0)
    assert own.prices("a") == [101.0]


def test_a_removed_alert_is_not_evaluated() -> None:
    own = armed()
    own.monitor.remove("a")
    own.trades(101.0)
    assert own.fired == []
    assert (own.state.ignored_low, own.state.ignored_high) == (-inf, inf)
    assert not own.monitor.alert_ids


def test_a_price_has_to_stay_beyond_the_level_for_a_time() -> None:
    own = Monitored()
    own.trades(99.0)
    rule = LevelRule(Direction.ABOVE, LEVEL)
    rule.hold_ns = 10 * SECOND_NS
    own.monitor.add("a", rule, own.now_ns)
    own.trades(101.0, 102.0, 99.0, 101.0, 101.5)
    own.monitor.tick(own.now_ns + 8 * SECOND_NS)
    assert own.fired == []
    own.monitor.tick(own.now_ns + 9 * SECOND_NS)
    own.monitor.tick(own.now_ns + 10 * SECOND_NS)
    (crossing,) = own.crossings("a")
    assert crossing.observation.price == 101.0
    assert own.state.ignored_low == LEVEL


def test_a_trade_ends_the_time_that_a_price_has_to_stay() -> None:
    own = Monitored()
    own.trades(99.0)
    rule = LevelRule(Direction.ABOVE, LEVEL)
    rule.hold_ns = 3 * SECOND_NS
    own.monitor.add("a", rule, own.now_ns)
    own.trades(101.0, 102.0, 103.0, 104.0)
    assert own.prices("a") == [101.0]
    assert own.crossings("a")[0].confirmed_ns == own.now_ns


@pytest.mark.parametrize("condition", ["last crosses 100", "moves 2% in 10m", "new high", "last > 100 and trades > 0"])
def test_trades_from_before_the_first_connection_are_the_baseline(condition: str) -> None:
    own = Monitored()
    own.monitor.add("a", make_rule(parse_condition(condition), is_confirmed=False), own.now_ns)
    for number, price in enumerate((99.0, 105.0, 97.0)):
        own.apply(Trade("A", price, 1.0, START_NS - (60 - number) * SECOND_NS))
    assert own.fired == []
    own.trades(97.0, 106.0)
    assert own.prices("a") == [106.0]


def test_trades_of_a_delayed_feed_are_not_taken_for_those_from_before_the_connection() -> None:
    own = Monitored()
    own.monitor.add("a", LevelRule(Direction.CROSSES, LEVEL), own.now_ns)
    own.now_ns += 20 * SECOND_NS
    for number, price in enumerate((99.0, 105.0)):
        own.apply(Trade("A", price, 1.0, START_NS - (900 - number) * SECOND_NS))
    assert own.prices("a") == [105.0]


def test_a_gap_that_was_too_short_to_be_kept_is_still_no_crossing() -> None:
    own = armed()
    own.disconnect()
    own.connect(0.0)
    assert own.state.coverage.gaps == ()
    own.trades(101.0)
    assert own.crossings("a")[0].outcome is Outcome.CROSSED_IN_GAP


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_a_late_trade_neither_fires_nor_confirms(is_confirmed: bool) -> None:
    own = Monitored()
    own.trade(99.0, 20)
    own.monitor.add("a", LevelRule(Direction.CROSSES, LEVEL, needs_confirmation=is_confirmed), own.now_ns)
    if is_confirmed:
        own.trade(101.0, 30)
    own.trade(101.0, 15)
    own.trade(102.0, 16)
    assert own.fired == []
    assert own.state.trades == 3 + is_confirmed


def test_a_trade_whose_correction_arrived_before_it_does_not_fire_with_its_first_price() -> None:
    own = Monitored()
    own.trade(99.0, 10, 1)
    own.monitor.add("a", LevelRule(Direction.CROSSES, LEVEL), own.now_ns)
    own.apply(Correction("A", 2, 99.5, 1.0))
    own.trade(105.0, 20, 2)
    assert own.state.last == 99.5
    assert own.fired == []
