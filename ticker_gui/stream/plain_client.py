"""A connection to any WebSocket that sends and receives messages, without symbols or a protocol."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any, Final, TypeAlias, cast

import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.protocol import Event, State

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import ConnectionLost, TickerError
from ticker_gui.domain.feed_state import Phase
from ticker_gui.domain.frame import Frame
from ticker_gui.domain.redaction import redact
from ticker_gui.domain.secret_values import header_secrets, url_secrets
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.logs.log_redaction import KNOWN_SECRETS
from ticker_gui.stream.error_translation import describe_close
from ticker_gui.stream.opening import Endpoint, open_socket
from ticker_gui.stream.read_pacing import ReadPacing
from ticker_gui.stream.timeouts import Timeouts
from ticker_gui.stream.transport import BatchingClientConnection, WebSocketTransport

OnFrame: TypeAlias = Callable[[Frame, bool], object]

_CLEAN_CODES: Final = (1000, 1001, 1005)  # 1005: the server closed without a code

_LOG: Final = logging.getLogger(__name__)


class ClientStatus(StrEnum):
    """The status of a client; it only ever moves forward."""

    CONNECTING = "connecting"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class ConnectionEnd(msgspec.Struct, frozen=True):
    """How a connection ended: ``text`` is a sentence for the user.

    ``code`` and ``reason`` are those of the closing handshake; ``code`` is None if there was none, because the
    connection was dropped, or was never established. ``is_clean`` means that this program or the server closed it in an
    orderly way: with code 1000 or 1001, or without a code.
    """

    text: str
    code: int | None = None
    reason: str = ""
    is_clean: bool = False


class TrafficCounts(msgspec.Struct):
    """Counts of the messages and of the bytes in them, in both directions."""

    messages_in: int = 0
    bytes_in: int = 0
    messages_out: int = 0
    bytes_out: int = 0


class _TypedClientConnection(BatchingClientConnection):
    """A WebSocket that notes for each message whether it is text, in the order of the payloads."""

    def __init__(self, *arguments: Any, are_text: deque[bool], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._are_text = are_text
        self._is_text = False

    def can_take_messages(self) -> bool:
        """Return False: each frame has to pass `process_event`."""
        return False

    def process_event(self, event: Event) -> None:
        """Process one event; the type of a message is that of its first frame."""
        super().process_event(event)
        if not isinstance(event, WireFrame) or event.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        if event.opcode is not Opcode.CONT:
            self._is_text = event.opcode is Opcode.TEXT
        if event.fin:
            self._are_text.append(self._is_text)


class PlainClient:
    """One connection to one server, used once: `run` it in a task, then `send`, `ping` and `close` while it is open.

    ``on_frame(frame, is_text)`` receives each message in both directions, and must return at once, because it is called
    while the socket is read; the payload of a text message may be invalid UTF-8. An exception in it ends the
    connection, and `run` raises it. ``on_state()`` is called after each change of `status` or `phase`. Nothing is
    repeated or reconnected: for another attempt, make another client.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        on_frame: OnFrame,
        on_state: Callable[[], object],
        clock: Clock,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.status = ClientStatus.CONNECTING
        self.phase = Phase.NAME  # what is being done, or was done last, to connect
        self.opened_ns: int | None = None
        self.end: ConnectionEnd | None = None
        self.traffic = TrafficCounts()
        self._on_frame = on_frame
        self._on_state = on_state
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._are_text: deque[bool] = deque()  # whether the messages that were read, but not delivered, are text
        self._early: list[tuple[list[bytes], int]] = []  # received together with the answer to the handshake
        self._opening: asyncio.Future[None] | None = None
        self._socket: _TypedClientConnection | None = None
        self._transport: WebSocketTransport | None = None
        self._is_close_requested = False
        access = Credentials(endpoint.url, None, endpoint.headers, proxy=endpoint.proxy)
        KNOWN_SECRETS.add(access)
        secrets = (*url_secrets(endpoint.url), *header_secrets(endpoint.headers), *url_secrets(endpoint.proxy))
        self._secrets = frozenset(secrets)

    @property
    def subprotocol(self) -> str:
        """The subprotocol that the server chose; empty if it chose none, and before the connection is open."""
        return "" if self._socket is None else self._socket.subprotocol or ""

    def redact(self, text: str) -> str:
        """Return a text without the secrets in the URL and the headers, in case the server repeats one."""
        return redact(text, self._secrets)

    async def run(self) -> ConnectionEnd:
        """Connect and receive until the connection ends; return how it ended. Cancelling closes the connection."""
        end = ConnectionEnd(f"The connection to {self.endpoint.host} was closed.", is_clean=True)
        try:
            await self._open()
            if self._transport is not None and not self._is_close_requested:
                await self._transport.read()
        except TickerError as error:
            end = self._describe_end(error)
        finally:
            self._early = []
            self._set_status(ClientStatus.CLOSING)
            if self._transport is not None:
                await self._transport.close()
            self.end = end
            self._set_status(ClientStatus.CLOSED)
        _LOG.info("plain connection to %s: %s", self.endpoint.host, end.text)
        return end

    async def send(self, message: str | bytes) -> None:
        """Send a string as text, or bytes as binary; wait while the server does not read.

        Raises:
            ConnectionLost, FeedRejected: the connection is not open, or has ended.
        """
        transport = self._open_transport()
        is_text = isinstance(message, str)
        payload = message.encode("utf-8", "replace") if isinstance(message, str) else message
        self.traffic.messages_out += 1
        self.traffic.bytes_out += len(payload)
        self._on_frame(Frame(payload, "out", self._clock()), is_text)
        await transport.send(payload.decode() if is_text else payload)

    async def ping(self) -> float | None:
        """Send a ping; return the time until its pong in seconds, or None if there is none for a ping interval.

        Raises:
            ConnectionLost, FeedRejected: the connection is not open, or has ended.
        """
        self._open_transport()
        socket = cast(_TypedClientConnection, self._socket)
        try:
            async with asyncio.timeout(self._timeouts.ping_interval):
                return await (await socket.ping())
        except ConnectionClosed as closed:
            raise ConnectionLost(self.redact(describe_close(closed, self.endpoint.host, is_feed=False))) from closed
        except TimeoutError:
            return None

    async def close(self) -> None:
        """Perform the closing handshake, or give up connecting; `run` then returns."""
        if self.status is ClientStatus.CLOSED:
            return
        self._is_close_requested = True
        self._set_status(ClientStatus.CLOSING)
        if self._transport is not None:
            await self._transport.close()
        elif self._opening is not None:
            self._opening.cancel()

    async def _open(self) -> None:
        """Connect, unless `close` is called before; then deliver what was received with the handshake."""
        if self._is_close_requested:
            return
        opening = self._opening = asyncio.ensure_future(self._connect())
        try:
            await opening
        except asyncio.CancelledError:
            if not self._is_close_requested:
                raise
            return
        self.opened_ns = self._clock()
        self._set_status(ClientStatus.OPEN)
        early, self._early = self._early, []
        for payloads, received_ns in early:
            self._deliver(payloads, received_ns)

    async def _connect(self) -> None:
        """Open the socket and note it in the same task: `run` waits for that, and may be cancelled at this moment."""
        make = partial(
            _TypedClientConnection,
            are_text=self._are_text,
            host=self.endpoint.host,
            on_payloads=self._on_payloads,
            clock=self._clock,
            pacing=ReadPacing(),
        )
        socket, attempt = await open_socket(self.endpoint, make, self._set_phase, self._timeouts)
        self._socket, self._transport = socket, WebSocketTransport(socket, attempt, self._timeouts)

    def _open_transport(self) -> WebSocketTransport:
        if self._transport is None or self.status is not ClientStatus.OPEN:
            raise ConnectionLost("The connection is not open." if self.end is None else self.end.text)
        return self._transport

    def _on_payloads(self, payloads: list[bytes], received_ns: int) -> None:
        if self.status is ClientStatus.CONNECTING:
            self._early.append((payloads, received_ns))
        else:
            self._deliver(payloads, received_ns)

    def _deliver(self, payloads: list[bytes], received_ns: int) -> None:
        for payload in payloads:
            self.traffic.messages_in += 1
            self.traffic.bytes_in += len(payload)
            self._on_frame(Frame(payload, "in", received_ns), self._are_text.popleft())

    def _describe_end(self, error: TickerError) -> ConnectionEnd:
        """Return how the connection ended; ``error`` is what the transport reported."""
        socket, host = self._socket, self.endpoint.host
        if socket is None or socket.failure is not None or socket.protocol.state is not State.CLOSED:
            return ConnectionEnd(self.redact(str(error)))
        closed = socket.protocol.close_exc
        if closed.rcvd is None:
            if self._is_close_requested:
                return ConnectionEnd(f"{host} did not complete the closing handshake.", is_clean=True)
            sent = closed.sent
            return ConnectionEnd(
                self.redact(describe_close(closed, host, is_feed=False)), None if sent is None else int(sent.code)
            )
        code, reason = int(closed.rcvd.code), self.redact(closed.rcvd.reason)
        if self._is_close_requested and not closed.rcvd_then_sent:
            return ConnectionEnd(f"The connection to {host} was closed (code {code}).", code, reason, True)
        text = self.redact(describe_close(closed, host, is_feed=False))
        return ConnectionEnd(text, code, reason, code in _CLEAN_CODES)

    def _set_phase(self, phase: Phase) -> None:
        self.phase = phase
        self._on_state()

    def _set_status(self, status: ClientStatus) -> None:
        order = list(ClientStatus)
        if order.index(status) > order.index(self.status):
            self.status = status
            self._on_state()
