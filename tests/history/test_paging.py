from __future__ import annotations

import math
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE_NS, TIMEFRAMES, Timeframe, timeframe_named
from ticker_gui.domain.trading_days import TradingDays
from ticker_gui.feeds.history import BarsQuery, HistoryOffer
from ticker_gui.history.paging import (
    EmptyPages,
    base_of,
    next_start,
    oldest_offered,
    pages,
    sections,
    timeframes_of,
)

T0 = 1_700_006_400 * 10**9
OFFER = HistoryOffer({"1m": "1", "1h": "60", "1d": "D"}, bars_per_request=100, requests_per_second=math.inf)
TIMES = st.integers(DAY_NS, 2 * T0)


def test_a_timeframe_is_made_of_the_longest_bars_that_divide_it() -> None:
    assert {name: base.name for name in ("1m", "5m", "4h", "1w", "1M") if (base := base_of(OFFER, BY_NAME[name]))} == {
        "1m": "1m", "5m": "1m", "4h": "1h", "1w": "1d", "1M": "1d",
    }  # fmt: skip
    assert base_of(OFFER, BY_NAME["30s"]) is None
    assert timeframes_of(OFFER) == [timeframe.name for timeframe in TIMEFRAMES if timeframe.width_ns >= MINUTE_NS]


def test_the_oldest_bar_follows_from_the_number_and_the_age_of_the_bars() -> None:
    minute = BY_NAME["1m"]
    assert oldest_offered(OFFER, minute, T0) == 0
    newest = HistoryOffer({"1m": "1"}, 720, 1.0, newest_bars=720)
    assert oldest_offered(newest, minute, T0) == T0 - 719 * MINUTE_NS
    aged = HistoryOffer({"1m": "1"}, 720, 1.0, depth_s={"1m": 3_600.0})
    assert oldest_offered(aged, minute, T0 + 1) == T0 - HOUR_NS + MINUTE_NS


@pytest.mark.parametrize("zone", [None, ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")])
@pytest.mark.parametrize("timeframe", TIMEFRAMES, ids=lambda timeframe: timeframe.name)
def test_no_bar_before_the_epoch_is_requested(timeframe: Timeframe, zone: ZoneInfo | None) -> None:
    base = timeframe_named(timeframe.name, TradingDays(zone))
    oldest_ns = oldest_offered(HistoryOffer({base.name: ""}, 100, 1.0), base, T0)
    assert oldest_ns == base.start_of(oldest_ns)
    assert oldest_ns in (0, base.end_of(base.start_of(0)))


def test_three_long_empty_pages_in_a_row_are_the_beginning() -> None:
    empty = EmptyPages()
    week = BarsQuery("A", "1h", 0, 7 * DAY_NS)
    assert [empty.note(week, has_bars=has_bars) for has_bars in (False, False, True, False, False, False)] == [
        False, False, False, False, False, True,
    ]  # fmt: skip
    minute = BarsQuery("A", "1m", 0, MINUTE_NS)
    assert not any(EmptyPages().note(minute, has_bars=False) for _ in range(1_000))


@given(st.sampled_from(TIMEFRAMES), TIMES)
def test_the_next_start_is_the_first_one_that_is_not_earlier(timeframe: Timeframe, time_ns: int) -> None:
    start_ns = next_start(timeframe, time_ns)
    assert start_ns == timeframe.start_of(start_ns) >= time_ns
    assert start_ns == time_ns or timeframe.start_of(start_ns - 1) < time_ns


@given(st.data())
def test_sections_and_their_pages_make_up_the_period_without_holes(data: st.DataObject) -> None:
    base = data.draw(st.sampled_from([each for each in TIMEFRAMES if each.width_ns >= MINUTE_NS]))
    offer = HistoryOffer({base.name: ""}, data.draw(st.integers(1, 50)), 1.0)
    usable = [each for each in TIMEFRAMES if base_of(offer, each) and each.width_ns <= 3_000 * base.width_ns]
    timeframe = data.draw(st.sampled_from(usable))
    start_ns = next_start(timeframe, data.draw(TIMES))
    length_ns = data.draw(st.integers(0, min(20 * timeframe.width_ns, 3_000 * base.width_ns)))
    end_ns = next_start(timeframe, start_ns + length_ns)
    found = list(sections(timeframe, base, offer, start_ns, end_ns))
    queries = [list(pages("A", base, offer, *section)) for section in found]
    joined = [query for each in reversed(queries) for query in each]
    edges = [edge for query in joined for edge in (query.start_ns, query.end_ns)]
    assert edges[:1] + edges[-1:] == ([start_ns, end_ns] if start_ns < end_ns else [])
    assert edges[1:-1:2] == edges[2::2]
    for first_ns, last_ns in found:
        assert first_ns == timeframe.start_of(first_ns)
        assert last_ns == timeframe.start_of(last_ns)
    for query in joined:
        assert query.start_ns == base.start_of(query.start_ns) < query.end_ns
        assert query.end_ns <= base.step(query.start_ns, offer.bars_per_request)
    whole = timeframe.width_ns <= offer.bars_per_request * base.width_ns
    assert all(len(each) == 1 for each in queries) or not whole


def test_no_page_of_months_has_more_bars_than_a_request_returns() -> None:
    month, offer = BY_NAME["1M"], HistoryOffer({"1M": ""}, bars_per_request=120, requests_per_second=1.0)
    end_ns = month.start_of(T0)
    oldest_ns, middle_ns = month.step(end_ns, -240), month.step(end_ns, -120)
    assert list(sections(month, month, offer, oldest_ns, end_ns)) == [(middle_ns, end_ns), (oldest_ns, middle_ns)]
    ends = [query.end_ns for query in pages("A", month, offer, oldest_ns, end_ns)]
    assert ends == [middle_ns, end_ns]


def test_hours_that_begin_with_the_session_are_requested_only_where_its_minute_is_known() -> None:
    offer = HistoryOffer({"5m": "", "30m": "", "1h": "", "1d": ""}, 100, 1.0)
    for minute, expected in ((0, "1h"), (30, "1h"), (45, "1h"), (None, "30m")):
        days = TradingDays(hours_minute=minute)
        hour, four_hours = (base_of(offer, timeframe_named(name, days)) for name in ("1h", "4h"))
        assert hour is not None
        assert four_hours is not None
        assert hour.name == four_hours.name == expected
    day = base_of(HistoryOffer({"5m": "", "1h": ""}, 100, 1.0), timeframe_named("1d", TradingDays(hours_minute=30)))
    assert day is not None
    assert day.name == "5m"  # a day does not consist of hours that begin at half past
