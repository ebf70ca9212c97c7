"""The WebSocket transport: delivers payloads in batches, and sends messages.

Payloads are pushed, not pulled: those of one read of the socket are delivered in one call, with the time of that read.
A queue that a task reads, as in ``recv()``, would cost as much as all later processing of a payload. The socket is read
again only after everything that was read has been processed, so nothing accumulates. Exceptions of ``websockets`` are
translated into our own here.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from time import monotonic
from typing import Any, Final, Protocol, TypeAlias, cast

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.protocol import Event, State

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.feed_state import Phase
from ticker_gui.logs.internal_errors import ENDS_PROGRAM
from ticker_gui.stream.connection_failures import peer_not_reading, ping_flood, pings_unanswered
from ticker_gui.stream.error_translation import ConnectAttempt, translate_error
from ticker_gui.stream.frame_splitter import FrameSplitter
from ticker_gui.stream.opening import Endpoint, OnPhase, open_socket
from ticker_gui.stream.read_pacing import ReadPacing
from ticker_gui.stream.response_head import MAX_BYTES, clock_offset_ns
from ticker_gui.stream.timeouts import Timeouts

OnPayloads: TypeAlias = Callable[[list[bytes], int], None]

_CHECKS_PER_PING: Final = 4
_MAX_UNSENT_BYTES: Final = 1 << 20  # not yet read by the server; a request for thousands of symbols is far smaller
_PART_BYTES: Final = 1 << 14  # of one read, after which floods are checked for; over TLS a read may be longer
_MAX_BATCH: Final = 512  # messages that are delivered in one call
_MAX_BATCH_BYTES: Final = 1 << 18  # of these; compressed ones may be a thousand times longer than received
_TIME_SLICE_S: Final = 0.01  # of processing, after which the event loop gets its turn
_MAX_PINGS: Final = 1_000  # in one read of the socket
_BLANK_LINE: Final = b"\r\n\r\n"  # at the end of the response to the handshake
_DATA_OPCODES: Final = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)


class Transport(Protocol):
    """An open connection to a server, or a stand-in for one in tests."""

    @property
    def latency_s(self) -> float:
        """The round-trip time of the last ping in seconds; 0 before the first pong."""

    @property
    def clock_offset_ns(self) -> int | None:
        """How far our clock was ahead of the server's at the handshake, to half a second; ``None`` if unknown."""

    @property
    def last_received_ns(self) -> int:
        """When anything was received last, a pong included; 0 if nothing was."""

    async def read(self) -> None:
        """Deliver payloads until the connection ends, to the callback that was given when it was opened.

        It never returns.

        Raises:
            ConnectionLost, FeedRejected: why the connection ended.
        """

    async def send(self, message: str | bytes) -> None:
        """Send one message, text or binary.

        Raises:
            ConnectionLost, FeedRejected: the connection has ended.
        """

    async def ping(self) -> float | None:
        """Send a ping; return the time until its pong in seconds, or None if there is none for a ping interval.

        Raises:
            ConnectionLost, FeedRejected: the connection has ended.
        """

    async def close(self) -> None:
        """Perform the closing handshake; give up after `Timeouts.close_timeout`."""


