"""Opens a WebSocket: proxy, host name, TCP, TLS and handshake, without redirects."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias, TypeVar, cast
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.typing import Origin, Subprotocol

from ticker_gui import __version__
from ticker_gui.domain.address import is_loopback
from ticker_gui.domain.feed_state import Phase
from ticker_gui.stream.certificates import secure_context
from ticker_gui.stream.error_translation import ConnectAttempt, translate_error
from ticker_gui.stream.proxy import find_proxy, redacted_proxy
from ticker_gui.stream.response_head import read_head
from ticker_gui.stream.timeouts import Timeouts

OnPhase: TypeAlias = Callable[[Phase], None]

MAX_BYTES_PER_MESSAGE: Final = 1 << 20

# At DEBUG this logger would write API keys: in the query of the URL, in headers and in messages.
_LOGGER: Final = logging.getLogger("ticker_gui.websockets")
_LOGGER.setLevel(logging.INFO)


class Endpoint(msgspec.Struct, frozen=True):
    """Where and how to connect. ``proxy`` is ``system``, ``none`` or a URL; the first subprotocol is preferred.

    A server that sends a message of more than ``max_bytes`` is disconnected. ``redact`` removes the key from the text
    of an error.
    """

    url: str
    headers: Mapping[str, str] = {}
    cafile: str | None = None
    proxy: str = "system"
    subprotocols: tuple[str, ...] = ()
    origin: str | None = None
    max_bytes: int = MAX_BYTES_PER_MESSAGE
    redact: Callable[[str], str] = str

    @property
    def host(self) -> str:
        """The host name of the URL."""
        return urlsplit(self.url).hostname or ""


class SocketWithHead(Protocol):
    """What `open_socket` reads of a socket: the first bytes that were received, until the handshake is complete."""

    head: bytearray


SocketT = TypeVar("SocketT", bound=SocketWithHead)


class _ConnectWithoutRedirects(connect):
    """``websockets.connect`` without redirects: they would send the API key to another server."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def open_socket(
    endpoint: Endpoint, make: Callable[..., SocketT], on_phase: OnPhase, timeouts: Timeouts
) -> tuple[SocketT, ConnectAttempt]:
    """Open a WebSocket; return it with the description of the attempt, which `translate_error` needs.

    ``make`` makes the socket: it receives what ``websockets`` passes to its own class, and the keyword argument
    ``on_phase``, which the socket has to call for the phases TLS and HANDSHAKE.

    Raises:
        ConnectionLost: the server could not be reached, or closed the connection.
        FeedRejected: the server rejected the connection, or its certificate is not trusted.
    """
    parts = urlsplit(endpoint.url)
    host = parts.hostname or ""
    attempt = ConnectAttempt(host, parts.port, parts.path, Phase.NAME, redact=endpoint.redact)

    def set_phase(phase: Phase) -> None:
        nonlocal attempt
        attempt = attempt._replace(phase=phase)
        on_phase(phase)

    sockets: list[SocketT] = []

    def create(*arguments: Any, **options: Any) -> SocketT:
        sockets.append(make(*arguments, on_phase=set_phase, **options))
        return sockets[-1]

    try:
        async with asyncio.timeout(timeouts.dns_timeout):
            proxy = await find_proxy(endpoint.url, endpoint.proxy)
        attempt = attempt._replace(proxy=redacted_proxy(proxy or ""))
        options = _options(endpoint, timeouts)
        if parts.scheme == "wss":
            options["ssl"] = await secure_context(endpoint.cafile)
        if proxy is None:
            set_phase(Phase.NAME)
            await _resolve(host, timeouts.dns_timeout)
            options["happy_eyeballs_delay"] = 0.25  # RFC 8305: seconds until the next address is tried as well
            set_phase(Phase.TCP)
        else:
            set_phase(Phase.PROXY)
        opened = await _ConnectWithoutRedirects(
            endpoint.url,
            create_connection=create,  # type: ignore[arg-type]
            proxy=proxy,
            **options,
        )
    except (OSError, WebSocketException, UnicodeError) as error:
        raise translate_error(_status_in(sockets) or error, attempt) from error
    set_phase(Phase.OPEN)
    return cast(SocketT, opened), attempt


def _options(endpoint: Endpoint, timeouts: Timeouts) -> dict[str, Any]:
    """Return the options of ``websockets.connect`` that do not depend on the way to the server."""
    return {
        "additional_headers": endpoint.headers,
        "subprotocols": [Subprotocol(name) for name in endpoint.subprotocols] or None,
        "origin": None if endpoint.origin is None else Origin(endpoint.origin),
        "user_agent_header": f"ticker-gui/{__version__}",
        "compression": None if is_loopback(endpoint.host) else "deflate",  # on loopback it would only cost time
        "open_timeout": timeouts.open_timeout,
        "ping_interval": timeouts.ping_interval,
        "ping_timeout": None,  # `WebSocketTransport.read` checks for any data instead of pongs only
        "close_timeout": timeouts.close_timeout,
        "max_size": endpoint.max_bytes,
        "logger": _LOGGER,
    }


def _status_in(sockets: list[SocketT]) -> InvalidStatus | None:
    """Return the HTTP error that the server sent, even if ``websockets`` rejects another part of the response."""
    response = read_head(bytes(sockets[-1].head)) if sockets else None
    return None if response is None or response.status_code == 101 else InvalidStatus(response)


async def _resolve(host: str, timeout_s: float) -> None:
    """Resolve the host name separately from connecting, so that a timeout can be attributed to DNS."""
    async with asyncio.timeout(timeout_s):
        await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
