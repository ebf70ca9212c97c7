from __future__ import annotations

import pytest

from tests.alerts.monitored import Monitored
from ticker_gui.alerts.condition_language import parse_condition
from ticker_gui.alerts.firing import Outcome, UnobservedTime
from ticker_gui.alerts.rules import make_rule
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.market.session_calendar import US_STOCKS

OF_EACH_KIND = pytest.mark.parametrize(
    "condition", ["last > 100", "last + last size > 101", "moves 3% in 5m", "vwap > 99.5"]
)


def armed(condition: str, *prices: float, is_confirmed: bool | None = None) -> Monitored:
    """Return a symbol with these trades and an alert named a."""
    own = Monitored()
    own.trades(*prices)
    own.monitor.add("a", make_rule(parse_condition(condition), is_confirmed), own.now_ns)
    return own


def quote(own: Monitored, bid: float, ask: float) -> None:
    own.now_ns += SECOND_NS
    own.apply(Quote("A", bid=bid, ask=ask))


def tick(own: Monitored, seconds: int) -> None:
    own.now_ns += seconds * SECOND_NS
    own.monitor.tick(own.now_ns)


def test_the_first_value_after_the_start_may_cross_the_level() -> None:
    own = Monitored()
    quote(own, 98.0, 99.0)
    own.monitor.add("a", make_rule(parse_condition("bid crosses 100"), False), own.now_ns)
    quote(own, 101.0, 102.0)
    assert own.prices("a") == [101.0]


def test_a_silence_that_lasts_already_is_the_baseline() -> None:
    own = armed("silent 60s", 99.0)
    tick(own, 61)
    assert len(own.crossings("a")) == 1  # not silent at the start
    own.monitor.add("b", make_rule(parse_condition("silent 60s"), None), own.now_ns)
    tick(own, 61)
    assert own.crossings("b") == []
    own.trades(99.0)
    tick(own, 61)
    assert len(own.crossings("b")) == 1


def test_an_expression_fires_when_it_becomes_true_on_any_fact() -> None:
    own = armed("spread > 1 and last > 50", 99.0)
    quote(own, 98.0, 98.5)
    quote(own, 98.0, 100.0)
    quote(own, 98.0, 101.0)
    assert own.prices("a") == [99.0]


def test_an_expression_that_is_true_already_is_the_baseline() -> None:
    own = Monitored()
    own.trades(99.0)
    own.apply(DayStats("A", open=98.0))
    own.monitor.add("a", make_rule(parse_condition("last > open")), own.now_ns)
    own.trades(99.5, 97.0, 98.5)
    assert own.prices("a") == [98.5]


def test_an_expression_whose_values_become_known_one_after_the_other_has_no_baseline_before() -> None:
    own = armed("last > open and volume < 5", 99.0)
    own.apply(DayStats("A", open=98.0))
    own.apply(DayStats("A", volume=4.0))
    own.trades(99.5)
    assert own.fired == []
    own.trades(97.0, 99.0)
    assert own.prices("a") == [99.0]


def test_values_that_stay_unknown_do_not_keep_an_expression_from_firing() -> None:
    own = armed("last > 100 or bid > 100", 99.0)
    own.trades(99.0, 101.0)
    assert own.fired == []
    own = armed("last > 100 or bid > 100", 99.0)
    own.now_ns += 15 * SECOND_NS
    own.trades(99.0, 101.0)
    assert own.prices("a") == [101.0]


def test_an_expression_may_test_for_unknown_values() -> None:
    own = armed("bid = none", 99.0)
    own.trades(99.0)
    own.apply(Quote("A", bid=98.0))
    own.apply(Quote("A", has_no_bid=True))
    assert len(own.fired) == 1


def test_an_expression_may_need_a_second_fact() -> None:
    own = armed("spread > 1", 99.0, is_confirmed=True)
    quote(own, 98.0, 98.5)
    quote(own, 98.0, 100.0)
    quote(own, 98.0, 98.5)
    assert own.fired == []


def test_the_time_does_not_confirm_an_expression() -> None:
    own = armed("last + last size > 101", 99.0, is_confirmed=True)
    own.trades(100.5)
    tick(own, 1)
    own.trades(99.0)
    assert own.fired == []


def test_an_expression_about_age_is_evaluated_with_time() -> None:
    own = armed("age > 30", 99.0)
    tick(own, 20)
    assert own.fired == []
    tick(own, 20)
    tick(own, 20)
    assert len(own.fired) == 1


def test_an_expression_that_became_true_in_a_gap_says_so() -> None:
    own = armed("last > 100 and bid > 1", 99.0)
    quote(own, 98.0, 98.5)
    own.disconnect()
    own.connect()
    own.trades(105.0)
    (crossing,) = own.crossings("a")
    assert crossing.outcome is Outcome.CROSSED_IN_GAP
    assert crossing.gap is not None


@OF_EACH_KIND
def test_several_gaps_without_data_between_them_are_one(condition: str) -> None:
    own = armed(condition, 99.0, is_confirmed=False)
    begin_ns = own.now_ns
    own.disconnect()
    own.connect(5.0)
    own.disconnect()
    own.connect(5.0)
    own.trades(105.0)
    (crossing,) = own.crossings("a")
    assert crossing.gap == UnobservedTime(begin_ns, begin_ns + 10 * SECOND_NS)


