"""What each failure means: its remedy, as an error of our own, and the words for it. One table for all of them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidMessage,
    InvalidProxy,
    InvalidProxyStatus,
    InvalidStatus,
    InvalidURI,
    ProxyError,
    SecurityError,
)
from websockets.frames import Close

from ticker_gui.domain.errors import ConnectionLost, FeedRejected, KeyRejected, ProtocolViolation, TickerError
from ticker_gui.domain.feed_state import Phase
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.stream.retry_after import requested_wait


class ConnectAttempt(NamedTuple):
    """What was tried: to reach whom, how far it came, through which proxy (as it may be shown)."""

    host: str
    port: int | None = None
    path: str = ""
    phase: Phase = Phase.HANDSHAKE
    proxy: str = ""

    @property
    def address(self) -> str:
        """Host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


# Status codes that another attempt cannot change.
_REFUSALS: Final[Mapping[int, str]] = {
    400: "does not understand the request (HTTP 400). Check the URL.",
    401: "wants a valid key (HTTP 401). Check the key in the settings, then retry.",
    403: "does not allow this (HTTP 403). Check the key and what it may do.",
    404: "has nothing at the address {path} (HTTP 404). Check the URL.",
    405: "is no WebSocket server at the address {path} (HTTP 405). Check the URL.",
    410: "no longer serves the address {path} (HTTP 410). Check the URL.",
    426: "wants another protocol (HTTP 426). Check the URL.",
}

# Close codes (RFC 6455 section 7.4.1, IANA registry; the 44xx ones are custom) that another attempt cannot change.
_FATAL_CODES: Final[Mapping[int, str]] = {
    1002: "says that we broke the protocol",
    1003: "does not accept this kind of data",
    1007: "says that our data was not valid",
    1008: "closed the connection for reasons of policy",
    1010: "wanted an extension that we do not have",
    3000: "does not accept the key",
    3003: "does not allow this",
    4001: "does not accept the key",
    4003: "does not allow this",
    4401: "does not accept the key",
    4403: "does not allow this",
}
_KEY_CODES: Final = frozenset({3000, 4001, 4401})
_SLOW_CODES: Final[Mapping[int, str]] = {
    1009: "got a message that was too large",
    1012: "restarts",
    1013: "is overloaded",
}
_PASSING_CODES: Final[Mapping[int, str]] = {
    1000: "closed the connection",
    1001: "is going away",
    1005: "closed the connection",
    1006: "broke off the connection",
    1011: "had an internal error",
    1014: "had a bad gateway behind it",
}
# Codes that we close with, because of what the server did.
_OUR_CODES: Final[Mapping[int, str]] = {
    1002: "broke the rules of WebSocket",
    1007: "sent a text that is none",
    1009: "sent a message that was too large",
}

# What it means when the time to connect is over; {host} may be the proxy.
_TOO_LATE: Final[Mapping[Phase, str]] = {
    Phase.NAME: "The name {host} was not found in time (DNS timed out). Check the network.",
    Phase.PROXY: "The proxy {proxy} does not open the way to {host} in time. Check the proxy in the settings.",
    Phase.TCP: "{host} does not answer: no TCP connection in time. Check the network and the port.",
    Phase.TLS: "{host} answers, but does not agree on TLS in time. Check the port.",
    Phase.HANDSHAKE: "{host} takes the connection, but does not answer the handshake in time. Check the URL.",
}
# Results of OpenSSL's verification (openssl/x509_vfy.h): the issuer, a self-signed authority of the chain, the issuer's
# own certificate, or the chain of a single certificate is not in the store.
_UNKNOWN_AUTHORITY: Final = frozenset({2, 19, 20, 21})
_MAX_LENGTH: Final = 768  # of a text; what a server sends is cut to less before that
_MAX_ATTEMPTS: Final = 3  # where another one hardly helps


def translate_error(error: Exception, attempt: ConnectAttempt) -> TickerError:
    """Return what a failure to connect, or the end of a connection, means.

    Whatever the server sent, the result is one of our errors, and its text is safe to display.
    """
    explained = _translate(error, attempt)
    explained.args = (sanitize_text(str(explained), _MAX_LENGTH),)
    return explained


