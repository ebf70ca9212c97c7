from __future__ import annotations

from tests.conftest import RunQt
from tests.desk.nats_server import NatsServer, needs_nats_server
from tests.doubles import StillClock
from ticker_gui.desk.broker import Broker, BrokerAddress
from ticker_gui.desk.lease import open_lease
from ticker_gui.stream.clock import steady_clock

pytestmark = needs_nats_server
CLOCK = steady_clock()


def test_one_publisher_holds_the_lease_until_it_releases_it(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        broker = await Broker.connect(BrokerAddress(nats_server.url))
        first = await open_lease(broker.context, "BTC/USD %", "one", CLOCK)
        second = await open_lease(broker.context, "BTC/USD %", "two", CLOCK)
        other = await open_lease(broker.context, "other", "two", CLOCK)
        assert await first.renew()
        assert not await second.renew()
        assert await other.renew()  # each feed has its own
        assert await first.renew()
        await first.release()
        assert not first.is_held
        assert await second.renew()
        assert not await first.renew()
        await broker.close()

    run(test())


def test_a_publisher_that_connects_again_still_holds_its_lease(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        broker = await Broker.connect(BrokerAddress(nats_server.url))
        assert await (await open_lease(broker.context, "desk", "one", CLOCK)).renew()
        assert not await (await open_lease(broker.context, "desk", "two", CLOCK)).renew()
        assert await (await open_lease(broker.context, "desk", "one", CLOCK)).renew()
        await broker.close()

    run(test())


def test_a_lease_that_is_not_renewed_is_not_held_also_after_a_suspend(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        broker, clock = await Broker.connect(BrokerAddress(nats_server.url)), StillClock()
        lease = await open_lease(broker.context, "desk", "one", clock)
        assert await lease.renew()
        clock.advance(2)
        assert lease.is_held
        clock.advance(1)
        assert not lease.is_held
        await broker.close()

    run(test())
