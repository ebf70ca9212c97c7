from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bars.test_bar_history import RecordedTape
from ticker_gui.bars.series import TimeSeries, TradeCountBars
from ticker_gui.chart.time_scale import scale_for
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND, SECOND_NS
from ticker_gui.gui.chart.axes.time_ticks import TimeTicks, label, tick_times, times_in_view

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # its offset is not a whole hour
CAIRO = ZoneInfo("Africa/Cairo")  # summer time starts at midnight
ZONES = [BERLIN, NEW_YORK, KATHMANDU, CAIRO, UTC, None]
DAY = 86_400
YEAR = 365 * DAY
WIDTH = 900.0
LABEL = 56.25  # pixels

zones = st.sampled_from(ZONES)


def at(zone: tzinfo, *moment: int) -> float:
    return datetime(*moment, tzinfo=zone).timestamp()  # type: ignore[arg-type,misc]


def labels(begin: float, end: float, step: int, zone: tzinfo) -> list[str]:
    return [label(moment, step, zone) for moment in tick_times(begin, end, step, zone)]


def on_clocks(left: float, right: float, zone: tzinfo | None, width: float = WIDTH) -> TimeTicks:
    series = TimeSeries(RecordedTape().bars, SECOND)
    return times_in_view(scale_for(series), series, left, right, width / LABEL, zone)


def test_short_steps_are_labeled_in_seconds_minutes_and_hours() -> None:
    noon = at(BERLIN, 2026, 7, 1, 12, 0, 0)
    assert labels(noon, noon + 20, 10, BERLIN) == ["12:00:00", "12:00:10", "12:00:20"]
    assert labels(noon + 1, noon + 600, 300, BERLIN) == ["12:05", "12:10"]
    assert labels(noon, noon + DAY, 21_600, BERLIN) == ["12:00", "18:00", "02 Jul", "06:00", "12:00"]


def test_days_start_at_local_midnight() -> None:
    begin = at(NEW_YORK, 2026, 7, 1)
    moments = tick_times(begin, begin + 3 * DAY, DAY, NEW_YORK)
    assert moments == [at(NEW_YORK, 2026, 7, day) for day in (1, 2, 3, 4)]
    assert labels(begin, begin + 2 * DAY, DAY, NEW_YORK) == ["01 Jul", "02 Jul", "03 Jul"]


def test_months_and_years_start_on_their_first_day() -> None:
    begin, end = at(BERLIN, 2025, 12, 20), at(BERLIN, 2027, 1, 5)
    assert labels(begin, end, 90 * DAY, BERLIN) == ["Jan 2026", "Apr 2026", "Jul 2026", "Oct 2026", "Jan 2027"]
    assert labels(begin, begin + 70 * DAY, 30 * DAY, BERLIN) == ["Jan 2026", "Feb 2026"]
    assert labels(begin, end, YEAR, BERLIN) == ["2026", "2027"]
    assert labels(begin, begin + 12 * YEAR, 5 * YEAR, BERLIN) == ["2030", "2035"]
    assert tick_times(begin, end, 90 * DAY, BERLIN)[1] == at(BERLIN, 2026, 4, 1)  # summer time


@pytest.mark.parametrize("month_day", [(3, 29), (10, 25)])  # the clocks go forward, and back
def test_hours_are_right_on_days_of_23_and_25_hours(month_day: tuple[int, int]) -> None:
    begin = at(BERLIN, 2026, *month_day)
    end = at(BERLIN, 2026, month_day[0], month_day[1] + 1)
    assert end - begin in (23 * 3600, 25 * 3600)
    assert labels(begin, end, 21_600, BERLIN)[1:4] == ["06:00", "12:00", "18:00"]
    days = [(datetime(2026, *month_day) + timedelta(days=number)).strftime("%d %b") for number in range(5)]
    assert labels(begin, end + 3 * DAY, DAY, BERLIN) == days
    assert on_clocks(begin, end + 3 * DAY, BERLIN).days == [
        (datetime(2026, *month_day) + timedelta(days=number)).replace(tzinfo=BERLIN).timestamp() for number in range(5)
    ]