def _translate(error: Exception, attempt: ConnectAttempt) -> TickerError:
    host = attempt.host
    match error:
        case ConnectionClosed():
            return _closed(error, host)
        case InvalidStatus():
            return _refused(error, attempt)
        case ProxyError() | InvalidProxy():
            return _by_proxy(error, attempt)
        case ssl.SSLCertVerificationError():
            return _not_trusted(error, host)
        case ssl.SSLError():
            return _not_secure(attempt, str(getattr(error, "reason", None) or error).replace("_", " ").lower())
        case ConnectionError() if attempt.phase is Phase.TLS:
            return _not_secure(attempt, "it hung up instead")
        case InvalidURI() | UnicodeError() | InvalidHandshake():
            return _no_websocket(error, host)
        case _:
            return _unreachable(error, attempt)


def no_login(title: str) -> ConnectionLost:
    """Return the loss of a server that does not answer the login."""
    return ConnectionLost(f"{title} does not answer the login.", slow_backoff=True)


def no_answer(host: str) -> ConnectionLost:
    """Return the loss of a line on which nothing comes any more, not even answers to pings."""
    return ConnectionLost(f"{host} stopped answering: not even pings are answered.")


def not_reading(host: str) -> ConnectionLost:
    """Return the loss of a connection whose other side sends, but does not read what is sent to it."""
    return ConnectionLost(f"{host} does not read what is sent to it, so the connection was dropped.", slow_backoff=True)


def too_many_pings(host: str) -> ConnectionLost:
    """Return the loss of a connection over which more pings come than can be of use."""
    return ConnectionLost(f"{host} sends pings without pause, so the connection was dropped.", slow_backoff=True)


def no_data_timeout(seconds: float, why: str) -> ConnectionLost:
    """Return the loss of a line without market data; ``why`` says what comes in its place."""
    return ConnectionLost(f"No market data came for {seconds:.0f} s. {why}")


def resumed_after_suspend(seconds: float) -> ConnectionLost:
    """Return the loss of a line on which nobody listened for a while."""
    return ConnectionLost(
        f"Resumed: the computer slept, or this program was held up, for {seconds:.0f} s. "
        "What came meanwhile was missed.",
        immediate=True,
    )


def auth_expired(rejection: FeedRejected) -> ConnectionLost:
    """Return the loss of a connection that was rejected after it had worked: an expired key is read again once."""
    return ConnectionLost(rejection.for_user, immediate=True)


def _not_trusted(error: ssl.SSLCertVerificationError, host: str) -> FeedRejected:
    reason = str(getattr(error, "verify_message", "") or error).rstrip(".")
    if getattr(error, "verify_code", 0) in _UNKNOWN_AUTHORITY:
        remedy = (
            "This computer does not know the authority that issued it. Update the system's certificates (on Linux the "
            "package ca-certificates), or name the authority's file as cafile in the settings; a company network that "
            "inspects connections has an authority of its own."
        )
    else:
        remedy = "Check the computer's clock and the URL; a certificate of your own goes into cafile in the settings."
    return FeedRejected(f"The certificate of {host} is not to be trusted: {reason}. {remedy}")


def _not_secure(attempt: ConnectAttempt, reason: str) -> ConnectionLost:
    return ConnectionLost(
        f"No secure connection to {attempt.address}: {reason}. "
        "Check the port, and whether the URL should begin with ws://.",
        slow_backoff=True,
        max_attempts=_MAX_ATTEMPTS,
    )


def _no_websocket(error: Exception, host: str) -> TickerError:
    match error:
        case InvalidURI() | SecurityError():
            return FeedRejected("The URL is not one of a WebSocket: it should look like wss://host:port/path.")
        case UnicodeError():
            return FeedRejected(f"{host} cannot be the name of a host. Check the URL.")
        case InvalidMessage() if isinstance(error.__cause__, EOFError):
            return ConnectionLost(f"{host} hung up during the handshake.")
        case _:
            return FeedRejected(f"{host} does not answer as a WebSocket server. Check the URL.")


def _by_proxy(error: ProxyError | InvalidProxy, attempt: ConnectAttempt) -> TickerError:
    proxy = attempt.proxy or "of the environment"
    if isinstance(error, InvalidProxy):
        return FeedRejected(f"The proxy {proxy} cannot be used. Correct proxy in the settings or in the environment.")
    status = error.response.status_code if isinstance(error, InvalidProxyStatus) else None
    if status in (401, 403, 407):
        return FeedRejected(
            f"The proxy {proxy} does not let us through to {attempt.host} (HTTP {status}). "
            "Check its user and password, or name another proxy in the settings."
        )
    said = f" (HTTP {status})" if status else ""
    return ConnectionLost(f"The proxy {proxy} does not open the way to {attempt.host}{said}.", slow_backoff=True)


