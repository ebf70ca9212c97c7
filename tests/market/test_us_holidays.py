from __future__ import annotations

from datetime import timedelta

import pytest

from ticker_gui.market.us_holidays import EARLY_CLOSINGS, HOLIDAYS


def test_holidays_and_early_closings_are_weekdays_and_never_the_same() -> None:
    assert all(day.weekday() < 5 for day in HOLIDAYS | EARLY_CLOSINGS)
    assert not HOLIDAYS & EARLY_CLOSINGS


@pytest.mark.parametrize(("year", "holidays"), [(2024, 10), (2025, 11), (2026, 10), (2027, 10), (2028, 9)])
def test_each_year_is_whole(year: int, holidays: int) -> None:
    assert sum(day.year == year for day in HOLIDAYS) == holidays
    (thanksgiving,) = [day for day in HOLIDAYS if day.year == year and day.month == 11]
    assert (thanksgiving.weekday(), (thanksgiving.day - 1) // 7) == (3, 3)  # the fourth Thursday
    assert thanksgiving + timedelta(days=1) in EARLY_CLOSINGS
    mondays = [day.month for day in HOLIDAYS if day.year == year and day.weekday() == 0]
    assert {1, 2, 5, 9} <= set(mondays)