def test_a_repeated_hour_is_labeled_twice() -> None:
    begin = datetime(2026, 10, 25, 0, 0, tzinfo=UTC).timestamp()  # 02:00 summer time
    assert labels(begin, begin + 7200, 1800, BERLIN) == ["02:00", "02:30", "02:00", "02:30", "03:00"]


@pytest.mark.parametrize("moment", [(1970, 1, 1, 12), (2024, 2, 29, 12), (2100, 2, 28, 12), (1901, 1, 1, 12)])
def test_days_of_23_or_25_hours_have_one_label_each_day(moment: tuple[int, int, int, int]) -> None:
    noon = at(NEW_YORK, *moment)
    assert labels(noon - 1, noon + 1, 3600, NEW_YORK) == ["12:00"]
    assert len(labels(noon - DAY, noon + DAY, DAY, NEW_YORK)) == 2


@given(st.floats(-1e9, 4e9), st.floats(1.0, 1e7), st.integers(100, 3000), zones)
def test_labels_are_in_view_ascending_and_not_crowded(
    begin: float, span: float, pixels: int, zone: tzinfo | None
) -> None:
    step = next(step for step in (1, 60, 3600, DAY, 31_536_000) if step * pixels >= span * 90)
    moments = tick_times(begin, begin + span, step, zone)
    assert all(begin <= moment <= begin + span for moment in moments)
    assert moments == sorted(moments)
    assert len(moments) <= span / step + 3
    assert all(label(moment, step, zone) for moment in moments)


@pytest.mark.parametrize(("span", "step"), [(60, 10), (300, 30), (3600, 600), (DAY, 10_800), (30 * DAY, 604_800)])
def test_steps_are_round_times(span: int, step: int) -> None:
    begin = at(UTC, 2026, 7, 1, 12)
    times = on_clocks(begin, begin + span, UTC)
    assert {later - earlier for earlier, later in pairwise(times.positions)} == {step}
    assert 2 <= len(times.positions) <= 11
    assert times.texts == [label(position, step, UTC) for position in times.positions]


@given(st.floats(-1e9, 4e9), st.floats(0.0, 10.5).map(lambda power: 10.0**power), st.integers(200, 3000), zones)
def test_any_range_has_labels_that_do_not_overlap(begin: float, span: float, pixels: int, zone: tzinfo | None) -> None:
    times = on_clocks(begin, begin + span, zone, pixels)
    assert all(begin <= position <= begin + span for position in (*times.positions, *times.days))
    assert len(times.texts) == len(times.positions)
    apart = [(later - earlier) / span * pixels for earlier, later in pairwise(times.positions)]
    assert all(distance > 40 for distance in apart)
    if span > 10 and pixels > 1000:
        assert len(times.positions) >= 1


@given(st.integers(-(10**9), 4 * 10**9), st.floats(1.0, 41.0), zones)
def test_the_start_of_every_visible_day_is_marked(begin: int, days: float, zone: tzinfo | None) -> None:
    end = begin + days * DAY
    times = on_clocks(begin, end, zone)
    if days > 40:
        assert times.days == []
        return
    for mark in times.days:
        assert local_time(mark - 1, zone).date() < local_time(mark, zone).date()
    before, last = (local_time(moment, zone).date() for moment in (begin - 1, end))
    assert len(times.days) == (last - before).days


def test_a_day_without_midnight_starts_with_its_first_hour() -> None:
    begin = at(CAIRO, 2026, 4, 23)
    times = on_clocks(begin, begin + 2 * DAY, CAIRO)
    assert times.days[1] == at(CAIRO, 2026, 4, 24, 1) == begin + DAY
    assert times.texts[:5] == ["23 Apr", "06:00", "12:00", "18:00", "24 Apr"]


def test_a_midnight_that_is_repeated_is_labeled_with_the_date_once() -> None:
    azores = ZoneInfo("Atlantic/Azores")
    begin = at(azores, 2026, 10, 24, 23, 30)
    assert labels(begin, begin + 7200, 1800, azores) == ["23:30", "25 Oct", "00:30", "00:00", "00:30"]


