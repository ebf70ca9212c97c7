from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RunQt, run_plain
from tests.doubles import UNEXPECTED, ScriptedConnector, StillClock, crashing_protocol, until
from ticker_gui import domain
from ticker_gui.config.settings import BUILT_IN, Feed
from ticker_gui.domain.capability import SIZED_TRADES, Capability
from ticker_gui.domain.errors import ConnectionLost, KeyRejected, SettingsError
from ticker_gui.domain.events import Correction, Fact, Reply, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.frame import Frame
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import Credentials, FeedProtocol
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.market.limits import Limits
from ticker_gui.stream.opening import Endpoint
from ticker_gui.stream.timeouts import Timeouts


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


def test_facts_fill_the_market_under_the_users_symbols(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        async with running(Engine([feed("desk", "nimb")], clock=StillClock(), connector=connector)) as engine:
            line = await connector.connection()
            line.deliver(payload(Trade("NIMB", 5.0)))
            (state,) = engine.market.states
            assert (state.symbol, state.last) == ("nimb", 5.0)
            assert engine.feeds["desk"].display_symbol("NIMB") == "nimb"
            assert engine.feeds["desk"].display_symbol("GHOST") == "GHOST"

    run(test())


def test_symbols_are_watched_and_unwatched_while_the_feed_runs(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        async with running(Engine([feed("desk", "A")], connector=connector)) as engine:
            line = await connector.connection()
            await until(lambda: len(line.sent) == 1)
            engine.feeds["desk"].watch(["b", "a"])  # a is watched already
            await until(lambda: len(line.sent) == 2)
            engine.feeds["desk"].unwatch(["A"])
            await until(lambda: len(line.sent) == 3)
            assert [state.symbol for state in engine.market.states] == ["b"]
            assert '"B"' in line.sent[1]
            assert '"A"' not in line.sent[1]
            assert '"A"' in line.sent[2]

    run(test())


def test_the_limit_of_symbols_is_an_error_and_those_before_it_are_watched(run: RunQt) -> None:
    async def test() -> None:
        engine = Engine([feed("desk", "A")], Limits(symbols=2), connector=ScriptedConnector())
        with pytest.raises(SettingsError):
            engine.feeds["desk"].watch(["B", "C"])
        assert [state.symbol for state in engine.market.states] == ["A", "B"]
        assert list(engine.feeds["desk"].session._desired) == ["A", "B"]

    run(test())


def test_a_feed_whose_symbols_have_no_room_is_set_like_all_others(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        engine = Engine([feed("first", "A")], Limits(symbols=3), connector=connector)
        async with running(engine):
            with pytest.raises(SettingsError, match="Cannot add E"):
                engine.set_feeds([feed("full", "C", "D", "E"), feed("none", "F"), feed("first", "A", "B")])
            assert list(engine.feeds) == ["full", "none", "first"]
            assert [(state.feed, state.symbol) for state in engine.market.states] == [
                ("full", "C"), ("full", "D"), ("first", "A"),
            ]  # fmt: skip
            await connector.connection(3)
            with pytest.raises(SettingsError):
                Engine([feed("full", "A", "B")], Limits(symbols=1))

    run(test())


def test_taps_receive_states_facts_rejected_frames_and_replies_in_order(run: RunQt) -> None:
    async def test() -> None:
        received: list[Any] = []
        connector = ScriptedConnector()
        engine = Engine([feed("desk", "A")], connector=connector, clock=StillClock())
        engine.taps.facts.add(lambda feed, fact, received_ns: received.append(fact))
        engine.taps.rejected_frames.add(lambda feed, frame, reason: received.append(frame.payload))
        engine.taps.states.add(lambda feed: received.append(feed.state.kind))
        async with running(engine):
            line = await connector.connection()
            trade = Trade("A", 1.0, trade_id=1)
            line.deliver(
                payload(trade), payload(trade), b"?", payload(Trade("GHOST", 1.0)), payload(Reply((), ok=True))
            )
            assert received == [
                FeedStatus.CONNECTING, FeedStatus.SUBSCRIBING, FeedStatus.LIVE, trade, b"?", Reply((), ok=True),
            ]  # fmt: skip

    run(test())


def test_taps_are_added_and_removed_while_the_feed_runs(run: RunQt) -> None:
    facts: list[Fact] = []

    async def test() -> None:
        def tap(_: EngineFeed, fact: Fact, __: int) -> None:
            facts.append(fact)

        connector = ScriptedConnector()
        engine = Engine([feed("desk", "A")], connector=connector, clock=StillClock())
        async with running(engine):
            line = await connector.connection()
            trades = [Trade("A", price, trade_id=number) for number, price in enumerate((1.0, 2.0, 3.0, 4.0))]
            line.deliver(payload(trades[0]))
            engine.taps.facts.add(tap)
            line.deliver(payload(trades[1]), payload(trades[2]))
            engine.taps.facts.remove(tap)
            line.deliver(payload(trades[3]))
            assert facts == trades[1:3]
            assert engine.market.states[0].trades == 4

    run(test())


def test_a_feed_that_is_added_later_reports_to_the_taps(run: RunQt) -> None:
    facts: list[tuple[str, Fact]] = []

    async def test() -> None:
        connector = ScriptedConnector()
        engine = Engine([], connector=connector, clock=StillClock())
        engine.taps.facts.add(lambda of, fact, _: facts.append((of.name, fact)))
        async with running(engine):
            engine.set_feeds([feed("later", "A")])
            (await connector.connection()).deliver(payload(Trade("A", 1.0)))
            assert facts == [("later", Trade("A", 1.0))]

    run(test())


def test_frames_of_both_directions_are_reported_without_the_key(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    frames: list[Frame] = []

    class Login(Demo):
        def __init__(self, access: Credentials) -> None:
            super().__init__(access)
            self.outgoing.append(f'{{"login": "{access.key}"}}')

    async def test() -> None:
        monkeypatch.setitem(PROVIDERS, "login", Login)
        monkeypatch.setenv("DESK_KEY", "se/cret-4711")
        connector, clock = ScriptedConnector(), StillClock()
        settings = feed("desk", "A", provider="login", key_env="DESK_KEY", url="ws://127.0.0.1")
        engine = Engine([settings], connector=connector, clock=clock)
        engine.taps.frames.add(lambda _, frame: frames.append(frame))
        async with running(engine):
            line = await connector.connection()
            await until(lambda: len(line.sent) == 2)
            line.deliver(payload(Trade("A", 1.0)), b'\xff"se\\/cret-4711"')
            request = str(line.sent[1]).encode()
            assert frames == [
                Frame('{"login": "•••"}'.encode(), "out", clock()),
                Frame(request, "out", clock()),
                Frame(payload(Trade("A", 1.0)), "in", clock()),
                Frame(b'\xff"' + "•••".encode() + b'"', "in", clock()),
            ]
            assert "se/cret-4711" in line.sent[0]

    run(test())


def test_without_taps_a_fact_costs_no_call_of_the_engine(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        engine = Engine([feed("desk", "A")], connector=connector, clock=StillClock())
        async with running(engine):
            line = await connector.connection()
            line.deliver(payload(Trade("A", 1.0)))
            before = functions_called(lambda: line.deliver(*[payload(Trade("A", 1.0))] * 50))
            taps = (engine.taps.facts, engine.taps.frames, engine.taps.rejected_frames, engine.taps.states)
            for tap_list in taps:
                tap_list.add(ignore)
            with_taps = functions_called(lambda: line.deliver(*[payload(Trade("A", 1.0))] * 50))
            for tap_list in taps:
                tap_list.remove(ignore)
            after = functions_called(lambda: line.deliver(*[payload(Trade("A", 1.0))] * 50))
            assert not any("engine" in file for file in (*before, *after))
            assert sum("engine" in file for file in with_taps.elements()) >= 100

    def ignore(*_: object) -> None:
        pass

    run(test())


PACKAGE = str(Path(domain.__file__).parent.parent)


def functions_called(function: Callable[[], object]) -> Counter[str]:
    """Return the Python functions of the program that a call runs, by file and name."""
    calls: Counter[str] = Counter()

    def profile(frame: FrameType, event: str, _: object) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(PACKAGE):
            calls[f"{path.removeprefix(PACKAGE)}:{frame.f_code.co_name}"] += 1

    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(None)
    return calls


def test_a_tap_that_is_added_later_does_not_receive_trades_confirmed_before(run: RunQt) -> None:
    facts: list[Fact] = []

    async def test() -> None:
        connector = ScriptedConnector()
        engine = Engine([feed("desk", "A")], connector=connector, clock=StillClock())
        async with running(engine):
            line = await connector.connection()
            prices = (50.0, 9.0, 8.0)  # 8 confirms 9
            line.deliver(*(payload(Trade("A", price, 1.0, trade_id=number)) for number, price in enumerate(prices)))
            assert engine.market.states[0].trades == 3
            engine.taps.facts.add(lambda _, fact, __: facts.append(fact))
            line.deliver(payload(Trade("A", 8.1, trade_id=9)))
            assert facts == [Trade("A", 8.1, trade_id=9)]

    run(test())


def test_a_correction_of_a_trade_that_is_not_held_is_reported(run: RunQt) -> None:
    async def test() -> None:
        reported: list[Fact] = []
        connector = ScriptedConnector()
        engine = Engine([feed("desk", "A")], clock=StillClock(), connector=connector)
        engine.taps.facts.add(lambda _, fact, __: reported.append(fact))
        async with running(engine):
            line = await connector.connection()
            for symbol in ("A", "GHOST"):
                line.deliver(payload(Correction(symbol, 1)))
            assert reported == [Correction("A", 1)]

    run(test())


def test_a_subscription_that_the_new_connection_of_a_rollover_lost_is_requested_again(run: RunQt) -> None:
    async def test() -> None:
        clock, connector = StillClock(), ScriptedConnector()
        timeouts = Timeouts(check_interval=0.01, suspend_threshold=60.0)
        engine = Engine((feed("one", "A", "B"),), clock=clock, connector=connector, timeouts=timeouts)
        async with running(engine):
            session = engine.feeds["one"].session
            old = await connector.connection()
            await until(lambda: old.sent)
            acknowledgement = payload(Reply(("A", "B"), ok=True))
            old.deliver(acknowledgement, payload(Trade("A", 1.0)), payload(Trade("B", 1.0)))
            assert session.connection is not None
            session.connection.protocol.is_closing = True
            new = await connector.connection(2)
            await until(lambda: new.sent)
            old.deliver(payload(Trade("B", 2.0)))
            clock.advance(1)
            new.deliver(payload(Trade("A", 2.0)), payload(Reply(("A",), ok=True)))
            await until(lambda: old.is_closed)
            clock.advance(6)
            await until(lambda: len(new.sent) == 2)
            assert json.loads(new.sent[1])["symbols"] == ["B"]

    run(test())


def test_a_subscription_without_an_answer_is_reported_as_a_reply(run: RunQt) -> None:
    reported: list[Fact] = []

    async def test() -> None:
        clock, connector = StillClock(), ScriptedConnector()
        timeouts = Timeouts(check_interval=0.01, suspend_threshold=60.0)
        engine = Engine((feed("one", "A", "B"),), clock=clock, connector=connector, timeouts=timeouts)
        engine.taps.facts.add(lambda feed, fact, _: reported.append(fact))
        async with running(engine):
            line = await connector.connection()
            await until(lambda: line.sent)
            line.deliver(payload(Reply(("A",), ok=True)))
            clock.advance(6)
            await until(lambda: len(line.sent) == 2)
            session = engine.feeds["one"].session
            await until(
                lambda: session.connection is not None and list(session.connection.requests.unanswered) == ["B"]
            )
            clock.advance(6)
            await until(lambda: len(reported) == 2)
        late = reported[-1]
        assert isinstance(late, Reply)
        assert (late.symbols, late.ok) == (("B",), False)
        assert late.message.startswith("The provider did not answer the subscription")

    run(test())


def test_held_trades_are_reported_once_and_in_order_when_they_are_confirmed(run: RunQt) -> None:
    async def test() -> None:
        reported: list[tuple[str, Fact, int]] = []
        connector, clock = ScriptedConnector(), StillClock()
        engine = Engine([feed("desk", "A", "B")], connector=connector, clock=clock)
        engine.taps.facts.add(lambda feed, fact, received_ns: reported.append((feed.name, fact, received_ns)))
        async with running(engine):
            line = await connector.connection()
            trades = [Trade("A", price, 1.0, trade_id=number) for number, price in enumerate((50.0, 9.0, 8.0, 8.1))]
            line.deliver(payload(trades[0]), payload(trades[1]))
            held_ns = clock()
            clock.advance(3)
            other = Trade("B", 7.0)
            line.deliver(payload(other), payload(trades[2]), payload(trades[3]))
            assert [fact for _, fact, _ in reported] == [trades[0], other, *trades[1:]]
            assert [received_ns for _, fact, received_ns in reported if fact == trades[1]] == [held_ns]

    run(test())


def test_a_correction_that_arrived_before_its_trade_is_reported_again_after_it(run: RunQt) -> None:
    async def test() -> None:
        reported: list[Fact] = []
        connector = ScriptedConnector()
        engine = Engine([feed("desk", "A")], connector=connector)
        engine.taps.facts.add(lambda feed, fact, received_ns: reported.append(fact))
        async with running(engine):
            line = await connector.connection()
            correction = Correction("A", 1, 8.0, original_price=9.0)
            trades = [Trade("A", 9.0, trade_id=1), Trade("A", 8.1, trade_id=2)]
            line.deliver(payload(correction), *(payload(one) for one in trades), payload(trades[0]))
            assert reported == [correction, trades[0], correction, trades[1]]

    run(test())


def test_only_a_held_trade_that_is_discarded_is_a_rejected_frame(run: RunQt) -> None:
    async def test() -> None:
        rejected: list[str] = []
        connector, timeouts = ScriptedConnector(), Timeouts(check_interval=0.01)
        engine = Engine([feed("desk", "A")], connector=connector, timeouts=timeouts)
        engine.taps.rejected_frames.add(lambda feed, frame, reason: rejected.append(reason))
        async with running(engine):
            line = await connector.connection()
            rejected_frames = engine.feeds["desk"].session.rejected_frames
            prices = (50.0, 9.0, 8.0, 8.1, 8_100.0, 8.2)  # 9 is confirmed by 8, and 8100 discarded by 8.2
            line.deliver(*(payload(Trade("A", price, trade_id=number)) for number, price in enumerate(prices)))
            await until(lambda: rejected_frames.held == 0)
            assert rejected_frames.count == len(rejected) == 1
            assert rejected[0].startswith("price 8,100 for A held: far from 8.1")
            assert rejected_frames.frames[0][0].payload == payload(Trade("A", 8_100.0, trade_id=4))
            line.deliver(payload(Trade("A", 900.0)))
            assert rejected_frames.held == 1
            line.deliver(payload(Correction("A", original_price=900.0, original_size=1.0)))  # it is cancelled
            await until(lambda: rejected_frames.held == 0)
            assert rejected_frames.count == 1
            line.deliver(payload(Trade("A", 900.0, trade_id=7)))
            assert rejected_frames.held == 1
            engine.feeds["desk"].unwatch(["A"])  # nothing can confirm it any more
            await until(lambda: rejected_frames.held == 0)
            assert rejected_frames.count == 2

    run(test())


def test_the_capabilities_are_those_of_all_feeds() -> None:
    bids = FieldMapping(symbol="s", bid="b")
    engine = Engine([feed("stocks", "A", provider="finnhub"), feed("desk", "B", provider="mapped", mapping=bids)])
    assert engine.feeds["stocks"].capabilities == SIZED_TRADES
    assert engine.feeds["desk"].capabilities == {Capability.QUOTES}
    assert engine.capabilities == SIZED_TRADES | {Capability.QUOTES}
    engine.set_feeds([feed("desk", "B", provider="mapped", mapping=bids)])
    assert engine.capabilities == {Capability.QUOTES}
    assert Engine([]).capabilities == frozenset()


def test_a_rejected_feed_does_not_affect_others(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        wants_key = feed("stocks", "AAPL", provider="finnhub")
        async with running(Engine([wants_key, feed("desk", "A")], connector=connector)) as engine:
            await until(lambda: engine.feeds["stocks"].state.kind is FeedStatus.REJECTED)
            (await connector.connection()).deliver(payload(Trade("A", 1.0)))
            assert engine.feeds["desk"].state.kind is FeedStatus.LIVE
            assert "key" in engine.feeds["stocks"].state.reason

    run(test())


class TwoFeeds:
    """An engine with a feed that has a bug and a feed that works, each on scripted connections."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, protocol: type[FeedProtocol], **options: Any) -> None:
        monkeypatch.setitem(PROVIDERS, "crashing", protocol)
        self.broken_connector, self.connector = ScriptedConnector(), ScriptedConnector()
        feeds = [feed("broken", "A", provider="crashing"), feed("desk", "A")]
        self.engine = Engine(
            feeds, connector=self._connect, timeouts=Timeouts(check_interval=0.02, suspend_threshold=1e9), **options
        )
        self.broken, self.desk = self.engine.feeds["broken"], self.engine.feeds["desk"]

    async def _connect(self, route: Endpoint, *arguments: Any) -> Any:
        return await (self.broken_connector if "broken" in route.url else self.connector)(route, *arguments)

    async def goes_on(self) -> None:
        """See that prices of the feed that works still come through."""
        line = await self.connector.connection()
        trades = self.desk.market.states[0].trades
        line.deliver(payload(Trade("A", 1.0)))
        assert self.desk.market.states[0].trades == trades + 1
        assert self.desk.state.kind is FeedStatus.LIVE
        assert not self.desk.errors.count

    @property
    def is_down(self) -> bool:
        """Whether an internal error stopped the feed that has a bug."""
        state = self.broken.state
        is_waiting = state.kind is FeedStatus.WAITING and state.is_internal
        assert not is_waiting or state.reason == "Internal error in feed broken. Details are in the log."
        return is_waiting and bool(self.broken.errors.count)


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: getattr(error, "func", error).__name__)
@pytest.mark.parametrize("hook", ["__init__", "address", "headers", "subscribe", "unsubscribe", "keepalive"])
def test_a_bug_in_a_session_stops_that_feed_only(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, hook: str, error: Callable[[], BaseException]
) -> None:
    async def test() -> None:
        two = TwoFeeds(monkeypatch, crashing_protocol(hook, error))
        async with running(two.engine):
            await two.goes_on()
            await until(lambda: two.is_down)
            wait_s = ((two.broken.state.retry_at_ns or 0) - two.broken.state.since_ns) / SECOND_NS
            assert 25 <= wait_s <= 31
            count = two.broken.errors.count
            two.engine.retry_now()
            await until(lambda: two.broken.errors.count > count or two.broken.state.is_connected)
            await two.goes_on()

    run(test())


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: getattr(error, "func", error).__name__)
def test_a_bug_in_decoding_rejects_each_frame_and_keeps_the_connection(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, error: Callable[[], BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        two = TwoFeeds(monkeypatch, crashing_protocol("decode", error))
        async with running(two.engine):
            line = await two.broken_connector.connection()
            line.deliver(*[b"one", b"two"] * 10)
            assert two.broken.session.rejected_frames.count == two.broken.errors.count == 20
            assert len(two.broken.errors.kinds) == 1
            assert two.broken.state.is_connected
            assert "see the log" in two.broken.session.rejected_frames.frames[-1][1]
            await two.goes_on()

    run(test())
    assert [record.exc_info is not None for record in caplog.records] == [True, False]  # then "10 times"


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: getattr(error, "func", error).__name__)
def test_a_bug_in_converting_a_symbol_requests_it_as_typed(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, error: Callable[[], BaseException]
) -> None:
    async def test() -> None:
        two = TwoFeeds(monkeypatch, crashing_protocol("wire_symbol", error))
        async with running(two.engine):
            line = await two.broken_connector.connection()
            await until(lambda: line.sent)
            assert '"A"' in line.sent[0]
            assert two.broken.errors.count
            await two.goes_on()

    run(test())


@pytest.mark.parametrize("tap", ["facts", "frames", "rejected_frames", "states"])
def test_a_bug_in_a_tap_loses_neither_the_fact_nor_the_feed(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, tap: str
) -> None:
    def crash(of: EngineFeed, *_: object) -> None:
        if of.name == "broken":
            raise KeyError(tap)

    async def test() -> None:
        two = TwoFeeds(monkeypatch, type("Fine", (Demo,), {}))
        getattr(two.engine.taps, tap).add(crash)
        async with running(two.engine):
            line = await two.broken_connector.connection()
            line.deliver(payload(Trade("A", 1.0)), b"?", payload(Trade("A", 2.0)))
            state = two.broken.market.states[0]
            assert state.last == 2.0
            assert two.broken.errors.count
            assert two.broken.session.rejected_frames.count == 1  # the frame that is none
            assert two.broken.state.kind is FeedStatus.LIVE
            await two.goes_on()

    run(test())


def test_a_bug_in_a_tap_during_a_missing_reply_is_contained(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyError("x")

    async def test() -> None:
        two = TwoFeeds(monkeypatch, type("Fine", (Demo,), {}))
        two.engine.taps.facts.add(crash)
        async with running(two.engine):
            await two.broken_connector.connection()
            two.broken._on_overdue(["A"], True)
            assert two.broken.errors.count == 1
            assert two.broken.state.is_connected

    run(test())


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: getattr(error, "func", error).__name__)
def test_a_bug_in_applying_a_value_loses_only_that_value(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, error: Callable[[], BaseException]
) -> None:
    async def test() -> None:
        two = TwoFeeds(monkeypatch, type("Fine", (Demo,), {}))
        two.engine.feeds["broken"].watch(["B"])
        state = two.broken.market.find("A")
        assert state is not None

        def crash(*_: object) -> None:
            raise error()

        monkeypatch.setattr(type(state), "apply", crash)
        async with running(two.engine):
            line = await two.broken_connector.connection()
            line.deliver(payload(Trade("A", 1.0)), payload(Trade("A", 2.0)))
            assert two.broken.errors.count == two.broken.session.rejected_frames.count == 2
            assert two.broken.state.is_connected
            monkeypatch.undo()
            line.deliver(payload(Trade("B", 3.0)))
            assert two.broken.state.kind is FeedStatus.LIVE
            await two.goes_on()

    run(test())


@pytest.mark.parametrize("monitor", ["data_expected", "silence", "state"])
def test_a_bug_in_monitoring_a_feed_stops_that_feed_only(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, monitor: str
) -> None:
    def crash(*_: object) -> Any:
        raise KeyError(monitor)

    async def test() -> None:
        clock = StillClock()
        two = TwoFeeds(monkeypatch, type("Fine", (Demo,), {}), clock=clock)
        if monitor == "state":
            monkeypatch.setattr(two.broken.market, "on_connected", crash)
        elif monitor == "silence":
            monkeypatch.setattr(two.broken.session.monitor, "check", crash)
        else:
            monkeypatch.setattr(two.broken.session.monitor, "_data_expected", crash)
        async with running(two.engine):
            # The check may come before the connection.
            await until(lambda: two.broken_connector.connections or two.broken.errors.count)
            await two.connector.connection()
            clock.advance(40)
            await two.goes_on()
            clock.advance(30)
            await until(lambda: two.broken.errors.count)
            if monitor != "state":
                await until(lambda: two.is_down)
            await two.goes_on()

    run(test())


def test_a_bug_in_recovering_is_contained_too(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        two = TwoFeeds(monkeypatch, crashing_protocol("subscribe", KeyError))
        monkeypatch.setattr(two.broken.session, "_handle_disconnect", None)
        async with running(two.engine):
            await until(lambda: two.broken.errors.count == 2)
            await two.goes_on()

    run(test())


@given(st.sampled_from(UNEXPECTED), st.lists(st.booleans(), min_size=1, max_size=30))
def test_only_the_frames_that_meet_a_bug_are_lost(error: Callable[[], BaseException], bugs: list[bool]) -> None:
    class Moody(Demo):
        def decode(self, payload: bytes) -> Sequence[Fact]:
            if payload == b"bug":
                raise error()
            return super().decode(payload)

    async def test() -> None:
        with pytest.MonkeyPatch.context() as monkeypatch:
            two = TwoFeeds(monkeypatch, Moody)
            async with running(two.engine):
                line = await two.broken_connector.connection()
                line.deliver(*(b"bug" if is_bug else payload(Trade("A", 1.0)) for is_bug in bugs))
                assert two.broken.errors.count == two.broken.session.rejected_frames.count == sum(bugs)
                assert two.broken.market.states[0].trades == len(bugs) - sum(bugs)

    run_plain(test())


def test_the_key_is_sent_where_the_provider_expects_it(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINNHUB_KEY", "s3cret")

    async def test() -> None:
        connector = ScriptedConnector()
        stocks = feed("stocks", "AAPL", provider="finnhub", key_env="FINNHUB_KEY", url="wss://stocks")
        async with running(Engine([stocks], connector=connector)):
            await connector.connection()
            assert connector.urls == ["wss://stocks?token=s3cret"]

    run(test())


def test_a_waiting_feed_can_be_retried_at_once(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        connector.failures = [SettingsError("Not yet.")]
        async with running(Engine([feed("desk", "A")], connector=connector)) as engine:
            await until(lambda: engine.feeds["desk"].state.kind is FeedStatus.REJECTED)
            engine.retry_now()
            await connector.connection()

    run(test())


def test_gaps_are_in_the_exchanges_time(run: RunQt) -> None:
    async def test() -> None:
        connector, clock = ScriptedConnector(), StillClock()
        timeouts = Timeouts(check_interval=0.02, suspend_threshold=1e9)
        async with running(Engine([feed("desk", "A")], connector=connector, clock=clock, timeouts=timeouts)) as engine:
            line = await connector.connection()
            line.latency_s = 0.2
            (state,) = engine.market.states
            for number in range(10):
                clock.advance(1)
                line.deliver(payload(Trade("A", 5.0, time_ns=clock() - 30 * 10**9 + number)))  # ours is ahead
                engine.sample_delay(state)
            lost_ns = clock()
            session = engine.feeds["desk"].session
            await until(lambda: session.last_tick_ns == lost_ns)
            line.end(ConnectionLost("Gone."))
            await until(lambda: state.coverage.gaps)
            assert state.coverage.gaps[0].start_ns == pytest.approx(lost_ns - 29.9e9, abs=1e6)

    run(test())


def test_a_closed_market_is_expected_to_send_no_data(run: RunQt) -> None:
    async def test() -> None:
        saturday, monday = StillClock(1_767_452_400 * SECOND_NS), StillClock(1_767_625_200 * SECOND_NS)
        for clock, data_expected in ((saturday, False), (monday, True)):
            engine = Engine([feed("stocks", "AAPL", provider="yahoo"), feed("coins", "A")], clock=clock)
            assert [one.data_expected() for one in engine.feeds.values()] == [data_expected, True]

    run(test())


def test_changed_settings_replace_the_feed(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector("ws://gone", "ws://kept", "ws://moved")
        kept, moved, gone = feed("kept", "A", "B"), feed("moved", "A"), feed("gone", "A")
        async with running(Engine([gone, kept, moved], connector=connector)) as engine:
            lines = [await connector.connection(number) for number in (1, 2, 3)]
            for line in lines:
                line.deliver(payload(Trade("A", 1.0)))
            (state,) = engine.feeds["kept"].market.states[:1]
            await until(lambda: all(line.sent for line in lines))
            engine.set_feeds([feed("moved", "A", url="ws://elsewhere"), feed("kept", "C", "A")])
            assert [one.symbol for one in engine.feeds["kept"].market.states] == ["A", "B"]
            assert engine.feeds["kept"].configured_symbols == ("C", "A")
            engine.feeds["kept"].set_watched(("a", "C"))
            for line in lines:
                line.deliver(payload(Trade("A", 2.0)))  # the old connections deliver nothing
            assert [(one.feed, one.symbol, one.last) for one in engine.market.states] == [
                ("moved", "A", None), ("kept", "A", 2.0), ("kept", "C", None),
            ]  # fmt: skip
            assert engine.feeds["kept"].market.find("A") is state
            moved_line = await connector.connection(4)
            assert connector.urls[3] == "ws://elsewhere"
            moved_line.deliver(payload(Trade("A", 3.0)))
            assert engine.market.states[0].last == 3.0
            await until(lambda: (lines[0].is_closed, lines[2].is_closed) == (True, True))
            assert not lines[1].is_closed
            await until(lambda: len(lines[1].sent) == 3)  # B is unsubscribed, C subscribed
            assert engine.feeds["kept"].find("c") is engine.market.states[2]
            assert list(engine.feeds) == ["moved", "kept"]

    run(test())


@pytest.mark.parametrize("is_removed_first", [False, True])
def test_a_feed_connects_when_the_former_connection_under_its_name_is_closed(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, is_removed_first: bool
) -> None:
    async def test() -> None:
        connector, is_closing, may_close = ScriptedConnector(), asyncio.Event(), asyncio.Event()
        states: list[tuple[str, FeedStatus]] = []

        async def close() -> None:
            is_closing.set()
            await may_close.wait()

        async with running(Engine([feed("desk", "A")], connector=connector)) as engine:
            monkeypatch.setattr(await connector.connection(), "close", close)
            engine.taps.states.add(lambda one: states.append((one.settings.url, one.state.kind)))
            if is_removed_first:
                engine.set_feeds(())
            engine.set_feeds([feed("desk", "A", url="ws://elsewhere")])
            await is_closing.wait()
            may_close.set()
            await connector.connection(2)
            assert states[:2] == [("ws://desk", FeedStatus.STOPPED), ("ws://elsewhere", FeedStatus.CONNECTING)]

    run(test())


def test_changed_settings_apply_at_once_while_the_feed_waits(run: RunQt) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        connector.failures = [ConnectionLost("Gone.", retry_after=600.0)]
        async with running(Engine([feed("desk", "A")], connector=connector)) as engine:
            await until(lambda: engine.feeds["desk"].state.kind is FeedStatus.WAITING)
            engine.set_feeds([feed("desk", "A", url="ws://elsewhere")])
            await connector.connection()
            assert connector.urls == ["ws://desk", "ws://elsewhere"]

    run(test())


def test_a_rejected_feed_retries_when_the_settings_are_reloaded(run: RunQt) -> None:
    """The key may have changed in its file or keyring while the settings are the same."""

    async def test() -> None:
        connector = ScriptedConnector()
        connector.failures = [KeyRejected("Wrong key.")]
        async with running(Engine([feed("desk", "A")], connector=connector)) as engine:
            await until(lambda: engine.feeds["desk"].state.kind is FeedStatus.REJECTED)
            engine.set_feeds([feed("desk", "A")])
            await connector.connection()

    run(test())


@pytest.mark.parametrize("loop", ["run", "run_qt"])
def test_the_built_in_market_needs_no_network_and_no_key(loop: str, request: pytest.FixtureRequest) -> None:
    async def test() -> None:
        async with running(Engine([BUILT_IN])) as engine:
            await until(lambda: len(engine.market.states) == 12 and all(s.last for s in engine.market.states))
            assert engine.feeds["demo"].state.kind is FeedStatus.LIVE
        async with running(Engine([msgspec.structs.replace(BUILT_IN, symbols=("FOO",))])) as engine:
            await until(lambda: [s.symbol for s in engine.market.states if s.last] == ["FOO"])
            engine.set_feeds([msgspec.structs.replace(BUILT_IN, symbols=("FOO", "BAR"))])
            await until(lambda: [s.symbol for s in engine.market.states if s.last] == ["FOO", "BAR"])

    request.getfixturevalue(loop)(test())
