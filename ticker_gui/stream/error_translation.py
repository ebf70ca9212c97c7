"""Translates errors of a connection into our own, with a remedy and a text for the user."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
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
)
from websockets.frames import Close

from ticker_gui.domain.errors import (
    ConnectionLost,
    FeedRejected,
    KeyRejected,
    ProtocolViolation,
    TickerError,
    WrongServer,
)
from ticker_gui.domain.feed_state import Phase
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.stream.retry_after import requested_delay


class ConnectAttempt(NamedTuple):
    """An attempt to connect: the target, how far it came, and the proxy, if there is one (without its password).

    ``redact`` removes the key from a text.
    """

    host: str
    port: int | None = None
    path: str = ""
    phase: Phase = Phase.HANDSHAKE
    proxy: str = ""
    redact: Callable[[str], str] = str

    @property
    def address(self) -> str:
        """Host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


# HTTP statuses that another attempt will not change.
_FATAL_STATUSES: Final[Mapping[int, str]] = {
    400: "rejected the request (HTTP 400). Check the URL.",
    401: "requires a valid API key (HTTP 401). Check the key, then retry.",
    403: "denied access (HTTP 403). Check the API key and its permissions, then retry.",
    404: "found nothing at {path} (HTTP 404). Check the URL.",
    405: "does not accept WebSocket connections at {path} (HTTP 405). Check the URL.",
    410: "no longer serves {path} (HTTP 410). Check the URL.",
    426: "requires a different protocol (HTTP 426). Check the URL.",
    451: "does not serve your country or region (HTTP 451). Use another address of the provider, or another provider.",
}

_TOO_MANY_REQUESTS: Final = (418, 429)  # 418 of Binance: the address is banned for some minutes

# Close codes (RFC 6455 section 7.4.1, IANA registry; the 44xx ones are custom) that another attempt will not change.
_FATAL_CODES: Final[Mapping[int, str]] = {
    1002: "reported a protocol error in what it received",
    1003: "rejected the type of the data that it received",
    1007: "rejected the data that it received as invalid",
    1008: "closed the connection because of its policy",
    1010: "requires a WebSocket extension that is not supported",
    3000: "rejected the API key",
    3003: "denied access",
    4001: "rejected the API key",
    4003: "denied access",
    4401: "rejected the API key",
    4403: "denied access",
}
_FIRST_PRIVATE_CODE: Final = 4000
_KEY_CODES: Final = frozenset({3000, 4001, 4401})
_SLOW_CODES: Final[Mapping[int, str]] = {
    1009: "rejected a message as too large",
    1012: "is restarting",
    1013: "is overloaded",
}
_TRANSIENT_CODES: Final[Mapping[int, str]] = {
    1000: "closed the connection",
    1001: "is shutting down",
    1005: "closed the connection",
    1006: "dropped the connection",
    1011: "reported an internal error",
    1014: "reported a bad gateway",
}
# Codes that this program closes a connection with, because of what the server sent.
_OUR_CODES: Final[Mapping[int, str]] = {
    1002: "violated the WebSocket protocol",
    1007: "sent invalid UTF-8",
    1009: "sent a message that is too large",
}

# By the phase in which an attempt to connect timed out.
_TIMED_OUT: Final[Mapping[Phase, str]] = {
    Phase.NAME: "Looking up {host} timed out (DNS). Check the network.",
    Phase.PROXY: "The proxy {proxy} did not connect to {host} in time. Check the proxy in the settings.",
    Phase.TCP: "{host} did not respond: the TCP connection timed out. Check the network and the port.",
    Phase.TLS: "{host} accepted the connection, but the TLS handshake timed out. Check the port.",
    Phase.HANDSHAKE: "{host} accepted the connection, but the WebSocket handshake timed out. Check the URL.",
}
_REFUSED: Final = "{host} refused the connection. Check the host and the port, and whether the server is running."
# Results of OpenSSL's verification (openssl/x509_vfy.h): the issuer, a self-signed authority of the chain, the issuer's
# own certificate, or the chain of a single certificate is not in the store.
_UNKNOWN_AUTHORITY: Final = frozenset({2, 19, 20, 21})
_MAX_LENGTH: Final = 768  # of a text; parts that a server sent are cut to less before that


