from __future__ import annotations

import math

import msgspec
import pytest

from ticker_gui.alerts.alert import ActiveHours, Alert, Repeat
from ticker_gui.domain.timeframe import SECOND_NS


@pytest.mark.parametrize(
    ("weekday", "minute", "is_active"), [(0, 539, False), (0, 540, True), (0, 1019, True), (0, 1020, False), (5, 600, False)]
)  # fmt: skip
def test_active_hours_are_from_a_minute_until_another_on_some_days(weekday: int, minute: int, is_active: bool) -> None:
    assert ActiveHours(540, 1020, (0, 1, 2, 3, 4)).contains(weekday, minute) is is_active


@pytest.mark.parametrize(
    ("weekday", "minute", "is_active"), [(4, 1320, True), (5, 60, True), (5, 120, False), (5, 1380, False), (0, 60, False)]
)  # fmt: skip
def test_hours_over_midnight_belong_to_the_day_on_which_they_begin(weekday: int, minute: int, is_active: bool) -> None:
    assert ActiveHours(1320, 120, (4,)).contains(weekday, minute) is is_active


def test_equal_ends_are_the_whole_day() -> None:
    assert all(ActiveHours(540, 540).contains(day, minute) for day in range(7) for minute in (0, 539, 540, 1439))


def test_an_alert_survives_json() -> None:
    alert = Alert("1", "last > 1", "A", "f", repeat=Repeat.PER_BAR, active_hours=ActiveHours(1, 2), expires_ns=5)
    assert msgspec.json.decode(msgspec.json.encode(alert), type=Alert) == alert


def test_the_target_is_a_symbol_or_the_rows_of_a_list() -> None:
    assert Alert("1", "last > 1", "A").target == "A"
    assert Alert("1", "last > 1", list_name="Main").target == "every row of Main"


@pytest.mark.parametrize("seconds", [-1.0, math.inf, math.nan, 1e30])
def test_invalid_durations_are_the_defaults(seconds: float) -> None:
    alert = Alert("1", "last > 1", "A", cooldown_s=seconds, hold_s=seconds)
    assert (alert.cooldown_ns, alert.hold_ns) == (60 * SECOND_NS, 0)
    alert = Alert("1", "last > 1", "A", cooldown_s=0.5, hold_s=2.0)
    assert (alert.cooldown_ns, alert.hold_ns) == (SECOND_NS // 2, 2 * SECOND_NS)
