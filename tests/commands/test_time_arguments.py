from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.commands.time_arguments import join_negative_times, parse_time
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.timeframe import DAY_NS, FOREVER_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.formatting.json_lines import iso_time

NOW = 1_780_000_000 * SECOND_NS


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1970-01-02", DAY_NS),
        ("1970-01-02T01:30", DAY_NS + 90 * MINUTE_NS),
        ("1970-01-02T01:30Z", DAY_NS + 90 * MINUTE_NS),
        ("1970-01-02 01:30:00-05:00", DAY_NS + 90 * MINUTE_NS + 5 * HOUR_NS),
        ("1970-01-01T00:00:00.25", SECOND_NS // 4),
        ("now", NOW),
        ("-90s", NOW - 90 * SECOND_NS),
        ("-30m", NOW - 30 * MINUTE_NS),
        ("-12h", NOW - 12 * HOUR_NS),
        ("-2d", NOW - 2 * DAY_NS),
        ("-3w", NOW - 21 * DAY_NS),
        ("9999-12-31", FOREVER_NS),  # the database stores no larger numbers
    ],
)
def test_dates_iso_times_and_times_before_now_are_understood(text: str, time_ns: int) -> None:
    assert parse_time(text, NOW) == time_ns


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2d", "-2", "-2M", "2026-13-01", "-٣d", "1969-12-31", "-99999w", "12:00"]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        parse_time(text, NOW)


@given(st.text(max_size=12))
def test_any_other_text_is_refused_with_a_sentence(text: str) -> None:
    with suppress(SettingsError):  # and nothing else is raised
        assert parse_time(text, NOW) >= 0


@given(st.integers(0, FOREVER_NS // 1_000))
def test_each_time_that_is_printed_is_understood(time_us: int) -> None:
    assert parse_time(iso_time(time_us * 1_000), NOW) == time_us * 1_000


def test_times_before_now_are_joined_to_their_option() -> None:
    arguments = ["--from", "-2d", "--to", "-1d", "--csv", "-5", "--from", "--to"]
    assert join_negative_times(arguments, ("--from", "--to")) == [
        "--from=-2d", "--to=-1d", "--csv", "-5", "--from", "--to",
    ]  # fmt: skip
