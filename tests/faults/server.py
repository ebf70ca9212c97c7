"""A WebSocket server of the demo protocol that runs a script on each connection.

To run it by hand: ``python -m tests.faults.server --port 8765 subscribe trades:50:100 close:1013 then subscribe idle``.
A script is a sequence of words. ``then`` begins the script of the next connection; the last script is used for all
further connections. Events (connections, received messages) are written to stdout as JSON lines.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import ssl
import struct
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

WORDS = """
subscribe[:SYMBOL]    wait for a request and acknowledge it, except one symbol
refuse:SYMBOL:TEXT    reject one symbol and send no data of it
trade[:PRICE]         one trade of each requested symbol
trades:N[:PER_S]      N trades
quote:BID:ASK         a quote
late:SECONDS          a trade with a time this long ago
all_late:SECONDS      ten of them per second, until the next line on stdin
page:N:SECONDS        N trades of the past seconds at once
time:TIME_NS          a trade with this time
skip:N                skip N trade ids
resend                the last 100 messages again
send:TEXT             this text as a message
raw:HEX               these bytes, without WebSocket framing
burst:N               N trades at once
flood:PER_S:SECONDS   trades at this rate
steady:PER_S          trades at this rate, until the next line on stdin
unknown:N             a trade of each of N symbols that were not requested
big:MIB               one message of MIB mebibytes of zeros
ping:HZ:SECONDS       only pings
pings:BLOCK           stop reading, and send pings in blocks of BLOCK, as fast as possible
deaf                  stop reading, so that pings and the closing handshake are not answered
fragments:N           one trade in N fragments
endless:BYTES:HZ      an endless message in fragments of this size
idle                  read and send nothing
sleep:SECONDS         pause
wait                  pause until the next line on stdin
close:CODE[:REASON]   close with a closing handshake
abort                 close the TCP connection without a closing handshake
reset                 reset the TCP connection
status:CODE[:NAME=VALUE]  answer the handshake with this HTTP status; only as the first word. As the value of a header,
                      date+SECONDS is a date in the future
"""


def report(**event: Any) -> None:
    """Write one event to stdout, for the process that runs the server."""
    print(json.dumps(event), flush=True)


def http_date(seconds: float) -> str:
    """Return the date in some seconds as in a header of HTTP."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


class FaultServer:
    """Runs one script per connection. Trade ids of each symbol are sequential over all connections."""

    def __init__(self, scripts: Sequence[Sequence[str]]) -> None:
        self._scripts = scripts
        self._connections = 0
        self._trades: dict[str, int] = {}
        self._sent: deque[str] = deque(maxlen=100)
        self.lines = asyncio.Semaphore(0)  # of stdin, each for one word ``wait``

    def answer(self, client: ServerConnection, request: Request) -> Response | None:
        """Begin a connection; return an HTTP response if its script begins with a status."""
        number = self._connections
        self._connections += 1
        report(event="connected", number=number, path=request.path, headers=dict(request.headers.raw_items()))
        script = self._scripts[min(number, len(self._scripts) - 1)]
        word, _, rest = script[0].partition(":") if script else ("idle", "", "")
        if word != "status":
            client.script = script  # type: ignore[attr-defined]
            return None
        code, _, header = rest.partition(":")
        name, _, value = header.partition("=")
        if value.startswith("date+"):
            value = http_date(float(value.removeprefix("date+")))
        headers = Headers({name: value} if name else {})
        headers["Content-Length"] = "0"
        return Response(int(code), HTTPStatus(int(code)).phrase, headers)

    async def serve(self, client: ServerConnection) -> None:
        """Run the script of a connection, then read until the connection ends."""
        try:
            for step in client.script:  # type: ignore[attr-defined]
                word, _, rest = step.partition(":")
                await _ScriptRunner(self, client).do(word, rest)
            async for message in client:
                report(event="received", text=str(message))
        except ConnectionClosed:
            pass

    def trade(self, symbol: str, price: float | None = None, time_ns: int | None = None) -> str:
        """Return the next trade of a symbol as a message."""
        number = self._trades[symbol] = self._trades.get(symbol, 0) + 1
        fact = {
            "event": "trade",
            "symbol": symbol,
            "price": round(100 + number % 17 / 100, 2) if price is None else price,
            "size": 1.0,
            "time_ns": time.time_ns() if time_ns is None else time_ns,
            "trade_id": number,
        }
        return json.dumps(fact)

    def skip(self, symbol: str, count: int) -> None:
        """Skip trade ids."""
        self._trades[symbol] = self._trades.get(symbol, 0) + count

    async def send(self, client: ServerConnection, message: str) -> None:
        """Send a message and store it for ``resend``."""
        self._sent.append(message)
        await client.send(message)

    @property
    def sent(self) -> list[str]:
        """The last messages sent, on any connection."""
        return list(self._sent)


