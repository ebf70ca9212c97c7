"""A desk under load: joining with many symbols, an hour of minute bars, and many desktops that read everything."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import os
import resource
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from websockets.frames import Frame, Opcode

from tests.benchmarks import harness
from tests.benchmarks.flood_server import symbols
from ticker_gui.config.settings import Feed
from ticker_gui.desk.broker import Broker, BrokerAddress
from ticker_gui.desk.outbox import OutboxMessage
from ticker_gui.desk.streams import StreamLimits, ensure_streams
from ticker_gui.domain.events import Bar, DayStats, Fact, PastBars, PastData, Quote, Trade
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.history import BarsQuery
from ticker_gui.feeds.nats_desk import HEARTBEAT_S, StateMessage, SymbolsMessage
from ticker_gui.feeds.nats_subjects import MINUTE_BARS, STATE, SYMBOLS, event_subject, feed_subject
from ticker_gui.formatting.json_lines import fact_line

MODULE = "tests.benchmarks.desk_load"
FEED = "demo"
_LIMITS = StreamLimits(1.0, 256, 1.0, 64)
_MINUTES = 60
_NOW_NS = time.time_ns() // MINUTE_NS * MINUTE_NS
_BATCH = 500
_MESSAGE = b"MSG ticker."
_TAIL = len(_MESSAGE) - 1
_READ_BYTES = 1 << 18
_QUIET_S = 1.0  # without a message, after which no more is expected


def joining(server_url: str, websocket_url: str, count: int, rounds: int) -> list[dict[str, float]]:
    """Return, in milliseconds, how long desktops take to have all last values, and the bars of a symbol."""
    with harness.start(
        MODULE, ["store", server_url, str(count)], harness.environment(), stdin=subprocess.PIPE
    ) as store:
        try:
            assert store.stdout is not None
            store.stdout.readline()
            return [harness.run(MODULE, "join", websocket_url, count) for _ in range(rounds)]
        finally:
            store.kill()


@contextlib.contextmanager
def draining(websocket_url: str, connections: int, processes: int = 2) -> Iterator[list[subprocess.Popen[str]]]:
    """Subscribe to everything over many connections; `drained` returns how many messages each has received."""
    words = ["drain", websocket_url, str(connections // processes)]
    with contextlib.ExitStack() as stack:
        started = [
            stack.enter_context(harness.start(MODULE, words, harness.environment(), stdin=subprocess.PIPE))
            for _ in range(processes)
        ]
        try:
            for one in started:
                assert one.stdout is not None
                assert one.stdout.readline() == "subscribed\n"
            yield started
        finally:
            for one in started:
                one.kill()


def drained(started: list[subprocess.Popen[str]]) -> tuple[list[int], float]:
    """Return how many messages each connection has received until none arrives any more, and the seconds of a core."""
    counts, cpu_s = list[int](), 0.0
    for one in started:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in started:
        assert one.stdout is not None
        answer = msgspec.json.decode(one.stdout.readline())
        counts += answer["counts"]
        cpu_s += answer["cpu"]
    return counts, cpu_s


def cpu_seconds(pid: int) -> float:
    """Return the processor time that another process has taken; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def store(url: str, count: int) -> None:
    """Store the last values and an hour of minute bars of many symbols, as a publisher does, and report the feed."""
    broker = await Broker.connect(BrokerAddress(url))
    await ensure_streams(broker.context, _LIMITS)
    names = symbols(count)
    encode = msgspec.json.encode
    await broker.publish(feed_subject(FEED, SYMBOLS), encode(SymbolsMessage(FEED, tuple(names))))
    messages = [message for name in names for message in _stored(name)]
    for at in range(0, len(messages), _BATCH):
        await broker.wait_until_stored([await broker.send(messages[at : at + _BATCH])])
    for stream, expected in (("TICKS", count), ("LAST", 2 * count + 1), ("BARS", _MINUTES * count)):
        while (await broker.context.stream_info(stream)).state.messages < expected:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    print("stored", flush=True)
    while True:
        await broker.publish(feed_subject(FEED, STATE), encode(StateMessage(FEED, "live", publisher="benchmark")))
        await asyncio.sleep(HEARTBEAT_S / 2)


def _stored(name: str) -> Iterator[OutboxMessage]:
    first_ns = _NOW_NS - _MINUTES * MINUTE_NS
    for minute in range(_MINUTES):
        bar = Bar(name, "1m", first_ns + minute * MINUTE_NS, 1.0, 2.0, 0.5, 1.5, 100.0, is_closed=True)
        yield _outgoing(MINUTE_BARS, name, bar)
    yield _outgoing("quote", name, Quote(name, 1.4, 100.0, 1.6, 200.0, _NOW_NS))
    yield _outgoing("day", name, DayStats(name, 1.0, 2.0, 0.5, 1.2, 1_000.0, _NOW_NS))
    yield _outgoing("trade", name, Trade(name, 1.5, 10.0, _NOW_NS, "1"))


def _outgoing(event: str, name: str, fact: Fact) -> OutboxMessage:
    line = msgspec.json.encode(fact_line(FEED, name, fact, _NOW_NS))
    return OutboxMessage(event_subject(FEED, event, name), line, is_trade=event == "trade", added_s=0.0)


async def join(url: str, count: int) -> None:
    """Join with many symbols; then request an hour of minute bars of one of them."""
    engine = Engine([Feed(f"{url}/{FEED}", tuple(symbols(count)), "desk", "nats")])
    facts, is_complete = set[tuple[str, str]](), asyncio.Event()

    def note(fact: Fact) -> None:
        if isinstance(fact, Quote):
            facts.add((fact.symbol, "quote"))
        elif isinstance(fact, DayStats):
            facts.add((fact.symbol, "last" if fact.last is not None else "day"))
        if len(facts) == 3 * count:
            is_complete.set()

    engine.taps.facts.add(lambda feed, fact, received_ns: note(fact))
    began = time.perf_counter()
    running = asyncio.create_task(engine.run())
    await is_complete.wait()
    joined = time.perf_counter() - began
    bars = await _request_bars(engine)
    running.cancel()
    harness.report(join=1_000 * joined, bars=1_000 * bars)


async def _request_bars(engine: Engine) -> float:
    connection = engine.feeds["desk"].session.connection
    assert connection is not None
    answer: asyncio.Future[PastData] = asyncio.get_running_loop().create_future()
    connection._callbacks.on_past_data = answer.set_result
    earliest_ns = _NOW_NS - 2 * _MINUTES * MINUTE_NS  # another minute may have begun since the bars were stored
    query = BarsQuery(symbols(1)[0], "1m", earliest_ns, _NOW_NS + SECOND_NS)
    began = time.perf_counter()
    messages = connection.protocol.history_request(query)
    assert isinstance(messages, list)
    connection.request(messages)
    past = await answer
    assert isinstance(past, PastBars)
    assert len(past.bars) == _MINUTES, past.error
    return time.perf_counter() - began


class _Drain:
    """A connection that counts what it receives, without decoding it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        self.socket = socket.create_connection((parts.hostname, parts.port or 80))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._read_until(b"\r\n\r\n")
        self._send(b'CONNECT {"verbose":false}\r\nSUB ticker.*.trade.* 1\r\nPING\r\n')
        self._read_until(b"PONG\r\n")
        self.socket.setblocking(False)
        self.count = 0
        self._tail = b""

    def _read_until(self, end: bytes) -> None:
        received = b""
        while end not in received:
            if not (data := self.socket.recv(4096)):
                raise ConnectionError(f"the server has closed the connection: {received!r}")
            received += data

    def _send(self, operations: bytes) -> None:
        self.socket.sendall(Frame(Opcode.BINARY, operations).serialize(mask=True))

    def read(self) -> None:
        """Read what has arrived."""
        if not (received := self.socket.recv(_READ_BYTES)):
            raise ConnectionError("the server has closed the connection")
        data = self._tail + received
        self.count += data.count(_MESSAGE)
        self._tail = data[-_TAIL:]
        if data.endswith(b"PING\r\n"):
            self._send(b"PONG\r\n")


def drain(url: str, connections: int) -> None:
    """Read everything over several connections until a line is read and nothing more arrives; report the counts."""
    selector = selectors.DefaultSelector()
    drains = [_Drain(url) for _ in range(connections)]
    for one in drains:
        selector.register(one.socket, selectors.EVENT_READ, one)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print("subscribed", flush=True)
    timeout_s: float | None = None
    while ready := selector.select(timeout_s):
        for key, _ in ready:
            if key.data is None:
                selector.unregister(sys.stdin)
                timeout_s = _QUIET_S
            else:
                key.data.read()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    harness.report(counts=[one.count for one in drains], cpu=usage.ru_utime + usage.ru_stime)


if __name__ == "__main__":
    gc.disable()
    command, *words = sys.argv[1:]
    if command == "drain":
        drain(words[0], int(words[1]))
    else:
        asyncio.run((store if command == "store" else join)(words[0], int(words[1])))
