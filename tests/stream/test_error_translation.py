from __future__ import annotations

import contextlib
import socket
import ssl
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.exceptions import (
    ConnectionClosedError,
    InvalidHandshake,
    InvalidHeader,
    InvalidMessage,
    InvalidProxy,
    InvalidProxyMessage,
    InvalidProxyStatus,
    InvalidStatus,
    InvalidURI,
    ProxyError,
    SecurityError,
)
from websockets.frames import Close
from websockets.http11 import Response

from ticker_gui.domain.errors import (
    ConnectionLost,
    FeedRejected,
    KeyRejected,
    ProtocolViolation,
    TickerError,
    WrongServer,
)
from ticker_gui.domain.feed_state import Phase
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.stream.error_translation import ConnectAttempt, translate_error

HOST = ConnectAttempt("feed.example.com", 9443, "/ws")


def status(code: int, **headers: str) -> InvalidStatus:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return InvalidStatus(Response(code, "Reason", Headers(named)))


def closed(code: int, reason: str = "") -> ConnectionClosedError:
    close = Close(code, reason)
    return ConnectionClosedError(close, close, rcvd_then_sent=True)


def closed_early() -> InvalidMessage:
    error = InvalidMessage("did not receive a valid HTTP response")
    error.__cause__ = EOFError()
    return error


@pytest.mark.parametrize(
    ("error", "remedy", "word"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), ConnectionLost, "not found"),
        (ConnectionRefusedError(111, "refused"), ConnectionLost, "refused"),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 1, 0, 0)"), ConnectionLost, "refused"),
        (ConnectionResetError(), ConnectionLost, "dropped"),
        (OSError(101, "Network is unreachable"), ConnectionLost, "Network is unreachable. Check the network."),
        (TimeoutError(), ConnectionLost, "timed out"),
        (UnicodeError("label empty or too long"), FeedRejected, "host name"),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), WrongServer, "certificate"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), ConnectionLost, "secure"),
        (ProxyError("no"), ConnectionLost, "proxy"),
        (InvalidProxyStatus(Response(407, "Sign in", Headers())), FeedRejected, "407"),
        (InvalidProxyStatus(Response(502, "Bad", Headers())), ConnectionLost, "502"),
        (InvalidProxy("ftp://user:s3cret@there", "no"), FeedRejected, "proxy"),
        (closed_early(), ConnectionLost, "handshake"),
        (InvalidHandshake("no"), FeedRejected, "WebSocket"),
        (InvalidURI("x", "y"), FeedRejected, "URL"),
        (RuntimeError("what?"), ConnectionLost, "unknown reason (RuntimeError). Check"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_a_failure_to_connect_has_its_remedy_and_text(error: Exception, remedy: type[TickerError], word: str) -> None:
    translated = translate_error(error, HOST)
    assert type(translated) is remedy
    assert word in translated.for_user
    assert "s3cret" not in translated.for_user


def text_of(error: Exception, phase: Phase) -> str:
    return translate_error(error, HOST._replace(phase=phase, proxy="http://proxy.example:3128")).for_user


@pytest.mark.parametrize(
    ("phase", "text"),
    [
        (Phase.NAME, "timed out (DNS)"),
        (Phase.PROXY, "proxy http://proxy.example:3128"),
        (Phase.TCP, "TCP connection timed out"),
        (Phase.TLS, "TLS"),
        (Phase.HANDSHAKE, "WebSocket handshake timed out"),
        (Phase.OPEN, "did not respond"),
    ],
)
def test_a_timeout_names_the_phase_that_timed_out(phase: Phase, text: str) -> None:
    assert text in text_of(TimeoutError(), phase)


def test_an_unreachable_proxy_is_named() -> None:
    assert "proxy http://proxy.example:3128" in text_of(ConnectionRefusedError(111, "refused"), Phase.PROXY)


def test_an_address_includes_its_port() -> None:
    assert "feed.example.com:9443" in text_of(ConnectionRefusedError(111, "refused"), Phase.TCP)
    assert ConnectAttempt("::1", 80).address == "[::1]:80"


def test_a_tls_error_allows_three_attempts() -> None:
    loss = translate_error(ssl.SSLError(1, "WRONG_VERSION_NUMBER"), HOST)
    assert isinstance(loss, ConnectionLost)
    assert loss.is_persistent


def test_a_wrong_key_differs_from_other_rejections() -> None:
    assert isinstance(translate_error(status(401), HOST), KeyRejected)
    assert isinstance(translate_error(closed(4001), HOST), KeyRejected)
    assert not isinstance(translate_error(status(403), HOST), KeyRejected)


def untrusted(code: int, message: str) -> FeedRejected:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    translated = translate_error(error, HOST)
    assert isinstance(translated, WrongServer)
    assert message in translated.for_user
    return translated


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (2, "unable to get issuer certificate"),
        (19, "self-signed certificate in certificate chain"),
        (20, "unable to get local issuer certificate"),
        (21, "unable to verify the first certificate"),
    ],
)
def test_an_unknown_issuer_has_its_own_text(code: int, message: str) -> None:
    text = untrusted(code, message).for_user
    assert "issuer is unknown to this computer" in text
    assert "ca-certificates" in text
    assert "cafile" in text
    assert "clock" not in text


