"""A TCP proxy that disturbs connections, modeled on the toxics of Toxiproxy.

To run it by hand: ``python -m tests.faults.toxic 127.0.0.1:8765 --port 8766 latency:2000:1000``. A line on stdin
replaces the toxics, also for open connections.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import struct
import sys
import time
from collections.abc import Sequence

WORDS = """
latency:MS[:JITTER]   delay the data of the server by this time
bandwidth:BYTES       limit the rate to this number of bytes per second
slice:BYTES           split the data into pieces of this size
blackhole             drop all data in both directions without closing
limit:BYTES           close after this number of bytes
reset                 reset the connection now
halfclose             close the direction to the client, and continue to read from it
(nothing)             forward everything unchanged
"""
_CHUNK = 65_536
_MAX_DELAYED = 1_000  # chunks on their way
_PIECE_S = 0.05  # of a limited bandwidth


class TcpToxic:
    """Forwards bytes between clients and a server, disturbed by the current toxics."""

    def __init__(self, host: str, port: int, toxics: Sequence[str]) -> None:
        self._host = host
        self._port = port
        self._clients: set[asyncio.StreamWriter] = set()
        self._half_closed: set[asyncio.StreamWriter] = set()
        self.apply(toxics)

    def apply(self, toxics: Sequence[str]) -> None:
        """Replace the toxics."""
        self._toxics = {name: rest.split(":") if rest else [] for name, _, rest in (t.partition(":") for t in toxics)}
        for client in list(self._clients):
            if "reset" in self._toxics:
                reset(client)
            elif "halfclose" in self._toxics and client.can_write_eof():
                self._half_closed.add(client)
                client.write_eof()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        there, back = await asyncio.open_connection(self._host, self._port)
        self._clients.add(writer)
        ways = [
            asyncio.create_task(self._pipe(reader, back, False)),
            asyncio.create_task(self._pipe(there, writer, True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._clients.discard(writer)
            self._half_closed.discard(writer)
            for end in (writer, back):
                end.close()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_down: bool) -> None:
        """Forward one direction; only data to the client is disturbed, but a black hole drops both directions."""
        carried = 0
        arrivals: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_MAX_DELAYED)
        reading = asyncio.create_task(_read(reader, arrivals))
        try:
            while (arrival := await arrivals.get())[1]:
                arrived, data = arrival
                while "blackhole" in self._toxics:  # noqa: ASYNC110  # ended by a command
                    await asyncio.sleep(0.05)
                if not is_down:
                    writer.write(data)
                    continue
                if writer in self._half_closed:
                    continue
                await self._delay(arrived)
                carried += len(data)
                if "limit" in self._toxics and carried > int(self._toxics["limit"][0]):
                    return
                size, pause_s = self._pieces()
                for start in range(0, len(data), size):
                    writer.write(data[start : start + size])
                    await writer.drain()
                    if size < _CHUNK:
                        await asyncio.sleep(pause_s)
        except ConnectionError:
            return
        finally:
            reading.cancel()

    async def _delay(self, arrived: float) -> None:
        """Wait until data is as old as the latency; what arrives meanwhile is delayed by as much, not by more."""
        if "latency" in self._toxics:
            delay, *jitter = (float(part) / 1000 for part in self._toxics["latency"])
            delay += random.uniform(-jitter[0], jitter[0]) if jitter else 0
            await asyncio.sleep(arrived + delay - time.monotonic())

    def _pieces(self) -> tuple[int, float]:
        """Return the size of the pieces that are sent, and the pause after each."""
        if "bandwidth" in self._toxics:
            bytes_per_s = float(self._toxics["bandwidth"][0])
            return max(1, int(bytes_per_s * _PIECE_S)), _PIECE_S
        return int(self._toxics.get("slice", [str(_CHUNK)])[0]), 0.0


async def _read(reader: asyncio.StreamReader, arrivals: asyncio.Queue[tuple[float, bytes]]) -> None:
    """Note when data arrives, until the connection ends."""
    data = b"more"
    while data:
        try:
            data = await reader.read(_CHUNK)
        except ConnectionError:
            data = b""
        await arrivals.put((time.monotonic(), data))


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with a TCP reset."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def run(host: str, port: int, listen: int, toxics: Sequence[str]) -> None:
    """Forward until stdin is closed."""
    toxic = TcpToxic(host, port, toxics)
    server = await asyncio.start_server(toxic.carry, "127.0.0.1", listen, limit=_CHUNK)
    print(json.dumps({"event": "listening", "port": server.sockets[0].getsockname()[1]}), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        toxic.apply(line.split())
        print(json.dumps({"event": "applied", "toxics": line.split()}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(epilog=WORDS, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("to", help="HOST:PORT of the server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("toxics", nargs="*")
    options = parser.parse_args()
    host, _, port = options.to.rpartition(":")
    asyncio.run(run(host, int(port), options.port, options.toxics))


if __name__ == "__main__":
    main()
