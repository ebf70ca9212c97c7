from __future__ import annotations

import contextlib
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHeader

from ticker_gui.stream.retry_after import requested_delay

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = "Fri, 02 Jan 2026 03:05:05 GMT"
EARLIER = "Fri, 02 Jan 2026 03:04:00 GMT"


def delay(*values: str, dates: tuple[str, ...] = ()) -> float | None:
    headers = Headers()
    for name, value in [*(("Retry-After", value) for value in values), *(("Date", date) for date in dates)]:
        with contextlib.suppress(InvalidHeader):  # websockets itself rejects these
            headers[name] = value
    return requested_delay(headers, NOW)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), (" 120 ", 120.0), ("7.5", 7.5), ("7, 9", 9.0), (LATER, 60.0), (EARLIER, 0.0),
     ("Friday, 02-Jan-26 03:05:05 GMT", 60.0), ("Fri Jan  2 03:05:05 2026", 60.0), ("9" * 400, math.inf),
     ("soon", None), ("-5", None), ("", None), ("nan", None), ("1e9", None), ("²", None),
     ("7 apples", None), ("Fri, 99 Foo 0000 99:99:99 +9999999999", None)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert delay(value) == seconds


def test_without_the_header_nothing_is_requested() -> None:
    assert delay() is None
    assert delay(dates=(LATER,)) is None


def test_of_repeated_headers_the_longest_valid_delay_counts() -> None:
    assert delay("5", "soon", "9", "7") == 9.0
    assert delay("5", LATER) == 60.0


def test_a_date_is_compared_with_the_first_valid_date_of_the_response() -> None:
    assert delay(LATER, dates=("yesterday", "Fri, 02 Jan 2026 03:05:00 GMT", EARLIER)) == 5.0


@given(st.lists(st.text() | st.datetimes().map(str)), st.lists(st.text() | st.datetimes().map(str)))
def test_any_headers_give_a_delay_or_none(values: list[str], dates: list[str]) -> None:
    seconds = delay(*values, dates=tuple(dates))
    assert seconds is None or seconds >= 0.0
