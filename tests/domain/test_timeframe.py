import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_trading_days import all_days, moments
from ticker_gui.domain.timeframe import (
    BY_NAME,
    DAY,
    DAY_NS,
    MINUTE,
    SECOND,
    SECOND_NS,
    TIMEFRAMES,
    Timeframe,
    timeframe_named,
)
from ticker_gui.domain.trading_days import TradingDays


@given(st.integers(-(2**62), 2**62), st.sampled_from(TIMEFRAMES), all_days)
def test_a_time_is_within_its_bar_and_the_next_bar_begins_at_its_end(
    time_ns: int, of_utc: Timeframe, days: TradingDays
) -> None:
    timeframe = timeframe_named(of_utc.name, days)
    start = timeframe.start_of(time_ns)
    end = timeframe.end_of(start)
    assert start <= time_ns < end
    if days.is_utc:
        assert end <= start + timeframe.width_ns
    assert timeframe.start_of(start) == start
    assert timeframe.start_of(end) == end
    assert timeframe.start_of(end - 1) == start


@given(st.datetimes(datetime(1700, 1, 1), datetime(2250, 1, 1), timezones=st.just(UTC)))
def test_weeks_begin_on_monday_and_months_on_their_first_day(moment: datetime) -> None:
    time_ns = math.floor(moment.timestamp()) * SECOND_NS
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


@given(moments, st.sampled_from(TIMEFRAMES), all_days, st.integers(-40, 40))
def test_steps_count_bars(time_ns: int, of_utc: Timeframe, days: TradingDays, bars: int) -> None:
    timeframe = timeframe_named(of_utc.name, days)
    start_ns = counted_ns = timeframe.start_of(time_ns)
    for _ in range(abs(bars)):
        counted_ns = timeframe.end_of(counted_ns) if bars > 0 else timeframe.start_of(counted_ns - 1)
    assert timeframe.step(start_ns, bars) == counted_ns


@given(moments, st.sampled_from(TIMEFRAMES), all_days)
def test_a_bar_is_found_again_by_the_date_that_providers_use(
    time_ns: int, of_utc: Timeframe, days: TradingDays
) -> None:
    timeframe = timeframe_named(of_utc.name, days)
    start_ns = timeframe.start_of(time_ns)
    date_ns = timeframe.date_of(start_ns)
    assert timeframe.start_on(date_ns) == start_ns
    assert timeframe.consists_of_hours or timeframe_named(of_utc.name).start_of(date_ns) == date_ns


def test_only_bars_that_consist_of_days_depend_on_the_days_of_the_market() -> None:
    days = TradingDays(ZoneInfo("Asia/Tokyo"))
    differing = [one.name for one in TIMEFRAMES if timeframe_named(one.name, days) != one]
    assert differing == ["1d", "1w", "1M"]
    assert all(timeframe_named(one.name) is one for one in TIMEFRAMES if one.name not in differing)
