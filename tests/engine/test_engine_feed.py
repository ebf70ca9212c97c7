"""A feed that is disabled, enabled, reconnected, quiet or given another key while the engine runs."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, StillClock, until
from tests.engine.test_diagnosis import Scene
from tests.engine.test_engine import feed, payload, running
from ticker_gui.config.session_keys import SessionKeys
from ticker_gui.config.settings import BUILT_IN, Feed
from ticker_gui.domain.errors import ConnectionLost, KeyRejected
from ticker_gui.domain.events import Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.protocol import Credentials

DESK = feed("desk", "A")
DISABLED = msgspec.structs.replace(DESK, disabled=True)


def test_a_disabled_feed_disconnects_keeps_its_data_and_continues_when_enabled(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        async with running(Engine([DESK], connector=connector)) as engine:
            first = await connector.connection()
            first.deliver(payload(Trade("A", 5.0)))
            (state,) = engine.market.states
            engine.set_feeds([DISABLED])
            first.deliver(payload(Trade("A", 6.0)))  # nothing is delivered any more
            await until(lambda: first.is_closed and engine.feeds["desk"].state.kind is FeedStatus.STOPPED)
            assert engine.market.states == [state]
            assert (state.last, state.is_live(engine.clock())) == (5.0, False)
            engine.set_feeds([DESK])
            (await connector.connection(2)).deliver(payload(Trade("A", 7.0)))
            assert (state.last, state.is_live(engine.clock())) == (7.0, True)

    run(test())


def test_a_feed_that_is_disabled_at_the_start_connects_only_when_enabled(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        async with running(Engine([DISABLED, feed("other", "B")], connector=connector)) as engine:
            await connector.connection()
            engine.reconnect("desk")
            engine.retry_now()
            assert connector.urls == ["ws://other"]
            engine.set_feeds([DESK, feed("other", "B")])
            await connector.connection(2)
            assert connector.urls == ["ws://other", "ws://desk"]

    run(test())


@pytest.mark.parametrize("steps", [1, 2, 3, 8])
def test_however_often_a_feed_is_switched_it_has_one_connection_at_a_time(run: RunQt, steps: int) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        async with running(Engine([DESK], connector=connector)) as engine:
            await connector.connection()
            for _ in range(steps):
                engine.set_feeds([DISABLED])
                engine.set_feeds([DESK])
                engine.reconnect("desk")
            newest = await connector.connection(2)
            await until(lambda: newest.sent)
            assert [one.is_closed for one in connector.connections] == [True, False]

    run(test())


def test_reconnecting_replaces_the_connection_and_keeps_the_data(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        async with running(Engine([DESK], connector=connector)) as engine:
            first = await connector.connection()
            first.deliver(payload(Trade("A", 5.0)))
            engine.reconnect("desk")
            second = await connector.connection(2)
            assert first.is_closed
            assert [state.last for state in engine.market.states] == [5.0]
            await until(lambda: second.sent)  # the symbols are subscribed again

    run(test())


def test_reconnecting_ends_the_wait_of_this_feed_only(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector("ws://desk", "ws://other")
        connector.failures = [ConnectionLost("Gone.", retry_after=600.0), ConnectionLost("Gone.", retry_after=600.0)]
        async with running(Engine([DESK, feed("other", "B")], connector=connector, clock=StillClock())) as engine:
            await until(lambda: all(one.state.kind is FeedStatus.WAITING for one in engine.feeds.values()))
            engine.reconnect("other")
            await connector.connection()
            assert connector.urls == ["ws://desk", "ws://other", "ws://other"]
            assert engine.feeds["desk"].state.kind is FeedStatus.WAITING

    run(test())


@pytest.mark.parametrize("rejected", [False, True])
def test_a_feed_continues_with_a_new_key_at_once_and_keeps_its_data(run: RunQt, rejected: bool) -> None:
    async def test() -> None:
        connector, keys, used = ScriptedConnector(), SessionKeys(), list[Credentials]()

        def find(settings: Feed) -> Credentials:
            used.append(keys.find_credentials(settings))
            return used[-1]

        engine = Engine([feed("desk", "A", url="ws://127.0.0.1:9")], connector=connector)
        engine.find_credentials = find
        connector.failures = [KeyRejected("Wrong key.")] if rejected else []
        keys.set("desk", "old")
        async with running(engine):
            expected = FeedStatus.REJECTED if rejected else FeedStatus.SUBSCRIBING
            await until(lambda: engine.feeds["desk"].state.kind is expected)
            (state,) = engine.market.states
            keys.set("desk", "new")
            engine.reconnect("desk")
            await until(lambda: [one.key for one in used] == ["old", "new"])
            await until(lambda: engine.feeds["desk"].state.is_connected)
            assert engine.market.states == [state]

    run(test())


def test_a_key_that_is_found_elsewhere_reconnects_the_feed_and_keeps_its_data(
    run: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        monkeypatch.setenv("DESK_KEY", "key-4711")
        settings = feed("desk", "A", url="ws://127.0.0.1:9")
        connector = ScriptedConnector()
        async with running(Engine([settings], connector=connector)) as engine:
            (await connector.connection()).deliver(payload(Trade("A", 5.0)))
            engine.set_feeds([msgspec.structs.replace(settings, key_env="DESK_KEY")])
            await connector.connection(2)
            assert [state.last for state in engine.market.states] == [5.0]

    run(test())


def test_the_built_in_market_continues_where_it_was_disabled(run: RunQt) -> None:
    async def test() -> None:
        async with running(Engine([BUILT_IN])) as engine:
            market = engine.feeds["demo"].market
            await until(lambda: len(market.states) == 12 and all(state.last for state in market.states))
            engine.set_feeds([msgspec.structs.replace(BUILT_IN, disabled=True)])
            await until(lambda: engine.feeds["demo"].state.kind is FeedStatus.STOPPED)
            state = market.states[0]
            before = state.received_ns or 0
            engine.set_feeds([BUILT_IN])
            await until(lambda: (state.received_ns or 0) > before and state.is_live(engine.clock()))

    run(test())


def test_a_symbol_of_the_built_in_market_receives_data_however_it_is_typed(run: RunQt) -> None:
    async def test() -> None:
        async with running(Engine([msgspec.structs.replace(BUILT_IN, symbols=("kite",))])) as engine:
            (state,) = engine.market.states
            await until(lambda: state.last is not None)
            assert state.symbol == "kite"

    run(test())


def test_symbols_of_a_quiet_feed_are_stale_and_those_with_new_data_live_again(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as connection:
            a, b = scene.feed.market.states
            connection.deliver(payload(Trade("A", 1.0)), payload(Trade("B", 1.0)))
            await until(lambda: a.is_live(scene.clock()) and b.is_live(scene.clock()))
            scene.clock.advance(11)
            await until(lambda: scene.feed.state.kind is FeedStatus.QUIET)
            assert a.status(scene.clock()) is b.status(scene.clock()) is SymbolStatus.STALE
            assert not scene.feed.data_expected()  # the pause is not unusual, so the connection is kept
            connection.deliver(payload(Trade("A", 2.0)))
            await until(lambda: scene.feed.state.kind is FeedStatus.LIVE)
            assert a.is_live(scene.clock())
            connection.end(ConnectionLost("gone"))
            await until(lambda: not a.coverage.is_connected)
            assert not a.coverage.is_quiet

    run(test())


def test_the_built_in_market_is_stopped_at_the_end(run: RunQt) -> None:
    async def test() -> None:
        async with running(Engine([BUILT_IN])) as engine:
            session = engine.feeds[BUILT_IN.name].session
            await until(lambda: session.protocol is not None)
            assert session.protocol is not None
            port = urlsplit(session.protocol.credentials.url).port
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)

    run(test())
