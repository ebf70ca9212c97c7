"""What each failure means: its remedy, as an error of our own, and the words for it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidMessage,
    InvalidStatus,
    InvalidURI,
    ProxyError,
    SecurityError,
)

from ticker_gui.domain.errors import ConnectionLost, FeedRejected, TickerError
from ticker_gui.domain.text import display_text

# Status codes that another attempt cannot change.
_REFUSALS: Final[Mapping[int, str]] = {
    400: "does not understand the request (HTTP 400). Check the URL.",
    401: "wants a valid key (HTTP 401). Check the key in the settings.",
    403: "does not allow this (HTTP 403). Check the key and what it may do.",
    404: "has nothing at this address (HTTP 404). Check the URL.",
    405: "is no WebSocket server at this address (HTTP 405). Check the URL.",
    410: "no longer serves this address (HTTP 410). Check the URL.",
    426: "wants another protocol (HTTP 426). Check the URL.",
}

# Close codes (RFC 6455 section 7.4.1, IANA registry) that another attempt cannot change.
_FATAL_CODES: Final[Mapping[int, str]] = {
    1002: "says that we broke the protocol",
    1003: "does not accept this kind of data",
    1007: "says that our data was not valid",
    1008: "closed the connection for reasons of policy",
    1010: "wanted an extension that we do not have",
}
_SLOW_CODES: Final[Mapping[int, str]] = {
    1009: "sent or got a message that was too large",
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


def explain(error: Exception, host: str) -> TickerError:
    """Return what a failure to connect, or the end of a connection, means; ``host`` names the other side."""
    match error:
        case ConnectionClosed():
            return _closed(error, host)
        case InvalidStatus():
            return _refused(error, host)
        case ssl.SSLCertVerificationError():
            return FeedRejected(
                f"The certificate of {host} is not to be trusted: {getattr(error, 'verify_message', error)}. "
                "Check the computer's clock and the URL."
            )
        case ssl.SSLError():
            return ConnectionLost(
                f"No secure connection to {host}: {getattr(error, 'reason', None) or error}.", slowly=True
            )
        case InvalidURI() | SecurityError():
            return FeedRejected("The URL is not one of a WebSocket: it should look like wss://host:port/path.")
        case UnicodeError():
            return FeedRejected(f"{host} cannot be the name of a host. Check the URL.")
        case ProxyError():
            return ConnectionLost(f"The proxy on the way to {host} does not help.", slowly=True)
        case InvalidMessage() if isinstance(error.__cause__, EOFError):
            return ConnectionLost(f"{host} hung up during the handshake.")
        case InvalidHandshake():
            return FeedRejected(f"{host} does not answer as a WebSocket server. Check the URL.")
        case _:
            return _unreachable(error, host)


def _unreachable(error: Exception, host: str) -> ConnectionLost:
    match error:
        case socket.gaierror():
            return ConnectionLost(f"The name {host} is not found. Check the URL and the network.")
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


def _refused(error: InvalidStatus, host: str) -> TickerError:
    status = error.response.status_code
    if status in _REFUSALS:
        return FeedRejected(f"{host} {_REFUSALS[status]}")
    if 300 <= status < 400:
        return FeedRejected(
            f"{host} sends us elsewhere (HTTP {status}), which is not followed. Ask the provider for the new URL."
        )
    wait = retry_after(error.response.headers.get("Retry-After"), datetime.now(UTC))
    if status == 429:
        return ConnectionLost(f"{host} asks for fewer attempts (HTTP 429).", retry_after=wait, slowly=True)
    return ConnectionLost(f"{host} cannot serve us now (HTTP {status}).", retry_after=wait, slowly=status == 503)


def _closed(error: ConnectionClosed, host: str) -> TickerError:
    close = error.rcvd or error.sent
    code = close.code if close is not None else 1006
    said = display_text(error.rcvd.reason) if error.rcvd is not None else ""
    why = f" (code {code}{f': {said}' if said else ''})."
    if error.rcvd is None and code == 1011:
        return ConnectionLost(f"{host} stopped answering{why}")
    if code in _FATAL_CODES:
        return FeedRejected(f"{host} {_FATAL_CODES[code]}{why} Check the settings, then retry.")
    if code in _SLOW_CODES:
        return ConnectionLost(f"{host} {_SLOW_CODES[code]}{why}", slowly=True)
    return ConnectionLost(f"{host} {_PASSING_CODES.get(code, 'closed the connection')}{why}")


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds a ``Retry-After`` header asks to wait (RFC 9110 section 10.2.3: seconds or a date)."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
