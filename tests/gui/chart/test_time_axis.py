from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.gui.chart.time_axis import TimeAxis, label, tick_times

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
DAY = 86_400


def at(zone: ZoneInfo, *moment: int) -> float:
    return datetime(*moment, tzinfo=zone).timestamp()  # type: ignore[arg-type,misc]


def labels(begin: float, end: float, step: int, zone: ZoneInfo) -> list[str]:
    return [label(moment, step, zone) for moment in tick_times(begin, end, step, zone)]


def test_seconds_minutes_and_hours() -> None:
    noon = at(BERLIN, 2026, 7, 1, 12, 0, 0)
    assert labels(noon, noon + 20, 10, BERLIN) == ["12:00:00", "12:00:10", "12:00:20"]
    assert labels(noon + 1, noon + 600, 300, BERLIN) == ["12:05", "12:10"]
    assert labels(noon, noon + DAY, 21_600, BERLIN) == ["12:00", "18:00", "02 Jul", "06:00", "12:00"]


def test_days_begin_at_the_zones_midnight() -> None:
    begin = at(NEW_YORK, 2026, 7, 1)
    moments = tick_times(begin, begin + 3 * DAY, DAY, NEW_YORK)
    assert moments == [at(NEW_YORK, 2026, 7, day) for day in (1, 2, 3, 4)]
    assert labels(begin, begin + 2 * DAY, DAY, NEW_YORK) == ["01 Jul", "02 Jul", "03 Jul"]


@pytest.mark.parametrize("month_day", [(3, 29), (10, 25)])  # the clocks go forward, and back
def test_hours_are_right_on_days_of_23_and_25_hours(month_day: tuple[int, int]) -> None:
    begin = at(BERLIN, 2026, *month_day)
    end = at(BERLIN, 2026, month_day[0], month_day[1] + 1)
    assert end - begin in (23 * 3600, 25 * 3600)
    assert labels(begin, end, 21_600, BERLIN)[1:4] == ["06:00", "12:00", "18:00"]
    assert labels(begin, end + 3 * DAY, DAY, BERLIN) == [
        f"{day:02} {'Mar' if month_day[0] == 3 and day < 32 else 'Apr' if month_day[0] == 3 else 'Oct'}"
        if day < 32
        else f"{day - 31:02} Apr"
        for day in range(month_day[1], month_day[1] + 5)
    ]


def test_an_hour_that_comes_twice_is_labelled_twice() -> None:
    begin = datetime(2026, 10, 25, 0, 0, tzinfo=UTC).timestamp()  # 02:00 summer time
    assert labels(begin, begin + 7200, 1800, BERLIN) == ["02:00", "02:30", "02:00", "02:30", "03:00"]


@pytest.mark.parametrize("moment", [(1970, 1, 1, 12), (2024, 2, 29, 12), (2100, 2, 28, 12), (1901, 1, 1, 12)])
def test_odd_days_are_days(moment: tuple[int, int, int, int]) -> None:
    noon = at(NEW_YORK, *moment)
    assert labels(noon - 1, noon + 1, 3600, NEW_YORK) == ["12:00"]
    assert len(labels(noon - DAY, noon + DAY, DAY, NEW_YORK)) == 2


@given(st.floats(-1e9, 4e9), st.floats(1.0, 1e7), st.integers(100, 3000), st.sampled_from([BERLIN, NEW_YORK, None]))
def test_labels_are_in_view_ascending_and_not_crowded(
    begin: float, span: float, pixels: int, zone: ZoneInfo | None
) -> None:
    step = next(step for step in (1, 60, 3600, DAY, 31_536_000) if step * pixels >= span * 90)
    moments = tick_times(begin, begin + span, step, zone)
    assert all(begin <= moment <= begin + span for moment in moments)
    assert moments == sorted(moments)
    assert len(moments) <= span / step + 3
    assert all(label(moment, step, zone) for moment in moments)


def test_the_axis_chooses_a_step_that_can_be_read(qapp: object) -> None:
    axis = TimeAxis(BERLIN)
    axis.resize(900, 26)
    begin = at(BERLIN, 2026, 7, 1, 12)
    for span, step in ((60, 10), (300, 30), (3600, 600), (DAY, 10_800), (30 * DAY, 604_800)):
        axis.setRange(begin, begin + span)
        moments, chosen = axis.values()
        assert chosen == step
        assert 2 <= len(moments) <= 11


@pytest.mark.parametrize("bounds", [(0, 0), (-1e300, 1e300), (1e12, 2e12)])
def test_ranges_beyond_any_calendar_have_no_labels(qapp: object, bounds: tuple[float, float]) -> None:
    axis = TimeAxis(BERLIN)
    axis.resize(900, 26)
    axis.setRange(*bounds)
    assert axis.values()[0] == []
