"""A demo market behind a relay that loses the connection once, so that a chart has a gap that is backfilled."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from tests.faults.toxic import TcpToxic
from ticker_gui.demo.market import DemoMarket
from ticker_gui.demo.server import DemoServer

BEFORE_S: Final = 45.0
LENGTH_S: Final = 20.0
_RATE: Final = 300.0  # so that a new subscriber receives only the end of the gap


@contextlib.asynccontextmanager
async def demo_with_outage(port: int) -> AsyncIterator[None]:
    """Run a demo market at a port of loopback; after `BEFORE_S` it cannot be reached for `LENGTH_S`."""
    market = DemoServer(DemoMarket(), rate=_RATE)
    await market.start()
    task = asyncio.create_task(_relay(port, urlsplit(market.url).port or 0))
    try:
        yield
    finally:
        task.cancel()
        await market.stop()


async def _relay(port: int, market_port: int) -> None:
    toxic = TcpToxic("127.0.0.1", market_port, ())
    listen = partial(asyncio.start_server, toxic.carry, "127.0.0.1", port)
    server = await listen()
    await asyncio.sleep(BEFORE_S)
    server.close()
    toxic.apply(["reset"])
    await asyncio.sleep(LENGTH_S)
    toxic.apply([])
    await listen()
    await asyncio.Event().wait()