class BatchingClientConnection(ClientConnection):
    """A WebSocket that delivers the payloads of each read of the socket in batches, with the time of the read."""

    def __init__(
        self,
        *arguments: Any,
        host: str,
        on_payloads: OnPayloads,
        clock: Clock,
        on_phase: OnPhase,
        pacing: ReadPacing,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        on_phase(Phase.TLS)  # asyncio creates this object when the TCP connection is open
        self._on_phase = on_phase
        self.failure: BaseException | None = None
        self.head = bytearray()  # the first bytes received, until the handshake is complete
        self.last_received_ns = 0
        self._on_payloads = on_payloads
        self._clock = clock
        self._pacing = pacing
        self._parts: deque[tuple[bytes, int]] = deque()  # received, but not yet parsed; with the time of the read
        self._payloads: list[bytes] = []  # parsed from the last part, but not yet delivered
        self._received_ns = 0  # the time of the last part
        self._is_paused = False  # reading and processing continue later
        self._fragments: bytearray | None = None
        self._head_end = b""  # the last bytes of the response to the handshake
        self._frames = FrameSplitter(self.can_take_messages, super().data_received)
        self._pings = 0  # in the read that is being processed
        self._host = host

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the WebSocket handshake; called by asyncio when TCP, and TLS if used, are established."""
        self._on_phase(Phase.HANDSHAKE)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Process the bytes of one read of the socket; called by asyncio."""
        received_ns, before_ns = self._clock(), self.last_received_ns
        self.last_received_ns = received_ns
        if self.protocol.state is State.CONNECTING and len(self.head) < MAX_BYTES:
            self.head += data[:MAX_BYTES]
        if not self._is_paused:
            self._pings = 0
        if len(data) <= _PART_BYTES:
            self._parts.append((data, received_ns))
        else:
            self._parts.extend((data[at : at + _PART_BYTES], received_ns) for at in range(0, len(data), _PART_BYTES))
        if not self._is_paused:
            self._process()
            if not self._is_paused and len(data) <= _PART_BYTES:
                self._pause_reading(self._pacing.pause_s(received_ns - before_ns))

    def _pause_reading(self, seconds: float) -> None:
        """Read again after some seconds; not while a pong is due, because the round-trip time is measured."""
        if seconds and self.failure is None and self.protocol.state is State.OPEN and not self.pending_pings:
            self.transport.pause_reading()
            self._is_paused = True
            self._pacing.pause(seconds, self._process)

    def eof_received(self) -> None:
        """Process everything received before the end of the stream; called by asyncio."""
        self._process(math.inf)
        super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Process everything received before the connection was lost; called by asyncio."""
        self._process(math.inf)
        super().connection_lost(exc)

    def _process(self, seconds: float = _TIME_SLICE_S) -> None:
        """Parse and deliver what was received; after ``seconds``, pause reading and continue in the next iteration."""
        until = monotonic() + seconds
        while self.failure is None and self._process_next():
            if monotonic() > until and (self._parts or self._payloads):
                self.transport.pause_reading()
                self._is_paused = True
                self.loop.call_soon(self._process)
                return
        if self._is_paused:
            self._is_paused = False
            self.transport.resume_reading()  # no effect if the transport is closing

    def _process_next(self) -> bool:
        """Deliver a batch of payloads, or parse the next part; return whether there was anything to do."""
        if self._payloads:
            count = _count_of_batch(self._payloads)
            payloads, self._payloads = self._payloads[:count], self._payloads[count:]
            try:
                self._on_payloads(payloads, self._received_ns)
            except ENDS_PROGRAM:
                raise
            except BaseException as failure:
                # asyncio would log it as a fatal error of its transport; `read` raises it instead.
                self.fail(failure)
        elif self._parts:
            part, self._received_ns = self._parts.popleft()
            self._parse(part)
            if self.paused or self._pings:
                self._check_floods()
        else:
            return False
        return True

    def _parse(self, part: bytes) -> None:
        if self.protocol.state is State.CONNECTING:
            part = self._parse_head(part)
        if part:
            self._frames.split(part, self._payloads)

    def _parse_head(self, part: bytes) -> bytes:
        """Parse the response to the handshake, or a part of it; return the frames that follow it."""
        before = self._head_end
        head, separator, _ = (before + part).partition(_BLANK_LINE)
        self._head_end = head[-len(_BLANK_LINE) + 1 :]
        end = len(head + separator) - len(before)
        super().data_received(part[:end])
        if self.protocol.state is State.OPEN:
            return part[end:]
        if part[end:]:  # the body of a rejection
            super().data_received(part[end:])
        return b""

    def can_take_messages(self) -> bool:
        """Return whether whole messages may be taken out of what was received before ``websockets`` parses the rest."""
        return self._fragments is None and self.protocol.state is State.OPEN

    def _check_floods(self) -> None:
        """End the connection if the server floods it with pings, or does not read what it is sent."""
        if self.transport.get_write_buffer_size() > _MAX_UNSENT_BYTES:
            self.fail(peer_not_reading(self._host))
        elif self._pings > _MAX_PINGS:
            self.fail(ping_flood(self._host))

    def fail(self, failure: BaseException) -> None:
        """Abort the connection; `WebSocketTransport.read` raises the error."""
        self.failure = self.failure or failure
        self.transport.abort()

    def process_event(self, event: Event) -> None:
        """Process one event; called by ``websockets`` for the handshake and then for each frame, in order."""
        if not isinstance(event, Frame) or event.opcode not in _DATA_OPCODES:
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


def _count_of_batch(payloads: Sequence[bytes]) -> int:
    """Return how many of the payloads are delivered in one call."""
    room = _MAX_BATCH_BYTES
    for count, payload in enumerate(islice(payloads, _MAX_BATCH), 1):
        room -= len(payload)
        if room <= 0:
            return count
    return min(len(payloads), _MAX_BATCH)


class WebSocketTransport:
    """A `Transport` over a real WebSocket; made by `open_connection`.

    The connection is dead when nothing at all is received for two ping intervals. A server that answers no pings, but
    sends data, keeps it alive.
    """

    def __init__(self, socket: BatchingClientConnection, attempt: ConnectAttempt, timeouts: Timeouts) -> None:
        self._socket = socket
        self._attempt = attempt
        self._timeouts = timeouts
        self._check_interval_s = timeouts.ping_interval / _CHECKS_PER_PING
        response = socket.response
        self.clock_offset_ns = None if response is None else clock_offset_ns(response.headers, socket.last_received_ns)

    @property
    def latency_s(self) -> float:
        """The round-trip time of the last ping in seconds; 0 before the first pong."""
        return self._socket.latency

    @property
    def last_received_ns(self) -> int:
        """When anything was received last, a pong included; 0 if nothing was."""
        return self._socket.last_received_ns

    async def read(self) -> None:
        """Wait for the end of the connection; payloads are delivered meanwhile. Raise why it ended."""
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
        except TimeoutError:  # the write buffer stays full
            self._socket.fail(peer_not_reading(self._attempt.host))
            raise peer_not_reading(self._attempt.host) from None

    async def ping(self) -> float | None:
        """Send a ping; return the time until its pong in seconds, or None if there is none for a ping interval."""
        try:
            async with asyncio.timeout(self._timeouts.ping_interval):
                return await (await self._socket.ping())
        except ConnectionClosed as closed:
            raise self._socket.failure or translate_error(closed, self._attempt) from closed
        except TimeoutError:
            return None

    async def close(self) -> None:
        """Perform the closing handshake; abort the connection if it takes longer than `Timeouts.close_timeout`."""
        try:
            async with asyncio.timeout(self._timeouts.close_timeout):
                await self._socket.close()
        except TimeoutError:
            return
        finally:
            self._socket.transport.abort()


async def open_connection(
    endpoint: Endpoint,
    on_payloads: OnPayloads,
    clock: Clock,
    on_phase: OnPhase,
    timeouts: Timeouts | None = None,
    pacing: ReadPacing | None = None,
) -> Transport:
    """Open a WebSocket that delivers its payloads to ``on_payloads``; ``on_phase`` receives each phase of connecting.

    Raises:
        ConnectionLost: the server could not be reached, or closed the connection.
        FeedRejected: the server rejected the connection, or its certificate is not trusted.
    """
    timeouts = timeouts or Timeouts()
    make = partial(
        BatchingClientConnection,
        host=endpoint.host,
        on_payloads=on_payloads,
        clock=clock,
        pacing=pacing or ReadPacing(),
    )
    opened, attempt = await open_socket(endpoint, make, on_phase, timeouts)
    return WebSocketTransport(opened, attempt, timeouts)
