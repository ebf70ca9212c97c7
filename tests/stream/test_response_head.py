from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers

from ticker_gui.stream.response_head import clock_offset_ns, read_head


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\n\r\nbody",
        b"HTTP/1.0 503 Busy\r\nRetry-After: 7\r\n\r\n",
        b"HTTP/1.1 503\r\nRetry-After:7\r\n",
        b"HTTP/1.1 503 \xff\r\nnot a header\r\n folded\r\nretry-after: 7\r\nX: \x00",
    ],
)
def test_a_malformed_response_still_has_a_status_and_headers(head: bytes) -> None:
    response = read_head(head)
    assert response is not None
    assert (response.status_code, response.headers.get_all("Retry-After")) == (503, ["7"])


@pytest.mark.parametrize("head", [b"", b"SSH-2.0-OpenSSH", b"HTTP/1.1 5031 X", b"HTTP/1.1 999 X", b"HTTP/1.1 50"])
def test_bytes_that_are_not_http_have_no_status(head: bytes) -> None:
    assert read_head(head) is None


def test_lines_after_the_headers_are_ignored() -> None:
    response = read_head(b"HTTP/1.1 503 X\r\n\r\nRetry-After: 7\r\n")
    assert response is not None
    assert not response.headers


@pytest.mark.parametrize(
    ("dates", "seconds"),
    [
        (["Fri, 02 Jan 2026 03:04:05 GMT"], 59.5),
        (["soon", "Fri, 02 Jan 2026 03:04:05 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"], 59.5),
        (["soon"], None),
        ([], None),
    ],
)
def test_the_clock_offset_is_taken_from_the_first_valid_date(dates: list[str], seconds: float | None) -> None:
    received_ns = round(datetime(2026, 1, 2, 3, 5, 5, tzinfo=UTC).timestamp() * 1e9)
    offset_ns = clock_offset_ns(Headers([("Date", date) for date in dates]), received_ns)
    assert offset_ns == (None if seconds is None else pytest.approx(seconds * 1e9))


@given(st.binary() | st.binary().map(lambda rest: b"HTTP/1.1 429 " + rest))
def test_any_bytes_are_read_without_an_exception(head: bytes) -> None:
    read_head(head)
