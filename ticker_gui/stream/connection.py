"""A connection: payloads both ways. The exceptions of ``websockets`` become ours here.

Payloads are pushed, not pulled: what one read of the socket brought is handed on in one call, with the moment of that
read. A queue with a task behind it, as ``recv()`` has, costs as much as all that is done with a payload afterwards;
and as the socket is only read again when everything read has been understood, nothing can pile up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, Protocol, TypeAlias, cast
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.frames import Frame, Opcode
from websockets.protocol import Event

from ticker_gui import __version__
from ticker_gui.domain.address import is_loopback
from ticker_gui.stream.clock import Clock
from ticker_gui.stream.failure import explain

OnPayloads: TypeAlias = Callable[[list[bytes], int], None]

_DATA: Final = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)

OPEN_TIMEOUT_S: Final = 10.0
PING_S: Final = 10.0
CLOSE_TIMEOUT_S: Final = 1.0
MOST_BYTES: Final = 1 << 20

# At DEBUG this logger would write keys out: the query of the URL, the headers and every message.
_LOGGER: Final = logging.getLogger("ticker_gui.websockets")
_LOGGER.setLevel(logging.INFO)


class Connection(Protocol):
    """What a session needs of a line, live, replayed or scripted."""

    async def read(self) -> None:
        """Hand every payload to the reader given at dialling, with its arrival time, until the line ends.

        Raises:
            ConnectionLost, FeedRejected: why the line ended. It never returns.
        """

    async def send(self, message: str | bytes) -> None:
        """Send one message, text or binary.

        Raises:
            ConnectionLost, FeedRejected: the line has ended.
        """

    async def close(self) -> None:
        """Close in good manners, within a second."""


class _PushSocket(ClientConnection):
    """A WebSocket that hands on what each read of the socket brought, with the time of the read."""

    def __init__(self, *arguments: Any, on_payloads: OnPayloads, now_ns: Clock, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.failure: Exception | None = None
        self._on_payloads = on_payloads
        self._now_ns = now_ns
        self._payloads: list[bytes] = []
        self._fragments: bytearray | None = None

    def data_received(self, data: bytes) -> None:
        """Take what one read of the socket brought; called by asyncio."""
        received_ns = self._now_ns()
        super().data_received(data)
        payloads = self._payloads
        if payloads and self.failure is None:
            self._payloads = []
            try:
                self._on_payloads(payloads, received_ns)
            except Exception as failure:
                # Raised into the transport it would be logged and called a broken line; `read` raises it instead.
                self.failure = failure
                self.transport.abort()

    def process_event(self, event: Event) -> None:
        """Take one event; called by ``websockets`` for the handshake and then for each frame, in order."""
        if not isinstance(event, Frame) or event.opcode not in _DATA:
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
    """A `Connection` over a real WebSocket; made by `dial`."""

    def __init__(self, socket: _PushSocket, host: str) -> None:
        self._socket = socket
        self._host = host

    async def read(self) -> None:
        """Wait for the end; the payloads come by themselves."""
        await self._socket.wait_closed()
        if self._socket.failure is not None:
            raise self._socket.failure
        raise explain(self._socket.protocol.close_exc, self._host)

    async def send(self, message: str | bytes) -> None:
        """Send one message, text or binary."""
        try:
            await self._socket.send(message)
        except ConnectionClosed as closed:
            raise explain(closed, self._host) from closed

    async def close(self) -> None:
        """Close in good manners, within a second."""
        await self._socket.close()


class _Dialler(connect):
    """``websockets.connect`` that follows no redirects: a key would go wherever the server points."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def dial(url: str, headers: Mapping[str, str], on_payloads: OnPayloads, now_ns: Clock) -> Connection:
    """Open a WebSocket, with ``headers`` in the handshake, and push its payloads to ``on_payloads``.

    Raises:
        ConnectionLost: the other side was not reached, or hung up.
        FeedRejected: the other side does not want us, or is not who it should be.
    """
    host = urlsplit(url).hostname or ""
    is_local = is_loopback(host)
    try:
        socket = await _Dialler(
            url,
            create_connection=partial(_PushSocket, on_payloads=on_payloads, now_ns=now_ns),  # type: ignore[arg-type]
            additional_headers=headers,
            user_agent_header=f"ticker-gui/{__version__}",
            # A proxy cannot reach our own loopback, and compressing on it only costs time.
            proxy=None if is_local else True,
            compression=None if is_local else "deflate",
            open_timeout=OPEN_TIMEOUT_S,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=CLOSE_TIMEOUT_S,
            max_size=MOST_BYTES,
            logger=_LOGGER,
        )
    except (OSError, WebSocketException, UnicodeError) as error:
        raise explain(error, host) from error
    return LiveConnection(cast(_PushSocket, socket), host)
