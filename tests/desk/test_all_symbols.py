"""A desktop that asks for all symbols of a feed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.conftest import RunQt
from tests.desk.desk_doubles import FAST, Desk, until_live
from tests.desk.nats_server import NatsServer, needs_nats_server
from tests.doubles import until
from tests.engine.test_engine import feed, payload, running
from ticker_gui.archive.archive import Archive
from ticker_gui.domain.events import Trade
from ticker_gui.engine.archiving import ArchiveRecorder
from ticker_gui.engine.engine import Engine

pytestmark = needs_nats_server


def test_all_symbols_of_a_feed_arrive_and_so_do_those_that_are_published_later(
    run: RunQt, nats_server: NatsServer
) -> None:
    async def test() -> None:
        desk = Desk(nats_server)
        settings = feed("desk", "*", url=nats_server.websocket_url + "/exchange", provider="nats")
        async with desk.publishing() as line, running(Engine([settings], timeouts=FAST)) as engine:
            await until_live(engine)
            market = engine.feeds["desk"].market
            await until(lambda: [state.symbol for state in market.states] == ["A"])
            desk.engine.feeds["exchange"].watch(["b/c"])
            await until(lambda: [state.symbol for state in market.states] == ["A", "B/C"])
            wire_symbol = desk.engine.feeds["exchange"].wire_symbol("b/c")
            later = market.find("B/C")
            assert later is not None
            await until(lambda: later.is_acknowledged)
            line.deliver(payload(Trade(wire_symbol, 7.0, 1.0, desk.engine.clock(), "1")))
            await until(lambda: later.last == 7.0)

    run(test())


def test_simulated_data_is_known_as_such_before_the_first_price_and_is_not_stored(
    run: RunQt, nats_server: NatsServer, tmp_path: Path
) -> None:
    async def test() -> None:
        desk = Desk(nats_server)  # whose provider is the demo market
        settings = feed("desk", "*", url=nats_server.websocket_url, provider="nats")
        engine = Engine([settings], timeouts=FAST)
        kinds: list[bool] = []
        engine.taps.facts.add(lambda feed, fact, received_ns: kinds.append(feed.kind.is_simulated))
        archive = Archive(tmp_path / "market-data.sqlite3")
        recording = asyncio.create_task(ArchiveRecorder(engine, archive).run())
        async with desk.publishing(), running(engine):
            await until_live(engine)
            await until(lambda: engine.market.states)
            desk.trade(1)
            (state,) = engine.market.states
            await until(lambda: state.last == 100.001)
            assert set(kinds) == {True}
        recording.cancel()
        await asyncio.wait((recording,))
        archive.close()
        stored = await archive.load_trades("desk", "A", 10, engine.clock())
        assert not len(stored.prices)

    run(test())
