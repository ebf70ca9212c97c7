"""A single connection of a feed; for reconnects see `test_session`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnection, ScriptedConnector, StillClock, until
from ticker_gui.domain.errors import ConnectionLost, FrameError, KeyRejected
from ticker_gui.domain.events import Fact, PastBars, PastData, Reply, Trade
from ticker_gui.domain.feed_state import Phase
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.stream.connection import ConnectionCallbacks, FeedConnection
from ticker_gui.stream.rejected_frames import RejectedFrames
from ticker_gui.stream.timeouts import Timeouts

KEY = "can4ry-k3y"


class ClosingServer(Demo):
    """A protocol with connections of at most an hour, an announced end, and frames with many facts."""

    max_connection_age_s = 3600.0

    def decode(self, payload: bytes) -> Sequence[Fact]:
        if payload == b"bye":
            self.is_closing = True
            return ()
        if payload == b"who?":
            raise KeyRejected(f"desk does not know {self.credentials.key}.")
        if payload.startswith(b"["):
            return [Trade("A", price) for price in msgspec.json.decode(payload)]
        return super().decode(payload)


class SomeSymbolsRefused(ClosingServer):
    """A protocol of a provider that cannot serve some symbols."""

    def refusal(self, symbol: str) -> str:
        return "It is of another exchange." if symbol.startswith("OTHER:") else ""


class AnsweringProtocol(ClosingServer):
    """A protocol that answers a question of the server."""

    def decode(self, payload: bytes) -> Sequence[Fact]:
        if payload == b"alive?":
            self.outgoing.append("yes")
            return ()
        return super().decode(payload)


class PastBarsProtocol(ClosingServer):
    """A protocol that receives past bars over the socket."""

    def decode(self, payload: bytes) -> Sequence[Fact]:
        return (Reply(("A",), ok=True, past=PAST),) if payload == b"past" else super().decode(payload)


class Scene:
    """A feed connection on a scripted transport."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.facts: list[Fact] = []
        self.opens = self.data_reports = 0
        self.rejected_frames = RejectedFrames()
        self.connector = ScriptedConnector()
        self.desired = {"A": None}
        self.callbacks = ConnectionCallbacks(self._on_fact, self._note_open, self._note_data)

    @contextlib.asynccontextmanager
    async def connection(
        self, protocol: type[Demo] = ClosingServer
    ) -> AsyncIterator[tuple[FeedConnection, ScriptedConnection, asyncio.Task[None]]]:
        access = Credentials("ws://desk", KEY)
        connection = FeedConnection(
            protocol(access), self.desired, self.callbacks, self.rejected_frames, self.clock, Timeouts()
        )
        running = asyncio.create_task(connection.run(self.connector))
        try:
            transport = await self.connector.connection()
            await until(lambda: connection.requested)
            yield connection, transport, running
        finally:
            running.cancel()
            await asyncio.wait((running,))
            if not running.cancelled():
                running.exception()

    def _on_fact(self, fact: Fact, received_ns: int) -> None:
        if isinstance(fact, Trade) and fact.price < 0:
            raise FrameError("a price below zero")
        self.facts.append(fact)

    def _note_open(self, connection: FeedConnection) -> None:
        self.opens += 1

    def _note_data(self, connection: FeedConnection) -> None:
        self.data_reports += 1
        connection.is_live = True


PAST = PastBars("A", "1h")


def trade(price: float) -> bytes:
    return msgspec.json.encode(Trade("A", price))


