"""A TCP server that does not speak WebSocket: it is silent, does not accept, or sends something else.

To run it by hand: ``python -m tests.faults.raw --port 8765 silent``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import sys

from tests.faults.toxic import reset

WORDS = """
silent      accept connections and read, but never answer
deaf        do not accept connections: the backlog is full
hangup      accept connections and close them after the first bytes
reset       accept connections and reset them after the first bytes
endless     answer the first bytes with endless headers
text:TEXT   answer the first bytes with a text (\\r\\n as \\\\r\\\\n), then close
"""


def report(**event: object) -> None:
    print(json.dumps(event), flush=True)


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    report(event="connected")
    while await reader.read(65_536):
        pass
    writer.close()


async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: str) -> None:
    asked = await reader.read(65_536)
    report(event="connected", asked=asked.decode("utf-8", "replace"))
    writer.write(text.encode().decode("unicode_escape").encode())
    writer.close()


async def resetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65_536)
    report(event="connected")
    reset(writer)


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65_536)
    report(event="connected")
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\n")
    with contextlib.suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(b"X-More: and more\r\n")
            await writer.drain()
            await asyncio.sleep(0.001)


async def run(behavior: str, port: int) -> None:
    """Serve until stdin ends."""
    word, _, text = behavior.partition(":")
    if word == "deaf":
        held = deaf(port)
        report(event="listening", port=held[0].getsockname()[1])
    else:
        handlers = {"silent": silent, "reset": resetting, "endless": endless}
        handler = handlers.get(word, lambda reader, writer: answering(reader, writer, text))
        server = await asyncio.start_server(handler, "127.0.0.1", port)
        report(event="listening", port=server.sockets[0].getsockname()[1])
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def deaf(port: int) -> list[socket.socket]:
    """Return a listening socket with a full backlog, and the sockets that fill it, so that others are not answered."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(0)
    held = [listener]
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        held.append(filler)
    return held


def main() -> None:
    parser = argparse.ArgumentParser(epilog=WORDS, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("behavior")
    options = parser.parse_args()
    asyncio.run(run(options.behavior, options.port))


if __name__ == "__main__":
    main()
