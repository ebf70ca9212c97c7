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
)
from websockets.frames import Close
from websockets.http11 import Response

from ticker_gui.domain.errors import ConnectionLost, FeedRejected, KeyRejected, ProtocolViolation, TickerError
from ticker_gui.domain.feed_state import Phase
from ticker_gui.stream import error_translation
from ticker_gui.stream.error_translation import ConnectAttempt, no_answer, translate_error

HOST = ConnectAttempt("feed.example.com", 9443, "/ws")


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
        (ProxyError("no"), ConnectionLost, "proxy"),
        (InvalidProxyStatus(Response(407, "Sign in", Headers())), FeedRejected, "407"),
        (InvalidProxyStatus(Response(502, "Bad", Headers())), ConnectionLost, "502"),
        (InvalidProxy("ftp://user:s3cret@there", "no"), FeedRejected, "proxy"),
        (hung_up(), ConnectionLost, "handshake"),
        (InvalidHandshake("no"), FeedRejected, "WebSocket"),
        (InvalidURI("x", "y"), FeedRejected, "URL"),
        (RuntimeError("what?"), ConnectionLost, "RuntimeError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_a_failure_to_connect_has_its_remedy_and_words(error: Exception, remedy: type[TickerError], word: str) -> None:
    explained = translate_error(error, HOST)
    assert type(explained) is remedy
    assert word in explained.for_user
    assert "s3cret" not in explained.for_user


def words_of(error: Exception, phase: Phase) -> str:
    return translate_error(error, HOST._replace(phase=phase, proxy="http://proxy.example:3128")).for_user


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        (Phase.NAME, "DNS timed out"),
        (Phase.PROXY, "proxy http://proxy.example:3128"),
        (Phase.TCP, "no TCP connection"),
        (Phase.TLS, "TLS"),
        (Phase.HANDSHAKE, "does not answer the handshake"),
        (Phase.OPEN, "does not answer"),
    ],
)
def test_a_time_out_says_what_took_too_long(phase: Phase, words: str) -> None:
    assert words in words_of(TimeoutError(), phase)


def test_a_proxy_that_is_not_there_is_named_and_not_the_feed() -> None:
    assert "proxy http://proxy.example:3128" in words_of(ConnectionRefusedError(111, "refused"), Phase.PROXY)


def test_an_address_is_named_with_its_port() -> None:
    assert "feed.example.com:9443" in words_of(ConnectionRefusedError(111, "refused"), Phase.TCP)
    assert ConnectAttempt("::1", 80).address == "[::1]:80"


def test_no_tls_is_tried_three_times_only() -> None:
    loss = translate_error(ssl.SSLError(1, "WRONG_VERSION_NUMBER"), HOST)
    assert isinstance(loss, ConnectionLost)
    assert loss.max_attempts == 3


def test_a_wrong_key_is_told_from_other_refusals() -> None:
    assert isinstance(translate_error(status(401), HOST), KeyRejected)
    assert isinstance(translate_error(closed(4001), HOST), KeyRejected)
    assert not isinstance(translate_error(status(403), HOST), KeyRejected)


def test_losses_of_our_own_say_why() -> None:
    assert "login" in error_translation.no_login("Finnhub").for_user
    assert "60 s. Nothing comes." in error_translation.no_data_timeout(60, "Nothing comes.").for_user
    assert error_translation.resumed_after_suspend(600).for_user.startswith("Resumed")
    assert error_translation.resumed_after_suspend(600).immediate
    assert error_translation.auth_expired(KeyRejected("No.")).immediate


def not_trusted(code: int, message: str) -> FeedRejected:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    explained = translate_error(error, HOST)
    assert type(explained) is FeedRejected
    assert message in explained.for_user
    return explained


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (2, "unable to get issuer certificate"),
        (19, "self-signed certificate in certificate chain"),
        (20, "unable to get local issuer certificate"),
        (21, "unable to verify the first certificate"),
    ],
)
def test_an_authority_that_is_not_known_here_has_words_of_its_own(code: int, message: str) -> None:
    words = not_trusted(code, message).for_user
    assert "does not know the authority" in words
    assert "ca-certificates" in words
    assert "cafile" in words
    assert "clock" not in words


@pytest.mark.parametrize(("code", "message"), [(10, "certificate has expired"), (62, "Hostname mismatch")])
def test_any_other_doubt_about_a_certificate_names_the_clock_and_the_url(code: int, message: str) -> None:
    assert "Check the computer's clock and the URL" in not_trusted(code, message).for_user


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 410, 426, 301, 302, 308])
def test_a_refusal_by_status_is_for_the_user(code: int) -> None:
    explained = translate_error(status(code, Location="wss://other.example/?token=s3cret"), HOST)
    assert isinstance(explained, FeedRejected)
    assert str(code) in explained.for_user
    assert "s3cret" not in explained.for_user


