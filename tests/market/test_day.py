from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.events import DayStats
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.market.day import Day, next_midnight_ns
from ticker_gui.market.hours import NEW_YORK


def moment_ns(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * SECOND_NS  # type: ignore[misc, arg-type]


def watched(price: float, size: float, day: Day) -> None:
    day.highest, day.lowest = max(day.highest, price), min(day.lowest, price)
    day.size += size
    day.turnover += price * size


def test_nothing_told_is_nothing_known() -> None:
    day = Day()
    assert (day.high, day.low, day.volume, day.vwap, day.reference, day.open) == (None,) * 6


def test_what_was_watched_begins_anew_with_the_day() -> None:
    day = Day()
    day.begin(moment_ns(2026, 1, 2, 12))
    assert day.ends_ns == moment_ns(2026, 1, 3)
    watched(10.0, 1.0, day)
    watched(20.0, 3.0, day)
    assert (day.high, day.low, day.volume, day.vwap) == (20.0, 10.0, 4.0, 17.5)
    day.begin(moment_ns(2026, 1, 3, 1))
    assert (day.high, day.low, day.volume, day.vwap) == (None,) * 4
    assert day.since_ns == moment_ns(2026, 1, 3, 1)


def test_what_the_provider_tells_stays_until_it_tells_otherwise() -> None:
    day = Day()
    day.apply(DayStats("A", open=9.0, high=12.0, low=8.0, previous_close=9.5, volume=100.0))
    day.begin(moment_ns(2026, 1, 2))
    watched(11.0, 1.0, day)
    assert (day.high, day.low, day.volume, day.reference) == (12.0, 8.0, 100.0, 9.5)
    day.apply(DayStats("A", high=0.0, low=0.0, open=0.0, previous_close=0.0))  # zero is said where there is nothing
    assert (day.high, day.low, day.open, day.previous_close) == (12.0, 8.0, 9.0, 9.5)
    day.apply(DayStats("A", volume=0.0))
    assert day.volume == 0.0


def test_a_day_in_new_york_ends_at_its_own_midnight_on_days_of_any_length() -> None:
    assert next_midnight_ns(moment_ns(2026, 1, 2, 12), NEW_YORK) == moment_ns(2026, 1, 3, 5)
    assert next_midnight_ns(moment_ns(2026, 1, 3, 1), NEW_YORK) == moment_ns(2026, 1, 3, 5)
    begins = next_midnight_ns(moment_ns(2026, 3, 7, 20), NEW_YORK)  # the clocks are put forward on the 8th
    assert next_midnight_ns(begins, NEW_YORK) - begins == 23 * DAY_NS // 24


@given(st.integers(0, 4_000_000_000), st.sampled_from([None, NEW_YORK]))
def test_midnight_lies_ahead_and_within_a_day_and_a_bit(seconds: int, zone: object) -> None:
    ends = next_midnight_ns(seconds * SECOND_NS, zone)  # type: ignore[arg-type]
    assert 0 < ends - seconds * SECOND_NS <= DAY_NS + DAY_NS // 24
