"""HTTP servers on loopback, in a thread with a loop of its own, which answer as the stand-ins of REST interfaces do."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from ssl import SSLContext
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

Answer = tuple[int, bytes, Mapping[str, str]]
Respond = Callable[[str, Mapping[str, str], Mapping[str, str]], Answer]
Handler = Callable[["Asked"], "Answer | bytes | None"]

_TLS = b"\x16"  # how a TLS handshake begins


class Asked(NamedTuple):
    """A request as it was received; the names of headers are written as usual, ``User-Agent``."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    target: str = ""
    method: str = "GET"
    body: bytes = b""


class RestServer:
    """A server whose ``handler`` returns an answer, the bytes to send before it closes, or ``None`` to say nothing.

    It keeps the requests in ``asked``, and the ``failures`` of the handler.
    """

    def __init__(self, handler: Handler, tls: SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.failures: list[BaseException] = []
        self.url = ""
        self.connections = 0
        self._handler = handler
        self._tls = tls
        self._stop = asyncio.Event()
        self._is_ready = threading.Event()
        self._clients: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        assert self._is_ready.wait(60)

    def stop(self) -> None:
        """Stop listening and drop every connection."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self.url.rpartition(":")[2])

    @property
    def open_connections(self) -> int:
        """How many clients are connected."""
        return len(self._clients)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        scheme = "http" if self._tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._is_ready.set()
        await self._stop.wait()
        server.close()  # `asyncio.run` cancels what still runs

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        self.connections += 1
        try:
            while await self._answer_next(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        except Exception as failure:
            self.failures.append(failure)
        finally:
            self._clients.discard(task)
            writer.close()

    async def _answer_next(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer the next request; return whether the connection stays open."""
        first = await reader.readexactly(1)
        if first == _TLS:
            writer.write(b"HTTP/1.1 400 No\r\n\r\n")
            await writer.drain()
            return False
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        body = await reader.readexactly(int(headers.get("Content-Length", 0)))
        self.asked.append(Asked(unquote(parts.path), query, headers, target, method, body))
        answer = self._handler(self.asked[-1])
        if answer is None:
            await reader.read()
            return False
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
            return False
        status, body, more = answer
        lines = [f"HTTP/1.1 {status} Any", f"Content-Length: {len(body)}", *(f"{n}: {v}" for n, v in more.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        await writer.drain()
        return True


@contextlib.contextmanager
def serving_rest(handler: Handler, tls: SSLContext | None = None) -> Iterator[RestServer]:
    """Run a server while the block runs."""
    server = RestServer(handler, tls)
    server.start()
    try:
        yield server
    finally:
        server.stop()
    assert not server.failures


def by_stand_in(respond: Respond) -> Handler:
    """Return a handler that answers as a stand-in of a provider does."""
    return lambda asked: respond(asked.path, asked.query, asked.headers)