def test_a_rejected_value_costs_that_value_only(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.connection() as (connection, transport, _):
            transport.deliver(trade(1.0), trade(-1.0), b"?", trade(2.0))
            assert scene.facts == [Trade("A", 1.0), Trade("A", 2.0)]
            assert scene.rejected_frames.frames[0][1] == "a price below zero"
            assert scene.rejected_frames.count == 2
            assert (scene.opens, scene.data_reports) == (1, 1)
            assert connection.phase is Phase.OPEN
            assert (connection.frames, connection.frames_since_data, connection.decode_errors_since_data) == (4, 0, 0)

    run(test())


def test_frames_of_both_directions_are_reported_before_they_are_decoded_or_sent(run: RunQt) -> None:
    frames: list[tuple[str, list[str | bytes], int, int, int]] = []

    async def test() -> None:
        scene = Scene()

        def note(connection: FeedConnection, payloads: Sequence[str | bytes], direction: str, time_ns: int) -> None:
            frames.append((direction, list(payloads), time_ns, len(scene.facts), len(transport.sent)))

        async with scene.connection(AnsweringProtocol) as (_, transport, __):
            transport.deliver(trade(1.0))
            scene.callbacks.on_frames = note
            transport.deliver(trade(2.0), b"alive?", b"?")
            await until(lambda: "yes" in transport.sent)
            scene.callbacks.on_frames = None
            transport.deliver(trade(3.0))
            assert len(scene.facts) == 3
            sent = transport.sent.index("yes")
            assert frames == [
                ("in", [trade(2.0), b"alive?", b"?"], scene.clock(), 1, 1),
                ("out", ["yes"], scene.clock(), 2, sent),
            ]

    run(test())


def test_a_request_is_reported_as_an_outgoing_frame(run: RunQt) -> None:
    frames: list[tuple[str, list[str | bytes]]] = []

    async def test() -> None:
        scene = Scene()
        scene.callbacks.on_frames = lambda _, payloads, direction, __: frames.append((direction, list(payloads)))
        async with scene.connection() as (_, transport, __):
            await until(lambda: transport.sent)
            assert frames == [("out", [message]) for message in transport.sent]

    run(test())


def test_a_message_of_the_user_is_sent_and_reported_without_the_key(run: RunQt) -> None:
    frames: list[tuple[str, list[str | bytes]]] = []

    async def test() -> None:
        scene = Scene()
        async with scene.connection() as (connection, transport, __):
            scene.callbacks.on_frames = lambda _, payloads, direction, __: frames.append((direction, list(payloads)))
            assert await connection.send('{"key":"s3cret"}', '{"key":"$KEY"}')
            assert transport.sent[-1] == '{"key":"s3cret"}'
            assert frames == [("out", ['{"key":"$KEY"}'])]

    run(test())


def test_messages_of_the_user_keep_the_rate_limit_and_their_order(run: RunQt) -> None:
    class Slow(ClosingServer):
        messages_per_second = 20.0

    async def test() -> None:
        scene = Scene()
        async with scene.connection(Slow) as (connection, transport, __):
            loop = asyncio.get_running_loop()
            began = loop.time()
            results = [connection.send(text, text) for text in ("1", "2", "3", "4")]
            assert all(await asyncio.gather(*results))
            assert transport.sent[-4:] == ["1", "2", "3", "4"]
            assert loop.time() - began > 0.05  # bursts of two each 0.1 s

    run(test())


def test_a_message_that_was_not_sent_before_the_end_is_reported_as_such(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.connection() as (connection, transport, running):
            transport.send = until_cancelled  # type: ignore[method-assign]
            results = [connection.send(text, text) for text in ("1", "2")]
            abandoned = connection.send("3", "3")
            abandoned.cancel()
            await asyncio.sleep(0)
            connection.end(ConnectionLost("The connection broke."))
            assert await asyncio.gather(*results) == [False, False]
            with pytest.raises(ConnectionLost):
                await running
            async with asyncio.timeout(5):  # the session may not have noticed the end yet
                assert not await connection.send("4", "4")

    async def until_cancelled(message: str | bytes) -> None:
        await asyncio.Event().wait()

    run(test())


def test_past_data_is_neither_market_data_nor_the_reply_to_a_subscription(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.connection(PastBarsProtocol) as (_, transport, _):
            transport.deliver(b"past")  # nobody asked for it
            past: list[PastData] = []
            scene.callbacks.on_past_data = past.append
            transport.deliver(b"past")
            assert past == [PAST]
            assert (scene.facts, scene.data_reports, scene.rejected_frames.count) == ([], 0, 0)

    run(test())


def test_too_many_unsent_answers_end_the_connection(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.connection(AnsweringProtocol) as (connection, transport, running):
            transport.deliver(*[b"alive?"] * 100)
            await until(lambda: transport.sent.count("yes") == 100)
            transport.send = until_cancelled  # type: ignore[method-assign]
            while not running.done():
                transport.deliver(*[b"alive?"] * 1_000)
                await asyncio.sleep(0)
            assert len(connection.protocol.outgoing) < 20_000
            with pytest.raises(ConnectionLost, match="stopped reading"):
                await running

    async def until_cancelled(message: str | bytes) -> None:
        await asyncio.Event().wait()

    run(test())


def test_rejected_values_are_not_market_data(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.connection() as (connection, transport, _):
            transport.deliver(trade(-1.0), trade(-2.0))
            assert (
                connection.frames_since_data,
                connection.decode_errors_since_data,
                connection.data_ns,
                scene.data_reports,
            ) == (2, 2, 0, 0)
            transport.deliver(trade(1.0))
            assert (
                connection.frames_since_data,
                connection.decode_errors_since_data,
                connection.data_ns,
                scene.data_reports,
            ) == (
                0,
                0,
                scene.clock(),
                1,
            )

    run(test())


def test_a_frame_with_many_rejected_values_counts_once(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.connection() as (connection, transport, _):
            transport.deliver(b"[-1, -2, -3]", b"[-1, 5, -3]", b"[-1, -2, -3]")
            assert scene.facts == [Trade("A", 5.0)]
            assert [frame.payload for frame, _ in scene.rejected_frames.frames] == [
                b"[-1, -2, -3]", b"[-1, 5, -3]", b"[-1, -2, -3]",
            ]  # fmt: skip
            assert (connection.frames, connection.decode_errors_since_data, scene.rejected_frames.count) == (3, 1, 3)

    run(test())


def test_a_connection_can_be_ended_and_delivers_nothing_after_that(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.connection() as (connection, transport, running):
            connection.end(ConnectionLost("Resumed."))
            assert connection.is_ending
            with pytest.raises(ConnectionLost, match=r"Resumed\."):
                await running
            assert transport.is_closed
            transport.deliver(trade(1.0))
            assert not scene.facts

    run(test())


def test_an_error_contains_no_key_before_it_is_raised(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.connection() as (_, transport, running):
            transport.deliver(b"who?")
            with pytest.raises(KeyRejected, match=r"^desk does not know •••\.$"):
                await running
        async with scene.connection() as (connection, _, running):
            connection.end(ConnectionLost(f"Who is {KEY}?"))
            with pytest.raises(ConnectionLost, match=r"^Who is •••\?$"):
                await running

    run(test())


def test_two_simultaneous_ends_lose_no_exception(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.connection() as (connection, transport, running):
            transport.end(ConnectionLost("The server's reason."))
            connection.end(ConnectionLost("Our reason."))
            with pytest.raises(ConnectionLost):
                await running

    run(test())


def test_a_connection_is_closing_near_its_maximum_age_or_when_announced(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.connection() as (connection, transport, _):
            assert not connection.is_closing
            scene.clock.advance(3600 - Timeouts().rollover_lead - 1)
            assert not connection.is_closing
            scene.clock.advance(2)
            assert connection.is_closing
        async with Scene().connection() as (connection, transport, _):
            transport.deliver(b"bye")
            assert connection.is_closing

    run(test())


def test_desired_symbols_can_change(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.connection() as (connection, transport, _):
            del scene.desired["A"]
            scene.desired["B"] = None
            connection.wake()
            await until(lambda: len(transport.sent) == 3)
            assert list(connection.requested) == ["B"]

    run(test())


def test_a_symbol_that_the_provider_cannot_serve_is_refused_and_never_requested(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        scene.desired = {"A": None, "OTHER:B": None}
        async with scene.connection(SomeSymbolsRefused) as (connection, transport, _):
            await until(lambda: transport.sent)
            assert scene.facts == [Reply(("OTHER:B",), ok=False, message="It is of another exchange.")]
            scene.desired.clear()
            connection.wake()
            await until(lambda: len(transport.sent) == 2)
            assert "OTHER" not in "".join(map(str, transport.sent))

    run(test())


class RelayWithoutData(Demo):
    """A relay that gets data when it receives anything."""

    announces_symbols = True

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self.is_ready = False
        self.frames = 0

    @property
    def waiting_reason(self) -> str:
        return "" if self.is_ready or not self.frames else "No publisher."

    def decode(self, payload: bytes) -> Sequence[Fact]:
        self.frames += 1
        self.is_ready = self.frames > 1
        return []


def test_a_connection_to_a_relay_is_open_when_the_relay_has_data(run: RunQt) -> None:
    async def test() -> None:
        scene, reasons = Scene(), list[str]()
        scene.callbacks.on_waiting = lambda connection, reason: reasons.append(reason)
        access = Credentials("ws://desk")
        connection = FeedConnection(
            RelayWithoutData(access), scene.desired, scene.callbacks, scene.rejected_frames, scene.clock, Timeouts()
        )
        running = asyncio.create_task(connection.run(scene.connector))
        transport = await scene.connector.connection()
        transport.deliver(b"{}")
        await until(lambda: reasons == ["No publisher."])
        assert connection.is_waiting
        assert (scene.opens, connection.requested) == (0, {})
        scene.clock.advance(60)
        transport.deliver(b"{}")
        await until(lambda: connection.requested)
        assert scene.opens == 1
        assert not connection.is_waiting
        assert connection.subscribed_at_ns == scene.clock()
        running.cancel()
        await asyncio.wait((running,))

    run(test())
