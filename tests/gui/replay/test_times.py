"""Times and lengths of a recording as text."""

from __future__ import annotations

import math
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from tests.recording.recorded import T0
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.replay.times import dated_moment, is_of_several_days, length, moment, speed_text


def test_a_time_has_the_date_and_the_milliseconds_on_request() -> None:
    at = T0 + 7_000_000
    assert moment(at, UTC) == "03:04:05"
    assert moment(at, UTC, has_date=True, has_ms=True) == "2 Jan 03:04:05.007"
    assert dated_moment(at, ZoneInfo("Asia/Tokyo")) == "Fri 2 Jan 2026 12:04:05 JST"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (-5, "0:00"), (31, "0:31"), (600, "10:00"), (3_723, "1:02:03")]
)
def test_a_length_has_minutes_and_seconds_and_hours_if_it_is_that_long(seconds: int, text: str) -> None:
    assert length(seconds * SECOND_NS) == text


def test_a_date_is_needed_from_midnight_on_in_the_time_zone() -> None:
    ended_ns = T0 + 15 * 3_600 * SECOND_NS  # 18:04:05 UTC
    assert not is_of_several_days(T0, ended_ns, UTC)
    assert is_of_several_days(T0, ended_ns, ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(("speed", "text"), [(0.5, "0.5×"), (10.0, "10×"), (math.inf, "Maximum")])
def test_a_speed_is_relative_to_the_recording(speed: float, text: str) -> None:
    assert speed_text(speed) == text
