"""A connection: payloads both ways. The exceptions of ``websockets`` become ours here.

Payloads are pushed, not pulled: what one read of the socket brought is handed on in one call, with the moment of that
read. A queue with a task behind it, as ``recv()`` has, costs as much as all that is done with a payload afterwards;
and as the socket is only read again when everything read has been understood, nothing can pile up.
"""

from __future__ import annotations

import asyncio
import logging
import math
import socket
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any, Final, Protocol, TypeAlias, cast
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import Frame, Opcode
from websockets.protocol import Event, State

from ticker_gui import __version__
from ticker_gui.domain.address import is_loopback
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.feed_state import Phase
from ticker_gui.logs.internal_errors import ENDS_PROGRAM
from ticker_gui.stream.certificates import secure_context
from ticker_gui.stream.error_translation import (
    ConnectAttempt,
    peer_not_reading,
    ping_flood,
    pings_unanswered,
    translate_error,
)
from ticker_gui.stream.proxy import find_proxy, redacted_proxy
from ticker_gui.stream.response_head import MAX_BYTES, clock_offset_ns, read_head
from ticker_gui.stream.timeouts import Timeouts

OnPayloads: TypeAlias = Callable[[list[bytes], int], None]
OnPhase: TypeAlias = Callable[[Phase], None]

_CHECKS_PER_PING: Final = 4
_MAX_UNSENT: Final = 1 << 20  # bytes that wait for the peer to read; a request for thousands of symbols is far smaller
_PART: Final = 1 << 14  # bytes of what one read brings, after which floods are looked for; over TLS it may be more
_BATCH: Final = 512  # messages that are handed on at once
_SLICE_S: Final = 0.015  # of working through what has come
_MAX_PINGS: Final = 1_000  # in one read of the socket
_DATA: Final = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)

MAX_BYTES_PER_MESSAGE: Final = 1 << 20

# At DEBUG this logger would write keys out: the query of the URL, the headers and every message.
_LOGGER: Final = logging.getLogger("ticker_gui.websockets")
_LOGGER.setLevel(logging.INFO)


class Endpoint(msgspec.Struct, frozen=True):
    """Where to connect, and how. ``proxy`` is ``system``, ``none`` or a URL."""

    url: str
    headers: Mapping[str, str] = {}
    cafile: str | None = None
    proxy: str = "system"


class Connection(Protocol):
    """What a line needs of its connection, live, replayed or scripted."""

    @property
    def latency_s(self) -> float:
        """How long a ping and its answer took; 0 as long as that is not known."""

    @property
    def clock_offset_ns(self) -> int | None:
        """By how much our clock was ahead of the server's at the handshake, to a second; nothing if it is not known."""

    @property
    def last_received_ns(self) -> int:
        """When anything was received last, a pong included; 0 before."""

    async def read(self) -> None:
        """Pass every payload with its arrival time to the reader given at connecting, until the connection ends.

        Raises:
            ConnectionLost, FeedRejected: why the line ended. It never returns.
        """

    async def send(self, message: str | bytes) -> None:
        """Send one message, text or binary.

        Raises:
            ConnectionLost, FeedRejected: the line has ended.
        """

    async def close(self) -> None:
        """Perform the closing handshake; give up after one second."""


