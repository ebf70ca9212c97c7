"""WebSocket servers on loopback, in a thread with a loop of its own: what they do does not depend on the test's loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Handler = Callable[[ServerConnection], Awaitable[None]]


class LoopbackServer:
    """One server: its `url`, how many clients have connected, and the `failures` of what it expected of them."""

    def __init__(self, handler: Handler, **options: Any) -> None:
        self.failures: list[AssertionError] = []
        self.connections = 0
        self.url = ""
        self._handler = handler
        self._options = options
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._is_ready = threading.Event()
        # A runner ends what is left of a connection that is opened while the server stops.
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self, port: int = 0) -> None:
        """Listen."""
        self._port = port
        self._thread.start()
        assert self._is_ready.wait(60)

    def stop(self) -> None:
        """Stop listening and drop every connection; once is enough."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(60)

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self.url.rpartition(":")[2])

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with serve(self._serve, "127.0.0.1", self._port, close_timeout=0.2, **self._options) as server:
            self.url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            self._is_ready.set()
            await self._stop.wait()

    async def _serve(self, client: ServerConnection) -> None:
        self.connections += 1
        try:
            await self._handler(client)
        except ConnectionClosed:
            pass
        except AssertionError as failure:
            self.failures.append(failure)


@contextlib.contextmanager
def serving(handler: Handler, port: int = 0, **options: Any) -> Iterator[LoopbackServer]:
    """Run a server while the block runs."""
    server = LoopbackServer(handler, **options)
    server.start(port)
    try:
        yield server
    finally:
        server.stop()


async def receive_forever(client: ServerConnection) -> None:
    """Receive from a client and send nothing."""
    async for _ in client:
        pass
