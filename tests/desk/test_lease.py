from __future__ import annotations

import asyncio

import pytest

from tests.conftest import RunQt
from tests.desk.nats_server import NatsServer, needs_nats_server
from ticker_gui.desk import lease as lease_module
from ticker_gui.desk.broker import Broker, BrokerAddress
from ticker_gui.desk.lease import open_lease

pytestmark = needs_nats_server


def test_one_publisher_holds_the_lease_until_it_releases_it(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        broker = await Broker.connect(BrokerAddress(nats_server.url))
        first = await open_lease(broker.context, "BTC/USD %", "one")
        second = await open_lease(broker.context, "BTC/USD %", "two")
        other = await open_lease(broker.context, "other", "two")
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
        assert await (await open_lease(broker.context, "desk", "one")).renew()
        assert not await (await open_lease(broker.context, "desk", "two")).renew()
        assert await (await open_lease(broker.context, "desk", "one")).renew()
        await broker.close()

    run(test())


def test_a_lease_that_is_not_renewed_is_not_held(
    run: RunQt, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        broker = await Broker.connect(BrokerAddress(nats_server.url))
        lease = await open_lease(broker.context, "desk", "one")
        assert await lease.renew()
        loop = asyncio.get_running_loop()
        begin_s = loop.time()
        monkeypatch.setattr(loop, "time", lambda: begin_s + lease_module.TTL_S)
        assert not lease.is_held
        monkeypatch.undo()
        await broker.close()

    run(test())
