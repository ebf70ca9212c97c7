"""Tells trades at full speed, a known share of them not to be believed, and hangs up in good manners now and then.

Run as ``python -m tests.faults.soak_server --messages 10000000 --reconnects 500``. After a tenth of its closings, and
after the last, it says on stdout what has been sent until then, by kind, and is silent until a line comes on stdin.
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
_WIDTH: Final = 125  # the longest that one byte tells; JSON may have space after it
_BAD: Final = (
    b"nonsense",
    b'{"event":"trade","sym',
    b"[]",
    b'{"event":"trade","symbol":"S00","price":NaN}',
    b'{"event":"trade","symbol":"S00","price":1e308}',
    b"\xff\xfe",
)
_FAR: Final = (1e5, 1e-2)  # on both sides of all prices in turn: no two of them in a row confirm each other


class Told:
    """Makes messages, and counts them by kind."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter(dict.fromkeys((REPLIES, *_SHARES), 0))
        self._chance = random.Random(1)
        self._numbers = [0] * len(SYMBOLS)
        self._last: list[deque[bytes]] = [deque(maxlen=50) for _ in SYMBOLS]
        self._time_ns = 0

    def block(self, count: int) -> bytes:
        """Return ``count`` messages as WebSocket frames."""
        self._time_ns = max(time.time_ns(), self._time_ns)
        kinds = self._chance.choices(tuple(_SHARES), tuple(_SHARES.values()), k=count)
        owners = self._chance.choices(range(len(SYMBOLS)), k=count)
        header = bytes((0x81, _WIDTH))
        return b"".join(header + self._message(*one).ljust(_WIDTH) for one in zip(kinds, owners, strict=True))

    def _message(self, kind: str, owner: int) -> bytes:
        last = self._last[owner]
        if not last:  # there is nothing yet to repeat, nor to be far from
            kind = "usual"
        self.sent[kind] += 1
        match kind:
            case "bad":
                return self._chance.choice(_BAD)
            case "again":
                return self._chance.choice(last)
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
    """Serves one client that comes again and again."""

    def __init__(self, messages: int, reconnects: int) -> None:
        self._told = Told()
        self._each = messages // reconnects
        self._last = reconnects
        self._holds = (reconnects // 10, reconnects)
        self._connections = 0

    async def serve(self, client: ServerConnection) -> None:
        """Acknowledge, tell this connection's share, and close."""
        number = self._connections
        self._connections += 1
        symbols = json.loads(await client.recv())["symbols"]
        await client.send(json.dumps({"event": "reply", "symbols": symbols, "ok": True}))
        self._told.sent[REPLIES] += 1
        if number in self._holds:
            _say(event="holds", **self._told.sent)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        if number < self._last:
            await self._tell(client)
        await client.close()

    async def _tell(self, client: ServerConnection) -> None:
        left, answer = self._each, None
        while left:
            client.transport.write(self._told.block(min(left, _BLOCK)))
            left -= min(left, _BLOCK)
            if answer is not None:
                await answer  # two blocks are on their way at the most, so that pings are answered soon
            answer = await client.ping()


def _say(**event: Any) -> None:
    print(json.dumps(event), flush=True)


async def main() -> None:
    """Listen until stdin ends or the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--reconnects", type=int, required=True)
    options = parser.parse_args()
    server = SoakServer(options.messages, options.reconnects)
    async with serve(server.serve, "127.0.0.1", 0, compression=None, ping_interval=None) as listening:
        _say(event="listening", port=next(iter(listening.sockets)).getsockname()[1])
        await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
