from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from fnmatch import fnmatch

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import until
from tests.engine.test_engine import feed
from ticker_gui.desk import open_gaps
from ticker_gui.desk.open_gaps import OpenGaps
from ticker_gui.domain.events import Refusal, Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.history import HistoryError, TradesQuery
from ticker_gui.feeds.nats_desk import BackfillState, GapMessage
from ticker_gui.feeds.nats_subjects import GAPS, event_subject
from ticker_gui.formatting.json_lines import fact_line, iso_time

T0 = 1_700_000_000 * SECOND_NS
OPEN, FILLED, LOST = BackfillState.OPEN, BackfillState.FILLED, BackfillState.LOST


def at(second: float) -> str:
    return iso_time(T0 + int(second * SECOND_NS))


def gap_of(symbol: str, start: float, end: float, backfill: BackfillState = OPEN) -> tuple[str, bytes]:
    message = GapMessage("exchange", symbol, at(start), at(end), backfill, "")
    return event_subject("exchange", GAPS, symbol), msgspec.json.encode(message)


def trade(second: float, trade_id: int | str | None) -> Trade:
    return Trade("A", 1.0, 2.0, T0 + int(second * SECOND_NS), trade_id)


def stored(one: Trade) -> tuple[str, bytes]:
    return event_subject("exchange", "trade", "a"), msgspec.json.encode(fact_line("exchange", "a", one, T0))


class StoredMessages:
    """A broker with these messages."""

    def __init__(self, *messages: tuple[str, bytes]) -> None:
        self.messages = messages

    async def stored_since(self, stream: str, subject: str, seconds: float) -> AsyncIterator[list[tuple[str, bytes]]]:
        for message in self.messages:
            if fnmatch(message[0], subject):
                yield [message]


class Room:
    """A new publisher; the provider returns the ``answers`` one after the other, and then the last one always."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: Sequence[Trade] | Refusal) -> None:
        engine = Engine([feed("exchange", "a", "b")])
        self.feed = engine.feeds["exchange"]
        self.added: list[object] = []
        self.results: list[tuple[str, str, BackfillState, str]] = []
        self.queries: list[TradesQuery] = []
        self.pause_s = 0.0  # that the provider demands
        self._answers = list(answers)
        monkeypatch.setattr(open_gaps, "_RETRIES_S", (0.0, 0.0))
        monkeypatch.setattr(self.feed.past.client, "trades", self._trades)
        self.gaps = OpenGaps(
            self.feed, lambda: T0 + 60 * SECOND_NS, lambda one: self.added.append(one.trade_id), self._put
        )

    async def _trades(self, query: TradesQuery) -> list[Trade]:
        self.queries.append(query)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Refusal):
            raise HistoryError("Not now.", answer, self.pause_s)
        return list(answer)

    def _put(self, symbol: str, message: GapMessage) -> None:
        self.results.append((symbol, message.start, message.backfill, message.reason))

    async def fill(self, *messages: tuple[str, bytes], count: int = 1) -> None:
        """Find the open gaps in what is stored, and fill them until there are ``count`` results."""
        broker = StoredMessages(*messages)
        await self.gaps.find(broker)
        filling = asyncio.create_task(self.gaps.fill(broker))
        await until(lambda: len(self.results) >= count or filling.done())
        filling.cancel()
        await asyncio.wait((filling,))


def test_the_missing_trades_of_an_open_gap_are_published(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        known, missing = trade(9, 1), trade(11, 2)
        room = Room(monkeypatch, [known, missing])
        await room.fill(gap_of("a", 10, 12), stored(known), stored(trade(13, 3)))
        assert room.added == [2]
        assert room.results == [("a", at(10), FILLED, "")]
        (query,) = room.queries
        assert (query.symbol, query.after_ns, query.before_ns) == ("A", T0 + 5 * SECOND_NS, T0 + 17 * SECOND_NS)

    run(test())


def test_a_pause_that_the_provider_demands_is_made_instead_of_the_usual_one(
    run: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        room = Room(monkeypatch, Refusal.RATE_LIMITED, [trade(11, 2)])
        monkeypatch.setattr(open_gaps, "_RETRIES_S", (3600.0,))
        await room.fill(gap_of("a", 10, 12))
        assert (room.added, len(room.queries)) == ([2], 2)

    run(test())


def test_a_gap_is_lost_if_the_provider_demands_a_pause_of_hours(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        room = Room(monkeypatch, Refusal.RATE_LIMITED)
        room.pause_s = 7200.0
        await room.fill(gap_of("a", 10, 12))
        assert [result[2:] for result in room.results] == [(BackfillState.LOST, "Not now.")]
        assert len(room.queries) == 1

    run(test())


def test_gaps_that_are_filled_or_lost_or_of_this_publisher_are_left_alone(
    run: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        room = Room(monkeypatch, [])
        coverage = room.feed.market.coverage
        coverage.mark_connected(T0)
        coverage.mark_disconnected(T0 + 30 * SECOND_NS)
        coverage.mark_connected(T0 + 40 * SECOND_NS)
        messages = (
            gap_of("a", 1, 2),
            gap_of("a", 3, 4),
            gap_of("a", 1, 2, FILLED),
            gap_of("a", 3, 4, LOST),
            gap_of("a", 30, 40),
            gap_of("unknown", 5, 6),
            gap_of("b", 7, 8, FILLED),
            (event_subject("exchange", GAPS, "a"), b"[]"),
            (event_subject("other", GAPS, "a"), gap_of("a", 8, 9)[1]),
            gap_of("b", 8, 9),
        )
        await room.fill(*messages)
        assert not room.gaps._open
        assert [(symbol, start) for symbol, start, *_ in room.results] == [("b", at(8))]

    run(test())


def test_a_failed_request_is_repeated(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        room = Room(monkeypatch, Refusal.OFFLINE, Refusal.FAILED, [trade(11, 2)])
        await room.fill(gap_of("a", 10, 12))
        assert (room.added, room.results) == ([2], [("a", at(10), FILLED, "")])

    run(test())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Refusal.FAILED, "Not now."),
        (Refusal.NOT_OFFERED, "Not now."),
        (Refusal.OUT_OF_RANGE, "Not now."),
        ([trade(11, None)], open_gaps._NO_IDS),
    ],
)
def test_what_cannot_be_filled_is_reported_as_lost(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, answer: Sequence[Trade] | Refusal, reason: str
) -> None:
    async def test() -> None:
        room = Room(monkeypatch, answer)
        await room.fill(gap_of("a", 10, 12), gap_of("b", 10, 12), count=2)
        assert room.added == []
        assert room.results == [("a", at(10), LOST, reason), ("b", at(10), LOST, reason)]

    run(test())