@OF_EACH_KIND
def test_a_trade_of_the_gap_that_is_sent_again_says_that_it_was_not_observed(condition: str) -> None:
    own = armed(condition, 99.0, is_confirmed=False)
    begin_ns = own.now_ns
    own.disconnect()
    own.connect(5.0)
    for number, price in enumerate((99.0, 105.0)):
        own.apply(Trade("A", price, 1.0, begin_ns + (number + 1) * SECOND_NS))
    (crossing,) = own.crossings("a")
    assert crossing.gap == UnobservedTime(begin_ns, begin_ns + 5 * SECOND_NS)


def test_a_column_crosses_a_level_in_both_directions_or_in_one() -> None:
    both, up = armed("bid crosses 100", 99.0), armed("bid crosses above 100", 99.0)
    for bid in (99.0, 101.0, 98.0):
        quote(both, bid, 200.0)
        quote(up, bid, 200.0)
    assert both.prices("a") == [101.0, 98.0]
    assert both.crossings("a")[0].observation.previous == 99.0
    assert up.prices("a") == [101.0]


def test_an_unknown_value_is_not_a_crossing() -> None:
    own = armed("bid crosses 100", 99.0)
    own.apply(Quote("A", has_no_bid=True))
    quote(own, 105.0, 106.0)
    assert own.fired == []


@pytest.mark.parametrize("condition", ["silent 60s", "silent"])
def test_silence_fires_once_until_data_arrives_again(condition: str) -> None:
    own = armed(condition, 99.0)
    tick(own, 50)
    assert own.fired == []
    tick(own, 30)
    tick(own, 600)
    assert len(own.fired) == 1
    own.trades(99.0)
    tick(own, 61)
    assert len(own.fired) == 2


def test_a_closed_market_is_not_silent_and_neither_is_one_that_has_just_opened() -> None:
    own = armed("silent 60s", 99.0)
    own.state.day.calendar = US_STOCKS  # type: ignore[misc]
    friday_evening_ns = 1_700_269_200 * SECOND_NS  # 2023-11-17 20:00 in New York
    own.now_ns = friday_evening_ns - 30 * SECOND_NS
    own.trades(99.0)
    for minutes in range(0, 56 * 60, 5):
        own.now_ns = friday_evening_ns + minutes * MINUTE_NS
        own.monitor.tick(own.now_ns)
    assert not own.state.day.calendar.why_closed(own.now_ns + 10 * MINUTE_NS)
    tick(own, 6 * 60)
    assert own.fired == []
    tick(own, 61)
    assert len(own.fired) == 1


def test_a_lost_connection_is_not_silence_of_the_symbol() -> None:
    own = armed("silent 60s", 99.0)
    own.disconnect()
    tick(own, 300)
    own.connect(1)
    tick(own, 30)
    assert own.fired == []
    tick(own, 40)
    assert len(own.fired) == 1
    assert own.crossings("a")[0].outcome is Outcome.FIRED


def test_the_state_of_the_feed_fires_at_its_change() -> None:
    own = armed("feed disconnected", 99.0)
    for status in (FeedStatus.LIVE, FeedStatus.WAITING, FeedStatus.CONNECTING, FeedStatus.WAITING, FeedStatus.LIVE):
        own.monitor.note_feed(status, own.now_ns)
    assert own.prices("a") == [None]
    own.monitor.note_feed(FeedStatus.REJECTED, own.now_ns)
    assert len(own.fired) == 2


def test_a_feed_has_to_be_disconnected_for_a_time() -> None:
    own = Monitored()
    own.trades(99.0)
    own.monitor.add("a", make_rule(parse_condition("feed disconnected"), hold_ns=10 * SECOND_NS), own.now_ns)
    own.disconnect()
    own.monitor.note_feed(FeedStatus.WAITING, own.now_ns)
    own.monitor.note_feed(FeedStatus.CONNECTING, own.now_ns + SECOND_NS)
    own.monitor.tick(own.now_ns + 9 * SECOND_NS)
    assert own.fired == []
    own.monitor.tick(own.now_ns + 10 * SECOND_NS)
    assert len(own.fired) == 1


def test_a_short_disconnection_fires_no_alert() -> None:
    own = Monitored()
    own.trades(99.0)
    own.monitor.add("a", make_rule(parse_condition("feed disconnected"), hold_ns=10 * SECOND_NS), own.now_ns)
    own.disconnect()
    own.monitor.note_feed(FeedStatus.WAITING, own.now_ns)
    own.connect(5)
    own.monitor.note_feed(FeedStatus.LIVE, own.now_ns)
    own.monitor.tick(own.now_ns + 60 * SECOND_NS)
    assert own.fired == []


def test_the_first_state_of_a_feed_is_the_baseline() -> None:
    own = Monitored()
    own.monitor.add("a", make_rule(parse_condition("feed connected")), own.now_ns)
    own.monitor.note_feed(FeedStatus.LIVE, own.now_ns)
    assert own.fired == []


def test_a_quiet_feed_is_not_a_disconnected_one() -> None:
    own = armed("feed quiet", 99.0)
    for status in (FeedStatus.LIVE, FeedStatus.WAITING, FeedStatus.QUIET):
        own.monitor.note_feed(status, own.now_ns)
    assert len(own.fired) == 1


def test_a_rule_is_armed_again_after_the_time_once_it_was_false() -> None:
    own = armed("bid > 100", 99.0)
    quote(own, 99.0, 102.0)
    quote(own, 101.0, 102.0)
    own.monitor.disarm("a", own.now_ns + MINUTE_NS)
    for bid in (99.0, 101.0):
        quote(own, bid, 102.0)
    assert len(own.fired) == 1
    own.now_ns += 2 * MINUTE_NS
    for bid in (99.0, 101.0):
        quote(own, bid, 102.0)
    assert [crossing.suppressed for crossing in own.crossings("a")] == [0, 1]
