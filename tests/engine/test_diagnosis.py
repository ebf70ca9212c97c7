"""Why it is quiet: each of the answers, from an engine on scripted lines."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnection, ScriptedConnector, StillClock, until
from tests.engine.test_engine import feed, payload
from ticker_gui.domain.errors import ConnectionLost, FeedRejected
from ticker_gui.domain.events import Reply, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.diagnosis import (
    Diagnosis,
    ProgramInfo,
    delay_in_words,
    detected_settings,
    diagnose,
    report,
    symbol_in_words,
)
from ticker_gui.engine.engine import Engine, EngineFeed
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.latency import Delay, Percentiles
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
        return diagnose(self.feed, self.clock(), state)

    def all_of(self, diagnosis: Diagnosis) -> str:
        return " ".join(diagnosis)


def test_a_line_that_is_down_says_why_and_when_it_is_dialled(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        assert scene.why().answer == "The feed is stopped."
        scene.connector.failures = [ConnectionLost("The desk is asleep.", retry_after=9)]
        task = asyncio.create_task(scene.engine.run())
        await until(lambda: scene.feed.state.kind is FeedStatus.WAITING)
        down = scene.why(0)
        assert down == (
            "The connection is down.",
            "The desk is asleep.",
            "Reconnecting in 9 s. Press Retry to reconnect now.",
        )
        scene.connector.failures = [FeedRejected("Wrong key.")]
        scene.engine.retry_now()
        await until(lambda: scene.feed.state.kind is FeedStatus.REJECTED)
        assert scene.why()[:2] == ("The connection was rejected.", "Wrong key.")
        task.cancel()
        await asyncio.wait((task,))

    run(test())


def test_a_line_that_is_up_says_what_comes_in_the_place_of_data(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as line:
            scene.clock.advance(11)
            await until(lambda: scene.feed.state.kind is FeedStatus.QUIET)
            assert scene.why().answer == "Connected, but no frames come."
            line.last_received_ns = scene.clock() - 4 * SECOND_NS  # a ping was answered
            assert scene.why().why.startswith("The server gave its last sign of life 4 s ago, and sends nothing.")
            line.deliver(payload(Reply(("A",), ok=True)))
            assert "hold no market data" in scene.why().answer
            line.deliver(b"<html>", b"<html>", b"<html>")
            strange = scene.why()
            assert strange.answer.startswith("Frames come, but none is understood")
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


def test_a_feed_that_only_tells_of_others_names_them(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as line:
            line.deliver(payload(Trade("<b>AA", 1.0)), payload(Trade("BB", 1.0)))
            assert scene.feed.state.kind is FeedStatus.LIVE
            assert scene.why() == (
                "Market data comes, but of none of the symbols that are watched.",
                "It comes of <b>AA, BB.",
                "Check how the symbols are spelled.",
            )
            scene.engine.feeds["desk"].watch(["BB"])
            assert scene.why().why == "It comes of <b>AA."
            line.deliver(payload(Trade("BB", 1.0)))
            assert scene.why().answer == "Receiving data normally."

    run(test())


def test_a_feed_of_which_nothing_is_watched_says_that(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running():
            scene.engine.feeds["desk"].unwatch(["A", "B"])
            assert scene.why().answer == "No symbol of this feed is watched."
            assert "No symbol of this feed is watched." in report(scene.feed, scene.clock())

    run(test())


def test_a_closed_market_is_said_to_be_closed(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene("yahoo", "ws://yahoo")
        scene.clock.now_ns = SATURDAY_NS
        async with scene.running():
            scene.clock.advance(11)
            await until(lambda: scene.feed.state.kind is FeedStatus.QUIET)
            assert "Saturday 10:00 in New York" in scene.why().why

    run(test())


def test_one_symbol_of_a_live_feed(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as line:
            line.deliver(payload(Trade("A", 1.0)))
            assert scene.why().answer == "Receiving data normally."
            assert "not quiet: the last message came 0 s ago" in scene.why(0).answer
            assert "nothing has come of it" in scene.why(1).answer
            scene.feed.market.note_overdue(["B"], scene.clock(), "No answer to the subscription.")
            assert scene.why(1).answer == "B: No answer to the subscription."
            assert "acknowledges every subscription" in scene.why(1).why
            assert symbol_in_words(scene.feed.market.states[1], scene.clock()).startswith("no answer: No answer")
            line.deliver(payload(Reply(("B",), ok=False, message="not listed")))
            assert scene.why(1).answer == "B is refused: not listed"
            scene.clock.advance(30)
            line.deliver(payload(Trade("B", 1.0)))
            assert scene.why(0).answer == "The market in A is quiet: nothing for 30 s."
            scene.clock.advance(31)
            line.deliver(payload(Trade("B", 1.0)))
            assert "which is odd for it" in scene.why(0).answer
            scene.engine.feeds["desk"].watch(["C"])
            assert "about to be asked for" in scene.why(2).answer

    run(test())


def test_the_report_holds_what_helps_and_no_secret(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as line:
            line.deliver(payload(Trade("A", 1.0)), b'{"token":"s3cret"}', payload(Trade("A", -1.0)))
            program = ProgramInfo(Percentiles(1e6, 2e6, 3e6), InternalErrors("the program"), Path("/var/log/it.log"))
            scene.feed.errors.note(KeyError("x"), "reading a frame")
            text = report(scene.feed, scene.clock(), None, program)
            for words in (
                "ws://desk/",
                "live",
                "A: price -1 held: far from 1, waiting for confirmation",
                "B: pending",
                "p50 1, p95 2, p99 3 ms",
                "1 were skipped, in part or whole, and 1 held until a trade is confirmed",
                "Internal errors of feed desk: 1",
                "1 × KeyError at",
                "Internal errors of the program: 0",
                "Log file: /var/log/it.log",
            ):
                assert words in text, words
            assert "s3cret" not in text
            assert json.dumps(text)

    run(test())


def test_each_symbol_has_a_word(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        a, b = scene.feed.market.states
        async with scene.running() as line:
            assert symbol_in_words(a, scene.clock()) == "pending, not confirmed by the provider"
            line.deliver(payload(Reply(("A",), ok=True)))
            assert symbol_in_words(a, scene.clock()) == "pending, confirmed by the provider"
            assert scene.why(0).answer.startswith("Frames come and are understood")
            line.deliver(payload(Trade("A", 1.0)), payload(Reply(("B",), ok=False, message="no")))
            assert symbol_in_words(a, scene.clock()).startswith("live")
            assert symbol_in_words(b, scene.clock()) == "refused: no"
            assert symbol_in_words(a, scene.clock() + 100 * SECOND_NS).startswith("quiet")
            line.end(ConnectionLost("gone"))
            await until(lambda: not scene.feed.state.is_connected)
            assert symbol_in_words(a, scene.clock()) == "not connected"

    run(test())


@pytest.mark.parametrize(
    ("delay", "words"),
    [
        (None, "not known"),
        (Delay(Percentiles(1e6, 2e6, 3e6), 1e6, 0.0, 0.0), "p50 1, p95 2, p99 3 ms"),
        (Delay(Percentiles(1e6, 2e6, 3e9), 3e9, 0.0, 0.0), "p50 1, p95 2, p99 3,000 ms, recently 3 s"),
        (Delay(Percentiles(1e6, 2e6, 3e6), 1e6, -5e9, 0.0), "p50 1, p95 2, p99 3 ms; the clocks differ by -5.0 s"),
        (Delay(Percentiles(9e11, 9e11, 9e11), 9e11, 0.0, 9e11), "everything is 15 min old when it comes"),
    ],
)
def test_a_delay_is_told_with_what_it_may_be_wrong_by(delay: Delay | None, words: str) -> None:
    assert delay_in_words(delay).startswith(words)


def test_the_report_holds_the_settings_of_a_detected_format_and_what_to_know_about_it(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene(provider="guess", mapping=FieldMapping(subscribe="$SYMBOL"))
        async with scene.running() as line:
            line.deliver(
                *(f'{{"sym":"A","price":{5 + i / 4},"time":"2026-01-03 15:00:0{i}"}}'.encode() for i in range(5))
            )
            await until(lambda: scene.feed.session.frames >= 5)
            lines = report(scene.feed, scene.clock()).splitlines()
            begin = lines.index("[feeds.mapping]")
            mapping = tomllib.loads("\n".join(lines[begin : lines.index("", begin)]).partition("\nNote:")[0])
            assert mapping["feeds"]["mapping"]["price"] == "price"
            assert any(text.startswith("Note: The times at time have no time zone") for text in lines)
            assert detected_settings(scene.feed).startswith("[feeds.mapping]")
            line.end(ConnectionLost("gone"))
            await until(lambda: scene.feed.session.last_protocol is not None)
            assert detected_settings(scene.feed).startswith("[feeds.mapping]")
        assert detected_settings(Scene().feed) == ""

    run(test())
