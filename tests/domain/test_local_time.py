from __future__ import annotations

import ast
import math
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain import local_time as module
from ticker_gui.domain.local_time import FIRST_SECOND, LAST_SECOND, local_time, timestamp_of

BERLIN = ZoneInfo("Europe/Berlin")
ZONES: list[tzinfo] = [UTC, BERLIN, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/New_York")]


class WindowsDatetime(datetime):
    """A datetime without local times before 1970 and after 3000, as on Windows."""

    def astimezone(self, tz: tzinfo | None = None) -> Any:
        if tz is None:
            raise_outside(self if self.tzinfo else self.replace(tzinfo=UTC))
        return super().astimezone(tz)


def raise_outside(moment: datetime) -> None:
    seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    if seconds < 0:
        raise OSError(22, "Invalid argument")
    if seconds > 32_536_799_999:
        raise OverflowError("timestamp out of range for platform time_t")


@pytest.fixture
def in_berlin() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.__setitem__("TZ", before)
    time.tzset()


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch, in_berlin: None) -> None:
    monkeypatch.setattr(module, "datetime", WindowsDatetime)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of the computer cannot be changed")
@pytest.mark.parametrize("zone", ["Foo24", "Foo-24:59"])
def test_a_zone_that_is_a_day_or_more_from_utc_is_utc(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as changes:
        changes.setenv("TZ", zone)
        time.tzset()
        moment = local_time(0.0, None)
        seconds = timestamp_of(datetime(1970, 1, 1), None)
    time.tzset()
    assert (moment.utcoffset(), seconds) == (timedelta(), 0.0)


@given(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([*ZONES, None]))
def test_every_number_has_a_local_time_in_every_zone(seconds: float, zone: tzinfo | None) -> None:
    moment = local_time(seconds, zone)
    assert moment.utcoffset() is not None
    assert FIRST_SECOND <= moment.timestamp() <= LAST_SECOND
    if FIRST_SECOND <= seconds <= LAST_SECOND:
        assert moment.timestamp() == pytest.approx(seconds, abs=1e-4)


@given(st.integers(FIRST_SECOND + 86_400, LAST_SECOND - 86_400), st.sampled_from([*ZONES, None]))
def test_local_time_and_timestamp_are_inverse(seconds: int, zone: tzinfo | None) -> None:
    moment = local_time(seconds, zone)
    wall = moment.replace(tzinfo=None)  # `fold` is kept, so that a repeated hour has two timestamps
    assert timestamp_of(wall, zone) == seconds


@pytest.mark.parametrize("day", [datetime(2026, 3, 29), datetime(2026, 10, 25)])  # the clocks go forward, and back
def test_the_zone_of_the_computer_is_like_a_named_one_when_the_clocks_change(in_berlin: None, day: datetime) -> None:
    for quarter in range(24 * 4):
        wall = day + timedelta(minutes=15 * quarter)
        assert timestamp_of(wall, None) == timestamp_of(wall, BERLIN)


@pytest.mark.parametrize("seconds", [-1.0, -3e9, 4e10, -math.inf, math.inf, math.nan, -6e10, 2.5e11])
def test_standard_time_is_used_if_the_system_rejects_a_time(on_windows: None, seconds: float) -> None:
    moment = local_time(seconds, None)
    assert moment.utcoffset() == timedelta(hours=1)
    if FIRST_SECOND <= seconds <= LAST_SECOND:
        assert moment.timestamp() == seconds
        assert timestamp_of(moment.replace(tzinfo=None), None) == seconds


def test_the_offset_of_the_system_is_used_if_it_is_known(on_windows: None) -> None:
    assert local_time(1_782_900_000, None).utcoffset() == timedelta(hours=2)  # July 2026
    assert local_time(1_767_300_000, None).utcoffset() == timedelta(hours=1)  # January 2026


def test_the_emulated_system_rejects_distant_times(on_windows: None) -> None:
    for wall in (WindowsDatetime(1969, 12, 31, tzinfo=UTC), WindowsDatetime(1969, 12, 31)):
        with pytest.raises(OSError, match="Invalid argument"):
            wall.astimezone()


def test_only_local_time_uses_functions_that_some_systems_limit() -> None:
    package = Path(module.__file__).parent.parent
    limited = {"fromtimestamp", "utcfromtimestamp", "astimezone"}
    texts = {path: path.read_text("utf-8") for path in package.rglob("*.py") if path.name != "local_time.py"}
    found = [
        f"{path.relative_to(package)}: {node.func.attr}"
        for path, text in texts.items()
        if any(name in text for name in limited)  # parsing every module takes seconds
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in limited
    ]
    assert found == []
