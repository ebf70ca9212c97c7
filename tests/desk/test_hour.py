"""A desktop that was off for an hour, which passes in a few seconds: trades have the times of the hour before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tests.conftest import RunQt
from tests.desk.desk_doubles import FAST, MANY_TRADES, Desk, prices, until_live
from tests.desk.nats_server import NatsServer, needs_nats_server
from tests.doubles import until
from tests.engine.test_engine import feed, running
from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import HOUR_NS, MINUTE, SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.history.bar_loader import BarsRequest

pytestmark = needs_nats_server
PER_SECOND = 4


def test_a_desktop_that_was_off_for_an_hour_has_every_trade_of_it(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        desk = Desk(nats_server)
        async with desk.publishing():
            await until(lambda: desk.is_leading)
            off_ns = (desk.engine.clock() - HOUR_NS) // SECOND_NS * SECOND_NS
            for number in range(PER_SECOND * HOUR_NS // SECOND_NS):
                desk.trade(number, off_ns + number * SECOND_NS // PER_SECOND)
                if not number % 100:
                    await asyncio.sleep(0)
            outbox = desk.publisher.feeds["exchange"].outbox
            await until(lambda: desk.sent and not len(outbox))

            async def load_earlier(symbol: str, gap: Gap) -> Sequence[Trade]:
                return [Trade(symbol, 100.0, 1.0, off_ns, 0)]

            settings = feed("desk", "a", url=nats_server.websocket_url + "/exchange", provider="nats")
            engine = Engine([settings], MANY_TRADES, backfills=True, timeouts=FAST)
            past, (state,) = engine.feeds["desk"].past, engine.market.states
            past.backfill.load_earlier = load_earlier
            past.bars.set_requests([BarsRequest("A", MINUTE, off_ns, off_ns + HOUR_NS)])  # it is on a chart
            engine.feeds["desk"].market.coverage.restore((), off_ns)
            async with running(engine):
                await until_live(engine)
                desk.trade(PER_SECOND * HOUR_NS // SECOND_NS)
                await until(lambda: state.backfills.results)
                assert prices(state) == desk.sent
                assert [gap.is_backfilled for gap in state.backfills.applied_to(state.coverage.gaps)] == [True]

    run(test())
