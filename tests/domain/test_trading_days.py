from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.domain.trading_days import UTC_DAYS, TradingDays, grid_ns

HOUR_NS = 3600 * SECOND_NS
# With clocks that change by half an hour, at midnight, or not at all, and on both sides of the globe.
ZONES = ("America/New_York", "Europe/London", "Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney", "Australia/Lord_Howe",
         "America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Pacific/Auckland", "Asia/Kathmandu", "Pacific/Chatham",
         "America/Santiago", "Africa/Cairo", "Pacific/Honolulu")  # fmt: skip
all_days = st.builds(
    TradingDays,
    st.sampled_from([None, *map(ZoneInfo, ZONES)]),
    st.integers(0, 23),
    st.sampled_from([0, 15, 30, 45, None]),
)
moments = st.integers(-2_000_000_000 * SECOND_NS, 4_000_000_000 * SECOND_NS)


def ns(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * SECOND_NS


@given(all_days, moments)
def test_every_time_is_in_the_one_day_whose_bounds_are_around_it(days: TradingDays, time_ns: int) -> None:
    number = days.number_of(time_ns)
    begin_ns, end_ns = days.bounds_ns(time_ns)
    assert begin_ns <= time_ns < end_ns
    assert (begin_ns, end_ns) == (days.start_ns(number), days.start_ns(number + 1))
    assert days.number_of(end_ns) > number == days.number_of(begin_ns) == days.number_of(end_ns - 1)


@given(all_days, moments)
def test_days_begin_at_their_hour_where_the_clocks_show_it(days: TradingDays, time_ns: int) -> None:
    zone = days.zone or UTC
    begin = datetime.fromtimestamp(days.bounds_ns(time_ns)[0] // SECOND_NS, zone)
    number = days.number_of(time_ns)
    there = date(1970, 1, 1) + timedelta(days=number - (days.begins_hour > 12))
    wall = datetime(there.year, there.month, there.day, days.begins_hour)
    is_shown = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    assert begin.replace(tzinfo=None) == wall or not is_shown


@given(all_days, moments)
def test_the_clock_of_days_shows_their_dates(days: TradingDays, time_ns: int) -> None:
    number = days.number_of(time_ns)
    shown = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_ns // 1000)
    there, back = shown.astimezone(days.clock), shown.astimezone(days.clock).astimezone(UTC)
    assert back == shown
    if days.bounds_ns(time_ns)[1] - days.bounds_ns(time_ns)[0] == DAY_NS:  # otherwise midnight may be twice
        assert there.date() == date(1970, 1, 1) + timedelta(days=number)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-07-01", 24), ("2026-01-02", 24)]
)
def test_a_day_is_an_hour_shorter_or_longer_when_the_clocks_change(day: str, hours: int) -> None:
    days = TradingDays(ZoneInfo("America/New_York"))
    begin_ns, end_ns = days.bounds_ns(ns(day + "T12:00", "America/New_York"))
    assert (begin_ns, end_ns - begin_ns) == (ns(day, "America/New_York"), hours * HOUR_NS)


def test_a_day_that_begins_in_the_evening_has_the_date_of_the_next_day() -> None:
    currencies = TradingDays(ZoneInfo("America/New_York"), 17)
    sunday_evening = ns("2026-11-29T18:00", "America/New_York")
    assert currencies.number_of(sunday_evening) * DAY_NS == ns("2026-11-30")
    assert sunday_evening // DAY_NS * DAY_NS == ns("2026-11-29")
    stocks = TradingDays(ZoneInfo("America/New_York"), 4)
    assert stocks.number_of(ns("2026-11-28T00:30")) * DAY_NS == ns("2026-11-27")  # after hours, on the next date in UTC


@given(all_days, st.integers(0, 40_000))
def test_a_date_of_a_provider_means_the_day_with_this_date(days: TradingDays, number: int) -> None:
    assert days.dated_number(number * DAY_NS) == number


@given(st.sampled_from(ZONES), st.integers(0, 12), st.dates(date(1971, 1, 1), date(2037, 1, 1)))
def test_midnight_at_the_exchange_means_the_date_there(zone: str, hour: int, day: date) -> None:
    days = TradingDays(ZoneInfo(zone), hour)
    midnight = datetime(day.year, day.month, day.day, tzinfo=days.zone)
    if midnight.astimezone(UTC).astimezone(days.zone) != midnight or midnight.astimezone(UTC).hour == 0:
        return  # the clocks do not show it, or it is also midnight in UTC
    assert days.dated_number(int(midnight.timestamp()) * SECOND_NS) == (day - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("zone", "hour", "longest"),
    [(None, 0, 24 * HOUR_NS), (None, 12, 12 * HOUR_NS), ("America/New_York", 4, HOUR_NS), ("Asia/Tokyo", 0, 3 * HOUR_NS),
     ("Asia/Kolkata", 0, HOUR_NS // 2), ("Asia/Kathmandu", 0, HOUR_NS // 4), ("Asia/Hong_Kong", 0, 8 * HOUR_NS)],
)  # fmt: skip
def test_the_grid_of_days_is_the_longest_period_that_divides_them(zone: str | None, hour: int, longest: int) -> None:
    assert grid_ns(TradingDays(None if zone is None else ZoneInfo(zone), hour)) == longest


def test_days_in_utc_are_those_of_the_calendar() -> None:
    assert UTC_DAYS.is_utc
    assert UTC_DAYS.bounds_ns(DAY_NS - 1) == (0, DAY_NS)
    assert UTC_DAYS.clock is UTC


def test_a_date_that_was_skipped_has_no_time() -> None:
    days = TradingDays(ZoneInfo("Pacific/Apia"))  # went from 29 to 31 December 2011
    change_ns = ns("2011-12-30T10:00")
    assert days.number_of(change_ns) - days.number_of(change_ns - 1) == 2
    assert days.bounds_ns(change_ns - 1)[1] == days.bounds_ns(change_ns)[0] == change_ns
