from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedDialler, StillClock, until
from ticker_gui.domain.errors import ConnectionLost, KeyRejected, SettingsError
from ticker_gui.domain.events import Fact, Reply, Trade
from ticker_gui.domain.feed_state import FeedKind
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine import Engine
from ticker_gui.market.market import Limits
from ticker_gui.settings import BUILT_IN, Feed
from ticker_gui.stream.timing import Timing


def feed(name: str, *symbols: str, **options: Any) -> Feed:
    return Feed(options.pop("url", f"ws://{name}"), symbols, name, options.pop("provider", "demo"), **options)


def payload(fact: Fact) -> bytes:
    return msgspec.json.encode(fact)


@contextlib.asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[Engine]:
    task = asyncio.create_task(engine.run())
    try:
        yield engine
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def test_facts_fill_the_market_under_the_users_spelling(run: RunQt) -> None:
    async def test() -> None:
        dialler = ScriptedDialler()
        async with running(Engine([feed("desk", "nimb")], clock=StillClock(), dial=dialler)) as engine:
            line = await dialler.connection()
            line.deliver(payload(Trade("NIMB", 5.0)))
            (state,) = engine.market.states
            assert (state.symbol, state.last) == ("nimb", 5.0)
            assert engine.feeds["desk"].spell("NIMB") == "nimb"
            assert engine.feeds["desk"].spell("GHOST") == "GHOST"

    run(test())


def test_symbols_are_watched_and_given_back_while_it_runs(run: RunQt) -> None:
    async def test() -> None:
        dialler = ScriptedDialler()
        async with running(Engine([feed("desk", "A")], dial=dialler)) as engine:
            line = await dialler.connection()
            await until(lambda: len(line.sent) == 1)
            engine.watch("desk", ["b", "a"])  # a is watched already
            await until(lambda: len(line.sent) == 2)
            engine.unwatch("desk", ["A"])
            await until(lambda: len(line.sent) == 3)
            assert [state.symbol for state in engine.market.states] == ["b"]
            assert '"B"' in line.sent[1]
            assert '"A"' not in line.sent[1]
            assert '"A"' in line.sent[2]

    run(test())


def test_the_limit_of_symbols_is_said_and_those_before_it_are_watched(run: RunQt) -> None:
    async def test() -> None:
        engine = Engine([feed("desk", "A")], Limits(symbols=2), dial=ScriptedDialler())
        with pytest.raises(SettingsError):
            engine.watch("desk", ["B", "C"])
        assert [state.symbol for state in engine.market.states] == ["A", "B"]
        assert list(engine.feeds["desk"].session._desired) == ["A", "B"]

    run(test())


def test_taps_hear_news_once_and_everything_else_too(run: RunQt) -> None:
    async def test() -> None:
        heard: list[Any] = []
        dialler = ScriptedDialler()
        engine = Engine(
            [feed("desk", "A")],
            on_fact=lambda feed, fact, received_ns: heard.append(fact),
            on_bad_frame=lambda feed, frame, reason: heard.append(frame.payload),
            on_state=lambda feed: heard.append(feed.state.kind),
            dial=dialler,
            clock=StillClock(),
        )
        async with running(engine):
            line = await dialler.connection()
            trade = Trade("A", 1.0, trade_id=1)
            line.deliver(
                payload(trade), payload(trade), b"?", payload(Trade("GHOST", 1.0)), payload(Reply((), ok=True))
            )
            assert heard == [
                FeedKind.CONNECTING, FeedKind.SUBSCRIBING, FeedKind.LIVE, trade, b"?", Reply((), ok=True),
            ]  # fmt: skip

    run(test())


