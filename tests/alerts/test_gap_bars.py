"""Gaps whose trades are never known, but whose minute bars are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.alerts.test_evaluator import Evaluated, alert
from tests.alerts.test_gap_review import CONDITIONS, PRICES, Outage
from tests.conftest import run_plain
from tests.history.test_backfill import OFFER, Scene, as_number, trades_of
from ticker_gui.alerts.alert import Repeat
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.condition import LineLevel, PriceLevel
from ticker_gui.alerts.condition_language import parse_condition
from ticker_gui.alerts.evaluator import AlertEvaluator, Arming
from ticker_gui.alerts.firing import Outcome, UnobservedTime
from ticker_gui.alerts.firing_text import describe_firing, firing_line
from ticker_gui.alerts.levels import Direction, LevelRule
from ticker_gui.domain.events import Bar, Refusal, Trade
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError


def parse_level(condition: str) -> PriceLevel:
    level = parse_condition(condition)
    assert isinstance(level, PriceLevel)
    return level


def test_a_bar_proves_a_crossing_between_its_start_and_its_end() -> None:
    own = Evaluated(alert())
    own.now_ns = MINUTE.end_of(MINUTE.start_of(own.now_ns))
    outage = Outage(own, [99.5, 99.5, 100.5, 99.5, 99.5], seconds=360)
    own.trades(99.0)
    assert own.firings == []
    outage.backfill_bars()
    up, down = own.firings
    begin_ns = outage.after_ns + 3 * MINUTE_NS
    for firing in (up, down):
        assert (firing.outcome, firing.is_backfilled) == (Outcome.CROSSED_IN_GAP, True)
    assert up.gap == UnobservedTime(begin_ns, begin_ns + MINUTE_NS)
    assert down.gap == UnobservedTime(begin_ns + MINUTE_NS, begin_ns + 2 * MINUTE_NS)
    assert "The bar of that time shows a price of 100.5." in describe_firing(up)
    assert "time" not in firing_line(up)


def test_a_bar_proves_that_a_trend_line_was_crossed() -> None:
    own = Evaluated()
    own.now_ns = MINUTE.end_of(MINUTE.start_of(own.now_ns))
    line = LineLevel(Direction.CROSSES_ABOVE, own.now_ns, 100.0, own.now_ns + 10 * MINUTE_NS, 110.0)
    own.book.add([alert(line.text)])
    own.arm()
    outage = Outage(own, [99.5, 101.5, 104.5, 99.5, 99.5], seconds=360)  # the line rises by 1 in a minute
    own.trades(99.0)
    outage.backfill_bars()
    assert [firing.observation.price for firing in own.firings] == [104.5]


def test_the_firing_at_the_first_price_after_a_gap_gets_the_time_of_the_bar() -> None:
    own = Evaluated(alert("last > 100"))
    own.now_ns = MINUTE.end_of(MINUTE.start_of(own.now_ns))
    outage = Outage(own, [99.5, 102.0, 101.0], seconds=240)
    own.trades(103.0)
    outage.backfill_bars()
    (firing,) = own.book.history
    begin_ns = outage.after_ns + 2 * MINUTE_NS
    assert firing.gap == UnobservedTime(begin_ns, begin_ns + MINUTE_NS)
    assert len(own.firings) == 1  # actions run once


def test_the_high_of_a_bar_that_was_received_proves_nothing() -> None:
    own = Evaluated(alert("last > 100"))
    start_ns = MINUTE.end_of(MINUTE.start_of(own.now_ns))
    own.now_ns = start_ns
    own.trades(101.0, 99.0)  # of the minute in which the connection is lost
    fired_live = len(own.firings)
    outage = Outage(own, [99.5], seconds=20)
    own.trades(99.0)
    outage.backfill_bars()
    assert len(own.firings) == fired_live


@given(PRICES, st.floats(98.0, 102.0), PRICES, CONDITIONS, st.booleans(), st.integers(0, 59), st.integers(10, 400))
@example([100.5, 98.0, 100.0, 98.0], 99.0, [], "last crosses 100", False, 0, 74)
@example([100.5, 98.0, 100.0, 100.0, 100.0, 98.0], 99.0, [], "last crosses 100", False, 0, 200)
@example([100.05, 100.0, 100.05], 98.0, [98.0, 100.05], "last crosses 100", False, 33, 32)
def test_each_crossing_that_bars_prove_has_happened_within_their_time(
    hidden: list[float],
    first: float,
    before: list[float],
    condition: str,
    is_confirmed: bool,
    second: int,
    seconds: int,
) -> None:
    own = Evaluated(alert(condition, is_confirmed=is_confirmed))
    own.now_ns = MINUTE.end_of(MINUTE.start_of(own.now_ns)) + second * SECOND_NS
    own.trades(*before, 99.0)
    live = len(own.firings)
    outage = Outage(own, hidden, seconds=seconds)
    own.trades(first)
    outage.backfill_bars()
    level = LevelRule(parse_level(condition).direction, 100.0)
    trades = [(outage.after_ns, 99.0), *((trade.time_ns or 0, trade.price) for trade in outage.hidden)]
    sides = [(time_ns, level.side_of(price)) for time_ns, price in trades if level.side_of(price)]
    crossings = [time_ns for (_, one), (time_ns, other) in pairwise(sides) if one != other and other in level.fires_on]
    found = [firing for firing in own.book.history[live:] if firing.observation.is_of_bar]
    for firing in found:
        assert firing.gap is not None
        crossings = [time_ns for time_ns in crossings if time_ns >= firing.gap.start_ns]
        assert crossings, "there is no crossing that was not reported"
        assert crossings.pop(0) <= firing.gap.end_ns
    assert [firing.gap.start_ns for firing in found if firing.gap] == sorted(
        firing.gap.start_ns for firing in found if firing.gap
    )


BARRED = [
    "new high of day",
    "new low of day",
    "moves 1% in 3m",
    "moves down 1 in 2m",
    "last * 2 > 200",
    "last crosses 100 and last > 50",
    "sma(2,1m) > 100",
    "sma(2,1m) > 100 on close",
    "volume(1m) > 1.4x average(2)",
]


@given(PRICES, PRICES, st.sampled_from(BARRED), st.integers(0, 59), st.integers(10, 400))
@example([], [98.0] * 6, "volume(1m) > 1.4x average(2)", 32, 310)
@example([], [98.0], "volume(1m) > 1.4x average(2)", 0, 28)
@example([98.0] * 3, [98.0], "volume(1m) > 1.4x average(2)", 26, 60)  # the last trade is the first one of a bar
def test_what_bars_prove_of_a_condition_has_happened_by_their_end(
    before: list[float], hidden: list[float], condition: str, second: int, seconds: int
) -> None:
    made = alert(condition, repeat=Repeat.ONCE)
    own, reference = Evaluated(made), Evaluated(made)
    for one in (own, reference):
        one.now_ns = MINUTE.end_of(MINUTE.start_of(one.now_ns)) + (150 + second) * SECOND_NS
        one.trades(*before, 99.0)
    outage = Outage(own, hidden, seconds=seconds)
    own.trades(99.0)
    live = len(own.firings)
    outage.backfill_bars()
    for trade in outage.hidden:
        reference.now_ns = trade.time_ns or 0
        reference.apply(trade)
    reference.now_ns = own.now_ns - SECOND_NS
    reference.trades(99.0)
    for firing in own.firings[live:]:
        assert reference.firings, "nothing has happened"
        assert reference.firings[0].observation.time_ns <= firing.observation.time_ns


@pytest.mark.parametrize(
    ("condition", "hidden"),
    [
        ("new high of day", [99.0, 99.0, 100.0, 99.0, 99.0]),
        ("new low of day", [99.0, 99.0, 97.0, 99.0, 99.0]),
        ("moves 1% in 3m", [99.0, 99.0, 102.0, 99.0, 99.0]),
        ("last * 2 > 200", [99.0, 99.0, 102.0, 99.0, 99.0]),
        ("sma(2,1m) > 100", [99.0, 99.0, 102.0, 102.0, 99.0]),
        ("sma(2,1m) > 100 on close", [99.0, 99.0, 102.0, 102.0, 99.0]),
    ],
)
def test_bars_prove_other_conditions_than_levels(condition: str, hidden: list[float]) -> None:
    own = Evaluated(alert(condition, repeat=Repeat.ONCE))
    own.now_ns = MINUTE.end_of(MINUTE.start_of(own.now_ns)) + 125 * SECOND_NS
    own.trades(99.0)
    outage = Outage(own, hidden, seconds=360)
    own.trades(99.0)
    assert own.firings == []
    outage.backfill_bars()
    (firing,) = own.firings
    assert (firing.outcome, firing.is_backfilled) == (Outcome.CROSSED_IN_GAP, True)


def test_bars_of_a_minute_do_not_decide_a_move_within_one() -> None:
    own = Evaluated(alert("moves 1% in 30s"))
    outage = Outage(own, [99.0, 102.0])
    own.trades(99.0)
    outage.backfill_bars()
    assert own.firings == []
    assert own.evaluator.unobserved_time("a") is not None


@pytest.mark.parametrize(("condition", "has_fired"), [("moves 2% in 3m", False), ("moves 2% in 4m", True)])
def test_the_prices_of_bars_may_be_a_minute_older_than_their_ends(condition: str, has_fired: bool) -> None:
    own = Evaluated(alert(condition))
    own.trades(*[99.0] * 90)
    outage = Outage(own, [100.5, 100.0, 101.0, 100.0, 99.5, 100.5], seconds=360)  # 101 follows 99 after 154 seconds
    own.trades(99.0)
    outage.backfill_bars()
    assert [firing.observation.price for firing in own.firings] == [101.0] * has_fired


@given(PRICES, st.integers(1, 6), CONDITIONS)
@example([98.0, 100.05, 98.0, 100.05, 98.0, 98.0, 98.0, 98.0], 2, "last <= 100")
def test_bars_of_whole_minutes_prove_a_crossing_if_there_was_one(
    hidden: list[float], minutes: int, condition: str
) -> None:
    """It may be a later one than the first, because the order of the prices within a bar is not known."""
    made = alert(condition, repeat=Repeat.ONCE)
    own, reference = Evaluated(made), Evaluated(made)
    own.now_ns = reference.now_ns = MINUTE.end_of(MINUTE.start_of(own.now_ns)) + 5 * SECOND_NS
    own.trades(99.0)
    own.now_ns = MINUTE.end_of(MINUTE.start_of(own.now_ns))
    outage = Outage(own, hidden, seconds=60 * minutes)
    own.trades(99.0)
    outage.backfill_bars()
    reference.trades(99.0)
    for trade in outage.hidden:
        reference.now_ns = trade.time_ns or 0
        reference.apply(trade)
    reference.now_ns = own.now_ns - SECOND_NS
    reference.trades(99.0)
    moves = (
        [(99.0, outage.hidden[0]), *((one.price, other) for one, other in pairwise(outage.hidden))] if hidden else []
    )
    reached_ns = [trade.time_ns or 0 for price, trade in moves if (price - 100.0) * (trade.price - 100.0) <= 0.0]
    assert len(own.book.history) == len(reference.book.history)
    for firing, real in zip(own.book.history, reference.book.history, strict=True):
        if firing.observation.is_of_bar:
            assert firing.gap is not None
            assert real.observation.time_ns <= firing.gap.end_ns
            assert any(firing.gap.start_ns <= time_ns <= firing.gap.end_ns for time_ns in reached_ns)


@pytest.mark.parametrize("has_list", [True, False])
def test_what_a_provider_has_of_a_gap_is_requested_and_fires(has_list: bool) -> None:
    """The way from the lost connection to the firing, with the trades of the provider or its bars."""

    async def test() -> None:
        scene, trades = (
            Scene(),
            trades_of([(30_000, price, 1) for price in (99, 99, 99, 99, 102, 98, 99, 99)], as_number),
        )
        state, book = scene.state, AlertBook()
        book.add([alert("last > 100", symbol="a", feed="feed")])
        evaluator = AlertEvaluator(book)
        scene.backfill.on_finished = lambda state, result: evaluator.note_backfill(state, result, scene.clock())
        scene.receive(trades[:2])
        evaluator.arm({"a": Arming(book.records[0].alert, book.condition_of("a"), (state,))}, scene.clock())
        scene.disconnect(trades[1].time_ns or 0)
        evaluator.begin_gap("feed")
        scene.connect(trades[6].time_ns or 0)
        for trade in trades[6:]:
            scene.receive([trade])
            evaluator.monitors[state].apply_trade(trade, trade.time_ns or 0)
        scene.venue.page = trades
        scene.venue.errors = [] if has_list else [HistoryError("No list.", Refusal.OUT_OF_RANGE)]
        scene.venue.bars = bars_of(trades)  # type: ignore[method-assign, assignment]
        scene.bars.set_offer(OFFER)
        loading = asyncio.create_task(scene.bars.run())
        async with scene.running():
            while not book.history:
                evaluator.tick(scene.clock())
                await asyncio.sleep(0)
        loading.cancel()
        (firing,) = book.history
        start_ns = MINUTE.start_of(trades[4].time_ns or 0)
        assert firing.observation.price == 102.0
        assert firing.observation.is_of_bar is not has_list
        if has_list:
            assert firing.observation.time_ns == trades[4].time_ns
        else:
            assert firing.gap == UnobservedTime(start_ns, start_ns + MINUTE_NS)

    run_plain(test())


def bars_of(trades: Sequence[Trade]) -> Callable[..., Awaitable[list[Bar]]]:
    """Return what a provider answers that has the minute bars of some trades."""

    async def bars(query: BarsQuery, days: object) -> list[Bar]:
        found = []
        for start_ns, group in groupby(trades, lambda trade: MINUTE.start_of(trade.time_ns or 0)):
            prices = [trade.price for trade in group]
            if query.start_ns <= start_ns < query.end_ns:
                ends = prices[0], max(prices), min(prices), prices[-1]
                found.append(Bar("A", "1m", start_ns, *ends, float(len(prices)), is_closed=True))
        return found

    return bars