@pytest.mark.parametrize("code", [200, 202, 204])
def test_a_page_for_people_is_called_so_and_tried_three_times_only(code: int) -> None:
    explained = translate_error(status(code), HOST)
    assert isinstance(explained, ConnectionLost)
    assert f"a page for people at the address /ws and no WebSocket (HTTP {code})" in explained.for_user
    assert (explained.slow_backoff, explained.max_attempts) == (True, 3)


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504, 599])
def test_trouble_that_passes_is_dialled_again(code: int) -> None:
    explained = translate_error(status(code, Retry_After="7"), HOST)
    assert isinstance(explained, ConnectionLost)
    assert explained.retry_after == 7.0
    assert explained.slow_backoff == (code in (429, 503))


@pytest.mark.parametrize("day", ["02 Jan 2026", "05 Feb 1999"])
def test_a_date_to_wait_for_is_read_by_the_servers_clock(day: str) -> None:
    explained = translate_error(status(503, Retry_After=f"{day} 03:05:05 GMT", Date=f"{day} 03:04:05 GMT"), HOST)
    assert isinstance(explained, ConnectionLost)
    assert explained.retry_after == 60.0


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1010, 3000, 3003, 4001, 4003, 4401, 4403])
def test_a_close_that_blames_us_is_for_the_user(code: int) -> None:
    explained = translate_error(closed(code, "<b>policy</b>\u202e"), HOST)
    assert isinstance(explained, FeedRejected)
    assert f"code {code}: <b>policy</b>)" in explained.for_user


@pytest.mark.parametrize("code", [1000, 1001, 1009, 1011, 1012, 1013, 1014, 3001, 4999])
def test_any_other_close_is_dialled_again(code: int) -> None:
    explained = translate_error(closed(code), HOST)
    assert isinstance(explained, ConnectionLost)
    assert explained.slow_backoff == (code in (1009, 1012, 1013))


def test_a_line_that_just_ends_is_dialled_again() -> None:
    assert isinstance(translate_error(ConnectionClosedError(None, None), HOST), ConnectionLost)
    assert no_answer("desk").for_user.startswith("desk stopped answering")


@pytest.mark.parametrize("code", [1002, 1007, 1009])
@pytest.mark.parametrize("answer", [None, 1002, 1008])
def test_what_the_server_did_is_not_said_to_be_ours(code: int, answer: int | None) -> None:
    ours = Close(code, "reserved bits must be 0")
    theirs = None if answer is None else Close(answer, "")
    error = ConnectionClosedError(theirs, ours, rcvd_then_sent=None if theirs is None else False)
    explained = translate_error(error, HOST)
    assert isinstance(explained, ConnectionLost)
    assert "that we broke" not in explained.for_user
    assert f"code {code}: reserved bits must be 0" in explained.for_user
    assert explained.slow_backoff
    assert isinstance(explained, ProtocolViolation) is (code != 1009)  # too large is no violation


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["Date", "Retry-After", "Location", "Server", "Content-Length", "Sec-WebSocket-Accept"])
        | st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":"), min_size=1, max_size=20),
        st.text(max_size=20)
        | st.integers().map(str)
        | st.floats().map(str)
        | st.datetimes().map(lambda moment: f"{moment:%a, %d %b %Y %H:%M:%S GMT}")
        | st.builds(lambda character, count: character * count, st.sampled_from("9-\u202e, é"), st.integers(0, 9000)),
    ),
    max_size=4,
)
REASONS = st.text(max_size=200) | st.integers(0, 5_000).map(lambda count: "\u202e\0<b>" * count)
CLOSES = st.none() | st.builds(Close, st.integers(0, 70_000), REASONS)


def response(code: int, headers: list[tuple[str, str]]) -> Response:
    kept = Headers()
    for name, value in headers:
        with contextlib.suppress(InvalidHeader):  # websockets itself refuses these
            kept[name] = value
    return Response(code, "Reason\x1b[31m", kept, b"<h1>\x1b[31m")


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
)


@given(ERRORS, ATTEMPTS)
def test_whatever_a_server_sends_becomes_one_of_our_errors_with_clean_text(
    error: Exception, attempt: ConnectAttempt
) -> None:
    check_translation(error, attempt)


def check_translation(error: Exception, attempt: ConnectAttempt) -> None:
    explained = translate_error(error, attempt)
    assert isinstance(explained, TickerError)
    assert 0 < len(explained.for_user) <= 768
    assert not any(
        unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") for character in explained.for_user
    )
    if isinstance(explained, ConnectionLost) and explained.retry_after is not None:
        assert explained.retry_after >= 0.0


@pytest.mark.parametrize("code", [429, 500, 503])
@pytest.mark.parametrize("name", ["Date", "Retry-After", "Server", "Location", "Content-Type"])
def test_a_repeated_header_does_not_hide_the_status(code: int, name: str) -> None:
    explained = translate_error(InvalidStatus(response(code, [(name, "7"), (name, "9"), ("Retry-After", "8")])), HOST)
    assert isinstance(explained, ConnectionLost)
    assert explained.retry_after == (9.0 if name == "Retry-After" else 8.0)
