from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.tape import EVERYTHING
from ticker_gui.domain.events import DayStats
from ticker_gui.domain.timeframe import DAY_NS, MINUTE_NS, SECOND_NS
from ticker_gui.market.day import Day
from ticker_gui.market.session_calendar import US_STOCKS, calendar_of


def moment_ns(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * SECOND_NS  # type: ignore[misc, arg-type]


def watched(price: float, size: float, day: Day) -> None:
    day.highest, day.lowest = max(day.highest, price), min(day.lowest, price)
    day.observed_volume += size
    day.turnover += price * size


def test_without_facts_all_values_are_unknown() -> None:
    day = Day()
    assert (day.high, day.low, day.volume, day.vwap, day.reference, day.open) == (None,) * 6


def test_observed_statistics_restart_with_the_day() -> None:
    day = Day()
    day.roll_to(moment_ns(2026, 1, 2, 12))
    assert day.ends_ns == moment_ns(2026, 1, 3)
    watched(10.0, 1.0, day)
    watched(20.0, 3.0, day)
    assert (day.high, day.low, day.volume, day.vwap) == (20.0, 10.0, 4.0, 17.5)
    day.roll_to(moment_ns(2026, 1, 3, 1))
    assert (day.high, day.low, day.volume, day.vwap) == (None,) * 4
    assert day.since_ns == moment_ns(2026, 1, 3, 1)


def test_statistics_are_observed_since_the_first_trade_of_the_day_that_counts_however_late_it_arrives() -> None:
    day = Day()
    day.roll_to(moment_ns(2026, 1, 2, 12))
    for hour, updates in ((10, 0), (11, EVERYTHING), (13, EVERYTHING)):
        day.add(moment_ns(2026, 1, 2, hour), 10.0, 1.0, updates)
    day.add(moment_ns(2026, 1, 1, 23), 10.0, 1.0, EVERYTHING)
    assert (day.since_ns, day.volume) == (moment_ns(2026, 1, 2, 11), 2.0)


NOON_NS = moment_ns(2026, 1, 2, 17)
NEXT_NOON_NS = NOON_NS + DAY_NS


def test_statistics_of_the_last_24_hours_stay_until_the_provider_sends_others() -> None:
    day = Day()
    day.apply(DayStats("A", open=9.0, high=12.0, low=8.0, previous_close=9.5, volume=100.0), NOON_NS)
    day.roll_to(NEXT_NOON_NS)
    watched(11.0, 1.0, day)
    assert (day.high, day.low, day.volume, day.reference) == (12.0, 8.0, 100.0, 9.5)
    # Zero is sent where there is nothing to report.
    day.apply(DayStats("A", high=0.0, low=0.0, open=0.0, previous_close=0.0), NEXT_NOON_NS)
    assert (day.high, day.low, day.open, day.previous_close) == (12.0, 8.0, 9.0, 9.5)
    day.apply(DayStats("A", volume=0.0), NEXT_NOON_NS)
    assert day.volume == 0.0


def test_zero_is_a_price_if_prices_can_be_negative() -> None:
    day = Day()
    day.apply(DayStats("A", open=-3.0, high=2.0, low=-5.0, previous_close=1.0), NOON_NS)
    day.apply(DayStats("A", open=0.0, high=0.0, low=0.0, previous_close=0.0), NOON_NS, is_signed=True)
    assert (day.open, day.high, day.low, day.previous_close) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("begins_with", ["a trade", "statistics"])
def test_a_new_session_clears_the_statistics_of_the_one_before(begins_with: str) -> None:
    day = Day(US_STOCKS)
    day.apply(DayStats("A", open=9.0, high=12.0, low=8.0, previous_close=9.5, volume=100.0), NOON_NS)
    day.roll_to(NOON_NS)
    watched(11.0, 1.0, day)
    if begins_with == "a trade":
        day.roll_to(NEXT_NOON_NS)
        watched(20.0, 2.0, day)
        assert (day.high, day.low, day.volume, day.vwap) == (20.0, 20.0, 2.0, 20.0)
    else:
        assert day.apply(DayStats("A", volume=7.0), NEXT_NOON_NS)
        assert (day.high, day.low, day.volume, day.vwap) == (None, None, 7.0, None)
    assert (day.open, day.previous_close, day.reference) == (None, None, None)
    assert day.apply(DayStats("A", previous_close=11.0), NEXT_NOON_NS)
    assert not day.apply(DayStats("A", open=9.0, previous_close=9.5), NOON_NS)  # of the session before
    assert (day.open, day.reference) == (None, 11.0)


def test_statistics_that_arrive_before_the_first_trade_of_the_session_stay() -> None:
    day = Day(US_STOCKS)
    day.apply(DayStats("A", open=9.0), NOON_NS)
    day.roll_to(NOON_NS)
    day.apply(DayStats("A", open=11.0, high=12.0, previous_close=10.0), NEXT_NOON_NS)
    day.roll_to(NEXT_NOON_NS + 1)
    assert (day.open, day.high, day.previous_close) == (11.0, 12.0, 10.0)


def test_statistics_received_before_the_session_begins_are_of_the_session_before() -> None:
    day = Day(US_STOCKS)
    monday_3am_ns = moment_ns(2026, 1, 5, 8)
    day.apply(DayStats("A", open=9.0, previous_close=8.0), monday_3am_ns)  # Friday's, without a time
    assert day.reference == 8.0
    day.roll_to(monday_3am_ns + 2 * 3600 * SECOND_NS)
    assert day.reference is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["trade", "stats"]), st.integers(0, 5 * 24 * 60), st.integers(1, 100)), max_size=40
    ),
    st.sampled_from(["AAPL", "RY.TO", "7203.T", "ES=F"]),
)
def test_open_and_reference_are_never_of_an_earlier_session_than_the_newest_fact(
    facts: list[tuple[str, int, int]], symbol: str
) -> None:
    calendar = calendar_of(symbol)
    day, newest, newest_ns = Day(calendar), -1, -1
    sent: dict[int, set[float]] = {}
    for kind, minute, number in facts:
        time_ns = moment_ns(2026, 3, 5) + minute * MINUTE_NS + 1
        session = calendar.bounds_ns(time_ns)[0]
        if kind == "trade":
            if time_ns < newest_ns:
                continue  # late trades begin no session
            newest_ns = time_ns
            if time_ns >= day.ends_ns:
                day.roll_to(time_ns)
        else:
            price = float(number)
            accepted = day.apply(DayStats("A", open=price, previous_close=price + 0.5), time_ns)
            assert accepted == (session >= newest)
            sent.setdefault(session, set()).add(price)
        newest = max(newest, session)
        assert day.open is None or day.open in sent.get(newest, set())
        assert (day.reference is None) == (day.open is None)