@pytest.mark.parametrize("bounds", [(0, 0), (-1e300, 1e300), (1e12, 2e12), (-7e10, 0), (2e9, 1e9)])
def test_ranges_beyond_any_calendar_have_no_labels(bounds: tuple[float, float]) -> None:
    for zone in ZONES:
        assert on_clocks(*bounds, zone) == TimeTicks([], [], [])


# Tick bars


def of_trades(begin: float, count: int, step: float, held: int = 10_000) -> TradeCountBars:
    """Return bars of one trade each, at a fixed distance in seconds."""
    it = RecordedTape(trades=held)
    series = TradeCountBars(it.tape, 1)
    for number in range(count):
        it.add(round((begin + number * step) * SECOND_NS), 5.0, 1.0)
        series.update()
    return series


def on_bars(series: TradeCountBars, left: float, right: float, zone: tzinfo = BERLIN) -> TimeTicks:
    return times_in_view(scale_for(series), series, left, right, WIDTH / LABEL, zone)


def test_tick_bars_are_labeled_at_round_numbers_with_their_times() -> None:
    series = of_trades(at(BERLIN, 2026, 7, 1, 12), 101, 7.0)
    times = on_bars(series, 0.0, 101.0)
    assert times.positions == [0, 20, 40, 60, 80, 100]
    assert times.texts == ["12:00:00", "12:02:20", "12:04:40", "12:07:00", "12:09:20", "12:11:40"]
    assert times.days == []
    assert on_bars(series, 33.3, 61.0).positions == [35, 40, 45, 50, 55, 60]
    assert on_bars(series, 40.0, 43.0).positions == [40, 41, 42, 43]  # the step is at least one bar


def test_only_bars_in_memory_are_labeled() -> None:
    series = of_trades(at(BERLIN, 2026, 7, 1, 12), 150, 1.0, held=60)
    assert series.begin == 150 - len(series) > 0
    times = on_bars(series, -100.0, 400.0)
    assert times.positions == [100, 150]
    assert times.texts[0] == "12:01:40"
    assert on_bars(series, 300.0, 400.0) == on_bars(series, -90.0, -10.0) == TimeTicks([], [], [])


def test_without_bars_there_are_no_labels() -> None:
    assert on_bars(TradeCountBars(RecordedTape().tape, 5), 0.0, 100.0) == TimeTicks([], [], [])


@given(st.floats(0.0, 500.0), st.floats(5.0, 500.0), st.sampled_from([1.0, 60.0, 1500.0]))
def test_labels_of_tick_bars_are_in_view_and_in_order(left: float, span: float, step: float) -> None:
    series = LONG[step]
    times = on_bars(series, left, left + span)
    assert all(left <= position <= min(left + span, 500) and position == int(position) for position in times.positions)
    assert all((later - earlier) * WIDTH / span >= 89.9 for earlier, later in pairwise(times.positions))
    assert len(times.texts) == len(times.positions)
    assert all(left - 1 <= day <= left + span for day in times.days)


LONG = {step: of_trades(at(BERLIN, 2026, 7, 1, 12), 500, step) for step in (1.0, 60.0, 1500.0)}


def test_the_first_label_of_a_day_is_its_date() -> None:
    series = of_trades(at(BERLIN, 2026, 7, 1, 23, 59, 0), 10, 10.0)
    times = on_bars(series, 0.0, 10.0)
    assert times.texts[5:8] == ["23:59:50", "02 Jul", "00:00:10"]
    assert times.days == [6]


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, UTC], ids=str)
def test_every_day_is_marked_at_its_first_bar(zone: tzinfo) -> None:
    series = of_trades(at(BERLIN, 2026, 7, 1, 12), 500, 1500.0)  # eight days and a half
    for right in (500.0, 300.0, 90.0):
        dates = [local_time(start / SECOND_NS, zone).date() for start in series.bars.start_ns.tolist()[: int(right)]]
        firsts = [row for row in range(1, len(dates)) if dates[row] != dates[row - 1]]
        times = on_bars(series, 0.0, right, zone)
        assert len(times.days) == len(firsts) > 0
        assert all(first - 1 < day <= first for day, first in zip(times.days, firsts, strict=True))