def test_held_trades_are_reported_once_and_in_order_when_they_are_confirmed(run: RunQt) -> None:
    async def test() -> None:
        reported: list[tuple[str, Fact, int]] = []
        dialler, clock = ScriptedDialler(), StillClock()
        engine = Engine(
            [feed("desk", "A", "B")],
            on_fact=lambda feed, fact, received_ns: reported.append((feed.name, fact, received_ns)),
            dial=dialler,
            clock=clock,
        )
        async with running(engine):
            line = await dialler.connection()
            trades = [Trade("A", price, 1.0, trade_id=number) for number, price in enumerate((50.0, 9.0, 8.0, 8.1))]
            line.deliver(payload(trades[0]), payload(trades[1]))
            held_ns = clock()
            clock.advance(3)
            other = Trade("B", 7.0)
            line.deliver(payload(other), payload(trades[2]), payload(trades[3]))
            assert [fact for _, fact, _ in reported] == [trades[0], other, *trades[1:]]
            assert [received_ns for _, fact, received_ns in reported if fact == trades[1]] == [held_ns]

    run(test())


def test_one_feeds_trouble_is_its_own(run: RunQt) -> None:
    async def test() -> None:
        dialler = ScriptedDialler()
        wants_key = feed("stocks", "AAPL", provider="finnhub")
        async with running(Engine([wants_key, feed("desk", "A")], dial=dialler)) as engine:
            await until(lambda: engine.feeds["stocks"].state.kind is FeedKind.REJECTED)
            (await dialler.connection()).deliver(payload(Trade("A", 1.0)))
            assert engine.feeds["desk"].state.kind is FeedKind.LIVE
            assert "key" in engine.feeds["stocks"].state.reason

    run(test())