def translate_error(error: Exception, attempt: ConnectAttempt) -> TickerError:
    """Return our error for a failure to connect or the end of a connection.

    Its text is safe to display and contains no key, whatever the server sent.
    """
    translated = _translate(error, attempt)
    translated.args = (sanitize_text(attempt.redact(str(translated)), _MAX_LENGTH),)
    return translated


def _translate(error: Exception, attempt: ConnectAttempt) -> TickerError:
    host = attempt.host
    match error:
        case ConnectionClosed():
            return _close_error(error, host)
        case InvalidStatus():
            return _http_error(error, attempt)
        case ProxyError() | InvalidProxy():
            return _proxy_error(error, attempt)
        case ssl.SSLCertVerificationError():
            return _certificate_error(error, host)
        case ssl.SSLError():
            return _tls_error(attempt, str(getattr(error, "reason", None) or error).replace("_", " ").lower())
        case ConnectionError() if attempt.phase is Phase.TLS:
            return _tls_error(attempt, "the server closed the connection")
        case InvalidURI() | UnicodeError() | InvalidHandshake():
            return _handshake_error(error, host)
        case _:
            return _network_error(error, attempt)


def _certificate_error(error: ssl.SSLCertVerificationError, host: str) -> WrongServer:
    reason = str(getattr(error, "verify_message", "") or error).rstrip(".")
    if getattr(error, "verify_code", 0) in _UNKNOWN_AUTHORITY:
        remedy = (
            "Its issuer is unknown to this computer. Update the system's certificates (on Linux, the ca-certificates "
            "package), or set cafile in the settings to the issuer's certificate file. A company network that "
            "inspects connections has its own issuer."
        )
    else:
        remedy = "Check the computer's clock and the URL. To trust your own certificate, set cafile in the settings."
    return WrongServer(f"The certificate of {host} is not trusted: {reason}. {remedy}")


def _tls_error(attempt: ConnectAttempt, reason: str) -> ConnectionLost:
    return ConnectionLost(
        f"Could not open a secure connection to {attempt.address}: {reason}. "
        "Check the port, and whether the URL should start with ws://.",
        slow_backoff=True,
        is_persistent=True,
    )


def _handshake_error(error: Exception, host: str) -> TickerError:
    match error:
        case InvalidURI():
            return FeedRejected("The URL is not a WebSocket URL. It should look like wss://host:port/path.")
        case UnicodeError():
            return FeedRejected(f"{host} is not a valid host name. Check the URL.")
        case InvalidMessage() if isinstance(error.__cause__, EOFError):
            return ConnectionLost(f"{host} closed the connection during the handshake.")
        case _:
            return FeedRejected(f"{host} did not complete the WebSocket handshake. Check the URL.")


def _proxy_error(error: ProxyError | InvalidProxy, attempt: ConnectAttempt) -> TickerError:
    proxy = attempt.proxy or "from the environment"
    if isinstance(error, InvalidProxy):
        return FeedRejected(f"The proxy {proxy} is not valid. Check the proxy in the settings or the environment.")
    status = error.response.status_code if isinstance(error, InvalidProxyStatus) else None
    if status in (401, 403, 407):
        return FeedRejected(
            f"The proxy {proxy} refused to connect to {attempt.host} (HTTP {status}). "
            "Check its user name and password, or set another proxy in the settings."
        )
    details = f" (HTTP {status})" if status else ""
    return ConnectionLost(f"The proxy {proxy} could not connect to {attempt.host}{details}.", slow_backoff=True)


