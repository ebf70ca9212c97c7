from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.timeframe import BY_NAME, DAY, DAY_NS, MINUTE, SECOND, SECOND_NS, TIMEFRAMES, Timeframe


@given(st.integers(-(2**62), 2**62), st.sampled_from(TIMEFRAMES))
def test_a_time_is_within_its_bar_and_the_next_bar_begins_at_its_end(time_ns: int, timeframe: Timeframe) -> None:
    start = timeframe.start_of(time_ns)
    end = timeframe.end_of(start)
    assert start <= time_ns < end <= start + timeframe.width_ns
    assert timeframe.start_of(start) == start
    assert timeframe.start_of(end) == end
    assert timeframe.start_of(end - 1) == start


@given(st.datetimes(datetime(1700, 1, 1), datetime(2250, 1, 1), timezones=st.just(UTC)))
def test_weeks_begin_on_monday_and_months_on_their_first_day(moment: datetime) -> None:
    time_ns = int(moment.timestamp()) * SECOND_NS
    week, month = (datetime.fromtimestamp(BY_NAME[name].start_of(time_ns) / SECOND_NS, UTC) for name in ("1w", "1M"))
    assert (week.weekday(), week.time()) == (0, datetime.min.time())
    assert (month.year, month.month, month.day, month.time()) == (moment.year, moment.month, 1, datetime.min.time())


def test_timeframes_range_from_a_second_to_a_month_and_days_consist_of_all_shorter_ones() -> None:
    widths = [timeframe.width_ns for timeframe in TIMEFRAMES]
    assert widths == sorted(widths)
    assert (widths[0], widths[-1]) == (SECOND_NS, 31 * DAY_NS)
    assert all(DAY_NS % width == 0 for width in widths if width <= DAY_NS)


def test_base_timeframes_match_their_names() -> None:
    assert (SECOND.name, MINUTE.name, DAY.name) == ("1s", "1m", "1d")
    assert MINUTE.width_ns == 60 * SECOND.width_ns
