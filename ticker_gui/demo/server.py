"""The WebSocket server of the demo market, with an echo at ``/echo`` and a chat room at ``/chat``.

The protocol of the market is that of `ticker_gui.feeds.providers.demo`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from ticker_gui.demo.chat import ChatRoom
from ticker_gui.demo.echo import echo
from ticker_gui.demo.market import DemoMarket
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.events import PastBars, PastTrades, Refusal, Reply
from ticker_gui.domain.timeframe import BY_NAME
from ticker_gui.feeds.history import BarsQuery, TradesQuery
from ticker_gui.feeds.providers.demo import (
    MAX_BARS,
    PastBarsRequest,
    Request,
    Subscribe,
    Unsubscribe,
)
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.stream.clock import steady_clock

if TYPE_CHECKING:  # loaded when the server starts
    from websockets.asyncio.server import Server, ServerConnection

_T = TypeVar("_T")
DEFAULT_RATE: Final = 40.0
DEFAULT_PORT: Final = 8765
_TICK_S: Final = 0.02
_MAX_PER_TICK: Final = 5_000
_CLOSE_S: Final = 1.0
_SLICE_S: Final = 0.003  # the longest calculation at once
_NOT_LISTED: Final = "not listed here"
_NO_PAST: Final = "The demo market does not list this symbol."
_MAX_UNSENT_CHAT_BYTES: Final = 1 << 16
_MAX_UNSENT_BYTES: Final = 1 << 20  # a client with more unsent data misses events, as at a real venue

_read_request: Callable[[str | bytes], Request] = msgspec.json.Decoder(Request).decode


class DemoServer:
    """Serves a `DemoMarket` with ``rate`` events per second, all symbols together; also an echo and a `ChatRoom`."""

    def __init__(
        self,
        market: DemoMarket | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        rate: float = DEFAULT_RATE,
        clock: Clock | None = None,
    ) -> None:
        self.market = market or DemoMarket()
        self.room = ChatRoom()
        self._host = host
        self._port = port
        self._rate = rate
        self.errors = InternalErrors("the demo market")
        self._clock = clock or steady_clock()
        self._subscribers: dict[str, set[ServerConnection]] = {symbol: set() for symbol in self.market.symbols}
        self._clients: set[ServerConnection] = set()
        self._server: Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The URL of the started server."""
        if self._server is None:
            raise RuntimeError("the demo server has not been started")
        return f"ws://{f'[{self._host}]' if ':' in self._host else self._host}:{self._port}"

    async def start(self) -> None:
        """Start the market and listen.

        Raises:
            SettingsError: the address cannot be used.
        """
        if self._host in ("", "*"):  # of each kind of address, with another port
            raise SettingsError("The host to listen on is missing. Use 0.0.0.0 for all addresses of this computer.")
        await asyncio.to_thread(import_module, "websockets.asyncio.server")
        from websockets.asyncio.server import serve

        if self._server is None:  # the market continues where it was when the server is started again
            await _in_slices(self.market.generate_history(self._clock(), self._rate))
        try:
            self._server = await serve(self._serve, self._host, self._port, compression=None, close_timeout=0.5)
        except (OSError, UnicodeError) as error:
            reason = (error.strerror or error) if isinstance(error, OSError) else "it is not a valid host name"
            raise SettingsError(
                f"Cannot listen on {self._host}:{self._port}: {reason}. Choose another --host or --port."
            ) from error
        self._port = next(iter(self._server.sockets)).getsockname()[1]
        self._task = asyncio.create_task(self._trade(), name="demo market")

    async def stop(self) -> None:
        """Stop the market and close all connections."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await self._server.wait_closed()
            for client in self._clients:  # of clients that do not read, so that no closing handshake is possible
                client.transport.abort()

    async def _trade(self) -> None:
        last = time.monotonic()
        due = 0.0
        while True:
            await asyncio.sleep(_TICK_S)
            now = time.monotonic()
            due = min(due + (now - last) * self._rate, _MAX_PER_TICK)
            last = now
            with self.errors.contained("trading"):
                self._generate(int(due))
            due -= int(due)

    def _generate(self, count: int) -> None:
        from websockets.asyncio.server import broadcast

        for fact in self.market.generate(count, self._clock()):
            listeners = [client for client in self._subscribers[fact.symbol] if not _is_slow(client)]
            if listeners:
                broadcast(listeners, msgspec.json.encode(fact).decode())

    async def _serve(self, client: ServerConnection) -> None:
        from websockets.exceptions import ConnectionClosed

        self._clients.add(client)
        try:
            # An unexpected exception closes the connection of this client only.
            with self.errors.contained("answering a client"), contextlib.suppress(ConnectionClosed):
                await self._serve_path(client, _path(client))
        finally:
            self._clients.discard(client)
            for clients in self._subscribers.values():
                clients.discard(client)

    async def _serve_path(self, client: ServerConnection, path: str) -> None:
        if path == "/echo":
            await echo(client, client.send)
        elif path == "/chat":
            await self._chat(client)
        else:
            async for message in client:
                await self._answer(client, message)

    async def _chat(self, client: ServerConnection) -> None:
        connection = _ChatConnection(client)
        visitor = self.room.enter(connection)
        if visitor is not None:
            try:
                async for message in client:
                    self.room.receive(visitor, message)
            finally:
                self.room.leave(visitor)
        await connection.wait_closed()

    async def _answer(self, client: ServerConnection, message: str | bytes) -> None:
        try:
            request = _read_request(message)
        except (msgspec.MsgspecError, RecursionError) as error:
            await _send(client, Reply((), ok=False, message=f"invalid request: {error}"))
            return
        if isinstance(request, Subscribe | Unsubscribe):
            await self._change_subscriptions(client, request)
        elif isinstance(request, PastBarsRequest):
            await _send(client, Reply((), ok=True, past=await self._past_bars(request.query)))
        else:
            await _send(client, Reply((), ok=True, past=self._past_trades(request.query)))

    async def _change_subscriptions(self, client: ServerConnection, request: Subscribe | Unsubscribe) -> None:
        from websockets.asyncio.server import broadcast

        op = "subscribe" if isinstance(request, Subscribe) else "unsubscribe"
        listed = tuple(symbol for symbol in request.symbols if symbol in self._subscribers)
        unknown = tuple(symbol for symbol in request.symbols if symbol not in self._subscribers)
        if listed:
            await _send(client, Reply(listed, ok=True, message=f"{op}d"))
        if unknown:
            await _send(client, Reply(unknown, ok=False, message=_NOT_LISTED))
        for symbol in listed:
            if op == "unsubscribe":
                self._subscribers[symbol].discard(client)
            elif client not in self._subscribers[symbol]:
                # At once, so that what is traded meanwhile is in neither twice nor in none.
                for fact in self.market.snapshot(symbol, self._clock()):
                    broadcast((client,), msgspec.json.encode(fact).decode())
                self._subscribers[symbol].add(client)
                await asyncio.sleep(0)

    async def _past_bars(self, query: BarsQuery) -> PastBars:
        """Return past bars of a symbol, or why there are none."""
        if query.symbol not in self._subscribers:
            return PastBars(query.symbol, query.timeframe, error=_NO_PAST, refusal=Refusal.UNKNOWN_SYMBOL)
        if query.timeframe not in BY_NAME:
            error = "The demo market has no bars of this length."
            return PastBars(query.symbol, query.timeframe, error=error, refusal=Refusal.NOT_OFFERED)
        now_ns = self._clock()
        bars = await _in_slices(islice(self.market.history(query.symbol, now_ns).bars(query, now_ns), MAX_BARS))
        return PastBars(query.symbol, query.timeframe, tuple(bars))

    def _past_trades(self, query: TradesQuery) -> PastTrades:
        if query.symbol not in self._subscribers:
            return PastTrades(query.symbol, error=_NO_PAST, refusal=Refusal.UNKNOWN_SYMBOL)
        trades = self.market.history(query.symbol, self._clock()).trades(query)
        if trades is None:
            return PastTrades(query.symbol, error="The demo market does not send such a long list of trades.")
        return PastTrades(query.symbol, tuple(trades))


class _ChatConnection:
    """The connection of a visitor of the chat room."""

    def __init__(self, client: ServerConnection) -> None:
        self._client = client
        self._closing: asyncio.Task[None] | None = None

    @property
    def is_slow(self) -> bool:
        return self._client.transport.get_write_buffer_size() > _MAX_UNSENT_CHAT_BYTES

    def send(self, text: str) -> None:
        from websockets.asyncio.server import broadcast

        broadcast((self._client,), text)

    def close(self, code: int, reason: str) -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self._client.close(code, reason), name="closing a chat connection")

    def abort(self) -> None:
        self._client.transport.abort()

    async def wait_closed(self) -> None:
        """Wait for a close that has begun."""
        if self._closing is not None:
            await self._closing


async def _in_slices(items: Iterator[_T]) -> list[_T]:
    """Return what an iterator calculates, and let the program do other things meanwhile."""
    results: list[_T] = []
    pause_at = time.perf_counter() + _SLICE_S
    for item in items:
        results.append(item)
        if time.perf_counter() > pause_at:
            await asyncio.sleep(0)
            pause_at = time.perf_counter() + _SLICE_S
    return results


def _path(client: ServerConnection) -> str:
    """Return the path that a client asked for, without query and a slash at the end."""
    return "" if client.request is None else client.request.path.partition("?")[0].rstrip("/")


async def _send(client: ServerConnection, fact: msgspec.Struct) -> None:
    await client.send(msgspec.json.encode(fact).decode())


def _is_slow(client: ServerConnection) -> bool:
    return client.transport.get_write_buffer_size() > _MAX_UNSENT_BYTES
