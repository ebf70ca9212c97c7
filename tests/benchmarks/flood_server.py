"""A server that is never the bottleneck: it sends trades of the demo protocol in precomputed blocks.

Run as ``python -m tests.benchmarks.flood_server --symbols 50 --rate 0``; it prints its port. Rate 0 sends as fast as
the client reads. Every message is a trade of about 100 bytes with a time of its own, growing, and the next id of its
symbol. With ``--late`` the times loop through the last two seconds instead, so that most trades are out of order.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import time

import msgspec
import numpy as np
import numpy.typing as npt
from websockets.http11 import Request
from websockets.server import ServerProtocol

from ticker_gui.domain.events import Trade

_BLOCK = 4096
_ID_DIGITS = 12
_TIME_DIGITS = 19
_LEVEL_DIGITS = 3
_MOVING = 0.02  # share of the symbols whose price level changes with each block
_FIRST_ID = 10 ** (_ID_DIGITS - 1)
_STEP_NS = 1_000
_MIN_PAUSE_S = 0.002
_LOOP_NS = 2_000_000_000


def symbols(count: int) -> list[str]:
    """Return the names of the symbols."""
    return [f"SYM{index:04d}" for index in range(count)]


_Whole = npt.NDArray[np.int64]


class Blocks:
    """Blocks of WebSocket frames of equal length; only times, ids and price levels are rewritten."""

    def __init__(self, count: int, seed: int = 1, *, is_late: bool = False) -> None:
        self._is_late = is_late
        rng = np.random.default_rng(seed)
        names = symbols(count)
        self._rows = max(_BLOCK, 4 * count)  # so that nearly every symbol is traded
        owners = rng.integers(count, size=self._rows)
        prices = np.empty(self._rows)
        for owner in range(count):
            mine = owners == owner
            prices[mine] = 500 + _loop(rng, int(mine.sum()))
        rows = []
        for index in range(self._rows):
            price = math.floor(100 * prices[index]) / 100 + 0.001  # three decimals, for equal lengths
            size = int(rng.integers(100, 1000))
            trade = Trade(names[owners[index]], round(price, 3), size, 10 ** (_TIME_DIGITS - 1), _FIRST_ID)
            rows.append(msgspec.json.encode(trade))
        width = max(map(len, rows))
        padded = [row[:-1].ljust(width - 1) + b"}" for row in rows]  # JSON allows spaces before the brace
        header = bytes([0x81, width]) if width < 126 else bytes([0x81, 126]) + width.to_bytes(2, "big")
        self.frame_bytes = len(header) + width
        self._frames = np.frombuffer(b"".join(header + row for row in padded), np.uint8).copy()
        self._table = self._frames.reshape(self._rows, -1)
        self._times = self._offsets(padded, b'"time_ns":', len(header))
        self._ids = self._offsets(padded, b'"trade_id":', len(header))
        self._levels = self._offsets(padded, b'"price":', len(header))
        self._whole = np.floor(prices).astype(np.int64)
        self._owners = owners
        self._counts = np.bincount(owners, minlength=count)
        ranks = np.empty(self._rows, np.int64)  # of a row among the rows of its symbol
        ranks[np.argsort(owners, kind="stable")] = np.arange(self._rows) - np.repeat(
            np.cumsum(self._counts) - self._counts, self._counts
        )
        self._ranks = ranks
        self._drift = np.zeros(count, np.int64)
        self._rng = rng
        self._sent = 0
        self._next_ns = 0

    def next_frames(self, max_count: int = _BLOCK) -> bytes:
        """Return the next frames, at most ``max_count`` and up to the end of the block."""
        begin = self._sent % self._rows
        rows = np.arange(begin, min(begin + max_count, self._rows))
        count = len(rows)
        begin_ns = max(time.time_ns(), self._next_ns)
        self._next_ns = begin_ns + count * _STEP_NS
        times = begin_ns + np.arange(count) * _STEP_NS
        if self._is_late:
            times = time.time_ns() - _LOOP_NS + rows * (_LOOP_NS // self._rows)
        self._write(rows, self._times, times, _TIME_DIGITS)
        past = self._sent // self._rows * self._counts[self._owners[rows]]
        self._write(rows, self._ids, _FIRST_ID + past + self._ranks[rows], _ID_DIGITS)
        if begin == 0:
            moves = self._rng.integers(-1, 2, len(self._drift))
            self._drift += moves * (self._rng.random(len(self._drift)) < _MOVING)
        levels = np.clip(self._whole[rows] + self._drift[self._owners[rows]], 100, 999)
        self._write(rows, self._levels, levels, _LEVEL_DIGITS)
        self._sent += count
        return self._table[rows].tobytes()

    def _write(self, rows: _Whole, offsets: _Whole, numbers: _Whole, digits: int) -> None:
        """Write numbers as decimal digits into rows, at the offset of each row."""
        powers = 10 ** np.arange(digits - 1, -1, -1)
        columns = offsets[rows, None] + np.arange(digits)
        self._table[rows[:, None], columns] = numbers[:, None] // powers % 10 + ord("0")

    @staticmethod
    def _offsets(rows: list[bytes], field: bytes, header: int) -> npt.NDArray[np.int64]:
        return np.array([row.index(field) + len(field) + header for row in rows])


def _loop(rng: np.random.Generator, count: int) -> npt.NDArray[np.float64]:
    """Return a random walk that ends at its start, because the same block is sent repeatedly."""
    walk = np.cumsum(rng.normal(0, 0.05, count))
    bridge: npt.NDArray[np.float64] = walk - np.linspace(0, walk[-1] if count else 0, count)
    return bridge


class _Client:
    """One connection: ``websockets`` handles handshake and pings, and the data is sent in precomputed blocks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = ServerProtocol()
        self._is_open = asyncio.Event()

    async def listen(self) -> None:
        """Handle the handshake and pings; requests of the client are ignored."""
        while data := await self._reader.read(65536):
            self._protocol.receive_data(data)
            for event in self._protocol.events_received():
                if isinstance(event, Request):
                    self._protocol.send_response(self._protocol.accept(event))
                    self._is_open.set()
            for answer in self._protocol.data_to_send():
                self._writer.write(answer)

    async def flood(self, blocks: Blocks, rate: float) -> None:
        """Send frames at a rate, without end."""
        await self._is_open.wait()
        began, sent = time.monotonic(), 0
        while True:
            due = int((time.monotonic() - began) * rate) - sent if rate else _BLOCK
            if due > 0:
                frames = blocks.next_frames(due)
                self._writer.write(frames)
                sent += len(frames) // blocks.frame_bytes
                await self._writer.drain()
            if rate:  # without a pause it would send the frames one by one, which takes a core
                await asyncio.sleep(max(_MIN_PAUSE_S, began + (sent + 1) / rate - time.monotonic()))


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, blocks: Blocks, rate: float) -> None:
    client = _Client(reader, writer)
    tasks = [asyncio.ensure_future(work) for work in (client.listen(), client.flood(blocks, rate))]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    writer.close()


async def main() -> None:
    """Serve every client."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--symbols", type=int, default=50)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--late", action="store_true")
    options = parser.parse_args()
    blocks = Blocks(options.symbols, is_late=options.late)
    server = await asyncio.start_server(
        lambda reader, writer: _serve(reader, writer, blocks, options.rate), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
