"""A publisher whose provider is the test, and desktops that watch it through a real NATS server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from tests.desk.nats_server import NatsServer
from tests.doubles import ScriptedConnection, ScriptedConnector, until
from tests.engine.test_engine import feed, payload, running
from ticker_gui.desk.broker import BrokerAddress
from ticker_gui.desk.publisher import Publisher
from ticker_gui.desk.streams import StreamLimits
from ticker_gui.domain.events import Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.market import limits
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.stream.timeouts import Timeouts

SMALL = StreamLimits(1.0, 64, 1.0, 64)
MANY_TRADES = limits.Limits(trades=100_000)
FAST = Timeouts(backoff_base=0.05, backoff_max=0.2)


class Desk:
    """A publisher of one feed with one symbol."""

    def __init__(self, server: NatsServer, **options: Any) -> None:
        self.server = server
        self.connector = ScriptedConnector()
        self.engine = Engine([feed("exchange", "A")], connector=self.connector, backfills=True, timeouts=FAST)
        self.reports: list[str] = []
        address = options.pop("address", BrokerAddress(server.url))
        self.publisher = Publisher(self.engine, address, SMALL, self.reports.append)
        self.sent: list[float] = []  # the prices of all trades

    @contextlib.asynccontextmanager
    async def publishing(self) -> AsyncIterator[ScriptedConnection]:
        """Publish until the end of the block; yield the connection to the provider."""
        self.task = asyncio.create_task(self.publisher.run())
        try:
            async with running(self.engine):
                yield await self.connector.connection()
        finally:
            self.task.cancel()
            await asyncio.wait((self.task,))

    @property
    def is_leading(self) -> bool:
        """Whether it publishes."""
        return self.publisher.feeds["exchange"].is_leading

    def trade(self, number: int, time_ns: int | None = None) -> None:
        """Deliver a trade, whose price and id are unique, from the provider."""
        time_ns = self.engine.clock() // 1_000 * 1_000 if time_ns is None else time_ns
        trade = Trade("A", 100.0 + number / 1_000, 1.0, time_ns, str(number))
        self.sent.append(trade.price)
        self.connector.connections[-1].deliver(payload(trade))


@contextlib.asynccontextmanager
async def desktop(
    server: NatsServer, path: str = "/exchange", **options: Any
) -> AsyncIterator[tuple[Engine, SymbolState]]:
    """Watch the symbol at the desk until the end of the block."""
    settings = feed("desk", "a", url=server.websocket_url + path, provider="nats", **options)
    async with running(Engine([settings], MANY_TRADES, backfills=True, timeouts=FAST)) as engine:
        (state,) = engine.market.states
        yield engine, state


def prices(state: SymbolState) -> list[float]:
    """Return the prices of all trades that a desktop has, oldest first."""
    state.tape.merge_late()
    prices: list[float] = state.tape.prices.tolist()
    return prices


async def until_live(engine: Engine) -> None:
    """Wait until the desktop's feed is connected, and receives the trades of its symbols from now on."""
    feed = engine.feeds["desk"]
    await until(lambda: feed.session.can_send and all(state.is_acknowledged for state in engine.market.states))