@pytest.mark.parametrize(("code", "message"), [(10, "certificate has expired"), (62, "Hostname mismatch")])
def test_any_other_certificate_error_names_the_clock_and_the_url(code: int, message: str) -> None:
    assert "Check the computer's clock and the URL" in untrusted(code, message).for_user


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 410, 426, 451, 301, 302, 308])
def test_a_fatal_status_asks_the_user(code: int) -> None:
    translated = translate_error(status(code, Location="wss://other.example/?token=s3cret"), HOST)
    assert isinstance(translated, FeedRejected)
    assert isinstance(translated, WrongServer) == (300 <= code < 400)
    assert str(code) in translated.for_user
    assert "s3cret" not in translated.for_user


@pytest.mark.parametrize("code", [200, 202, 204])
def test_a_web_page_allows_three_attempts(code: int) -> None:
    translated = translate_error(status(code), HOST)
    assert isinstance(translated, ConnectionLost)
    assert f"returned a web page instead of a WebSocket at /ws (HTTP {code})" in translated.for_user
    assert (translated.slow_backoff, translated.is_persistent) == (True, True)


@pytest.mark.parametrize("code", [408, 418, 425, 429, 500, 502, 503, 504, 599])
def test_a_transient_status_reconnects(code: int) -> None:
    translated = translate_error(status(code, Retry_After="7"), HOST)
    assert isinstance(translated, ConnectionLost)
    assert translated.retry_after == 7.0
    assert translated.slow_backoff == (code in (418, 429, 503))


@pytest.mark.parametrize("day", ["02 Jan 2026", "05 Feb 1999"])
def test_a_retry_after_date_is_compared_with_the_servers_clock(day: str) -> None:
    translated = translate_error(status(503, Retry_After=f"{day} 03:05:05 GMT", Date=f"{day} 03:04:05 GMT"), HOST)
    assert isinstance(translated, ConnectionLost)
    assert translated.retry_after == 60.0


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1010, 3000, 3003, 4001, 4003, 4401, 4403])
def test_a_fatal_close_code_asks_the_user(code: int) -> None:
    translated = translate_error(closed(code, "<b>policy</b>\u202e"), HOST)
    assert isinstance(translated, FeedRejected)
    assert f"code {code}: <b>policy</b>)" in translated.for_user


@pytest.mark.parametrize("code", [1000, 1001, 1009, 1011, 1012, 1013, 1014, 3001, 4999])
def test_any_other_close_code_reconnects(code: int) -> None:
    translated = translate_error(closed(code), HOST)
    assert isinstance(translated, ConnectionLost)
    assert translated.slow_backoff == (code in (1009, 1012, 1013))


def test_a_connection_that_ends_without_a_close_frame_reconnects() -> None:
    assert isinstance(translate_error(ConnectionClosedError(None, None), HOST), ConnectionLost)


