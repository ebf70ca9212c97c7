"""The server of the soak test: it sends trades at full speed, a known share of them faulty, and closes regularly.

Run as ``python -m tests.faults.soak_server --messages 10000000 --reconnects 500``. After a tenth of the connections and
after the last one, it writes its counts of sent messages by kind to stdout and pauses until it reads a line from stdin.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter, deque
from typing import Any, Final

from websockets.asyncio.server import ServerConnection, serve

SYMBOLS: Final = tuple(f"S{number:02d}" for number in range(20))
REPLIES: Final = "replies"
_SHARES: Final = {"usual": 955, "bad": 10, "far": 5, "again": 20, "unasked": 10}
_BLOCK: Final = 2_000
_WIDTH: Final = 125  # the maximum length in one byte; JSON may be followed by spaces
_BAD: Final = (
    b"nonsense",
    b'{"event":"trade","sym',
    b"[]",
    b'{"event":"trade","symbol":"S00","price":NaN}',
    b'{"event":"trade","symbol":"S00","price":1e308}',
    b"\xff\xfe",
)
_FAR: Final = (1e5, 1e-2)  # alternately above and below all prices, so that no two in a row confirm each other


class MessageGenerator:
    """Generates messages and counts them by kind."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter(dict.fromkeys((REPLIES, *_SHARES), 0))
        self._rng = random.Random(1)
        self._numbers = [0] * len(SYMBOLS)
        self._last: list[deque[bytes]] = [deque(maxlen=50) for _ in SYMBOLS]
        self._time_ns = 0

    def block(self, count: int) -> bytes:
        """Return ``count`` messages as WebSocket frames."""
        self._time_ns = max(time.time_ns(), self._time_ns)
        kinds = self._rng.choices(tuple(_SHARES), tuple(_SHARES.values()), k=count)
        owners = self._rng.choices(range(len(SYMBOLS)), k=count)
        header = bytes((0x81, _WIDTH))
        return b"".join(header + self._message(*one).ljust(_WIDTH) for one in zip(kinds, owners, strict=True))

    def _message(self, kind: str, owner: int) -> bytes:
        last = self._last[owner]
        if not last:  # no earlier trade to repeat or to differ from
            kind = "usual"
        self.sent[kind] += 1
        match kind:
            case "bad":
                return self._rng.choice(_BAD)
            case "again":
                return self._rng.choice(last)
            case "unasked":
                return self._trade("GHOST", 1, 100.0)
        self._numbers[owner] += 1
        number = self._numbers[owner]
        if kind == "far":
            return self._trade(SYMBOLS[owner], number, _FAR[number % 2])
        last.append(self._trade(SYMBOLS[owner], number, 100 + number % 97 / 100))
        return last[-1]

    def _trade(self, symbol: str, number: int, price: float) -> bytes:
        self._time_ns += 1
        return b'{"event":"trade","symbol":"%b","price":%.2f,"size":1.0,"time_ns":%d,"trade_id":%d}' % (
            symbol.encode(),
            price,
            self._time_ns,
            number,
        )


class SoakServer:
    """Serves one client that reconnects repeatedly."""

    def __init__(self, messages: int, reconnects: int) -> None:
        self._messages = MessageGenerator()
        self._messages_per_connection = messages // reconnects
        self._last = reconnects
        self._holds = (reconnects // 10, reconnects)
        self._connections = 0

    async def serve(self, client: ServerConnection) -> None:
        """Acknowledge the subscription, send this connection's share of the messages, and close."""
        number = self._connections
        self._connections += 1
        symbols = json.loads(await client.recv())["symbols"]
        await client.send(json.dumps({"event": "reply", "symbols": symbols, "ok": True}))
        self._messages.sent[REPLIES] += 1
        if number in self._holds:
            _report(event="holds", **self._messages.sent)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        if number < self._last:
            await self._send_messages(client)
        await client.close()

    async def _send_messages(self, client: ServerConnection) -> None:
        left, answer = self._messages_per_connection, None
        while left:
            client.transport.write(self._messages.block(min(left, _BLOCK)))
            left -= min(left, _BLOCK)
            if answer is not None:
                await answer  # at most two blocks are in transit, so that pings are answered soon
            answer = await client.ping()


def _report(**event: Any) -> None:
    print(json.dumps(event), flush=True)


async def run(messages: int, reconnects: int) -> None:
    """Serve until the process is killed."""
    server = SoakServer(messages, reconnects)
    options: dict[str, Any] = {"compression": None, "ping_interval": None, "close_timeout": None}  # nothing is cut off
    async with serve(server.serve, "127.0.0.1", 0, **options) as listening:
        _report(event="listening", port=next(iter(listening.sockets)).getsockname()[1])
        await listening.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--reconnects", type=int, required=True)
    options = parser.parse_args()
    asyncio.run(run(options.messages, options.reconnects))


if __name__ == "__main__":
    main()
