"""The analysis of missing data: each cause, from an engine on scripted connections."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

import ticker_gui
from tests.conftest import RunQt
from tests.doubles import until
from tests.engine.test_diagnosis import SATURDAY_NS, Scene
from tests.engine.test_engine import payload
from tests.feeds.providers.desk_stand_in import DeskStandIn
from ticker_gui.domain.errors import ConnectionLost, FeedRejected
from ticker_gui.domain.events import Reply, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.no_data import NoDataCause
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.nats_subjects import feed_subject
from ticker_gui.formatting.no_data_words import status_reason

PACKAGE = Path(ticker_gui.__file__).parent
REPLY = payload(Reply(("A",), ok=True))


def test_a_feed_that_is_not_connected_is_connecting_waiting_rejected_or_stopped(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        assert scene.feed.why_no_data().cause is NoDataCause.STOPPED
        scene.connector.failures = [ConnectionLost("Gone.", retry_after=9)]
        task = asyncio.create_task(scene.engine.run())
        await until(lambda: scene.feed.state.kind is FeedStatus.WAITING)
        waiting = scene.feed.why_no_data()
        assert (waiting.cause, waiting.reason, waiting.retry_s) == (NoDataCause.DISCONNECTED, "Gone.", 9)
        scene.feed.session._states.set(FeedStatus.WAITING, "Bug.", is_internal=True)
        assert scene.feed.why_no_data().cause is NoDataCause.INTERNAL_ERROR
        scene.feed.session._states.set(FeedStatus.CONNECTING, attempt=3)
        assert (scene.feed.why_no_data().cause, scene.feed.why_no_data().attempt) == (NoDataCause.CONNECTING, 3)
        scene.connector.failures = [FeedRejected("Wrong key.")]
        scene.engine.retry_now()
        await until(lambda: scene.feed.state.kind is FeedStatus.REJECTED)
        assert (scene.feed.why_no_data().cause, scene.feed.why_no_data().reason) == (
            NoDataCause.REJECTED,
            "Wrong key.",
        )
        task.cancel()
        await asyncio.wait((task,))

    run(test())


@pytest.mark.parametrize(
    ("frames", "cause"),
    [
        ([], NoDataCause.NOTHING_RECEIVED),
        ([REPLY], NoDataCause.NO_MARKET_DATA),
        ([b"nonsense", b"nonsense", REPLY], NoDataCause.NOT_DECODED),
        ([b"nonsense", REPLY], NoDataCause.NO_MARKET_DATA),
        ([payload(Trade("A", 1e15))], NoDataCause.DATA_REJECTED),
    ],
)
def test_a_quiet_feed_reports_what_arrives_instead_of_data(
    run: RunQt, frames: Sequence[bytes], cause: NoDataCause
) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as connection:
            connection.deliver(payload(Trade("A", 1.0)))
            if frames:
                connection.deliver(*frames)
            scene.clock.advance(11)
            await until(lambda: scene.feed.state.kind is FeedStatus.QUIET)
            no_data = scene.feed.why_no_data()
            assert no_data.cause is cause
            assert scene.feed.state.reason == status_reason(no_data)
            assert bool(no_data.sample) == (cause is NoDataCause.NOT_DECODED)

    run(test())


def test_a_relay_that_receives_nothing_gives_its_reason(run: RunQt) -> None:
    async def test() -> None:
        scene, desk = Scene("nats", "ws://127.0.0.1/desk"), DeskStandIn()
        desk.publish_feed("desk", ("A", "B"))
        task = asyncio.create_task(scene.engine.run())
        connection = await scene.connector.connection()

        async def answer() -> None:
            while connection.sent:
                message = connection.sent.pop(0)
                connection.deliver(desk.answer(message if isinstance(message, bytes) else message.encode()))
            await asyncio.sleep(0)

        connection.deliver(b'INFO {"headers":true}\r\n')
        await until(lambda: any("trade" in subject for subject in desk.ids), meanwhile=answer)
        assert scene.feed.why_no_data().cause is not NoDataCause.QUIET_AT_RELAY
        state = {"feed": "desk", "state": "quiet", "reason": "It is a holiday."}
        connection.deliver(desk.message(feed_subject("desk", "state"), state))
        no_data = scene.feed.why_no_data()
        assert (no_data.cause, no_data.reason) == (
            NoDataCause.QUIET_AT_RELAY,
            "The publisher reports: It is a holiday.",
        )
        task.cancel()
        await asyncio.wait((task,))

    run(test())


def test_the_time_since_the_last_activity_is_reported(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as connection:
            scene.clock.advance(60)
            connection.last_received_ns = scene.clock() - 4 * SECOND_NS  # a pong
            no_data = scene.feed.why_no_data()
            assert (no_data.cause, no_data.quiet_s) == (NoDataCause.NOTHING_RECEIVED, 4)

    run(test())


@pytest.mark.parametrize(("mapping", "has_hint"), [(None, True), (FieldMapping(subscribe="$SYMBOL"), False)])
def test_the_advice_to_set_a_subscription_ends_when_there_is_one(
    run: RunQt, mapping: FieldMapping | None, has_hint: bool
) -> None:
    scene = Scene(provider="guess", mapping=mapping)

    async def test() -> None:
        task = asyncio.create_task(scene.engine.run())
        await scene.connector.connection()
        await until(lambda: scene.feed.state.is_connected)
        assert ("subscribe" in scene.feed.why_no_data().hint) == has_hint
        task.cancel()
        await asyncio.wait((task,))

    run(test())


def test_a_connected_feed_may_have_no_symbols_or_data_of_others_only(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as connection:
            connection.deliver(payload(Trade("GHOST", 1.0)))
            no_data = scene.feed.why_no_data()
            assert (no_data.cause, no_data.others) == (NoDataCause.OTHER_SYMBOLS, ("GHOST",))
            connection.deliver(payload(Trade("A", 1.0)))
            assert scene.feed.why_no_data().cause is NoDataCause.RECEIVING
            scene.feed.unwatch(["A", "B"])
            assert scene.feed.why_no_data().cause is NoDataCause.NO_SYMBOLS

    run(test())


def test_data_of_others_is_only_reported_where_there_is_some(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as connection:
            connection.deliver(payload(Trade("A", 1.0)))
            await until(lambda: scene.feed.state.kind is FeedStatus.LIVE)
            scene.feed.unwatch(["A"])  # the only symbol that had data
            assert scene.feed.state.kind is FeedStatus.LIVE  # until the feed is quiet
            assert scene.feed.why_no_data().cause is NoDataCause.NOTHING_RECEIVED
            connection.deliver(REPLY)
            assert scene.feed.why_no_data().cause is NoDataCause.NO_MARKET_DATA

    run(test())


def test_a_closed_market_is_part_of_the_result(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene("yahoo", "ws://yahoo")
        scene.clock.now_ns = SATURDAY_NS
        async with scene.running():
            no_data = scene.feed.why_no_data()
            assert no_data.cause is NoDataCause.NOTHING_RECEIVED
            assert "Saturday 10:00 in New York" in no_data.closed

    run(test())


def test_each_symbol_of_a_live_feed_has_its_own_cause(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        a, b = scene.feed.market.states

        def cause(of_b: bool = False) -> NoDataCause:
            return scene.feed.why_no_data(b if of_b else a).cause

        async with scene.running() as connection:
            connection.deliver(payload(Trade("A", 50.0)))
            assert cause() is NoDataCause.RECEIVING
            assert cause(of_b=True) is NoDataCause.NOT_RECEIVED
            scene.feed.market.note_overdue(["B"], scene.clock(), "No answer.")
            assert cause(of_b=True) is NoDataCause.NO_ANSWER
            connection.deliver(payload(Reply(("B",), ok=False, message="not listed")))
            assert cause(of_b=True) is NoDataCause.SYMBOL_REFUSED
            connection.deliver(payload(Trade("A", 9.0)))
            held = scene.feed.why_no_data(a)
            assert (held.cause, held.held_price, held.last_price) == (NoDataCause.PRICE_HELD, 9.0, 50.0)
            connection.deliver(payload(Reply(("A",), ok=False, message="halted")))
            assert cause() is NoDataCause.SYMBOL_REFUSED
            connection.deliver(payload(Reply(("A",), ok=True)), payload(Trade("A", 50.0)))
            scene.clock.advance(30)
            connection.deliver(payload(Trade("B", 1.0)))  # the feed stays live
            assert (cause(), scene.feed.why_no_data(a).quiet_s) == (NoDataCause.INFREQUENT, 30)
            scene.clock.advance(31)
            connection.deliver(payload(Trade("B", 1.0)))
            assert cause() is NoDataCause.STALE
            scene.feed.watch(["C"])
            assert scene.feed.why_no_data(scene.feed.market.states[2]).cause is NoDataCause.NOT_REQUESTED
            connection.deliver(payload(Trade("C", 2e15)))
            rejected = scene.feed.why_no_data(scene.feed.market.states[2])
            assert (rejected.cause, rejected.symbol) == (NoDataCause.DATA_REJECTED, "C")
            assert rejected.reason == "the price 2e15 of C is not possible: prices have to be below 1e15"

    run(test())


def test_data_of_the_previous_connection_is_not_data_of_this_one(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as first:
            first.deliver(payload(Trade("A", 50.0)), payload(Trade("B", 1.0)))
            first.end(ConnectionLost("Gone."))
            await until(lambda: scene.feed.state.kind is FeedStatus.WAITING)
            scene.clock.advance(1)
            scene.engine.retry_now()
            second = await scene.connector.connection(2)
            await until(lambda: second.sent)
            second.deliver(payload(Trade("A", 50.0)))
            a, b = scene.feed.market.states
            assert scene.feed.why_no_data(a).cause is NoDataCause.RECEIVING
            assert scene.feed.why_no_data(b).cause is NoDataCause.NOT_RECEIVED

    run(test())


def test_a_symbol_whose_market_is_closed_is_not_stale(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene("yahoo", "ws://yahoo")
        scene.clock.now_ns = SATURDAY_NS
        async with scene.running():
            a = scene.feed.market.states[0]
            scene.feed.market.apply(Trade("A", 50.0), scene.clock())
            scene.feed.session._states.set(FeedStatus.LIVE)
            scene.clock.advance(11)
            no_data = scene.feed.why_no_data(a)
            assert no_data.cause is NoDataCause.MARKET_CLOSED
            assert "New York" in no_data.closed

    run(test())


def test_causes_are_determined_in_the_analysis_only() -> None:
    found = set[str]()
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "NoData" not in text:
            continue  # parsing every module takes seconds
        calls = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
        if any(isinstance(function, ast.Name) and function.id == "NoData" for function in calls):
            found.add(path.relative_to(PACKAGE).as_posix())
    assert found == {"engine/no_data.py", "market/subscription.py"}  # the latter for one symbol, as in its row