def test_statistics_that_are_older_than_those_before_add_only_what_is_unknown() -> None:
    day = Day()
    newest = DayStats("A", open=10.0, high=12.0, low=8.0, volume=100.0)
    assert day.apply(newest, NOON_NS + 1, NOON_NS)
    older = DayStats("A", open=9.0, high=11.0, low=7.0, volume=90.0)
    assert not day.apply(older, NOON_NS + 2, NOON_NS - MINUTE_NS)  # a snapshot after a reconnect
    assert (day.open, day.high, day.low, day.volume) == (10.0, 12.0, 8.0, 100.0)
    closed = DayStats("A", previous_close=9.5, volume=90.0)
    assert day.apply(closed, NOON_NS + 3, NOON_NS - MINUTE_NS)
    assert (day.previous_close, day.volume) == (9.5, 100.0)
    earlier = Day(US_STOCKS)
    assert earlier.apply(DayStats("A", open=10.0), NOON_NS + 1, NOON_NS)
    assert earlier.apply(DayStats("A", volume=90.0), NOON_NS + 2, NOON_NS - MINUTE_NS)
    assert not earlier.apply(DayStats("A", previous_close=9.5), NOON_NS + 3, NOON_NS - DAY_NS)  # of the day before
    assert (earlier.volume, earlier.previous_close) == (90.0, None)


def test_statistics_of_a_clock_that_was_set_back_are_accepted_after_some_seconds() -> None:
    day = Day()
    assert day.apply(DayStats("A", volume=100.0), NOON_NS, NOON_NS)
    accepted = [
        day.apply(DayStats("A", volume=101.0), NOON_NS + second, NOON_NS - MINUTE_NS + second)
        for second in range(0, 30 * SECOND_NS, SECOND_NS)
    ]
    assert accepted[0] is False
    assert accepted[-1] is True
    assert day.volume == 101.0
