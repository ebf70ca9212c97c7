from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import until
from tests.engine.test_engine import feed
from ticker_gui.desk import feed_publisher
from ticker_gui.desk.broker import Broker
from ticker_gui.desk.feed_publisher import FeedPublisher
from ticker_gui.desk.outbox import OutboxMessage
from ticker_gui.domain.events import Bar, Fact, Quote, Reply, Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.formatting.json_lines import fact_line


def published(run: RunQt, *facts: Fact) -> list[tuple[str, dict[str, Any], bool]]:
    """Return what is put into the outbox for these events: subject, line, and whether it is a trade."""

    async def test() -> list[tuple[str, dict[str, Any], bool]]:
        engine = Engine([feed("my desk", "a", "brk.b")])
        publisher = FeedPublisher(engine.feeds["my desk"], engine.clock, lambda text: None)
        for fact in facts:
            publisher.add(fact, 1_700_000_000_000_000_000)
        await asyncio.sleep(0)
        return [(one.subject, msgspec.json.decode(one.payload), one.is_trade) for one in publisher.outbox.waiting]

    return run(test())  # type: ignore[no-any-return]


def test_events_are_published_as_the_lines_of_stream(run: RunQt) -> None:
    ((subject, line, is_trade),) = published(run, Trade("BRK.B", 5.0, 1.0, trade_id=7))
    assert subject == "ticker.my%20desk.trade.BRK%2EB"
    assert is_trade
    assert line == {
        "event": "trade",
        "feed": "my desk",
        "symbol": "brk.b",
        "price": 5.0,
        "size": 1.0,
        "trade_id": "7",
        "received": "2023-11-14T22:13:20.000000Z",
    }


def test_trades_without_an_id_get_one_each(run: RunQt) -> None:
    lines = [line for _, line, _ in published(run, Trade("A", 5.0), Trade("A", 5.0))]
    assert len({line["trade_id"] for line in lines}) == 2


def test_replies_are_not_published_and_quotes_are_not_trades(run: RunQt) -> None:
    ((subject, line, is_trade),) = published(run, Reply(("A",), ok=True), Quote("A", 1.0, None, 2.0))
    assert (subject, line["bid"], is_trade) == ("ticker.my%20desk.quote.A", 1.0, False)


def test_trades_that_the_publisher_before_has_stored_are_not_published_again(run: RunQt) -> None:
    stored = Trade("A", 5.0, 1.0, 2_000_000_000_000_000_000, 2)
    line = msgspec.json.encode(fact_line("desk", "a", stored, 0))

    class Stored(SlowBroker):
        async def last_message(self, *_: object) -> bytes | None:
            return line

    async def test() -> None:
        engine = Engine([feed("desk", "a")])
        publisher = FeedPublisher(engine.feeds["desk"], engine.clock, lambda text: None)
        await publisher._continue_from_stored(cast(Broker, Stored()))
        for trade_id, later_ns in ((1, -1_000), (2, 0), (3, 1_000)):
            publisher.add(Trade("A", 5.0, 1.0, (stored.time_ns or 0) + later_ns, trade_id), 1)
        trades = [one for one in publisher.outbox.waiting if one.is_trade]
        assert [msgspec.json.decode(one.payload)["trade_id"] for one in trades] == ["2", "3"]

    run(test())


def test_a_gap_since_the_publisher_before_is_not_known_before_the_last_trades_that_it_stored(run: RunQt) -> None:
    stored = Trade("A", 5.0, 1.0, 2_000_000_000_000_000_000, 2)
    line = msgspec.json.encode(fact_line("desk", "a", stored, 0))

    async def test() -> None:
        engine = Engine([feed("desk", "a", "b", "c")])
        publisher = FeedPublisher(engine.feeds["desk"], engine.clock, lambda text: None)
        were_known: list[bool] = []

        class Stored(SlowBroker):
            async def last_message(self, *_: object) -> bytes | None:
                were_known.append(publisher.missed.is_interrupted)
                return line

        await publisher._continue_from_stored(cast(Broker, Stored()))
        assert were_known == [False] * 4  # a backfill begins as soon as its gap is known
        load_earlier = engine.feeds["desk"].past.backfill.load_earlier
        assert load_earlier is not None
        gap = engine.feeds["desk"].market.coverage.gaps[0]
        assert all([await load_earlier(symbol, gap) for symbol in ("A", "B", "C")])

    run(test())


def test_closed_minute_bars_of_the_provider_are_stored(run: RunQt) -> None:
    bar = Bar("A", "1m", 1_699_999_980_000_000_000, 1.0, 2.0, 0.5, 1.5, 3.0, is_closed=True)
    forming = msgspec.structs.replace(bar, is_closed=False)
    subjects = [subject for subject, _, _ in published(run, forming, bar)]
    assert subjects == ["ticker.my%20desk.bar.A", "ticker.my%20desk.minute.A", "ticker.my%20desk.bar.A"]


class SlowBroker:
    """A broker that stores what it receives only when ``is_storing`` is set."""

    def __init__(self) -> None:
        self.context = None
        self.received: list[OutboxMessage] = []
        self.is_storing = asyncio.Event()

    async def send(self, messages: Sequence[OutboxMessage]) -> None:
        self.received += messages

    async def wait_until_stored(self, stored: Sequence[None]) -> None:
        await self.is_storing.wait()

    async def publish(self, subject: str, payload: bytes) -> None:
        """Take a state or a list of symbols."""

    async def last_message(self, *_: object) -> bytes | None:
        return None

    async def stored_since(self, *_: object) -> AsyncIterator[list[tuple[str, bytes]]]:
        for batch in list[list[tuple[str, bytes]]]():
            yield batch


async def _hold(*_: object) -> Any:
    async def renew() -> bool:
        lease.is_continued = lease.is_held
        lease.is_held = True
        return True

    async def release() -> None:
        """End the lease."""

    lease = SimpleNamespace(is_held=False, renew=renew, release=release)
    return lease


@pytest.mark.parametrize("limit", [1_000, 5])
def test_desktops_do_not_wait_for_a_broker_that_is_slow_in_storing(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(feed_publisher, "open_lease", _hold)
    monkeypatch.setattr(feed_publisher, "_MAX_UNCONFIRMED", limit)

    async def test() -> None:
        engine = Engine([feed("desk", "a")])
        publisher, broker = FeedPublisher(engine.feeds["desk"], engine.clock, lambda text: None), SlowBroker()
        task = asyncio.create_task(publisher.run(cast(Broker, broker)))
        outbox = publisher.outbox
        await until(lambda: publisher.is_leading)
        for number in range(20):
            publisher.add(Trade("A", 1.0 + number), 1)
            await until(lambda: len(broker.received) == min(number + 1, limit))  # noqa: B023
        await asyncio.sleep(0.01)
        assert outbox.unconfirmed == len(broker.received) == min(20, limit)
        broker.is_storing.set()
        await until(lambda: not len(outbox))
        assert [msgspec.json.decode(one.payload)["price"] for one in broker.received] == [1.0 + n for n in range(20)]
        task.cancel()
        await asyncio.wait((task,))

    run(test())
