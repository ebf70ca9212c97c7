"""A provider, a NATS server, two publishers and a desktop, of which everything but the desktop can be killed."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator

import numpy as np

from tests import programs
from tests.desk.desk_doubles import FAST
from tests.desk.nats_server import NatsServer
from tests.doubles import until
from tests.engine.test_engine import feed, running
from ticker_gui.bars.gaps import Gap
from ticker_gui.demo.market import DemoMarket
from ticker_gui.demo.server import DemoServer
from ticker_gui.domain.events import MarketFact, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import MINUTE_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.market.limits import Limits

SYMBOLS = ("NIMB", "ZEPH", "ORCA")
PATIENCE_S = 90.0


class RecordedMarket(DemoMarket):
    """The demo market, which remembers its trades."""

    def __init__(self) -> None:
        super().__init__(SYMBOLS, seed=1)
        self.trades: list[Trade] = []

    def generate(self, count: int, now_ns: int) -> Iterator[MarketFact]:
        for fact in super().generate(count, now_ns):
            if type(fact) is Trade:
                self.trades.append(fact)
            yield fact


class Venue(DemoServer):
    """The provider of all publishers, which sends each of them the same trades."""

    def cut_connections(self) -> None:
        """Break all connections, while the market goes on."""
        for client in self._clients:
            client.transport.abort()


class PublisherProcess:
    """The program ``publish``, which can be killed."""

    def __init__(self, venue: Venue, server: NatsServer) -> None:
        self._venue, self._server = venue, server
        self.said = ""

    async def start(self) -> None:
        """Start the program and wait until it leads or stands by."""
        self.said = ""
        feed = "--url", self._venue.url, "--provider", "demo", "--symbols", ",".join(SYMBOLS)
        streams = "--to", self._server.url, "--tick-megabytes", "64", "--bar-megabytes", "16"
        self._process = await asyncio.to_thread(programs.start, "publish", *feed, *streams)
        self._reading = asyncio.create_task(asyncio.to_thread(self._read))
        await until(lambda: "this program" in self.said)

    def _read(self) -> None:
        with self._process as process:
            assert process.stderr is not None
            for line in process.stderr:
                self.said += line

    @property
    def is_leading(self) -> bool:
        """Whether it has reported that it publishes, and nothing else since."""
        return self.said.rfind("is now publishing the feed") > self.said.rfind("is on standby")

    async def kill(self) -> None:
        """Kill the program as a crash would."""
        self._process.kill()
        await self._reading


class Room:
    """A venue, a NATS server, publishers and a desktop."""

    def __init__(self, server: NatsServer, seed: int, rate: float, publishers: int) -> None:
        self.server = server
        self._publisher_count = publishers
        self.market = RecordedMarket()
        self.venue = Venue(self.market, rate=rate)
        self.publishers: list[PublisherProcess] = []
        self.received = Counter[tuple[str, str]]()
        self.rng = random.Random(seed)
        self._since_ns = 0  # trades before were checked

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Engine]:
        """Start everything; yield the desktop."""
        await self.venue.start()
        self.publishers = [PublisherProcess(self.venue, self.server) for _ in range(self._publisher_count)]
        try:
            for publisher in self.publishers:
                await publisher.start()
            settings = feed("desk", *SYMBOLS, url=f"{self.server.websocket_url}/demo", provider="nats")
            engine = Engine([settings], Limits(trades=1_000_000), backfills=True, timeouts=FAST)
            engine.taps.facts.add(lambda _, fact, __: self._note(fact))
            async with running(engine):
                await until(lambda: len({symbol for symbol, _ in self.received}) == len(SYMBOLS))
                yield engine
        finally:
            for publisher in self.publishers:
                await publisher.kill()
            await self.venue.stop()

    def _note(self, fact: object) -> None:
        if type(fact) is Trade:
            self.received[fact.symbol, str(fact.trade_id)] += 1

    @property
    def leader(self) -> PublisherProcess:
        """The publisher that leads."""
        return next(one for one in self.publishers if one.is_leading)

    async def wait_a_moment(self) -> None:
        """Wait for a random time, in which the market goes on."""
        await asyncio.sleep(self.rng.uniform(0.1, 1.5))

    async def kill_server(self, engine: Engine) -> None:
        """Kill the NATS server, and start it again after a moment in which the desktop has noticed it."""
        self.server.kill()
        await until(lambda: not engine.feeds["desk"].state.is_connected)
        await self.wait_a_moment()
        await asyncio.to_thread(self.server.start)

    async def until_new_trade(self) -> float:
        """Wait until the desktop has a trade that is made only now; return how long that takes."""
        loop = asyncio.get_running_loop()
        begun_s, known = loop.time(), len(self.market.trades)
        while not any(_key(one) in self.received for one in self.market.trades[known:]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return loop.time() - begun_s

    async def check(self, engine: Engine) -> None:
        """Wait until the desktop has all trades since the first that it received, each once."""
        await self.until_new_trade()
        made = self.market.trades[:]
        # In the order of arrival: a publisher that takes over adds older trades which the one before did not have.
        first = {symbol: next(int(key) for name, key in self.received if name == symbol) for symbol in SYMBOLS}
        expected = [one for one in made if int(one.trade_id or 0) >= first[one.symbol]]
        sent = Counter(one for trade in expected if (one := _content(trade))[1] >= self._since_ns)
        # A provider also sends a new publisher some trades before, and those of a burst have the same time.
        first_ns = min(one.time_ns or 0 for one in expected)
        last_ns = made[-1].time_ns or 0
        await _patiently(lambda: not sent - Counter(self.held(engine)))
        held = Counter(self.held(engine))
        missing = sent - held
        extra = Counter({one: count for one, count in (held - sent).items() if first_ns < one[1] < last_ns})
        assert not missing, f"{missing.total()} of {len(expected)} trades are missing: {_some(missing)}"
        assert not extra, f"{extra.total()} trades are too many: {_some(extra)}"
        assert set(self.received.values()) == {1}
        await _patiently(lambda: not self.gaps(engine))
        assert not self.gaps(engine), [(state.symbol, state.backfills.results) for state in engine.market.states]
        await until(lambda: engine.feeds["desk"].state.kind is FeedStatus.LIVE)
        self._since_ns = last_ns - MINUTE_NS

    def gaps(self, engine: Engine) -> list[tuple[str, Gap]]:
        """Return the gaps that are not backfilled, by symbol."""
        return [
            (state.symbol, gap)
            for state in engine.market.states
            for gap in state.backfills.applied_to(state.coverage.gaps)
            if not gap.is_backfilled
        ]

    def held(self, engine: Engine) -> list[tuple[str, int, float]]:
        """Return the trades in the market of the desktop that are not older than necessary: symbol, time and price."""
        found = []
        for state in engine.market.states:
            state.tape.merge_late()
            times_ns = state.tape.times_ns
            first = int(np.searchsorted(times_ns, self._since_ns))
            rows = zip(times_ns[first:].tolist(), state.tape.prices[first:].tolist(), strict=True)
            found += [(state.symbol, *row) for row in rows]
        return found


async def _patiently(is_so: Callable[[], bool]) -> None:
    """Wait for a change of the market, unless it takes too long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():  # noqa: ASYNC110 - only changes of the market are waited for
                await asyncio.sleep(0.2)


def _some(trades: Counter[tuple[str, int, float]]) -> list[tuple[str, int, float]]:
    return sorted(trades)[:5]


def _key(trade: Trade) -> tuple[str, str]:
    return trade.symbol, str(trade.trade_id)


def _content(trade: Trade) -> tuple[str, int, float]:
    return trade.symbol, (trade.time_ns or 0) // 1_000 * 1_000, trade.price