class _ScriptRunner:
    """The words of a script, on one connection."""

    def __init__(self, server: FaultServer, client: ServerConnection) -> None:
        self._server = server
        self._client = client
        if not hasattr(client, "symbols"):
            client.symbols = ["A"]  # type: ignore[attr-defined]

    @property
    def _symbols(self) -> list[str]:
        symbols: list[str] = self._client.symbols  # type: ignore[attr-defined]
        return symbols

    async def do(self, word: str, rest: str) -> None:
        await getattr(self, f"_{word}")(*([rest] if word in ("send", "raw") else rest.split(":") if rest else []))

    async def _subscribe(self, ignored: str = "") -> None:
        text = str(await self._client.recv())
        report(event="received", text=text)
        symbols = [symbol for symbol in json.loads(text)["symbols"] if symbol != ignored]
        self._client.symbols = symbols or ["A"]  # type: ignore[attr-defined]
        await self._client.send(json.dumps({"event": "reply", "symbols": self._symbols, "ok": True}))

    async def _refuse(self, symbol: str, text: str) -> None:
        self._client.symbols = [one for one in self._symbols if one != symbol]  # type: ignore[attr-defined]
        await self._client.send(json.dumps({"event": "reply", "symbols": [symbol], "ok": False, "message": text}))

    async def _trade(self, price: str = "") -> None:
        for symbol in self._symbols:
            message = self._server.trade(symbol, float(price) if price else None)
            await self._server.send(self._client, message)

    async def _trades(self, count: str, per_s: str = "1000") -> None:
        begin = time.monotonic()
        for index in range(int(count)):
            symbol = self._symbols[index % len(self._symbols)]
            await self._server.send(self._client, self._server.trade(symbol))
            ahead = (index + 1) / float(per_s) - (time.monotonic() - begin)
            if ahead > 0.002:
                await asyncio.sleep(ahead)
            elif not index % 100:
                await asyncio.sleep(0)  # otherwise pings would not be answered while sending
        report(event="done", trades=int(count))

    async def _burst(self, count: str) -> None:
        await self._trades(count, "1e12")

    async def _flood(self, per_s: str, seconds: str) -> None:
        await self._trades(str(int(float(per_s) * float(seconds))), per_s)

    async def _steady(self, per_s: str) -> None:
        while self._server.lines.locked():
            await self._trades("1", per_s)
        await self._wait()

    async def _quote(self, bid: str, ask: str) -> None:
        for symbol in self._symbols:
            quote = {
                "event": "quote",
                "symbol": symbol,
                "bid": float(bid),
                "ask": float(ask),
                "time_ns": time.time_ns(),
            }
            await self._client.send(json.dumps(quote))

    async def _late(self, seconds: str) -> None:
        time_ns = time.time_ns() - int(float(seconds) * 1e9)
        await self._client.send(self._server.trade(self._symbols[0], None, time_ns))

    async def _all_late(self, seconds: str) -> None:
        while self._server.lines.locked():
            await self._late(seconds)
            await asyncio.sleep(0.1)
        await self._wait()

    async def _page(self, count: str, seconds: str) -> None:
        """Send ``count`` trades of the past seconds at once, oldest first."""
        now_ns, width_ns = time.time_ns(), int(float(seconds) * 1e9)
        for number in range(int(count)):
            time_ns = now_ns - width_ns + number * width_ns // int(count)
            await self._client.send(self._server.trade(self._symbols[0], None, time_ns))
            if not number % 100:
                await asyncio.sleep(0)

    async def _time(self, time_ns: str) -> None:
        await self._client.send(self._server.trade(self._symbols[0], None, int(time_ns)))

    async def _skip(self, count: str) -> None:
        for symbol in self._symbols:
            self._server.skip(symbol, int(count))

    async def _resend(self) -> None:
        for message in self._server.sent:
            await self._client.send(message)

    async def _send(self, text: str) -> None:
        await self._client.send(text)

    async def _raw(self, hexadecimal: str) -> None:
        self._client.transport.write(bytes.fromhex(hexadecimal))

    async def _unknown(self, count: str) -> None:
        for index in range(int(count)):
            await self._client.send(self._server.trade(f"GHOST{index}"))
            self._server._trades.pop(f"GHOST{index}")

    async def _big(self, mebibytes: str) -> None:
        await self._client.send("0" * (int(mebibytes) << 20))

    async def _ping(self, hz: str, seconds: str) -> None:
        end = time.monotonic() + float(seconds)
        while time.monotonic() < end:
            await self._client.ping()
            await asyncio.sleep(1 / float(hz))

    async def _pings(self, block: str) -> None:
        await self._deaf()
        while not self._client.transport.is_closing():
            self._client.transport.write((b"\x89\x7d" + b"x" * 125) * int(block))
            await self._client.drain()
            await asyncio.sleep(0.001)

    async def _deaf(self) -> None:
        self._client.transport.pause_reading()

    async def _fragments(self, count: str) -> None:
        await self._client.send(list(self._server.trade(self._symbols[0]).ljust(int(count))))

    async def _endless(self, size: str, hz: str) -> None:
        async def pieces() -> AsyncIterator[str]:
            yield '{"event":'
            while True:
                yield " " * int(size)
                await asyncio.sleep(1 / float(hz))

        await self._client.send(pieces())

    async def _idle(self) -> None:
        async for message in self._client:
            report(event="received", text=str(message))

    async def _sleep(self, seconds: str) -> None:
        await asyncio.sleep(float(seconds))

    async def _wait(self) -> None:
        await self._server.lines.acquire()

    async def _close(self, code: str, reason: str = "") -> None:
        await self._client.close(int(code), reason)

    async def _abort(self) -> None:
        self._client.transport.abort()

    async def _reset(self) -> None:
        raw: socket.socket = self._client.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._client.transport.abort()


async def run(words: Sequence[str], port: int, context: ssl.SSLContext | None = None) -> None:
    """Serve until stdin is closed or the process is killed."""
    scripts: list[list[str]] = [[]]
    for word in words:
        if word == "then":
            scripts.append([])
        else:
            scripts[-1].append(word)
    server = FaultServer(scripts)
    options: dict[str, Any] = {"close_timeout": 0.3, "ping_interval": None, "max_size": None, "ssl": context}
    async with serve(server.serve, "127.0.0.1", port, process_request=server.answer, **options) as listening:
        report(event="listening", port=next(iter(listening.sockets)).getsockname()[1])
        loop = asyncio.get_running_loop()
        while await loop.run_in_executor(None, sys.stdin.readline):
            server.lines.release()


def main() -> None:
    parser = argparse.ArgumentParser(epilog=WORDS, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate", help="use TLS with this PEM file of key and certificate chain")
    parser.add_argument("--old-tls", action="store_true", help="use TLS 1.0 only")
    parser.add_argument("words", nargs="*", default=["subscribe", "flood:50:86400"])
    options = parser.parse_args()
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate)
        if options.old_tls:
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    asyncio.run(run(options.words, options.port, context))


if __name__ == "__main__":
    main()
