"""Sentences for the user about requests over HTTP that failed; errors of aiohttp are translated here."""

from __future__ import annotations

import ssl
from typing import Final

import aiohttp
from websockets.datastructures import Headers
from websockets.exceptions import InvalidProxyStatus, ProxyError
from websockets.http11 import Response

from ticker_gui.domain.events import Refusal
from ticker_gui.domain.feed_state import Phase
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.stream.error_translation import ConnectAttempt, translate_error

_SENTENCES: Final[tuple[tuple[type[Exception], str], ...]] = (  # the first that applies; {0} is host and port
    (aiohttp.ServerDisconnectedError, "{0} dropped the connection."),
    (aiohttp.ClientPayloadError, "{0} sent an incomplete or damaged response."),
    (aiohttp.ClientResponseError, "{0} sent a response that is not valid HTTP."),
    (ValueError, "The request to {0} cannot be sent: its address or a header is not valid."),
    (Exception, "The request to {0} failed."),
)


_OF_NETWORK: Final = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError)
_OF_TLS: Final = (aiohttp.ClientSSLError, ssl.SSLError)


def refusal_of(error: Exception) -> Refusal:
    """Return `OFFLINE` if the server could not be reached or the connection was lost, and otherwise `FAILED`."""
    is_offline = isinstance(error, _OF_NETWORK) and not isinstance(error, _OF_TLS)
    return Refusal.OFFLINE if is_offline or type(error).__module__.startswith("aiohttp_socks") else Refusal.FAILED


def describe_error(error: Exception, attempt: ConnectAttempt) -> str:
    """Return what failed, and what the user can do, as a feed would describe it; it is safe to display."""
    match error:
        case aiohttp.ClientProxyConnectionError():
            return str(translate_error(error.os_error, attempt._replace(phase=Phase.PROXY)))
        case aiohttp.ClientHttpProxyError():
            return str(translate_error(InvalidProxyStatus(Response(error.status, "", Headers())), attempt))
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return _describe_tls_error(error, attempt)
        case aiohttp.ClientConnectorError():
            return str(translate_error(error.os_error, attempt))
        case OSError():
            return str(translate_error(error, attempt))
    if type(error).__module__.startswith("aiohttp_socks"):
        return str(translate_error(ProxyError(), attempt))
    sentence = next(text for kind, text in _SENTENCES if isinstance(error, kind))
    return sentence.format(attempt.address)


def _describe_tls_error(error: Exception, attempt: ConnectAttempt) -> str:
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return str(translate_error(cause, attempt))
    reason = str(getattr(cause, "reason", None) or "the TLS handshake failed").replace("_", " ").lower()
    return f"Could not open a secure connection to {attempt.address}: {sanitize_text(reason)}. Check the network."
