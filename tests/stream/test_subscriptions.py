from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, StillClock, until
from ticker_gui.domain.events import Fact, Reply
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.stream.connection import ConnectionCallbacks, FeedConnection
from ticker_gui.stream.rejected_frames import RejectedFrames
from ticker_gui.stream.subscriptions import Subscriptions
from ticker_gui.stream.timeouts import Timeouts


class NoAcknowledgements(Demo):
    """A protocol of a provider that does not acknowledge subscriptions."""

    acknowledges = False


class Scene:
    """A connection that subscribes to symbols; the test sets which of them have data."""

    def __init__(self, protocol: type[Demo] = Demo) -> None:
        self.clock = StillClock()
        self.desired: dict[str, None] = {"A": None, "B": None}
        self.data_ns = dict[str, int]()
        self.overdue: list[tuple[list[str], bool]] = []
        self.facts: list[Fact] = []
        self.connector = ScriptedConnector()
        callbacks = ConnectionCallbacks(lambda fact, _: self.facts.append(fact), lambda _: None, lambda _: None)
        access = Credentials("ws://desk")
        self.connection = FeedConnection(
            protocol(access), self.desired, callbacks, RejectedFrames(), self.clock, Timeouts()
        )
        self._subscriptions = Subscriptions(self.clock, Timeouts(), self._has_data_since, self._note_overdue)

    def _has_data_since(self, symbol: str, time_ns: int) -> bool:
        return self.data_ns.get(symbol, -1) >= time_ns

    def receive_data(self, symbol: str) -> None:
        self.data_ns[symbol] = self.clock()

    def receive_reply(self, symbol: str, *, ok: bool, message: str = "") -> None:
        self.transport.deliver(
            msgspec.json.encode({"event": "reply", "symbols": [symbol], "ok": ok, "message": message})
        )

    def _note_overdue(self, symbols: Sequence[str], is_final: bool) -> None:
        self.overdue.append((list(symbols), is_final))

    def check_after(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self._subscriptions.check(self.connection)

    async def __aenter__(self) -> Scene:
        self._running = asyncio.create_task(self.connection.run(self.connector))
        self.transport = await self.connector.connection()
        await until(lambda: self.transport.sent)
        await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._running.cancel()
        await asyncio.wait((self._running,))

    async def until_sent(self, count: int) -> None:
        await until(lambda: len(self.transport.sent) == count)
        await asyncio.sleep(0.01)


def test_an_unanswered_subscription_is_repeated_once_and_then_reported(run: RunQt) -> None:
    async def test() -> None:
        async with Scene() as scene:
            scene.receive_data("A")
            scene.check_after(4.9)
            assert scene.overdue == []
            scene.check_after(0.2)
            assert scene.overdue == [(["B"], False)]
            await scene.until_sent(2)
            assert scene.transport.sent[1] == '{"op":"subscribe","symbols":["B"]}'
            scene.check_after(4.9)
            assert len(scene.overdue) == 1
            scene.check_after(0.2)
            assert scene.overdue[1:] == [(["B"], True)]
            scene.check_after(100.0)
            assert (len(scene.overdue), len(scene.transport.sent)) == (2, 2)

    run(test())


@pytest.mark.parametrize("answer", ["data", "acknowledgement", "rejection"])
@pytest.mark.parametrize("moment", ["at once", "after the second request"])
def test_an_answered_subscription_is_not_reported(run: RunQt, moment: str, answer: str) -> None:
    async def test() -> None:
        async with Scene() as scene:
            scene.receive_data("A")
            if moment == "after the second request":
                scene.check_after(6.0)
                await scene.until_sent(2)
            if answer == "data":
                scene.receive_data("B")
            else:
                scene.receive_reply("B", ok=answer == "acknowledgement")
            scene.check_after(6.0)
            scene.check_after(6.0)
            assert not any(is_final for _, is_final in scene.overdue)
            assert not scene.connection.requests.unanswered

    run(test())


def test_data_from_the_replaced_connection_does_not_answer_a_request_of_the_new_one(run: RunQt) -> None:
    async def test() -> None:
        async with Scene() as scene:
            scene.receive_reply("A", ok=True)  # on the new connection
            scene.receive_data("B")  # perhaps on the old one
            scene.clock.advance(1)
            scene.connection.took_over_ns = scene.clock()
            scene.check_after(6.0)
            assert scene.overdue == [(["B"], False)]
            scene.receive_data("B")
            scene.check_after(6.0)
            assert scene.overdue == [(["B"], False)]

    run(test())


def test_a_symbol_that_is_removed_and_added_needs_a_new_reply(run: RunQt) -> None:
    async def test() -> None:
        async with Scene() as scene:
            scene.receive_data("A")
            scene.receive_reply("B", ok=True)
            del scene.desired["B"]
            scene.connection.wake()
            await scene.until_sent(2)
            scene.desired["B"] = None
            scene.connection.wake()
            await scene.until_sent(3)
            scene.check_after(6.0)
            assert scene.overdue == [(["B"], False)]

    run(test())


def test_a_removed_symbol_is_not_requested_again(run: RunQt) -> None:
    async def test() -> None:
        async with Scene() as scene:
            del scene.desired["B"]
            scene.connection.wake()
            await scene.until_sent(2)
            scene.check_after(6.0)
            assert scene.overdue == [(["A"], False)]

    run(test())


def test_no_answer_is_expected_from_a_provider_that_does_not_acknowledge(run: RunQt) -> None:
    async def test() -> None:
        async with Scene(NoAcknowledgements) as scene:
            scene.check_after(100.0)
            assert scene.overdue == []

    run(test())


@pytest.mark.parametrize("message", ["Already subscribed", "subscribe: dup (code 10301)"])
@pytest.mark.parametrize("is_repeated", [True, False])
def test_a_duplicate_error_for_the_second_request_acknowledges_the_first(
    run: RunQt, message: str, is_repeated: bool
) -> None:
    async def test() -> None:
        async with Scene() as scene:
            if is_repeated:
                scene.check_after(6.0)
                await scene.until_sent(2)
            scene.receive_reply("B", ok=False, message=message)
            assert scene.facts == [Reply(("B",), ok=is_repeated, message=message)]

    run(test())
