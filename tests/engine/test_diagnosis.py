"""The diagnosis of missing data, from an engine on scripted connections."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnection, ScriptedConnector, StillClock, until
from tests.engine.test_engine import feed, payload
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, KeyRejected
from ticker_gui.domain.events import Reply, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.no_data import NoData, NoDataCause
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.diagnosis import Diagnosis, diagnose
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.feed_report import describe_symbol, report
from ticker_gui.formatting.no_data_words import describe_no_data
from ticker_gui.stream.timeouts import Timeouts

SATURDAY_NS = 1_767_452_400 * SECOND_NS  # 2026-01-03 15:00 UTC


class Scene:
    """One feed with two symbols."""

    def __init__(self, provider: str = "demo", url: str = "ws://desk/?token=s3cret", **options: Any) -> None:
        self.clock = StillClock()
        self.connector = ScriptedConnector()
        desk = feed("desk", "A", "B", provider=provider, url=url, **options)
        self.engine = Engine(
            [desk],
            clock=self.clock,
            connector=self.connector,
            timeouts=Timeouts(check_interval=0.01, suspend_threshold=1e9, idle_timeout=1e9),
        )
        self.feed: EngineFeed = self.engine.feeds["desk"]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[ScriptedConnection]:
        task = asyncio.create_task(self.engine.run())
        try:
            line = await self.connector.connection()
            await until(lambda: line.sent)
            yield line
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def why(self, symbol: int | None = None) -> Diagnosis:
        state = None if symbol is None else self.feed.market.states[symbol]
        return diagnose(self.feed.why_no_data(state))

    def all_of(self, diagnosis: Diagnosis) -> str:
        return " ".join(diagnosis)


def test_a_lost_connection_is_explained_with_the_time_of_the_next_attempt(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        assert scene.why().answer == "The feed has ended."
        scene.connector.failures = [ConnectionLost("The desk is asleep.", retry_after=9)]
        task = asyncio.create_task(scene.engine.run())
        await until(lambda: scene.feed.state.kind is FeedStatus.WAITING)
        down = scene.why(0)
        assert down == (
            "The connection is down.",
            "The desk is asleep.",
            "Reconnecting in 9 s. Choose Retry now to reconnect at once.",
        )
        for error, next_step in (
            (KeyRejected("Wrong key."), "Enter another key, or check what the plan of your account includes."),
            (FeedRejected("No such path."), "Fix the problem, then choose Retry now."),
        ):
            scene.connector.failures = [error]
            scene.engine.retry_now()
            await until(lambda error=error: scene.feed.state.reason == error.for_user)  # type: ignore[misc]
            stopped = "The feed stopped and will not reconnect by itself."
            assert scene.why() == (stopped, error.for_user, next_step)
        task.cancel()
        await asyncio.wait((task,))

    run(test())


def test_a_quiet_connection_is_explained_by_what_it_receives(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as line:
            scene.clock.advance(11)
            await until(lambda: scene.feed.state.kind is FeedStatus.QUIET)
            assert scene.why().answer == "Connected, but the server is not sending anything."
            line.last_received_ns = scene.clock() - 4 * SECOND_NS  # a ping was answered
            assert scene.why().why.startswith("Last activity from the server: 4 s ago.")
            line.deliver(payload(Reply(("A",), ok=True)))
            assert scene.why().answer == "Messages are arriving, but they contain no market data."
            line.deliver(b"<html>", b"<html>", b"<html>")
            strange = scene.why()
            assert strange.answer.startswith("Messages are arriving, but most cannot be decoded: ")
            assert "<html>" in strange.why

    run(test())


def test_a_held_price_is_explained_until_it_is_confirmed(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as line:
            line.deliver(payload(Trade("A", 50.0)), payload(Trade("A", 9.0)))
            assert scene.why(0).answer == "A: price 9 held: far from 50, waiting for confirmation."
            line.deliver(payload(Trade("A", 8.5)))
            assert "held" not in scene.why(0).answer

    run(test())


def test_a_feed_that_delivers_only_other_symbols_lists_them(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as line:
            line.deliver(payload(Trade("<b>AA", 1.0)), payload(Trade("BB", 1.0)))
            assert scene.feed.state.kind is FeedStatus.LIVE
            assert scene.why() == (
                "Market data is arriving, but only for other symbols.",
                "Data is arriving for <b>AA, BB.",
                "Check the spelling of the symbols.",
            )
            scene.engine.feeds["desk"].watch(["BB"])
            assert scene.why().why == "Data is arriving for <b>AA."
            line.deliver(payload(Trade("BB", 1.0)))
            assert scene.why().answer == "Receiving data normally."

    run(test())


def test_a_feed_without_symbols_is_explained(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running():
            scene.engine.feeds["desk"].unwatch(["A", "B"])
            assert scene.why().answer == "This feed has no symbols."
            assert "This feed has no symbols." in report(scene.feed, scene.clock())

    run(test())


def test_a_closed_market_is_explained(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene("yahoo", "ws://yahoo")
        scene.clock.now_ns = SATURDAY_NS
        async with scene.running():
            scene.clock.advance(11)
            await until(lambda: scene.feed.state.kind is FeedStatus.QUIET)
            assert "Saturday 10:00 in New York" in scene.why().why

    run(test())


def test_a_symbol_of_a_live_feed_is_explained(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as line:
            line.deliver(payload(Trade("A", 1.0)))
            assert scene.why().answer == "Receiving data normally."
            assert scene.why(0).answer == "Receiving data for A normally."
            assert scene.why(0).why.startswith("The last message arrived 0 s ago.")
            assert scene.why(1).answer.startswith("No data for B yet: ")
            scene.feed.market.note_overdue(["B"], scene.clock(), "No answer to the subscription.")
            assert scene.why(1).answer == "B: No answer to the subscription."
            assert "confirms every subscription" in scene.why(1).why
            assert describe_symbol(scene.feed.market.states[1], scene.clock()).startswith("no answer: No answer")
            line.deliver(payload(Reply(("B",), ok=False, message="not listed")))
            assert scene.why(1).answer == "B is not available: not listed"
            scene.clock.advance(30)
            line.deliver(payload(Trade("B", 1.0)))
            assert scene.why(0).answer == "No data for A for 30 s."
            scene.clock.advance(31)
            line.deliver(payload(Trade("B", 1.0)))
            assert "which is unusually long" in scene.why(0).answer
            scene.engine.feeds["desk"].watch(["C"])
            assert scene.why(2).answer == "Subscribing to C…"

    run(test())


@pytest.mark.parametrize("cause", NoDataCause)
def test_each_cause_has_a_diagnosis_that_begins_with_its_sentence(cause: NoDataCause) -> None:
    no_data = NoData(cause, "It rains.", symbol="NIMB", provider="Desk", closed="It is Saturday.", retry_s=3)
    answer, why, next_step = diagnose(no_data)
    assert answer == describe_no_data(no_data)
    nothing_to_add = (NoDataCause.STOPPED, NoDataCause.NOT_REQUESTED)
    assert bool(why or next_step) == (cause not in nothing_to_add)