@pytest.mark.parametrize("code", [1002, 1007, 1009])
@pytest.mark.parametrize("answer", [None, 1002, 1008])
def test_a_violation_by_the_server_is_not_reported_as_ours(code: int, answer: int | None) -> None:
    ours = Close(code, "reserved bits must be 0")
    theirs = None if answer is None else Close(answer, "")
    error = ConnectionClosedError(theirs, ours, rcvd_then_sent=None if theirs is None else False)
    translated = translate_error(error, HOST)
    assert isinstance(translated, ConnectionLost)
    assert "reported" not in translated.for_user
    assert f"code {code}: reserved bits must be 0" in translated.for_user
    assert translated.slow_backoff
    assert isinstance(translated, ProtocolViolation) is (code != 1009)  # too large is no violation


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["Date", "Retry-After", "Location", "Server", "Content-Length", "Sec-WebSocket-Accept"])
        | st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":"), min_size=1, max_size=20),
        st.text(max_size=20)
        | st.integers().map(str)
        | st.floats().map(str)
        | st.datetimes().map(lambda time: f"{time:%a, %d %b %Y %H:%M:%S GMT}")
        | st.builds(lambda character, count: character * count, st.sampled_from("9-\u202e, é"), st.integers(0, 9000)),
    ),
    max_size=4,
)
REASONS = st.text(max_size=200) | st.integers(0, 5_000).map(lambda count: "\u202e\0<b>" * count)
CLOSES = st.none() | st.builds(Close, st.integers(0, 70_000), REASONS)


def response(code: int, headers: list[tuple[str, str]]) -> Response:
    accepted = Headers()
    for name, value in headers:
        with contextlib.suppress(InvalidHeader):  # websockets itself refuses these
            accepted[name] = value
    return Response(code, "Reason\x1b[31m", accepted, b"<h1>\x1b[31m")


def end(received: Close | None, sent: Close | None, is_answer: bool) -> ConnectionClosedError:
    return ConnectionClosedError(received, sent, is_answer if received is not None and sent is not None else None)


RESPONSES = st.builds(response, st.integers(100, 599), HEADERS)
ERRORS = (
    st.builds(InvalidStatus, RESPONSES)
    | st.builds(InvalidProxyStatus, RESPONSES)
    | st.builds(InvalidProxyMessage, st.text())
    | st.builds(InvalidMessage, st.text())
    | st.builds(end, CLOSES, CLOSES, st.booleans())
    | st.builds(OSError, st.integers(-10, 200), st.text())
    | st.builds(OSError, st.text())
    | st.builds(ssl.SSLError, st.integers(0, 9), st.text())
)
ATTEMPTS = st.builds(
    ConnectAttempt,
    st.text(max_size=300),
    st.none() | st.integers(1, 65_535),
    st.text(max_size=300),
    st.sampled_from(Phase),
    redact=st.just(str),
)


@given(ERRORS, ATTEMPTS)
def test_anything_a_server_sends_becomes_one_of_our_errors_with_clean_text(
    error: Exception, attempt: ConnectAttempt
) -> None:
    check_translation(error, attempt)


def check_translation(error: Exception, attempt: ConnectAttempt) -> None:
    translated = translate_error(error, attempt)
    assert isinstance(translated, TickerError)
    assert 0 < len(translated.for_user) <= 768
    assert not any(
        unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") for character in translated.for_user
    )
    if isinstance(translated, ConnectionLost) and translated.retry_after is not None:
        assert translated.retry_after >= 0.0


def test_a_reason_that_repeats_the_key_contains_no_key() -> None:
    attempt = HOST._replace(redact=Credentials("ws://desk", "can4ry-k3y").redact)
    assert "bad key •••" in str(translate_error(closed(1008, "bad key can4ry-k3y"), attempt))


@pytest.mark.parametrize("code", [429, 500, 503])
@pytest.mark.parametrize("name", ["Date", "Retry-After", "Server", "Location", "Content-Type"])
def test_a_repeated_header_does_not_hide_the_status(code: int, name: str) -> None:
    translated = translate_error(InvalidStatus(response(code, [(name, "7"), (name, "9"), ("Retry-After", "8")])), HOST)
    assert isinstance(translated, ConnectionLost)
    assert translated.retry_after == (9.0 if name == "Retry-After" else 8.0)


def test_a_response_with_an_endless_line_does_not_blame_the_form_of_the_url() -> None:
    translated = translate_error(SecurityError("line too long"), HOST)
    assert isinstance(translated, FeedRejected)
    assert "did not complete the WebSocket handshake" in translated.for_user
