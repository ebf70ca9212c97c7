from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.stream.response_head import read_head


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
def test_what_is_not_http_has_no_status(head: bytes) -> None:
    assert read_head(head) is None


def test_what_follows_the_headers_is_no_header() -> None:
    response = read_head(b"HTTP/1.1 503 X\r\n\r\nRetry-After: 7\r\n")
    assert response is not None
    assert not response.headers


@given(st.binary() | st.binary().map(lambda rest: b"HTTP/1.1 429 " + rest))
def test_any_bytes_are_read_without_an_exception(head: bytes) -> None:
    read_head(head)