def _network_error(error: Exception, attempt: ConnectAttempt) -> ConnectionLost:
    host = attempt.address
    if isinstance(error, TimeoutError) and attempt.phase in _TIMED_OUT:
        return ConnectionLost(_TIMED_OUT[attempt.phase].format(host=host, proxy=attempt.proxy))
    if attempt.phase is Phase.PROXY:
        failure = f"Could not reach {attempt.host}: the proxy {attempt.proxy} is not available."
        return ConnectionLost(f"{failure} Check the proxy in the settings.", slow_backoff=True)
    match error:
        case socket.gaierror():
            return ConnectionLost(f"The host {attempt.host} was not found. Check the URL and the network.")
        case TimeoutError():
            return ConnectionLost(f"{host} did not respond in time.")
        case ConnectionRefusedError():
            return ConnectionLost(_REFUSED.format(host=host))
        case ConnectionResetError() | BrokenPipeError():
            return ConnectionLost(f"{host} dropped the connection.")
        # asyncio joins the failures of a name's several addresses into one error without a number.
        case OSError(errno=None) if "Connect call failed" in str(error):
            return ConnectionLost(_REFUSED.format(host=host))
        case OSError():
            return ConnectionLost(f"Could not reach {host}: {error.strerror or error}. Check the network.")
        case _:
            return ConnectionLost(
                f"The connection to {host} failed for an unknown reason ({type(error).__name__}). Check the network."
            )


def _http_error(error: InvalidStatus, attempt: ConnectAttempt) -> TickerError:
    host, status = attempt.host, error.response.status_code
    if status in _FATAL_STATUSES:
        message = f"{host} {_FATAL_STATUSES[status].format(path=attempt.path or '/')}"
        return KeyRejected(message) if status == 401 else FeedRejected(message)
    if 300 <= status < 400:
        return WrongServer(
            f"{host} redirected the connection (HTTP {status}), and redirects are not followed. "
            "Ask the provider for the new URL."
        )
    if 200 <= status < 300:  # a web page, which may be temporary: maintenance, or the sign-in of a network
        return ConnectionLost(
            f"{host} returned a web page instead of a WebSocket at {attempt.path or '/'} (HTTP {status}). "
            "Check the URL, and whether the network requires you to sign in.",
            slow_backoff=True,
            is_persistent=True,
        )
    wait = requested_delay(error.response.headers, datetime.now(UTC))
    if status in _TOO_MANY_REQUESTS:
        text = f"{host} reported too many requests (HTTP {status})."
        return ConnectionLost(text, retry_after=wait, slow_backoff=True)
    return ConnectionLost(
        f"{host} is temporarily unavailable (HTTP {status}).", retry_after=wait, slow_backoff=status == 503
    )


def describe_close(error: ConnectionClosed, host: str, *, is_feed: bool = True) -> str:
    """Return how a connection ended, with code and reason, safe to display and without a remedy.

    The meaning of codes from 4000 on is up to the server; ``is_feed`` says that it is the usual one of feeds.
    """
    if _is_our_close(error) and error.sent is not None:
        words, close = _OUR_CODES[error.sent.code], error.sent
    else:
        close = error.rcvd or Close(1006, "")
        by_code = _FATAL_CODES.get(close.code) or _SLOW_CODES.get(close.code) or _TRANSIENT_CODES.get(close.code)
        words = by_code or "closed the connection"
        if not is_feed and close.code >= _FIRST_PRIVATE_CODE:
            words = "closed the connection"
    return sanitize_text(f"{host} {words}{_close_reason(close)}", _MAX_LENGTH)


def _is_our_close(error: ConnectionClosed) -> bool:
    """Return whether we closed the connection because of what the server sent."""
    return error.sent is not None and not error.rcvd_then_sent and error.sent.code in _OUR_CODES


def _close_error(error: ConnectionClosed, host: str) -> TickerError:
    message = describe_close(error, host)
    if _is_our_close(error) and error.sent is not None:
        return _our_close_error(error.sent.code, message)
    code = error.rcvd.code if error.rcvd is not None else 1006
    if code in _FATAL_CODES:
        rejected = KeyRejected if code in _KEY_CODES else FeedRejected
        return rejected(f"{message} Check the settings, then retry.")
    return ConnectionLost(message, slow_backoff=code in _SLOW_CODES)


def _our_close_error(code: int, message: str) -> ConnectionLost:
    if code == 1009:  # above our limit, but valid
        return ConnectionLost(message, slow_backoff=True)
    return ProtocolViolation(message, slow_backoff=True, is_persistent=True)


def _close_reason(close: Close) -> str:
    reason = sanitize_text(close.reason)
    return f" (code {close.code}{f': {reason}' if reason else ''})."
