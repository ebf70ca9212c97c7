from __future__ import annotations

import asyncio
import contextlib
import itertools
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.conftest import RunQt
from tests.desk.desk_doubles import SMALL, Desk, desktop, prices, until_live
from tests.desk.nats_server import NatsServer, needs_nats_server
from tests.doubles import until
from tests.engine.test_engine import payload
from ticker_gui.desk.broker import Broker, BrokerAddress
from ticker_gui.desk.feed_publisher import FeedPublisher
from ticker_gui.desk.lease import Lease
from ticker_gui.desk.publisher import Publisher
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.events import Quote, Trade
from ticker_gui.domain.feed_state import FeedStatus, Phase
from ticker_gui.engine.engine import Engine

pytestmark = needs_nats_server


def test_a_desktop_joins_with_the_last_values_and_receives_every_trade_once(
    run: RunQt, nats_server: NatsServer
) -> None:
    async def test() -> None:
        desk = Desk(nats_server)
        async with desk.publishing() as line:
            desk.trade(1)
            line.deliver(payload(Quote("A", 99.0, 1.0, 101.0, 2.0)))
            await until(lambda: desk.is_leading and not len(desk.publisher.feeds["exchange"].outbox))
            async with desktop(nats_server) as (engine, state):
                await until(lambda: state.last == 100.001 and state.bid == 99.0)
                assert engine.feeds["desk"].known_symbols == ["a", "A"]
                for number in range(2, 50):
                    desk.trade(number)
                    await asyncio.sleep(0)
                await until(lambda: len(prices(state)) == 48)
                assert prices(state) == desk.sent[1:]
                assert engine.feeds["desk"].session.protocol is not None
                assert engine.feeds["desk"].session.protocol.relayed_ns is not None

    run(test())


