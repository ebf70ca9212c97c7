from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from tests.domain.test_trading_days import ZONES, all_days, moments
from ticker_gui.bars.day_numbers import day_numbers, day_starts
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.domain.trading_days import UTC_DAYS, TradingDays

times = st.lists(moments, max_size=20)


@example(TradingDays(ZoneInfo("Pacific/Chatham"), 13), [1_699_917_300 * SECOND_NS])  # 24 hours and 45 minutes ahead
@example(TradingDays(timezone(timedelta(hours=-12)), 12), [1_699_920_000 * SECOND_NS - 1])
@given(all_days, times)
def test_days_of_arrays_are_those_of_single_times(days: TradingDays, times_ns: list[int]) -> None:
    numbers = day_numbers(np.array(times_ns, np.int64), days)
    assert numbers.tolist() == [days.number_of(time_ns) for time_ns in times_ns]
    assert numbers.dtype == np.int64
    assert day_starts(numbers, days).tolist() == [days.bounds_ns(time_ns)[0] for time_ns in times_ns]


def test_no_times_have_no_days() -> None:
    for days in (UTC_DAYS, TradingDays(ZoneInfo(ZONES[0]))):
        assert len(day_numbers(np.empty(0, np.int64), days)) == len(day_starts(np.empty(0, np.int64), days)) == 0
