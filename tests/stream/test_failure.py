from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import (
    ConnectionClosedError,
    InvalidHandshake,
    InvalidMessage,
    InvalidStatus,
    InvalidURI,
    ProxyError,
)
from websockets.frames import Close
from websockets.http11 import Response

from ticker_gui.domain.errors import ConnectionLost, FeedRejected, TickerError
from ticker_gui.stream.failure import explain, retry_after

HOST = "feed.example.com"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def status(code: int, **headers: str) -> InvalidStatus:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return InvalidStatus(Response(code, "Reason", Headers(named)))


def closed(code: int, reason: str = "") -> ConnectionClosedError:
    close = Close(code, reason)
    return ConnectionClosedError(close, close, rcvd_then_sent=True)


def hung_up() -> InvalidMessage:
    error = InvalidMessage("did not receive a valid HTTP response")
    error.__cause__ = EOFError()
    return error


@pytest.mark.parametrize(
    ("error", "remedy", "word"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), ConnectionLost, "not found"),
        (ConnectionRefusedError(111, "refused"), ConnectionLost, "refuses"),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 1, 0, 0)"), ConnectionLost, "refuses"),
        (ConnectionResetError(), ConnectionLost, "broke off"),
        (OSError(101, "Network is unreachable"), ConnectionLost, "Network is unreachable"),
        (TimeoutError(), ConnectionLost, "does not answer"),
        (UnicodeError("label empty or too long"), FeedRejected, "name of a host"),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), FeedRejected, "certificate"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), ConnectionLost, "secure"),
        (ProxyError("407"), ConnectionLost, "proxy"),
        (hung_up(), ConnectionLost, "handshake"),
        (InvalidHandshake("no"), FeedRejected, "WebSocket"),
        (InvalidURI("x", "y"), FeedRejected, "URL"),
        (RuntimeError("what?"), ConnectionLost, "RuntimeError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_a_failure_to_connect_has_its_remedy_and_words(error: Exception, remedy: type[TickerError], word: str) -> None:
    explained = explain(error, HOST)
    assert type(explained) is remedy
    assert word in explained.for_user


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 410, 426, 301, 302, 308])
def test_a_refusal_by_status_is_for_the_user(code: int) -> None:
    explained = explain(status(code, Location="wss://other.example/?token=s3cret"), HOST)
    assert isinstance(explained, FeedRejected)
    assert str(code) in explained.for_user
    assert "s3cret" not in explained.for_user


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504, 599])
def test_trouble_that_passes_is_dialled_again(code: int) -> None:
    explained = explain(status(code, Retry_After="7"), HOST)
    assert isinstance(explained, ConnectionLost)
    assert explained.retry_after == 7.0
    assert explained.slowly == (code in (429, 503))


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1010])
def test_a_close_that_blames_us_is_for_the_user(code: int) -> None:
    explained = explain(closed(code, "<b>policy</b>\u202e"), HOST)
    assert isinstance(explained, FeedRejected)
    assert f"code {code}: <b>policy</b>)" in explained.for_user


@pytest.mark.parametrize("code", [1000, 1001, 1009, 1011, 1012, 1013, 1014, 3000, 4999])
def test_any_other_close_is_dialled_again(code: int) -> None:
    explained = explain(closed(code), HOST)
    assert isinstance(explained, ConnectionLost)
    assert explained.slowly == (code in (1009, 1012, 1013))


def test_a_line_that_just_ends_is_dialled_again() -> None:
    assert isinstance(explain(ConnectionClosedError(None, None), HOST), ConnectionLost)
    no_pong = ConnectionClosedError(None, Close(1011, "keepalive ping timeout"))
    assert "stopped answering" in str(explain(no_pong, HOST))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), (" 120 ", 120.0), ("Fri, 02 Jan 2026 03:05:05 GMT", 60.0), ("Fri, 02 Jan 2026 03:04:00 GMT", 0.0),
     ("soon", None), ("-5", None), (None, None)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds
