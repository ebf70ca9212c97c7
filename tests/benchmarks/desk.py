"""A desk: what the way over a NATS server adds, and how fast a desktop decodes.

Without ``nats-server``, only decoding is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec

from tests.benchmarks import desk_load, harness
from tests.benchmarks.flood_server import symbols
from tests.desk.nats_server import EXECUTABLE, NatsServer
from ticker_gui.config.settings import Feed
from ticker_gui.desk.broker import BrokerAddress
from ticker_gui.desk.publisher import Publisher
from ticker_gui.desk.streams import StreamLimits
from ticker_gui.domain.events import Fact, Trade
from ticker_gui.domain.timeframe import MINUTE_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.feeds.nats_subjects import event_subject
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.nats import Nats
from ticker_gui.formatting.json_lines import fact_line

MODULE = "tests.benchmarks.desk"
_FEED = "demo"
_SYMBOLS = 50
_RATE = 5_000
_PER_FRAME = 50
_DRAINS, _DRAINS_IN_QUICK = 50, 10
_LIMITS = StreamLimits(1.0, 256, 1.0, 64)
_NOW_NS = time.time_ns() // MINUTE_NS * MINUTE_NS
_WARM_UP_S = 1.0
_PATIENCE_S = 100.0  # on a busy machine


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure a publisher, a server and a desktop, each in its own process."""
    decoding = harness.run(MODULE, "decode", 1 if quick else 30)
    note = f"{decoding['rate']:,.0f} events/s"
    yield harness.Figure("desk: decode / split and parse JSON", decoding["json"], 0.5, is_minimum=True, note=note)
    yield harness.Figure("desk: decode / split only", decoding["bare"], 0.5, is_minimum=True)
    yield harness.Figure("desk: decode / nats-py's parser only", decoding["library"], 0.5, is_minimum=True)
    if EXECUTABLE is None:
        print("desk: the rest is skipped, because nats-server is not installed", flush=True)
        return
    seconds, rounds, drains = (0.3, 1, _DRAINS_IN_QUICK) if quick else (10.0, 3, _DRAINS)
    ways = []
    for _ in range(rounds):
        with _server() as server:
            ways.append(_measure_way(server, seconds))

    alone = _medians(ways)
    lost = sum(one["lost"] for one in ways)
    name = f"desk: {_RATE:,} events/s, publisher to desktop, p99"
    yield harness.Figure(name, alone["p99"], 10, "ms", note=f"median {alone['median']:.1f} ms, {lost:,.0f} trades lost")
    yield harness.Figure("desk: publisher's share of a core", alone["publisher"], 50, "%", note="same load")
    yield harness.Figure("desk: desktop's share of a core", alone["desktop"], 50, "%", note="same load")
    yield from _drained_figures(alone, seconds, rounds, drains)
    yield from _joining_figures(rounds, 50 if quick else 500)


def _drained_figures(alone: dict[str, float], seconds: float, rounds: int, drains: int) -> Iterator[harness.Figure]:
    """Measure the same with many more desktops, which read everything."""
    ways = []
    for _ in range(rounds):
        with _server() as server:
            ways.append(_measure_way(server, seconds, drains))
    many = _medians(ways)
    note = f"{many['deliveries']:,.0f} deliveries/s, {many['per_core']:,.0f} per second and core of the server"
    lost = sum(one["undelivered"] for one in ways)
    yield harness.Figure(f"desk: {drains} more desktops that read all: lost messages", lost, 0, note=note)
    ratio = many["rate"] / alone["rate"]
    note = f"desktop p99 {many['p99']:.1f} ms, median {many['median']:.1f} ms"
    yield harness.Figure("desk: publisher's rate with them / without", ratio, 0.98, is_minimum=True, note=note)


def _joining_figures(rounds: int, count: int) -> Iterator[harness.Figure]:
    with _server() as server:
        joined = _medians(desk_load.joining(server.url, server.websocket_url, count, rounds))
    yield harness.Figure(f"desk: joining with {count} symbols, until all values are known", joined["join"], 300, "ms")
    yield harness.Figure("desk: an hour of minute bars", joined["bars"], 500, "ms")


def _medians(results: list[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(one[key] for one in results) for key in results[0]}


@contextlib.contextmanager
def _server() -> Iterator[NatsServer]:
    with tempfile.TemporaryDirectory() as folder:
        server = NatsServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _measure_way(server: NatsServer, seconds: float, drains: int = 0) -> dict[str, float]:
    """Return the times from the market of the publisher to that of a desktop, and what it takes.

    ``drains`` are further connections that read everything.
    """
    words = ["publish", server.url]
    with contextlib.ExitStack() as stack:
        draining = stack.enter_context(desk_load.draining(server.websocket_url, drains)) if drains else []
        url = stack.enter_context(harness.flood(_SYMBOLS, _RATE))
        pipe = subprocess.PIPE
        publisher = stack.enter_context(
            harness.start(MODULE, [*words, url], harness.environment(), stdin=pipe, stderr=pipe)
        )
        stack.callback(publisher.kill)
        assert publisher.stdin is not None
        assert publisher.stdout is not None
        assert publisher.stderr is not None
        if not publisher.stdout.readline():
            raise RuntimeError(f"The publisher has ended: {publisher.stderr.read()}")
        server_cpu_s, began = desk_load.cpu_seconds(server.pid), time.perf_counter()
        desktop = harness.run(MODULE, "watch", server.websocket_url, seconds)
        used = (desk_load.cpu_seconds(server.pid) - server_cpu_s) / (time.perf_counter() - began)
        publisher.stdin.write("\n")
        publisher.stdin.flush()
        published = msgspec.json.decode(publisher.stdout.readline())
        counts, _ = desk_load.drained(draining)
    sent, received = published["times"], desktop["times"]
    first, last = min(received.values()), max(received.values())
    lost = sum(first < time_ns < last - 1e9 and key not in received for key, time_ns in sent.items())
    delays_ms = [(time_ns - sent[key]) / 1e6 for key, time_ns in received.items() if key in sent]
    cuts = statistics.quantiles(delays_ms, n=100)
    deliveries = (drains + 1) * published["rate"]
    return {
        "p99": cuts[98],
        "median": cuts[49],
        "lost": lost,
        "publisher": published["cpu"],
        "desktop": desktop["cpu"],
        "rate": published["rate"],
        "undelivered": sum(abs(published["count"] - count) for count in counts),
        "deliveries": deliveries,
        "per_core": deliveries / used if used else 0.0,
    }


class _Times:
    """When each trade reached the market of an engine, and the share of a core that this process takes."""

    def __init__(self, engine: Engine) -> None:
        self.by_trade: dict[str, int] = {}
        self.count = 0  # of all trades
        self.restart()
        engine.taps.facts.add(self._note)

    def _note(self, feed: EngineFeed, fact: Fact, received_ns: int) -> None:
        if type(fact) is Trade:
            self.count += 1
            self.by_trade[f"{fact.symbol} {fact.trade_id}"] = time.time_ns()

    def restart(self) -> None:
        """Measure the rate and the share of a core from now on."""
        self._began = time.perf_counter(), time.process_time(), len(self.by_trade)

    @property
    def rate(self) -> float:
        """The trades per second."""
        began, _, count = self._began
        return (len(self.by_trade) - count) / (time.perf_counter() - began)

    @property
    def cpu(self) -> float:
        """The share of a core in percent."""
        began, used, _ = self._began
        return 100 * (time.process_time() - used) / (time.perf_counter() - began)


async def publish(server: str, url: str) -> None:
    """Publish a feed until a line is read; print a line as soon as it is published, and the result at the end."""
    engine = Engine([Feed(url, tuple(symbols(_SYMBOLS)), _FEED, "demo")])
    publisher = Publisher(engine, BrokerAddress(server), _LIMITS, lambda _: None)
    times = _Times(engine)
    outbox = publisher.feeds[_FEED].outbox
    publishing = asyncio.create_task(publisher.run())
    running = asyncio.create_task(engine.run())
    await _until(lambda: publisher.feeds[_FEED].is_leading and times.by_trade)
    print("published", flush=True)
    times.restart()
    await asyncio.to_thread(sys.stdin.readline)
    measured = {"cpu": times.cpu, "rate": times.rate}
    running.cancel()
    await _until(lambda: not len(outbox))
    publishing.cancel()
    harness.report(times=times.by_trade, count=times.count, **measured)


async def watch(url: str, seconds: float) -> None:
    """Watch all symbols of the feed."""
    engine = Engine([Feed(f"{url}/{_FEED}", tuple(symbols(_SYMBOLS)), "desk", "nats")])
    times = _Times(engine)
    async with _running(engine.run()):
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await _until(lambda: times.by_trade)
        except TimeoutError:
            raise RuntimeError(f"no trade has arrived: {engine.feeds['desk'].state}") from None
        await harness.wait_own_time(min(_WARM_UP_S, seconds))
        times.by_trade.clear()
        times.restart()
        await harness.wait_own_time(seconds, lambda: times.count)
        harness.report(times=times.by_trade, cpu=times.cpu)


@contextlib.asynccontextmanager
async def _running(*work: object) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(one) for one in work]  # type: ignore[call-overload]
    yield
    for task in tasks:
        task.cancel()


async def _until(is_so: Callable[[], object]) -> None:
    while not is_so():  # noqa: ASYNC110 - only changes of the market are waited for
        await asyncio.sleep(0.001)


def decode(rounds: int) -> None:
    """Decode frames of a desk, and split the same frames: ourselves, with and without JSON, and with nats-py."""
    frames = list(_frames(100))
    events = len(frames) * _PER_FRAME
    desktop = Nats(Credentials(url=f"ws://127.0.0.1/{_FEED}"))
    for name in symbols(_PER_FRAME):
        list(desktop._subscriptions.subscribe(name, _FEED))
    taken: dict[str, list[float]] = {"bare": [], "json": [], "library": [], "ours": []}
    parse = msgspec.json.decode
    library = _LibraryParser()
    for _ in range(rounds):
        for name, read in (
            ("bare", _split),
            ("json", lambda frame: map(parse, _split(frame))),
            ("library", library.split),
            ("ours", desktop.decode),
        ):
            began = time.process_time()
            count = sum(len(list(read(frame))) for frame in frames)
            taken[name].append(time.process_time() - began)
            assert count == events
    median = {name: statistics.median(seconds) for name, seconds in taken.items()}
    ratios = {name: median[name] / median["ours"] for name in ("bare", "json", "library")}
    harness.report(**ratios, rate=events / median["ours"])


class _LibraryParser:
    """The parser of nats-py, whose messages go nowhere."""

    def __init__(self) -> None:
        from nats.protocol.parser import Parser

        self._parser = Parser(self)
        self._payloads: list[bytes] = []

    def split(self, frame: bytes) -> list[bytes]:
        """Return the payloads of a frame."""
        self._payloads = []
        with contextlib.suppress(StopIteration):
            self._parser.parse(frame).send(None)  # it waits for nothing
        return self._payloads

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, header: bytes | None) -> None:
        self._payloads.append(data)


def _frames(count: int) -> Iterator[bytes]:
    """Yield frames as the server sends them, with many trades each."""
    encode, number = msgspec.json.encode, 0
    for _ in range(count):
        frame = b""
        for at, symbol in enumerate(symbols(_PER_FRAME)):
            number += 1
            trade = Trade(symbol, 61_234.5 + at, 0.0125, _NOW_NS + number * 1_000, str(number))
            line = encode(fact_line(_FEED, symbol, trade, _NOW_NS))
            sid = 10 + 5 * at  # of its trades: a symbol has five subscriptions
            frame += b"MSG %b %d %d\r\n%b\r\n" % (event_subject(_FEED, "trade", symbol).encode(), sid, len(line), line)
        yield frame


def _split(frame: bytes) -> list[bytes]:
    """Return the payloads of a frame; as little as a reader of the text protocol can do."""
    payloads, at, size = [], 0, len(frame)
    while at < size:
        end = frame.find(b"\r\n", at)
        start = end + 2
        stop = start + int(frame[at:end].split(b" ")[-1])
        payloads.append(frame[start:stop])
        at = stop + 2
    return payloads


if __name__ == "__main__":
    command, *words = sys.argv[1:]
    if command != "publish":
        gc.disable()  # as in the window, which collects at times of its own
    if command == "decode":
        decode(int(words[0]))
    elif command == "publish":
        asyncio.run(publish(*words))
    else:
        asyncio.run(watch(words[0], float(words[1])))