def _unreachable(error: Exception, attempt: ConnectAttempt) -> ConnectionLost:
    host = attempt.address
    if isinstance(error, TimeoutError) and attempt.phase in _TOO_LATE:
        return ConnectionLost(_TOO_LATE[attempt.phase].format(host=host, proxy=attempt.proxy))
    if attempt.phase is Phase.PROXY:
        return ConnectionLost(
            f"The proxy {attempt.proxy} on the way to {attempt.host} is not reached. Check proxy in the settings.",
            slow_backoff=True,
        )
    match error:
        case socket.gaierror():
            return ConnectionLost(f"The name {attempt.host} is not found. Check the URL and the network.")
        case TimeoutError():
            return ConnectionLost(f"{host} does not answer.")
        case ConnectionRefusedError():
            return ConnectionLost(f"{host} refuses the connection.")
        case ConnectionResetError() | BrokenPipeError():
            return ConnectionLost(f"{host} broke off the connection.")
        # asyncio joins the failures of a name's several addresses into one error without a number.
        case OSError(errno=None) if "Connect call failed" in str(error):
            return ConnectionLost(f"{host} refuses the connection.")
        case OSError():
            return ConnectionLost(f"{host} is not reached: {error.strerror or error}.")
        case _:
            return ConnectionLost(f"The connection to {host} failed: {type(error).__name__}.")


def _refused(error: InvalidStatus, attempt: ConnectAttempt) -> TickerError:
    host, status = attempt.host, error.response.status_code
    if status in _REFUSALS:
        words = f"{host} {_REFUSALS[status].format(path=attempt.path or '/')}"
        return KeyRejected(words) if status == 401 else FeedRejected(words)
    if 300 <= status < 400:
        return FeedRejected(
            f"{host} sends us elsewhere (HTTP {status}), which is not followed. Ask the provider for the new URL."
        )
    if 200 <= status < 300:  # a page of another server; one that says "back soon", or asks to sign in, may pass
        return ConnectionLost(
            f"{host} has a page for people at the address {attempt.path or '/'} and no WebSocket (HTTP {status}). "
            "Check the URL, and whether the network wants you to sign in.",
            slow_backoff=True,
            max_attempts=_MAX_ATTEMPTS,
        )
    wait = requested_wait(error.response.headers, datetime.now(UTC))
    if status == 429:
        return ConnectionLost(f"{host} asks for fewer attempts (HTTP 429).", retry_after=wait, slow_backoff=True)
    return ConnectionLost(f"{host} cannot serve us now (HTTP {status}).", retry_after=wait, slow_backoff=status == 503)


def _closed(error: ConnectionClosed, host: str) -> TickerError:
    if error.sent is not None and not error.rcvd_then_sent and error.sent.code in _OUR_CODES:
        return _violated(error.sent, host)
    close = error.rcvd or Close(1006, "")
    code = close.code
    if code in _FATAL_CODES:
        rejected = KeyRejected if code in _KEY_CODES else FeedRejected
        return rejected(f"{host} {_FATAL_CODES[code]}{_why(close)} Check the settings, then retry.")
    if code in _SLOW_CODES:
        return ConnectionLost(f"{host} {_SLOW_CODES[code]}{_why(close)}", slow_backoff=True)
    return ConnectionLost(f"{host} {_PASSING_CODES.get(code, 'closed the connection')}{_why(close)}")


def _violated(sent: Close, host: str) -> ConnectionLost:
    """Return the end of a connection that we closed because of what the server sent."""
    words = f"{host} {_OUR_CODES[sent.code]}{_why(sent)}"
    if sent.code == 1009:  # too large for us, but within the rules
        return ConnectionLost(words, slow_backoff=True)
    return ProtocolViolation(words, slow_backoff=True, max_attempts=_MAX_ATTEMPTS)


def _why(close: Close) -> str:
    said = sanitize_text(close.reason)
    return f" (code {close.code}{f': {said}' if said else ''})."
