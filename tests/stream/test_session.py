"""A session on scripted connections: no network, and hardly any waiting."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RunQt, run_plain
from tests.doubles import ScriptedConnection, ScriptedConnector, StillClock, until
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import (
    ConnectionLost,
    FeedRejected,
    KeyRejected,
    ProtocolViolation,
    SettingsError,
    TradeHeld,
)
from ticker_gui.domain.events import Fact, Reply, Trade
from ticker_gui.domain.feed_state import FeedStatus, Phase
from ticker_gui.domain.frame import Frame
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.recording.replay_loop import ReplayLoop
from ticker_gui.stream.opening import Endpoint, OnPhase
from ticker_gui.stream.retry import RetryPolicy
from ticker_gui.stream.session import Session
from ticker_gui.stream.timeouts import Timeouts
from ticker_gui.stream.transport import OnPayloads

LOST = ConnectionLost("The connection broke.")
TIMEOUTS = Timeouts(check_interval=0.02, suspend_threshold=1e9)  # the clock of a test jumps, which is no suspend


def payload(fact: Fact) -> bytes:
    return msgspec.json.encode(fact)


class Script:
    """A session on scripted connections, and everything that it reported."""

    def __init__(
        self,
        *symbols: str,
        rng: float = 0.0,
        protocol: type[FeedProtocol] = Demo,
        timeouts: Timeouts = TIMEOUTS,
        connector: ScriptedConnector | None = None,
    ) -> None:
        self.timeouts = timeouts
        self.protocol = protocol
        self.clock = StillClock()
        self.connector = connector or ScriptedConnector()
        self.facts: list[Fact] = []
        self.bad: list[tuple[Frame, str]] = []
        self.kinds: list[FeedStatus] = []
        self.problem: Exception | None = None
        self.why = "Nothing arrives."
        self.session = Session(
            self._make_protocol,
            self.clock,
            lambda fact, received_ns: self.facts.append(fact),
            on_rejected_frame=lambda frame, reason: self.bad.append((frame, reason)),
            on_state=lambda: self.kinds.append(self.session.state.kind),
            connector=self.connector,
            timeouts=self.timeouts,
            retry_policy=RetryPolicy(self.timeouts, lambda: rng),
            why_no_data=lambda: self.why,
        )
        self.session.watch(symbols)

    async def _make_protocol(self) -> FeedProtocol:
        if self.problem is not None:
            raise self.problem
        return self.protocol(Credentials("ws://desk/?token=s3cret", "s3cret"))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Session]:
        task = asyncio.create_task(self.session.run())
        try:
            yield self.session
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def reaches(self, kind: FeedStatus) -> None:
        await until(lambda: self.session.state.kind is kind)

    async def is_checked(self) -> None:
        """Wait until the session has read the clock several times, and so checked its connection or its wait."""
        reads = self.clock.reads + 8
        await until(lambda: self.clock.reads >= reads)


def requests(sent: list[str | bytes]) -> list[tuple[str, list[str]]]:
    return [(message["op"], message["symbols"]) for message in map(json.loads, sent)]


def test_a_session_connects_subscribes_and_is_live_with_the_first_market_data(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", "B")
        async with script.running():
            connection = await script.connector.connection()
            await until(lambda: connection.sent)
            assert requests(connection.sent) == [("subscribe", ["A", "B"])]
            connection.deliver(payload(Reply(("A", "B"), ok=True)))
            assert script.session.state.kind is FeedStatus.SUBSCRIBING
            trade = Trade("A", 1.0)
            connection.deliver(payload(trade), payload(trade))
            assert script.session.state.kind is FeedStatus.LIVE
            assert script.facts[1:] == [trade, trade]
            assert script.session.frames == 3
        assert connection.is_closed
        assert script.kinds == [FeedStatus.CONNECTING, FeedStatus.SUBSCRIBING, FeedStatus.LIVE, FeedStatus.STOPPED]

    run(test())


def test_market_data_in_the_same_read_as_a_reply_counts(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running():
            connection = await script.connector.connection()
            connection.deliver(payload(Trade("A", 1.0)), payload(Reply(("A",), ok=True)))
            assert script.session.state.kind is FeedStatus.LIVE

    run(test())


def test_symbols_can_be_added_and_removed_while_connected(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            connection = await script.connector.connection()
            await until(lambda: len(connection.sent) == 1)
            session.watch(["B", "C"])
            await until(lambda: len(connection.sent) == 2)
            session.unwatch(["A", "B"])
            session.watch(["D"])
            await until(lambda: len(connection.sent) == 4)
        assert requests(connection.sent) == [
            ("subscribe", ["A"]),
            ("subscribe", ["B", "C"]),
            ("unsubscribe", ["A", "B"]),
            ("subscribe", ["D"]),
        ]

    run(test())


def test_all_desired_symbols_are_subscribed_after_a_reconnect(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", "B")
        async with script.running() as session:
            connection = await script.connector.connection()
            connection.deliver(payload(Trade("A", 1.0)))
            connection.end(LOST)
            await script.reaches(FeedStatus.WAITING)
            assert session.state.reason == "The connection broke."
            assert session.state.retry_at_ns is not None
            session.unwatch(["A"])  # while there is no connection
            session.watch(["C"])
            session.retry_now()
            second = await script.connector.connection(2)
            await until(lambda: second.sent)
            assert requests(second.sent) == [("subscribe", ["B", "C"])]
            assert connection.is_closed

    run(test())


def test_payloads_of_an_ended_connection_are_ignored(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running():
            connection = await script.connector.connection()
            connection.end(LOST)
            await script.reaches(FeedStatus.WAITING)
            connection.deliver(payload(Trade("A", 666.0)))
            assert script.facts == []

    run(test())


def test_delays_grow_and_the_session_connects_when_they_end(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", rng=1.0)
        script.connector.failures = [LOST, LOST]
        waits = []
        async with script.running() as session:
            for _ in range(2):
                await until(lambda: session.state.kind is FeedStatus.WAITING and session.state.retry_at_ns is not None)
                assert session.state.retry_at_ns is not None
                waits.append((session.state.retry_at_ns - script.clock()) / SECOND_NS)
                attempts = len(script.connector.urls)
                script.clock.advance(waits[-1])
                await until(lambda: len(script.connector.urls) > attempts)  # noqa: B023
            await script.connector.connection()
        assert waits == [0.5, 1.0]

    run(test())


def test_a_delay_begins_with_its_state_however_busy_the_machine_is(run: RunQt) -> None:
    class RunningClock(StillClock):
        def __call__(self) -> int:
            self.advance(1.0)
            return super().__call__()

    async def test() -> None:
        script = Script("A", rng=1.0)
        script.session._clock = script.session._states._clock = RunningClock()
        script.connector.failures = [LOST]
        async with script.running() as session:
            await until(lambda: any(state.kind is FeedStatus.WAITING for state in session.history))
            (waiting,) = [state for state in session.history if state.kind is FeedStatus.WAITING]
        assert (waiting.retry_at_ns or 0) - waiting.since_ns == SECOND_NS // 2

    run(test())


def test_an_outage_has_one_start_and_keeps_its_reason_while_connecting(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            (await script.connector.connection()).deliver(payload(Trade("A", 1.0)))
            assert session.state.down_since_ns is None
            script.connector.failures = [LOST] * 3
            script.clock.advance(5)
            script.connector.connections[0].end(LOST)
            await script.reaches(FeedStatus.WAITING)
            lost_ns = session.state.since_ns
            await fail_through(script)
            states = [state for state in session.history if state.down_since_ns == lost_ns]
            assert [state.kind for state in states] == [
                FeedStatus.WAITING,
                *[FeedStatus.CONNECTING, FeedStatus.WAITING] * 3,
            ]
            assert {state.reason for state in states} == {"The connection broke."}
            assert session.state.since_ns > lost_ns
            script.clock.advance(30)
            await script.connector.connection(2)
            await script.reaches(FeedStatus.SUBSCRIBING)
            assert (session.state.down_since_ns, session.state.reason) == (None, "")

    run(test())


def test_only_half_a_minute_of_market_data_makes_a_connection_healthy(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", rng=1.0)
        script.connector.failures = [LOST] * 3
        async with script.running() as session:
            for attempts in (1, 2, 3):
                await until(lambda: len(script.connector.urls) == attempts)  # noqa: B023
                await script.reaches(FeedStatus.WAITING)
                script.clock.advance(30)
            connection = await script.connector.connection()
            connection.deliver(payload(Reply(("A",), ok=True)))
            script.clock.advance(40)
            await script.is_checked()
            assert session.retry_policy.attempts == 3
            connection.deliver(payload(Trade("A", 1.0)))
            await until(lambda: session.retry_policy.attempts == 0)

    run(test())


def test_a_rejection_waits_for_the_user(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        script.connector.failures = [FeedRejected("Wrong key.")]
        async with script.running() as session:
            await script.reaches(FeedStatus.REJECTED)
            assert session.state.reason == "Wrong key."
            script.clock.advance(3600)
            for _ in range(20):
                await asyncio.sleep(0)
            assert len(script.connector.urls) == 1
            session.retry_now()
            await script.connector.connection()

    run(test())


def test_a_missing_key_waits_for_the_user_too(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        script.problem = SettingsError("No key.")
        async with script.running() as session:
            await script.reaches(FeedStatus.REJECTED)
            assert session.state.reason == "No key."

    run(test())


@given(first_ms=st.integers(0, 3_000), gap_ms=st.integers(0, 990), stops=st.booleans())
def test_held_trades_are_decided_a_second_after_the_last_frame_whenever_checks_happen(
    first_ms: int, gap_ms: int, stops: bool
) -> None:
    """Otherwise a replay, whose checks happen at other times, would report them elsewhere or not at all."""
    script = Script("A", timeouts=Timeouts())
    loop = ReplayLoop(script.clock.now_ns, InternalErrors("a test"))

    def advance(time_ns: int) -> None:
        loop.run_ready()
        while (timer_ns := loop.next_timer_ns) is not None and timer_ns <= time_ns:
            script.clock.now_ns = timer_ns
            loop.set_time(timer_ns)
            loop.run_ready()
        script.clock.now_ns = time_ns
        loop.set_time(time_ns)
        loop.run_ready()

    def reported_ns() -> int | None:
        """Return when a frame was reported, at an accuracy of a millisecond."""
        while not script.bad:
            if (timer_ns := loop.next_timer_ns) is None or timer_ns > last_ns + 10 * SECOND_NS:
                return None
            advance(timer_ns)
        return round((script.clock.now_ns - last_ns) / 1e6)

    with loop.running():
        running = loop.create_task(script.session.run())
    advance(loop.now_ns + first_ms * 1_000_000)
    [connection] = script.connector.connections
    connection.deliver(payload(Trade("A", 1.0)))
    held = TradeHeld("held", lambda: True)
    script.session.rejected_frames.hold(payload(Trade("A", 9e9)), script.clock.now_ns, held, str)
    advance(loop.now_ns + gap_ms * 1_000_000)
    connection.deliver(payload(Trade("A", 1.0)))
    last_ns = loop.now_ns
    assert not script.bad
    if stops:  # as its checks are late on a busy machine
        script.clock.now_ns = last_ns + SECOND_NS
    else:
        assert reported_ns() == 1_000
    running.cancel()
    loop.run_until_done(running)
    assert len(script.bad) == 1
    loop.close()


def test_a_frame_that_cannot_be_decoded_costs_that_frame_only(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            connection = await script.connector.connection()
            connection.deliver(b"{", payload(Trade("A", 1.0)), b"x" * 5000)
            assert script.facts == [Trade("A", 1.0)]
            assert session.rejected_frames.count == 2
            assert [len(frame.payload) for frame, _ in script.bad] == [1, 512]
            assert all(reason for _, reason in script.bad)
            for _ in range(500):
                connection.deliver(b"?")
            assert len(session.rejected_frames.frames) == 200
            assert session.state.kind is FeedStatus.LIVE

    run(test())


def test_missing_data_is_reported_until_data_is_received(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            connection = await script.connector.connection()
            connection.deliver(payload(Trade("A", 1.0)))
            script.clock.advance(11)
            await script.reaches(FeedStatus.QUIET)
            assert session.state.reason
            connection.deliver(payload(Reply(("A",), ok=True)))  # no market data
            assert session.state.kind is FeedStatus.QUIET
            connection.deliver(payload(Trade("A", 2.0)))
            assert session.state.kind is FeedStatus.LIVE

    run(test())


def test_a_bug_ends_the_connection_and_the_feed_reconnects_after_a_long_wait(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        script.connector.failures = [KeyError("x"), KeyError("x")]  # type: ignore[list-item]
        async with script.running() as session:
            for number, wait_s in ((1, 30), (2, 60)):
                await until(lambda: session.errors.count == number)  # noqa: B023
                await script.reaches(FeedStatus.WAITING)
                assert session.state.is_internal
                script.clock.advance(wait_s - 1)
                await script.is_checked()
                assert len(script.connector.urls) == number
                script.clock.advance(2)
            connection = await script.connector.connection()
            connection.deliver(payload(Trade("A", 1.0)))
            assert session.state.kind is FeedStatus.LIVE

    run(test())


def test_a_connection_cancelled_from_within_is_a_bug_and_does_not_end_the_session(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            (await script.connector.connection())._end.cancel()
            await script.reaches(FeedStatus.WAITING)
            assert session.errors.count == 1
            session.retry_now()
            await script.connector.connection(2)

    run(test())


def test_a_bug_during_a_rollover_keeps_the_current_connection(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            connection = await script.connector.connection()
            connection.deliver(payload(Trade("A", 1.0)))
            script.problem = KeyError("x")
            assert session.connection is not None
            session.connection.protocol.is_closing = True
            await until(lambda: session.errors.count)
            connection.deliver(payload(Trade("A", 2.0)))
            assert session.state.kind is FeedStatus.LIVE
            assert not connection.is_closed

    run(test())


def test_a_bug_in_closing_the_replaced_connection_is_counted_and_costs_nothing(run: RunQt) -> None:
    async def close() -> None:
        raise RuntimeError

    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            old = await script.connector.connection()
            old.deliver(payload(Trade("A", 1.0)))
            old.close = close  # type: ignore[method-assign]
            assert session.connection is not None
            session.connection.protocol.is_closing = True
            new = await script.connector.connection(2)
            new.deliver(payload(Trade("A", 2.0)))
            await until(lambda: session.errors.count == 1)
            new.deliver(payload(Trade("A", 3.0)))
            assert script.facts[-1] == Trade("A", 3.0)
            assert session.state.kind is FeedStatus.LIVE

    run(test())


def test_a_key_that_is_missing_at_a_rollover_keeps_the_current_connection_and_is_logged(
    run: RunQt, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            connection = await script.connector.connection()
            connection.deliver(payload(Trade("A", 1.0)))
            script.problem = SettingsError("No key.")
            assert session.connection is not None
            session.connection.protocol.is_closing = True
            await until(lambda: "No key." in caplog.text)
            connection.deliver(payload(Trade("A", 2.0)))
            assert session.state.kind is FeedStatus.LIVE
            assert session.errors.count == 0
            assert not connection.is_closed

    run(test())


def test_three_consecutive_protocol_violations_stop_the_feed_even_after_data(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            for number in (1, 2, 3):
                connection = await script.connector.connection(number)
                connection.deliver(payload(Trade("A", 1.0)))
                connection.end(ProtocolViolation("desk violated the protocol.", slow_backoff=True, is_persistent=True))
                await until(lambda: connection.is_closed)  # noqa: B023
                if number < 3:
                    await script.reaches(FeedStatus.WAITING)
                    script.clock.advance(30)
            await script.reaches(FeedStatus.REJECTED)
            assert session.state.reason.startswith("desk violated the protocol. This happened 3 times in a row")
            session.retry_now()
            await script.connector.connection(4)

    run(test())


@pytest.mark.parametrize("between", ["a loss", "health"])
def test_protocol_violations_that_are_not_consecutive_never_stop_the_feed(run: RunQt, between: str) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            for number in range(1, 9):
                connection = await script.connector.connection(number)
                connection.deliver(payload(Trade("A", 1.0)))
                if between == "health" and number % 2:
                    script.clock.advance(31)
                    connection.deliver(payload(Trade("A", 2.0)))
                    await until(lambda: not session.retry_policy.persistent_failures)
                is_violation = between == "health" or number % 3
                connection.end(ProtocolViolation("Broke.", is_persistent=True) if is_violation else LOST)
                await until(lambda: connection.is_closed)  # noqa: B023
                await script.reaches(FeedStatus.WAITING)
                script.clock.advance(30)

    run(test())


async def _at_connecting(script: Script) -> None:
    script.connector.failures = []
    await until(lambda: script.connector.urls or script.session.state.kind is FeedStatus.CONNECTING)


async def _at_subscribing(script: Script) -> None:
    await script.connector.connection()


async def _at_live(script: Script) -> None:
    (await script.connector.connection()).deliver(payload(Trade("A", 1.0)))


async def _at_waiting(script: Script) -> None:
    (await script.connector.connection()).end(LOST)
    await script.reaches(FeedStatus.WAITING)


async def _at_rejected(script: Script) -> None:
    (await script.connector.connection()).end(FeedRejected("No."))
    await script.reaches(FeedStatus.REJECTED)


@pytest.mark.parametrize("reach", [_at_connecting, _at_subscribing, _at_live, _at_waiting, _at_rejected])
def test_a_session_can_be_cancelled_in_any_state(run: RunQt, reach: object) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            await reach(script)  # type: ignore[operator]
        assert session.state.kind is FeedStatus.STOPPED
        assert all(connection.is_closed for connection in script.connector.connections)
        assert len(asyncio.all_tasks()) <= 2

    run(test())


class Gate(Demo):
    """A protocol with a welcome, a login, questions and a keepalive."""

    keepalive_s = 0.01

    def __init__(self, access: Credentials | None = None) -> None:
        super().__init__(access)
        self.is_ready = False

    def decode(self, data: bytes) -> Sequence[Fact]:
        if data == b"welcome":
            self.outgoing.append("login")
        elif data == b"in":
            self.is_ready = True
        elif data == b"question":
            self.outgoing.append(b"answer")
        elif data == b"goodbye":
            raise ConnectionLost("The server announces its end.")
        elif data == b"mixed":
            return Trade("A", 1.0), Reply((), ok=False, message="but s3cret is wrong")
        elif data == b"wrong":
            return (Reply((), ok=False, message="your key s3cret is wrong"),)
        else:
            return super().decode(data)
        return ()

    def keepalive(self) -> Iterable[str]:
        return ("alive",)


def test_messages_of_the_user_are_sent_only_while_connected(run: RunQt) -> None:
    class OpeningConnector(ScriptedConnector):
        async def __call__(
            self, endpoint: Endpoint, on_payloads: OnPayloads, clock: Clock, on_phase: OnPhase
        ) -> ScriptedConnection:
            on_phase(Phase.OPEN)
            could_send.append(script.session.can_send)
            return await super().__call__(endpoint, on_payloads, clock, on_phase)

    could_send = list[bool]()
    script = Script("A", protocol=Gate, connector=OpeningConnector())

    async def test() -> None:
        assert not script.session.can_send
        assert not await script.session.send("hello", "hello")
        async with script.running():
            connection = await script.connector.connection()
            await until(lambda: connection.sent)
            assert not script.session.can_send
            connection.deliver(b"in")
            await until(lambda: script.session.can_send)
            assert could_send == [False]
            assert await script.session.send("hello", "hello")
            assert "hello" in connection.sent
        assert not script.session.can_send

    run(test())


def test_symbols_are_subscribed_only_after_the_login(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", protocol=Gate)
        async with script.running():
            connection = await script.connector.connection()
            await until(lambda: "alive" in connection.sent)
            assert set(connection.sent) == {"alive"}
            connection.deliver(b"welcome")
            await until(lambda: "login" in connection.sent)
            assert not requests([message for message in connection.sent if message not in ("alive", "login")])
            connection.deliver(b"in")
            await until(lambda: len(set(connection.sent)) == 3)
            assert requests([message for message in connection.sent if message not in ("alive", "login")]) == [
                ("subscribe", ["A"])
            ]

    run(test())


def test_questions_are_answered_and_keepalives_are_sent(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", protocol=Gate)
        async with script.running():
            connection = await script.connector.connection()
            connection.deliver(b"in", b"question")
            await until(lambda: b"answer" in connection.sent)
            count = connection.sent.count("alive")
            await until(lambda: connection.sent.count("alive") > count + 2)

    run(test())


def test_an_end_announced_by_the_server_is_a_lost_connection(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", protocol=Gate)
        async with script.running():
            (await script.connector.connection()).deliver(b"in", b"goodbye")
            await script.reaches(FeedStatus.WAITING)
            assert "announces" in script.session.state.reason

    run(test())


def test_an_unanswered_login_is_a_lost_connection(run: RunQt) -> None:
    async def test() -> None:
        script = Script(
            "A", protocol=Gate, timeouts=Timeouts(check_interval=0.02, suspend_threshold=1e9, login_timeout=0.05)
        )
        async with script.running():
            await script.reaches(FeedStatus.WAITING)
            assert "login" in script.session.state.reason

    run(test())


def test_a_key_that_the_server_sends_back_is_redacted(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", protocol=Gate)
        async with script.running():
            connection = await script.connector.connection()
            connection.deliver(b"in", b"wrong", b"mixed", b"nonsense s3cret")
            await until(lambda: script.bad)
            assert [fact.message for fact in script.facts if isinstance(fact, Reply)] == [
                "your key ••• is wrong",
                "but ••• is wrong",
            ]
            ((frame, _),) = script.bad
            assert b"s3cret" not in frame.payload
            for number in (1, 2):  # the key is read again once
                (await script.connector.connection(number)).end(FeedRejected("s3cret is wrong"))
            await script.reaches(FeedStatus.REJECTED)
            assert script.session.state.reason == "••• is wrong"

    run(test())


def test_an_idle_feed_reconnects_less_and_less_often(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running():
            for number, seconds in enumerate((61, 121, 241), start=1):
                await script.connector.connection(number)
                await script.reaches(FeedStatus.SUBSCRIBING)
                await script.is_checked()  # the connection is checked once before the clock advances
                script.clock.advance(seconds - 2)
                await script.reaches(FeedStatus.QUIET)
                script.clock.advance(3)
                await script.reaches(FeedStatus.WAITING)
                script.session.retry_now()
            connection = await script.connector.connection(4)
            connection.deliver(payload(Trade("A", 1.0)))
            script.clock.advance(1)
            connection.deliver(payload(Trade("A", 2.0)))
            await until(lambda: script.session.retry_policy.idle_timeout_s == 60.0)  # data resets it
            script.clock.advance(61)
            await script.reaches(FeedStatus.WAITING)
            assert "1 min" in script.session.state.reason

    run(test())


def test_a_feed_without_symbols_reports_that_and_stays_connected(run: RunQt) -> None:
    async def test() -> None:
        script = Script()
        async with script.running() as session:
            connection = await script.connector.connection()
            await script.reaches(FeedStatus.QUIET)
            assert session.state.reason == "Nothing arrives."
            connection.deliver(payload(Trade("GHOST", 1.0)))  # of a symbol that was not subscribed
            script.clock.advance(3600)
            await script.is_checked()
            assert session.state.kind is FeedStatus.QUIET
            assert len(script.connector.urls) == 1
            session.watch(["A"])
            await script.reaches(FeedStatus.SUBSCRIBING)
            await script.is_checked()  # the hour before does not count
            assert session.state.kind is FeedStatus.SUBSCRIBING
            connection.deliver(payload(Trade("A", 1.0)))
            assert session.state.kind is FeedStatus.LIVE
            session.unwatch(["A"])
            await script.reaches(FeedStatus.QUIET)
            session.watch(["A"])
            await script.reaches(FeedStatus.SUBSCRIBING)
            script.clock.advance(11)
            await script.reaches(FeedStatus.QUIET)
            assert session.state.reason == "Nothing arrives."
            script.clock.advance(50)
            await script.reaches(FeedStatus.WAITING)

    run(test())


def test_a_new_reason_does_not_restart_the_quiet_time(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            await script.connector.connection()
            await script.is_checked()
            script.clock.advance(11)
            await script.reaches(FeedStatus.QUIET)
            since_ns, count = session.state.since_ns, len(session.history)
            script.clock.advance(5)
            script.why = "Nothing can be decoded."
            await until(lambda: session.state.reason == script.why)
            assert (session.state.since_ns, len(session.history)) == (since_ns, count)

    run(test())


class ClosingServer(Demo):
    """A protocol whose server announces that it closes the connection."""

    def decode(self, data: bytes) -> Sequence[Fact]:
        if data == b"bye":
            self.is_closing = True
            return ()
        return super().decode(data)


def test_a_new_connection_takes_over_before_the_server_closes_the_old_one(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", protocol=ClosingServer)
        async with script.running() as session:
            old = await script.connector.connection()
            old.deliver(payload(Trade("A", 1.0)), b"bye")
            new = await script.connector.connection(2)
            await until(lambda: new.sent)
            session.watch(["B"])  # on both connections
            await until(lambda: len(new.sent) == len(old.sent) == 2)
            old.deliver(payload(Trade("A", 2.0)))
            assert not old.is_closed
            new.deliver(payload(Trade("A", 3.0)))
            await until(lambda: old.is_closed)
            old.deliver(payload(Trade("A", 666.0)))
            new.deliver(payload(Trade("A", 4.0)))
            assert [fact.price for fact in script.facts if isinstance(fact, Trade)] == [1.0, 2.0, 3.0, 4.0]
            assert session.frames == 5
        assert script.kinds == [FeedStatus.CONNECTING, FeedStatus.SUBSCRIBING, FeedStatus.LIVE, FeedStatus.STOPPED]

    run(test())


class SlowSubscriptions(ClosingServer):
    """Subscribes with one message per symbol."""

    messages_per_second = 10.0

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        return [message for symbol in symbols for message in super(SlowSubscriptions, self)._request(action, [symbol])]


def test_the_old_connection_stays_until_the_new_one_has_subscribed_to_all_symbols(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", "B", "C", protocol=SlowSubscriptions)
        async with script.running() as session:
            old = await script.connector.connection()
            await until(lambda: len(old.sent) == 3)
            old.deliver(payload(Trade("A", 1.0)), b"bye")
            new = await script.connector.connection(2)
            await until(lambda: new.sent)
            new.deliver(payload(Trade("A", 2.0)))  # of the first symbol; the others are not requested yet
            await until(lambda: old.is_closed)
            assert [symbols for _, symbols in requests(new.sent)] == [["A"], ["B"], ["C"]]
            assert session.state.kind is FeedStatus.LIVE

    run(test())


def test_a_key_that_takes_long_at_a_rollover_does_not_hide_the_end_of_the_connection(run: RunQt) -> None:
    async def test() -> None:
        script, is_asked = Script("A"), asyncio.Event()

        async def ask_user() -> FeedProtocol:  # a keyring that is locked
            is_asked.set()
            await asyncio.Event().wait()
            raise AssertionError

        async with script.running() as session:
            connection = await script.connector.connection()
            connection.deliver(payload(Trade("A", 1.0)))
            assert session.connection is not None
            session._make_protocol = ask_user
            session.connection.protocol.is_closing = True
            await is_asked.wait()
            session._make_protocol = script._make_protocol
            connection.end(LOST)
            await script.reaches(FeedStatus.WAITING)

    run(test())


def test_a_suspend_during_a_rollover_ends_the_connection(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", protocol=ClosingServer, rng=1.0, timeouts=Timeouts(check_interval=0.02))
        async with script.running() as session:
            old = await script.connector.connection()
            old.deliver(payload(Trade("A", 1.0)), b"bye")
            await script.connector.connection(2)
            script.clock.advance(600)
            await script.connector.connection(3)
            reasons = [state.reason for state in session.history if state.kind is FeedStatus.WAITING]
            assert [reason.partition(" after")[0] for reason in reasons] == ["Resumed"]

    run(test())


def test_the_old_connection_stays_until_its_end_if_no_new_one_can_be_opened(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", protocol=ClosingServer)
        async with script.running() as session:
            old = await script.connector.connection()
            script.connector.failures = [LOST]
            old.deliver(payload(Trade("A", 1.0)), b"bye")
            await until(lambda: len(script.connector.urls) == 2)
            await script.is_checked()
            assert len(script.connector.urls) == 2  # not tried again at once
            old.deliver(payload(Trade("A", 2.0)))
            assert session.state.kind is FeedStatus.LIVE
            script.clock.advance(31)
            new = await script.connector.connection(2)
            old.end(LOST)  # before the new one receives anything
            await until(lambda: new.is_closed and old.is_closed)
            await script.reaches(FeedStatus.WAITING)

    run(test())


def test_a_session_reconnects_at_once_after_a_suspend(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", rng=1.0, timeouts=Timeouts(check_interval=0.02))
        async with script.running() as session:
            connection = await script.connector.connection()
            connection.deliver(payload(Trade("A", 1.0)))
            for _ in range(5):
                await script.is_checked()
                script.clock.advance(1)  # no suspend
            last_tick_ns = script.clock()
            script.clock.advance(600)
            connection.deliver(
                payload(Trade("A", 2.0))
            )  # buffered during the suspend, so no proof that the connection works
            await script.connector.connection(2)
            assert connection.is_closed
            (loss,) = [state.reason for state in session.history if state.kind is FeedStatus.WAITING]
            assert loss.startswith("Resumed after 10 min in which")
            assert session.last_tick_ns >= last_tick_ns
            script.clock.now_ns -= 10**12  # a clock that goes back is no suspend
            await script.is_checked()
            assert len(script.connector.urls) == 2

    run(test())


def test_a_suspend_does_not_change_the_idle_timeout(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A", timeouts=Timeouts(check_interval=0.02))

        async def retry() -> None:
            script.session.retry_now()
            await asyncio.sleep(0.005)

        async with script.running() as session:
            for number in range(1, 4):
                connection = await script.connector.connection(number)
                connection.deliver(payload(Trade("A", float(number))))
                script.clock.advance(3600)
                await until(partial(getattr, connection, "is_closed"))
                await until(lambda: len(script.connector.connections) > number, meanwhile=retry)  # noqa: B023
            assert session.retry_policy.idle_timeout_s == TIMEOUTS.idle_timeout

    run(test())


def test_data_received_with_the_handshake_counts(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        script.connector.greeting = payload(Trade("A", 5.0))
        async with script.running() as session:
            await script.reaches(FeedStatus.LIVE)
            assert [state.kind for state in session.history][-2:] == [FeedStatus.SUBSCRIBING, FeedStatus.LIVE]
            assert session.connection is not None
            assert session.connection.data_ns >= (session.connection.opened_ns or 0) > 0

    run(test())


def test_a_key_that_worked_is_read_again_once_after_a_rejection(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            for number in (1, 2):
                connection = await script.connector.connection(number)
                connection.deliver(payload(Trade("A", 1.0)))
                await until(lambda: connection.sent)  # noqa: B023
                connection.end(KeyRejected("The key has run out."))
                await until(lambda: connection.is_closed)  # noqa: B023
            await script.reaches(FeedStatus.REJECTED)
            assert session.state.wants_key
            assert session.state.reason == "The key has run out."

    run(test())


def test_after_the_maximum_of_attempts_the_session_waits_for_the_user(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        script.connector.failures = [ConnectionLost("No TLS.", is_persistent=True) for _ in range(9)]
        async with script.running() as session:
            for number in (1, 2):
                await until(lambda: len(script.connector.urls) == number)  # noqa: B023
                await script.reaches(FeedStatus.WAITING)
                assert session.state.attempt == number + 1
                script.clock.advance(30)
            await script.reaches(FeedStatus.REJECTED)
            assert "Stopped after 3 attempts" in session.state.reason

    run(test())


async def fail_through(script: Script) -> list[FeedStatus]:
    """Advance the clock until every scripted failure has sequence; return the state after each."""
    reached = []
    while left := len(script.connector.failures):
        script.clock.advance(30)
        await until(lambda: len(script.connector.failures) < left)
        await until(lambda: script.session.state.kind in (FeedStatus.WAITING, FeedStatus.REJECTED))
        reached.append(script.session.state.kind)
    return reached


NO_TLS = ConnectionLost("No TLS.", is_persistent=True)


def test_only_consecutive_failures_are_counted(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        script.connector.failures = [
            LOST,
            LOST,
            LOST,
            NO_TLS,
            NO_TLS,
            LOST,
            NO_TLS,
            NO_TLS,
            NO_TLS,
        ]  # a server that is starting
        async with script.running():
            assert await fail_through(script) == [FeedStatus.WAITING] * 8 + [FeedStatus.REJECTED]

    run(test())


def test_a_feed_that_received_data_once_is_retried_without_limit(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running():
            connection = await script.connector.connection()
            connection.deliver(payload(Trade("A", 1.0)))
            script.connector.failures = [NO_TLS] * 5
            connection.end(LOST)
            await script.reaches(FeedStatus.WAITING)
            assert await fail_through(script) == [FeedStatus.WAITING] * 5

    run(test())


def test_a_delay_requested_by_the_server_is_marked(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        script.connector.failures = [ConnectionLost("Fewer attempts.", retry_after=7.0)]
        async with script.running() as session:
            await script.reaches(FeedStatus.WAITING)
            assert session.state.is_limited
            script.clock.advance(6.9)
            await script.is_checked()
            assert len(script.connector.urls) == 1
            script.clock.advance(0.2)
            session.retry_now()
            await script.connector.connection()
            assert len(script.connector.urls) == 2

    run(test())


@pytest.mark.parametrize("reach", [_at_waiting, _at_rejected])
def test_retry_now_ends_a_wait_at_once(run: RunQt, reach: object) -> None:
    async def test() -> None:
        script = Script("A", rng=1.0)
        async with script.running() as session:
            await reach(script)  # type: ignore[operator]
            attempts = len(script.connector.urls)
            session.retry_now()
            await until(lambda: len(script.connector.urls) > attempts)  # the clock has not advanced

    run(test())


class Errors:
    """The errors that hypothesis combines in any order."""

    LOSSES = (
        ConnectionLost("gone"),
        ConnectionLost("busy", slow_backoff=True),
        ConnectionLost("limited", retry_after=9),
        ConnectionLost("resumed", immediate=True),
        ConnectionLost("no TLS", is_persistent=True),
        FeedRejected("no"),
        KeyRejected("who?"),
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(Errors.LOSSES), st.sampled_from(["connecting", "subscribed", "live"])), max_size=8
    )
)
def test_every_state_leads_to_live_and_to_stopped(
    sequence: list[tuple[ConnectionLost | FeedRejected, str]],
) -> None:
    async def test() -> None:
        script = Script("A", rng=0.5)
        async with script.running() as session:
            for error, when in sequence:
                if when == "connecting":
                    script.connector.failures = [error]
                    if session.connection is not None and script.connector.connections:
                        session.connection.end(LOST)
                else:
                    connection = await _next_connection(script)
                    if when == "live":
                        connection.deliver(payload(Trade("A", 1.0)))
                        assert session.state.kind is FeedStatus.LIVE
                    connection.end(error)
                    await until(lambda: connection.is_closed)  # noqa: B023
            (await _next_connection(script)).deliver(payload(Trade("A", 1.0)))
            assert session.state.kind is FeedStatus.LIVE
        assert session.state.kind is FeedStatus.STOPPED

    run_plain(test())


async def _next_connection(script: Script) -> ScriptedConnection:
    """Wait for an open connection, and press Retry as a user would."""
    while not (script.connector.connections and not script.connector.connections[-1].is_closed):
        if script.session.state.kind in (FeedStatus.WAITING, FeedStatus.REJECTED):
            script.session.retry_now()
        await asyncio.sleep(0)
    return script.connector.connections[-1]


@pytest.mark.parametrize("steps", range(12))
def test_a_connection_that_fails_just_before_the_end_leaves_no_unread_error(run: RunQt, steps: int) -> None:
    async def test() -> None:
        script = Script("A")
        async with script.running() as session:
            connection = await script.connector.connection(1)
            connection.end(ConnectionLost("no network"))
            for _ in range(steps):
                await asyncio.sleep(0)
            assert session.errors.count == 0

    run(test())


def test_a_ping_is_sent_over_the_present_connection_if_there_is_one(run: RunQt) -> None:
    async def test() -> None:
        script = Script("A")
        assert await script.session.ping() is None
        async with script.running() as session:
            connection = await script.connector.connection()
            connection.latency_s = 0.25
            assert await session.ping() == 0.25

    run(test())