def test_a_bug_ends_it_and_is_told_as_it_is(run: RunQt) -> None:
    async def test() -> None:
        dialler = ScriptedDialler()
        engine = Engine([feed("desk", "A")], on_fact=lambda *_: 1 // 0, dial=dialler)  # type: ignore[arg-type]
        task = asyncio.create_task(engine.run())
        (await dialler.connection()).deliver(payload(Trade("A", 1.0)))
        with pytest.raises(ZeroDivisionError):
            await task

    run(test())


def test_the_key_goes_where_the_provider_wants_it(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINNHUB_KEY", "s3cret")

    async def test() -> None:
        dialler = ScriptedDialler()
        stocks = feed("stocks", "AAPL", provider="finnhub", key_env="FINNHUB_KEY", url="wss://stocks")
        async with running(Engine([stocks], dial=dialler)):
            await dialler.connection()
            assert dialler.urls == ["wss://stocks?token=s3cret"]

    run(test())


def test_a_waiting_feed_can_be_told_not_to_wait(run: RunQt) -> None:
    async def test() -> None:
        dialler = ScriptedDialler()
        dialler.failures = [SettingsError("Not yet.")]
        async with running(Engine([feed("desk", "A")], dial=dialler)) as engine:
            await until(lambda: engine.feeds["desk"].state.kind is FeedKind.REJECTED)
            engine.retry_now()
            await dialler.connection()

    run(test())


def test_a_gap_stands_where_the_exchanges_clock_says(run: RunQt) -> None:
    async def test() -> None:
        dialler, clock = ScriptedDialler(), StillClock()
        timing = Timing(look=0.02, asleep=1e9)
        async with running(Engine([feed("desk", "A")], dial=dialler, clock=clock, timing=timing)) as engine:
            line = await dialler.connection()
            line.latency_s = 0.2
            (state,) = engine.market.states
            for number in range(10):
                clock.advance(1)
                line.deliver(payload(Trade("A", 5.0, time_ns=clock() - 30 * 10**9 + number)))  # ours is ahead
                engine.sample_delay(state)
            lost_ns = clock()
            session = engine.feeds["desk"].session
            await until(lambda: session.awake_ns == lost_ns)
            line.end(ConnectionLost("Gone."))
            await until(lambda: state.watch.gaps)
            assert state.watch.gaps[0].start_ns == pytest.approx(lost_ns - 29.9e9, abs=1e6)

    run(test())


def test_a_closed_market_owes_nothing(run: RunQt) -> None:
    async def test() -> None:
        saturday, monday = StillClock(1_767_452_400 * SECOND_NS), StillClock(1_767_625_200 * SECOND_NS)
        for clock, is_due in ((saturday, False), (monday, True)):
            engine = Engine([feed("stocks", "AAPL", provider="yahoo"), feed("coins", "A")], clock=clock)
            assert [one.is_due() for one in engine.feeds.values()] == [is_due, True]

    run(test())


def test_other_settings_take_the_place_of_those_before(run: RunQt) -> None:
    async def test() -> None:
        dialler = ScriptedDialler()
        kept, moved, gone = feed("kept", "A", "B"), feed("moved", "A"), feed("gone", "A")
        async with running(Engine([gone, kept, moved], dial=dialler)) as engine:
            lines = [await dialler.connection(number) for number in (1, 2, 3)]
            for line in lines:
                line.deliver(payload(Trade("A", 1.0)))
            (state,) = engine.feeds["kept"].market.states[:1]
            await until(lambda: all(line.sent for line in lines))
            engine.use([feed("moved", "A", url="ws://elsewhere"), feed("kept", "C", "A")])
            assert [one.symbol for one in engine.feeds["kept"].market.states] == ["A", "B"]
            assert engine.feeds["kept"].named_symbols == ("C", "A")
            engine.feeds["kept"].show(("a", "C"))
            for line in lines:
                line.deliver(payload(Trade("A", 2.0)))  # nothing of the old lines is heard any more
            assert [(one.feed, one.symbol, one.last) for one in engine.market.states] == [
                ("moved", "A", None), ("kept", "A", 2.0), ("kept", "C", None),
            ]  # fmt: skip
            assert engine.feeds["kept"].market.find("A") is state
            moved_line = await dialler.connection(4)
            assert dialler.urls[3] == "ws://elsewhere"
            moved_line.deliver(payload(Trade("A", 3.0)))
            assert engine.market.states[0].last == 3.0
            await until(lambda: (lines[0].is_closed, lines[2].is_closed) == (True, True))
            assert not lines[1].is_closed
            await until(lambda: len(lines[1].sent) == 3)  # B is given back, C asked for
            assert engine.feeds["kept"].find("c") is engine.market.states[2]
            assert list(engine.feeds) == ["moved", "kept"]

    run(test())


def test_other_settings_count_at_once_while_it_waits_to_dial(run: RunQt) -> None:
    async def test() -> None:
        dialler = ScriptedDialler()
        dialler.failures = [ConnectionLost("Gone.", retry_after=600.0)]
        async with running(Engine([feed("desk", "A")], dial=dialler)) as engine:
            await until(lambda: engine.feeds["desk"].state.kind is FeedKind.WAITING)
            engine.use([feed("desk", "A", url="ws://elsewhere")])
            await dialler.connection()
            assert dialler.urls == ["ws://desk", "ws://elsewhere"]

    run(test())


def test_who_was_rejected_tries_again_with_settings_that_are_read_again(run: RunQt) -> None:
    """The key may be another one, in its file or the keyring, while the settings are the same."""

    async def test() -> None:
        dialler = ScriptedDialler()
        dialler.failures = [KeyRejected("Wrong key.")]
        async with running(Engine([feed("desk", "A")], dial=dialler)) as engine:
            await until(lambda: engine.feeds["desk"].state.kind is FeedKind.REJECTED)
            engine.use([feed("desk", "A")])
            await dialler.connection()

    run(test())


@pytest.mark.parametrize("loop", ["run", "run_qt"])
def test_the_built_in_market_needs_nothing(loop: str, request: pytest.FixtureRequest) -> None:
    async def test() -> None:
        async with running(Engine([BUILT_IN])) as engine:
            await until(lambda: len(engine.market.states) == 12 and all(s.last for s in engine.market.states))
            assert engine.feeds["demo"].state.kind is FeedKind.LIVE
        async with running(Engine([msgspec.structs.replace(BUILT_IN, symbols=("FOO",))])) as engine:
            await until(lambda: [s.symbol for s in engine.market.states if s.last] == ["FOO"])

    request.getfixturevalue(loop)(test())