class _BatchingClientConnection(ClientConnection):
    """A WebSocket that hands on what each read of the socket brought, with the time of the read."""

    def __init__(
        self, *arguments: Any, host: str, on_payloads: OnPayloads, clock: Clock, on_phase: OnPhase, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        on_phase(Phase.TLS)  # asyncio makes this object when TCP is through
        self._on_phase = on_phase
        self.failure: BaseException | None = None
        self.head = bytearray()  # what was received before the handshake was complete
        self.last_received_ns = 0
        self._on_payloads = on_payloads
        self._clock = clock
        self._parts: deque[tuple[bytes, int]] = deque()  # that have come, and when; to be parsed
        self._payloads: list[bytes] = []  # of the part before, which came at this time
        self._received_ns = 0
        self._is_paused = False  # to go on with that
        self._fragments: bytearray | None = None
        self._pings = 0  # in the read that is being worked through
        self._host = host

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake; called by asyncio when TLS is through, where there is any."""
        self._on_phase(Phase.HANDSHAKE)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Take what one read of the socket brought; called by asyncio."""
        received_ns = self.last_received_ns = self._clock()
        if self.protocol.state is State.CONNECTING and len(self.head) < MAX_BYTES:
            self.head += data[:MAX_BYTES]
        if not self._is_paused:
            self._pings = 0
        if len(data) <= _PART:
            self._parts.append((data, received_ns))
        else:
            self._parts.extend((data[at : at + _PART], received_ns) for at in range(0, len(data), _PART))
        if not self._is_paused:
            self._process()

    def eof_received(self) -> None:
        """Take that nothing more comes, after all that has come; called by asyncio."""
        self._process(math.inf)
        super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take that the connection has ended, after all that has come; called by asyncio."""
        self._process(math.inf)
        super().connection_lost(exc)

    def _process(self, seconds: float = _SLICE_S) -> None:
        """Work through what has come. Where that takes long, other work gets its turn, and reading waits."""
        until = monotonic() + seconds
        while self.failure is None and self._process_next():
            if monotonic() > until and (self._parts or self._payloads):
                self.transport.pause_reading()
                self._is_paused = True
                self.loop.call_soon(self._process)
                return
        if self._is_paused:
            self._is_paused = False
            self.transport.resume_reading()  # of no effect where the transport is closing

    def _process_next(self) -> bool:
        """Hand on some messages, or else parse a part; return whether there was anything to do."""
        if self._payloads:
            payloads, self._payloads = self._payloads[:_BATCH], self._payloads[_BATCH:]
            try:
                self._on_payloads(payloads, self._received_ns)
            except ENDS_PROGRAM:
                raise
            except BaseException as failure:
                # Raised into the transport it would be logged and called a broken line; `read` raises it instead.
                self.fail(failure)
        elif self._parts:
            part, self._received_ns = self._parts.popleft()
            super().data_received(part)
            if self.paused or self._pings:
                self._check_floods()
        else:
            return False
        return True

    def _check_floods(self) -> None:
        """Drop a peer that floods us with pings, or whose answers pile up because it does not read."""
        if self.transport.get_write_buffer_size() > _MAX_UNSENT:
            self.fail(peer_not_reading(self._host))
        elif self._pings > _MAX_PINGS:
            self.fail(ping_flood(self._host))

    def fail(self, failure: BaseException) -> None:
        """Drop the connection for a reason of our own, which `LiveConnection.read` raises."""
        self.failure = self.failure or failure
        self.transport.abort()

    def process_event(self, event: Event) -> None:
        """Take one event; called by ``websockets`` for the handshake and then for each frame, in order."""
        if not isinstance(event, Frame) or event.opcode not in _DATA:
            self._pings += isinstance(event, Frame) and event.opcode is Opcode.PING
            super().process_event(event)
        elif event.fin and self._fragments is None:
            self._payloads.append(cast(bytes, event.data))
        else:
            self._assemble(event)

    def _assemble(self, frame: Frame) -> None:
        """Join the fragments of a message; ``websockets`` has checked their order and total size."""
        if self._fragments is None:
            self._fragments = bytearray()
        self._fragments += frame.data
        if frame.fin:
            self._payloads.append(bytes(self._fragments))
            self._fragments = None


class LiveConnection:
    """A `Connection` over a real WebSocket; made by `open_connection`.

    It is dead when nothing comes for the time of a ping and of its answer. A server that answers no pings, but tells
    of its market, is not.
    """

    def __init__(self, socket: _BatchingClientConnection, attempt: ConnectAttempt, timeouts: Timeouts) -> None:
        self._socket = socket
        self._attempt = attempt
        self._timeouts = timeouts
        self._check_interval_s = timeouts.ping_interval / _CHECKS_PER_PING
        response = socket.response
        self.clock_offset_ns = None if response is None else clock_offset_ns(response.headers, socket.last_received_ns)

    @property
    def latency_s(self) -> float:
        """How long the last ping and its answer took."""
        return self._socket.latency

    @property
    def last_received_ns(self) -> int:
        """When anything came last."""
        return self._socket.last_received_ns

    async def read(self) -> None:
        """Wait for the end; the payloads come by themselves."""
        closed = asyncio.ensure_future(self._socket.wait_closed())
        silent = unread = 0
        try:
            while not closed.done():
                before_ns = self._socket.last_received_ns
                await asyncio.wait((closed,), timeout=self._check_interval_s)
                silent = silent + 1 if self._socket.last_received_ns == before_ns else 0
                unread = unread + 1 if self._socket.paused else 0
                if silent >= 2 * _CHECKS_PER_PING:
                    self._socket.fail(pings_unanswered(self._attempt.host))
                    break
                if unread >= 2 * _CHECKS_PER_PING:
                    self._socket.fail(peer_not_reading(self._attempt.host))
                    break
        finally:
            closed.cancel()
        if self._socket.failure is not None:
            raise self._socket.failure
        raise translate_error(self._socket.protocol.close_exc, self._attempt)

    async def send(self, message: str | bytes) -> None:
        """Send one message, text or binary."""
        try:
            async with asyncio.timeout(self._timeouts.send_timeout):
                await self._socket.send(message)
        except ConnectionClosed as closed:
            raise self._socket.failure or translate_error(closed, self._attempt) from closed
        except TimeoutError:  # there is no room for it
            self._socket.fail(peer_not_reading(self._attempt.host))
            raise peer_not_reading(self._attempt.host) from None

    async def close(self) -> None:
        """Perform the closing handshake within `Timing.close`; a peer that does not take part in it is dropped."""
        try:
            async with asyncio.timeout(self._timeouts.close_timeout):
                await self._socket.close()
        except TimeoutError:
            return
        finally:
            self._socket.transport.abort()


class _ConnectWithoutRedirects(connect):
    """``websockets.connect`` that follows no redirects: a key would go wherever the server points."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def open_connection(
    endpoint: Endpoint, on_payloads: OnPayloads, clock: Clock, on_phase: OnPhase, timeouts: Timeouts | None = None
) -> Connection:
    """Open a WebSocket and push its payloads to ``on_payloads``; ``on_phase`` hears how far it has come.

    Raises:
        ConnectionLost: the other side was not reached, or hung up.
        FeedRejected: the other side does not want us, or is not who it should be.
    """
    timeouts = timeouts or Timeouts()
    parts = urlsplit(endpoint.url)
    host = parts.hostname or ""
    is_local = is_loopback(host)
    attempt = ConnectAttempt(host, parts.port, parts.path, Phase.NAME)

    def set_phase(phase: Phase) -> None:
        nonlocal attempt
        attempt = attempt._replace(phase=phase)
        on_phase(phase)

    sockets: list[_BatchingClientConnection] = []

    def create(*arguments: Any, **options: Any) -> _BatchingClientConnection:
        options |= {"host": host, "on_payloads": on_payloads, "clock": clock, "on_phase": set_phase}
        sockets.append(_BatchingClientConnection(*arguments, **options))
        return sockets[-1]

    try:
        async with asyncio.timeout(timeouts.dns_timeout):
            proxy = await find_proxy(endpoint.url, endpoint.proxy)
        attempt = attempt._replace(proxy=redacted_proxy(proxy or ""))
        options: dict[str, Any] = {}
        if parts.scheme == "wss":
            options["ssl"] = await secure_context(endpoint.cafile)
        if proxy is None:
            set_phase(Phase.NAME)
            await _resolve(host, timeouts.dns_timeout)
            options["happy_eyeballs_delay"] = 0.25  # RFC 8305: an address that does not answer costs no more
            set_phase(Phase.TCP)
        else:
            set_phase(Phase.PROXY)
        opened = await _ConnectWithoutRedirects(
            endpoint.url,
            create_connection=create,  # type: ignore[arg-type]
            additional_headers=endpoint.headers,
            user_agent_header=f"ticker-gui/{__version__}",
            proxy=proxy,
            compression=None if is_local else "deflate",  # on loopback it only costs time
            open_timeout=timeouts.open_timeout,
            ping_interval=timeouts.ping_interval,
            ping_timeout=None,  # `read` looks at more than the answers
            close_timeout=timeouts.close_timeout,
            max_size=MAX_BYTES_PER_MESSAGE,
            logger=_LOGGER,
            **options,
        )
    except (OSError, WebSocketException, UnicodeError) as error:
        raise translate_error(_status_in(sockets) or error, attempt) from error
    set_phase(Phase.OPEN)
    return LiveConnection(cast(_BatchingClientConnection, opened), attempt, timeouts)


def _status_in(sockets: Sequence[_BatchingClientConnection]) -> InvalidStatus | None:
    """Return the refusal by status that the server sent, even where ``websockets`` rejects other parts of it."""
    response = read_head(bytes(sockets[-1].head)) if sockets else None
    return None if response is None or response.status_code == 101 else InvalidStatus(response)


async def _resolve(host: str, timeout_s: float) -> None:
    """See whether the name has an address: asked on its own, so that it is known what takes so long."""
    async with asyncio.timeout(timeout_s):
        await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