def test_a_desktop_may_start_before_the_first_publisher(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        desk = Desk(nats_server)
        async with desktop(nats_server) as (engine, state):
            feed = engine.feeds["desk"]
            await until(lambda: feed.session.phase is Phase.LOGIN)
            await until(lambda: feed.session.frames > 3)  # the streams do not exist
            async with desk.publishing():
                await until_live(engine)
                desk.trade(1)
                await until(lambda: prices(state) == desk.sent)
                waits = [one for one in feed.session.history if one.kind is FeedStatus.WAITING]
                assert all(one.waits_for_relay for one in waits)  # nothing has failed

    run(test())


def test_a_broker_that_is_killed_costs_no_trade(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        desk = Desk(nats_server)
        async with desk.publishing(), desktop(nats_server) as (engine, state):
            await until(lambda: desk.is_leading)
            await until_live(engine)
            for number in range(20):
                desk.trade(number)
                await asyncio.sleep(0.002)
            await until(lambda: prices(state))
            nats_server.kill()
            for number in range(20, 60):
                desk.trade(number)
                await asyncio.sleep(0.002)
            await until(lambda: not engine.feeds["desk"].state.is_connected)
            await asyncio.to_thread(nats_server.start)
            await until_live(engine)
            await until(lambda: desk.publisher.is_connected and not len(desk.publisher.feeds["exchange"].outbox))
            for number in range(60, 70):
                desk.trade(number)
            await until(lambda: len(prices(state)) >= 70)
            assert prices(state) == desk.sent
            assert desk.publisher.feeds["exchange"].outbox.lost == 0

    run(test())


def test_a_desktop_is_not_live_while_the_publisher_has_no_connection(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        desk = Desk(nats_server)
        async with desk.publishing() as line, desktop(nats_server) as (engine, state):
            await until(lambda: desk.is_leading)
            await until_live(engine)
            desk.trade(1)
            await until(lambda: engine.feeds["desk"].state.kind is FeedStatus.LIVE)
            desk.connector.failures = [ConnectionLost("No route to host.") for _ in range(1_000)]
            line.end(ConnectionLost("The cable was cut."))
            states = engine.feeds["desk"].session.history
            # The first of them lasts for some milliseconds only.
            await until(lambda: any(one.kind is FeedStatus.WAITING for one in states))
            reason = next(one.reason for one in states if one.kind is FeedStatus.WAITING)
            assert reason.startswith("The publisher is not connected to Built-in demo market: ")
            await until(lambda: engine.feeds["desk"].state.waits_for_relay)
            assert not state.coverage.is_connected
            assert FeedStatus.SUBSCRIBING not in [one.kind for one in list(states)[-3:]]
            tries = len(desk.connector.failures)
            await until(lambda: len(desk.connector.failures) < tries - 1)
            assert engine.feeds["desk"].state.waits_for_relay
            desk.connector.failures.clear()
            await desk.connector.connection(2)
            desk.trade(2)
            await until(lambda: engine.feeds["desk"].state.is_connected)
            desk.trade(3)
            await until(lambda: state.last == 100.003)

    run(test())


def test_a_second_publisher_takes_over_and_no_trade_counts_twice(
    run: RunQt, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def keep_the_lease(lease: Lease) -> None:
        """End as a crash does."""

    async def test() -> None:
        first, second = Desk(nats_server), Desk(nats_server)

        def trade(number: int) -> None:
            time_ns = first.engine.clock() // 1_000 * 1_000
            for desk in (first, second):
                desk.trade(number, time_ns)

        async with first.publishing(), second.publishing(), desktop(nats_server) as (engine, state):
            await until(lambda: first.is_leading or second.is_leading)
            leader, other = (first, second) if first.is_leading else (second, first)
            await until_live(engine)
            for number in range(20):
                trade(number)
                await asyncio.sleep(0.002)
            await until(lambda: len(prices(state)) == 20)
            assert not other.is_leading
            monkeypatch.setattr(Lease, "release", keep_the_lease)
            leader.task.cancel()
            number = 20
            while not other.is_leading:
                trade(number)
                number += 1
                await asyncio.sleep(0.01)
            trade(number)
            await until(lambda: len(prices(state)) == len(other.sent))
            assert prices(state) == other.sent

    run(test())


def test_problems_with_the_provider_are_reported_once_and_so_is_their_end(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        desk = Desk(nats_server)
        async with desk.publishing() as line:
            desk.connector.failures = [ConnectionLost("No route to host.") for _ in range(3)]
            line.end(ConnectionLost("The cable was cut."))
            await desk.connector.connection(2)
            await until(lambda: "exchange: reconnected." in desk.reports)
            of_feed = [report for report in desk.reports if "this program" not in report and "Connected" not in report]
            assert of_feed == [
                "exchange: The cable was cut.",
                "exchange: No route to host.",
                "exchange: reconnected.",
            ]

    run(test())


def test_a_missing_permission_is_reported_with_its_subject(run: RunQt, tmp_path: Path) -> None:
    rights = 'permissions: { publish: ["$JS.API.>", "$KV.>"], subscribe: ["_INBOX.>"] }'
    server = NatsServer(tmp_path, f"authorization {{ users = [{{ user: ann, password: pw, {rights} }}] }}")
    server.start()

    async def test() -> None:
        desk = Desk(server, address=BrokerAddress(server.url, "ann:pw"))
        async with desk.publishing():
            await until(lambda: any("ticker.exchange." in report for report in desk.reports))
            (report,) = {report for report in desk.reports if "ticker.exchange." in report}
            assert report.startswith("The NATS server denies this user a permission that is needed (for publish to ")

    try:
        run(test())
    finally:
        server.kill()


def test_a_bug_costs_one_connection_to_the_broker(
    run: RunQt, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        desk = Desk(nats_server)
        publish, bugs = FeedPublisher.run, [KeyError("a bug"), RuntimeError("another")]

        async def run_with_bugs(feed: FeedPublisher, broker: Broker) -> None:
            if bugs:
                raise bugs.pop()
            await publish(feed, broker)

        monkeypatch.setattr(FeedPublisher, "run", run_with_bugs)
        async with desk.publishing(), desktop(nats_server) as (engine, state):
            await until_live(engine)
            desk.trade(1)
            await until(lambda: prices(state) == desk.sent)
        assert desk.publisher._errors.count == 2

    run(test())


def test_a_server_that_ends_each_connection_at_once_is_tried_less_and_less_often(
    run: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        publisher = Publisher(Engine([]), BrokerAddress("nats://127.0.0.1:1"), SMALL, list[str]().append)
        pauses, lasts_s = list[float](), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 60.0, 0.0]
        now_s = 0.0

        async def publish() -> None:
            nonlocal now_s
            publisher.is_connected = True
            if not lasts_s:
                raise asyncio.CancelledError
            now_s += lasts_s.pop(0)
            raise ConnectionLost("The server denies a permission.")

        async def sleep(seconds: float) -> None:
            pauses.append(seconds)

        monkeypatch.setattr(publisher, "_publish", publish)
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now_s)
        monkeypatch.setattr(asyncio, "sleep", sleep)
        with pytest.raises(asyncio.CancelledError):
            await publisher.run()
        monkeypatch.undo()
        assert pauses == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.0, 3.0, 0.2, 0.4])

    run(test())


def test_trades_that_another_publisher_has_published_are_not_repeated_after_an_outage(
    run: RunQt, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        first, second, brokers = Desk(nats_server), Desk(nats_server), list[Broker]()
        connect, publish, can_connect = Broker.connect, first.publisher._publish, asyncio.Event()

        async def note(address: BrokerAddress) -> Broker:
            brokers.append(await connect(address))
            return brokers[-1]

        async def publish_later() -> None:
            await can_connect.wait()
            await publish()

        def trade(price: float, *desks: Desk) -> None:
            time_ns = first.engine.clock() // 1_000 * 1_000
            for desk in desks:
                desk.connector.connections[-1].deliver(payload(Trade("A", price, 1.0, time_ns)))  # without an id

        async def until_stored(desk: Desk) -> None:
            feed = desk.publisher.feeds["exchange"]
            await until(lambda: desk.publisher.is_connected and feed.is_leading and not len(feed.outbox))

        monkeypatch.setattr(Broker, "connect", note)
        async with first.publishing():
            await until(lambda: first.is_leading)
            trade(1.0, first)
            await until_stored(first)
            monkeypatch.setattr(first.publisher, "_publish", publish_later)
            await brokers[0].close()
            async with second.publishing():
                await until(lambda: second.is_leading)
                trade(2.0, first, second)
                await until_stored(second)
            can_connect.set()
            await until_stored(first)
        broker = await connect(BrokerAddress(nats_server.url))
        stored = [one async for batch in broker.stored_since("TICKS", "ticker.*.trade.*", 60.0) for one in batch]
        await broker.close()
        assert [msgspec.json.decode(line)["price"] for _, line in stored] == [1.0, 2.0]

    run(test())


@pytest.mark.slow
def test_a_publisher_ends_even_if_the_library_loses_a_cancellation(
    run: RunQt, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancel it at each response of the broker in turn, and lose the first cancellation of the task that receives it."""
    wait_for = asyncio.wait_for

    async def has_lost_cancellation(number: int) -> bool:
        desk, numbers = Desk(nats_server), itertools.count(1)

        async def losing_wait_for(awaitable: Any, timeout: float | None) -> Any:
            result = await wait_for(awaitable, timeout)
            if next(numbers) == number and not desk.task.cancelling():
                desk.task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.Event().wait()
            return result

        monkeypatch.setattr(asyncio, "wait_for", losing_wait_for)
        outbox = desk.publisher.feeds["exchange"].outbox
        async with desk.publishing():
            desk.trade(number)
            await until(lambda: desk.task.cancelling() or (desk.is_leading and not len(outbox)))
        return next(numbers) > number

    async def test() -> None:
        number = 1
        while await has_lost_cancellation(number):
            number += 1
        assert number > 10

    run(test())
