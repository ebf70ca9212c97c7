from __future__ import annotations

import pytest

from tests.doubles import NOON_NS, UNEXPECTED, StillClock
from tests.engine.test_engine import feed
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Correction, Fact, MarketFact, Quote, Reply, Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed


class Monitor:
    """A monitor that notes what it receives."""

    def __init__(self, low: float = 90.0, high: float = 110.0, *, needs_all: bool = False) -> None:
        self.low, self.high, self.needs_all = low, high, needs_all
        self.facts: list[MarketFact] = []
        self.error: BaseException | None = None

    def apply_fact(self, fact: MarketFact, received_ns: int) -> None:
        self.facts.append(fact)
        if self.error is not None:
            raise self.error


class Delivered:
    """A feed with symbols A and B, whose facts are delivered by its session."""

    def __init__(self, monitor: Monitor | None = None) -> None:
        self.engine = Engine([feed("desk", "A", "B")], clock=StillClock())
        self.feed = self.engine.feeds["desk"]
        self.feed.market.on_connected(NOON_NS)
        self.reported: list[Fact] = []
        self.count = 0
        if monitor is not None:
            self.set_monitor(monitor)

    def set_monitor(self, monitor: Monitor) -> None:
        state = self.feed.find("A")
        assert state is not None
        state.ignored_low, state.ignored_high = monitor.low, monitor.high
        self.engine.taps.set_monitors({self.feed: {"A": monitor}})

    def report(self, feed: EngineFeed, fact: Fact, received_ns: int) -> None:
        self.reported.append(fact)

    def send(self, *facts: Fact) -> None:
        for fact in facts:
            self.feed.session.callbacks.on_fact(fact, NOON_NS + self.count * SECOND_NS)

    def trade(self, price: float, symbol: str = "A", number: int | None = None) -> Trade:
        self.count += 1
        made = Trade(symbol, price, 1.0, NOON_NS + self.count * SECOND_NS, number)
        self.send(made)
        return made


def test_without_taps_facts_go_straight_to_the_market() -> None:
    own = Delivered()
    assert own.feed.session.callbacks.on_fact == own.feed.market.apply
    own.set_monitor(Monitor())
    assert own.feed.session.callbacks.on_fact == own.feed.market.apply


def test_a_monitor_that_was_removed_or_whose_symbol_is_no_longer_watched_receives_nothing() -> None:
    monitor = Monitor()
    own = Delivered(monitor)
    state = own.feed.find("A")
    own.engine.taps.set_monitors(None)
    own.trade(120.0)
    assert monitor.facts == []
    own.set_monitor(monitor)
    own.feed.unwatch(["A"])
    assert state is not None
    assert state.monitor is None


@pytest.mark.parametrize("has_tap", [False, True])
def test_a_monitor_receives_the_trades_outside_its_range(has_tap: bool) -> None:
    monitor = Monitor()
    own = Delivered(monitor)
    if has_tap:
        own.engine.taps.facts.add(own.report)
    sent = [own.trade(price) for price in (100.0, 110.0, 105.0, 111.0, 89.0)]
    other = own.trade(200.0, "B")
    assert monitor.facts == [sent[1], sent[3], sent[4]]
    assert own.reported == ([*sent, other] if has_tap else [])
    assert [state.last for state in own.engine.market.states] == [89.0, 200.0]


@pytest.mark.parametrize("needs_all", [False, True])
def test_quotes_are_delivered_only_on_request_and_replies_never(needs_all: bool) -> None:
    monitor = Monitor(needs_all=needs_all)
    own = Delivered(monitor)
    quote, correction = Quote("A", bid=1.0), Correction("A", 1)
    own.send(quote, Reply(("A",), ok=True), correction)
    assert monitor.facts == ([quote, correction] if needs_all else [correction])


def test_a_trade_that_is_sent_again_or_held_is_not_delivered() -> None:
    monitor = Monitor()
    own = Delivered(monitor)
    first = own.trade(120.0, number=1)
    own.send(first)
    assert monitor.facts == [first]
    with pytest.raises(FrameError):
        own.trade(1200.0)
    assert monitor.facts == [first]


def test_a_held_trade_is_delivered_before_the_one_that_confirms_it() -> None:
    monitor = Monitor()
    own = Delivered(monitor)
    for _ in range(3):
        own.trade(100.0)
    with pytest.raises(FrameError):
        own.trade(1000.0)
    own.trade(1001.0)
    assert [fact.price for fact in monitor.facts if isinstance(fact, Trade)] == [1000.0, 1001.0]


def test_a_trade_within_the_range_is_delivered_if_its_correction_arrived_before() -> None:
    monitor = Monitor()
    own = Delivered(monitor)
    own.trade(100.0, number=1)
    own.send(Correction("A", 2, 120.0, 1.0))
    monitor.facts.clear()
    own.trade(101.0, number=2)
    assert own.engine.market.states[0].last == 120.0
    assert [type(fact) for fact in monitor.facts] == [Correction]


@pytest.mark.parametrize("make_error", UNEXPECTED)
def test_a_bug_in_a_monitor_is_counted_and_affects_nothing_else(make_error: type[BaseException]) -> None:
    monitor = Monitor()
    own = Delivered(monitor)
    monitor.error = make_error()
    own.trade(120.0)
    monitor.error = None
    own.trade(121.0)
    assert own.feed.errors.count == 1
    assert len(monitor.facts) == 2


def test_the_first_fact_of_a_feed_without_monitors_asks_for_them_once() -> None:
    monitor = Monitor()
    own = Delivered()
    requests = list[int]()

    def find() -> None:
        requests.append(1)
        own.set_monitor(monitor)

    own.engine.taps.on_unmonitored_feed = find
    own.engine.taps.set_monitors({})
    own.trade(120.0)
    own.trade(121.0)
    assert len(requests) == 1
    assert len(monitor.facts) == 2
