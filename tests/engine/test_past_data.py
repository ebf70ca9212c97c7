from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.conftest import RunQt
from tests.doubles import NOON_NS, ScriptedConnector, StillClock, until
from tests.engine.test_engine import feed, running
from ticker_gui.bars.series import TimeSeries
from ticker_gui.config.settings import BUILT_IN, Feed, validated
from ticker_gui.demo.market import DemoMarket
from ticker_gui.demo.server import DemoServer
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import DAY, DAY_NS, MINUTE, MINUTE_NS, SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.history import HistoryError, HttpRequest, HttpResponse
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.providers.yahoo import Yahoo
from ticker_gui.history.bar_loader import BarsRequest
from ticker_gui.history.trading_hours import TradingHoursLoader
from ticker_gui.stream.connection import open_transport
from ticker_gui.stream.timeouts import Timeouts
from ticker_gui.stream.transport import Transport


def test_a_chart_of_the_built_in_market_is_full_and_continues_with_its_trades(run_qt: RunQt) -> None:
    async def test() -> None:
        async with running(Engine([msgspec.structs.replace(BUILT_IN, symbols=("NIMB",))])) as engine:
            demo = engine.feeds[BUILT_IN.name]
            (state,) = engine.market.states
            now_ns = engine.clock()
            demo.past.bars.set_requests([BarsRequest("NIMB", MINUTE, now_ns - 200 * MINUTE_NS, now_ns + MINUTE_NS)])
            await until(lambda: len(state.bars.provided.read(MINUTE).start_ns) > 190 and state.trades > 3)
            minutes = TimeSeries(state.bars, MINUTE)
            assert (np.diff(minutes.bars.start_ns) == MINUTE_NS).all()
            assert len(minutes) >= 200
            jump = abs(minutes.bars.open[-1] / minutes.bars.close[-2] - 1)
            assert jump < 0.02  # the live prices continue the past ones
            demo.past.bars.set_requests([BarsRequest("NIMB", DAY, now_ns - 500 * DAY_NS, now_ns)])
            await until(lambda: len(TimeSeries(state.bars, DAY)) >= 500)
            assert state.bars.missing_data.gaps == ()

    run_qt(test())


def test_nothing_is_requested_without_a_connection(run: RunQt) -> None:
    async def test() -> None:
        engine = Engine([feed("desk", "A")], clock=StillClock())
        past = engine.feeds["desk"].past
        past.bars.set_requests([BarsRequest("A", MINUTE, 0, MINUTE_NS)])
        past.send(["lost"])
        loading = asyncio.create_task(past.run())
        await asyncio.sleep(0.02)
        loading.cancel()
        assert past.past_data_protocol is None
        assert not past.bars.status("A").is_loading

    run(test())


@pytest.mark.parametrize("ahead_s", [-40, 40])
def test_a_past_bar_is_closed_by_the_clock_of_the_exchange(run: RunQt, ahead_s: int) -> None:
    async def test() -> None:
        start_ns = MINUTE.start_of(NOON_NS)
        clock = StillClock(start_ns + 50 * SECOND_NS)
        engine = Engine([feed("desk", "A")], clock=clock)
        past, coverage = engine.feeds["desk"].past, engine.feeds["desk"].market.coverage
        coverage.set_clock(ahead_s * SECOND_NS, ahead_s * SECOND_NS)
        assert past._exchange_clock() == clock.now_ns - ahead_s * SECOND_NS
        assert past.client._clock() == past.bars._exchange_clock() == past._exchange_clock()
        assert past.bars._clock() == clock.now_ns  # pauses are those of the computer

    run(test())


def test_the_trades_of_a_cut_connection_are_backfilled(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        server = DemoServer(DemoMarket(("NIMB",)), rate=200.0)
        monkeypatch.setattr(server.market, "snapshot", lambda symbol, now_ns: [])  # it would fill short gaps
        await server.start()
        try:
            feeds = [feed(name, "NIMB", url=server.url) for name in ("cut", "observer")]
            has_network = asyncio.Event()
            has_network.set()

            async def connect(*arguments: Any) -> Transport:
                await has_network.wait()
                return await open_transport(*arguments)

            timeouts = Timeouts(backoff_base=0.1, backoff_max=0.1)
            async with running(Engine(feeds, timeouts=timeouts, connector=connect)) as engine:
                cut, observer = engine.feeds["cut"], engine.feeds["observer"]
                cut.past.backfill.is_enabled = True
                reported = list[tuple[object, object, object]]()
                engine.taps.backfills.add(lambda *result: reported.append(result))
                (state,), (observed,) = cut.market.states, observer.market.states
                await until(lambda: state.trades > 3 and observed.trades > 3)
                connection = cut.session.connection
                assert connection is not None
                assert connection.transport is not None
                has_network.clear()
                await connection.transport.close()
                await until(lambda: state.coverage.gaps)
                lost_from = observed.trades
                await until(lambda: observed.trades > lost_from + 10)
                has_network.set()
                await until(lambda: cut.state.kind is FeedStatus.LIVE and state.backfills.newest)
                result = state.backfills.newest
                assert result is not None
                assert result.reason == ""
                assert result.trades > 10
                assert reported == [(cut, state, result)]
                assert state.missed == 0
                assert all(gap.is_backfilled for gap in state.bars.find_gaps())
                since_ns = max(state.tape.times_ns[0], observed.tape.times_ns[0])
                until_ns = min(state.tape.times_ns[-1], observed.tape.times_ns[-1])
                seen, expected = (tape.between(since_ns, until_ns) for tape in (state.tape, observed.tape))
                assert seen.times_ns.tolist() == expected.times_ns.tolist()
                assert seen.sizes.sum() == expected.sizes.sum()
        finally:
            await server.stop()

    run_qt(test())


def test_past_data_is_requested_as_soon_as_the_provider_is_detected(
    run: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Demo, "history_offer", None)

    async def test() -> None:
        connector = ScriptedConnector()
        async with running(Engine([feed("desk", "A")], connector=connector, clock=StillClock())) as engine:
            desk = engine.feeds["desk"]
            line = await connector.connection()
            await until(lambda: desk.state.is_connected and line.sent)
            desk.past.bars.set_requests([BarsRequest("A", MINUTE, 0, MINUTE_NS)])
            desk.past.update_offer()
            assert len(line.sent) == 1
            monkeypatch.undo()
            (state,) = engine.market.states
            version = state.collected_version
            desk.past.update_offer()
            await until(lambda: len(line.sent) == 2)
            assert state.collected_version > version  # so that it is shown

    run(test())


def test_trading_hours_are_requested_while_connected(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TradingHoursLoader.run, "__defaults__", (0.002,))
    asked: list[str] = []

    async def get(request: HttpRequest, credentials: Credentials) -> HttpResponse:
        asked.append(request.url)
        raise HistoryError("The host cannot be reached.")

    async def test() -> None:
        connector = ScriptedConnector()
        settings = validated(Feed(Yahoo.url, ("SAP.DE",), "yahoo", "yahoo"))
        async with running(Engine([settings], connector=connector, clock=StillClock(), http_get=get)):
            await connector.connection()
            await until(lambda: any("SAP.DE" in url for url in asked))

    run(test())
