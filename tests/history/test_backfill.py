from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.conftest import RunQt, run_plain
from tests.doubles import NOON_NS, StillClock, until
from ticker_gui.domain.events import Correction, Refusal, Trade
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.feeds.history import HistoryError, HistoryOffer, TradesQuery
from ticker_gui.history import backfill
from ticker_gui.history.backfill import Backfiller
from ticker_gui.history.bar_loader import BarLoader
from ticker_gui.history.cleaning import clean_trades
from ticker_gui.history.past_data_client import PastDataClient
from ticker_gui.market.deduplication import RecentIds
from ticker_gui.market.market import FeedMarket, Market
from ticker_gui.market.symbol_state import SymbolState

OFFER = HistoryOffer({"1m": "1"}, bars_per_request=100, requests_per_second=1e6)


def as_number(number: int) -> int | str | None:
    return 1_000 + number


def as_text(number: int) -> int | str | None:
    return f"t-{number}"


def without_id(number: int) -> int | str | None:
    return None


def trades_of(steps: Sequence[tuple[int, int, int]], id_of: Callable[[int], int | str | None]) -> list[Trade]:
    """Return trades from the pauses before them, their prices and their sizes."""
    trades, time_ns = list[Trade](), NOON_NS
    for number, (pause_ms, price, size) in enumerate(steps):
        time_ns += pause_ms * 1_000_000
        trades.append(Trade("A", float(price), float(size), time_ns, id_of(number)))
    return trades


class Venue(PastDataClient):
    """A provider that sends ``page`` to each request, after ``meanwhile`` and the errors."""

    def __init__(self) -> None:
        self.page: list[Trade] = []
        self.errors: list[HistoryError] = []
        self.queries: list[TradesQuery] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.has_list = True

    def lists_trades(self, symbol: str, after_ns: int, before_ns: int) -> bool:
        return self.has_list

    async def trades(self, query: TradesQuery) -> list[Trade]:
        self.queries.append(query)
        await asyncio.sleep(0)
        self.meanwhile()
        if self.errors:
            raise self.errors.pop(0)
        return clean_trades(self.page, query)


class Scene:
    """The backfiller of a feed with one symbol."""

    def __init__(self, *, is_sequential: bool = False) -> None:
        self.venue = Venue()
        self.clock = StillClock(NOON_NS + 1_000 * SECOND_NS)
        self.market: FeedMarket = Market().feed("feed", has_sequential_trade_ids=is_sequential)
        self.state: SymbolState = self.market.watch("a", "A")
        self.bars = BarLoader(self.venue, lambda symbol: self.state.bars, self.clock)
        self.backfill = Backfiller(self.venue, self.market, self.bars, self.clock, poll_s=0.0)
        self.backfill.is_enabled = True
        self.market.on_connected(NOON_NS - SECOND_NS)

    def receive(self, trades: Iterable[Trade]) -> None:
        for trade in trades:
            self.market.apply(trade, max(trade.time_ns or 0, self.market.coverage.since_ns))

    def disconnect(self, from_ns: int) -> None:
        self.market.on_disconnected(from_ns)
        self.backfill.set_offer(None)
        self.backfill.note_gap()

    def connect(self, now_ns: int) -> None:
        self.market.on_connected(now_ns)
        self.backfill.set_offer(OFFER)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.backfill.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait((task,))

    async def finish(self) -> None:
        async with self.running():
            await until(lambda: self.state.backfills.newest is not None)

    @property
    def is_filled(self) -> bool:
        return all(gap.is_backfilled for gap in self.state.bars.find_gaps())


def facts(state: SymbolState) -> list[object]:
    """Return what a market shows of its trades."""
    state.bars.aggregate_pending()
    tape, day = state.tape, state.day
    columns = [ring.column(index).tolist() for ring in (state.bars.seconds, state.bars.minutes) for index in range(6)]
    trades = [tape.times_ns.tolist(), tape.prices.tolist(), tape.sizes.tolist()]
    return [*columns, *trades, day.high, day.low, day.volume, day.vwap, state.last, state.last_ns, state.missed]


STEPS = st.lists(st.tuples(st.integers(1, 3_000), st.integers(80, 120), st.integers(1, 9)), min_size=4, max_size=40)


@given(st.data(), STEPS, st.sampled_from([as_number, as_text, without_id]))
def test_the_result_equals_a_market_that_lost_nothing(
    data: st.DataObject, steps: list[tuple[int, int, int]], id_of: Callable[[int], int | str | None]
) -> None:
    trades = trades_of(steps, id_of)
    has_ids = id_of is not without_id
    last = data.draw(st.integers(0, len(trades) - 3), "the last one before the gap")
    first = data.draw(st.integers(last + 1, len(trades) - 1), "the first one after the gap")
    lost = trades[last + 1 : first]
    at_once = data.draw(st.lists(st.sampled_from(trades[:first])) if has_ids else st.just([]), "sent at the connect")
    in_flight = data.draw(st.lists(st.sampled_from(trades)) if has_ids else st.just([]), "sent during the request")
    afterwards = data.draw(st.lists(st.sampled_from(trades)) if has_ids else st.just([]), "sent afterwards")
    overlap = data.draw(st.lists(st.sampled_from(trades)) if has_ids else st.just([]), "in the page")
    is_sequential = id_of is as_number

    async def test() -> None:
        scene, observer = Scene(is_sequential=is_sequential), Scene(is_sequential=is_sequential)
        observer.receive(trades)
        scene.receive(trades[: last + 1])
        scene.disconnect(trades[last].time_ns or 0)
        scene.connect(trades[first].time_ns or 0)
        scene.receive(at_once)
        scene.receive(trades[first:])
        scene.venue.page = data.draw(st.permutations([*lost, *overlap]))
        scene.venue.meanwhile = lambda: scene.receive(in_flight)
        await scene.finish()
        scene.receive(afterwards)
        assert facts(scene.state) == facts(observer.state)
        assert scene.is_filled

    run_plain(test())


@given(st.data(), STEPS, st.sampled_from([as_number, as_text]))
def test_a_gap_whose_trades_are_no_longer_remembered_is_filled_and_none_counts_twice(
    data: st.DataObject, steps: list[tuple[int, int, int]], id_of: Callable[[int], int | str | None]
) -> None:
    """A desk sends what was traded meanwhile as fast as it can, and a slow connection proves its end late."""
    trades = trades_of(steps, id_of)
    last = data.draw(st.integers(0, len(trades) - 3), "the last one before the gap")
    first = data.draw(st.integers(last + 1, len(trades) - 1), "the first one after the gap")
    proven = data.draw(st.integers(0, last), "the last one that is certainly complete")
    lost = trades[last + 1 : first]
    at_once = data.draw(st.lists(st.sampled_from(lost), unique=True) if lost else st.just([]), "sent at the connect")
    is_requested_early = data.draw(st.booleans(), "the gap is requested while trades after it arrive")
    window = data.draw(st.integers(1, 8), "the remembered ids")
    page = trades[proven : data.draw(st.integers(first, len(trades)), "the end of the page")]

    async def test() -> None:
        scene, observer = Scene(), Scene()
        RecentIds.__init__(scene.state.ids, window)
        observer.receive(trades)
        scene.receive(trades[: last + 1])
        scene.disconnect(trades[proven].time_ns or 0)
        scene.connect(trades[first].time_ns or 0)
        scene.receive(at_once)
        rest = deque(trades[first:])
        scene.receive([rest.popleft() for _ in range(1 if is_requested_early else len(rest))])
        scene.venue.page = data.draw(st.permutations(page))
        scene.venue.meanwhile = lambda: scene.receive([rest.popleft() for _ in range(len(rest))])
        await scene.finish()
        scene.receive(rest)  # nothing is requested between numbers that follow each other
        assert facts(scene.state) == facts(observer.state)
        assert scene.is_filled

    run_plain(test())


@given(st.data(), STEPS, st.sampled_from([as_number, as_text]), st.booleans())
def test_backfilled_trades_are_corrected_like_others_before_or_after_they_arrive(
    data: st.DataObject,
    steps: list[tuple[int, int, int]],
    id_of: Callable[[int], int | str | None],
    repeats_values: bool,
) -> None:
    trades = trades_of(steps, id_of)
    first = len(trades) - 2
    lost = trades[1:first]
    numbers = data.draw(st.lists(st.integers(0, len(lost) - 1), unique=True, max_size=6))
    corrected = [
        Correction(
            "A",
            lost[number].trade_id,
            data.draw(st.none() | st.integers(80, 120).map(float)),
            original_price=lost[number].price if repeats_values else None,
            original_size=lost[number].size if repeats_values else None,
        )
        for number in numbers
    ]
    early = data.draw(st.integers(0, len(corrected)))

    async def test() -> None:
        scene, observer = Scene(), Scene()
        observer.receive(trades)
        gap_of(scene, trades, 0, first)
        scene.venue.page = trades
        added = list[Trade | Correction]()
        scene.backfill.on_added = lambda fact, received_ns: added.append(fact)
        for fact in corrected[:early]:
            scene.market.apply(fact, scene.market.coverage.since_ns)
        await scene.finish()
        for fact in corrected[early:]:
            assert scene.market.apply(fact, scene.market.coverage.since_ns)
        scene.receive(trades)  # sent again: none counts twice, and a cancelled one stays cancelled
        for fact in corrected:
            observer.market.apply(fact, observer.market.coverage.since_ns)
        assert facts(scene.state) == facts(observer.state)
        cancelled = {fact.trade_id for fact in corrected[:early] if fact.price is None}
        changed = [fact for fact in corrected[:early] if fact.price is not None]
        assert [fact for fact in added if isinstance(fact, Trade)] == [t for t in lost if t.trade_id not in cancelled]
        assert sorted(map(str, changed)) == sorted(str(fact) for fact in added if isinstance(fact, Correction))

    run_plain(test())


def gap_of(scene: Scene, trades: Sequence[Trade], last: int, first: int) -> None:
    """Receive trades without those between two of them."""
    scene.receive(trades[: last + 1])
    scene.disconnect(trades[last].time_ns or 0)
    scene.connect(trades[first].time_ns or 0)
    scene.receive(trades[first:])


MINUTES = [(30_000, 100 + number, 1) for number in range(12)]


@pytest.mark.parametrize(
    ("errors", "page", "reason"),
    [
        ([HistoryError("It is too much.", Refusal.OUT_OF_RANGE)], [], "too much"),
        ([HistoryError("Not with this key.", Refusal.NOT_OFFERED)], [], "this key"),
        ([], [], "lacks 6 trades"),
    ],
)
def test_what_cannot_be_backfilled_stays_a_gap_of_which_the_bars_are_requested(
    run: RunQt, errors: list[HistoryError], page: list[Trade], reason: str
) -> None:
    async def test() -> None:
        scene, trades = Scene(is_sequential=True), trades_of(MINUTES, as_number)
        gap_of(scene, trades, 2, 9)
        scene.venue.errors, scene.venue.page = errors, page
        await scene.finish()
        newest = scene.state.backfills.newest
        assert newest is not None
        assert reason in newest.reason
        assert not scene.is_filled
        (request,) = scene.bars._added
        assert (request.symbol, request.timeframe.width_ns) == ("A", MINUTE_NS)
        assert (request.start_ns, request.end_ns) == (trades[2].time_ns, trades[9].time_ns)

    run(test())


def test_a_failed_request_is_repeated_after_the_demanded_pause(run: RunQt) -> None:
    async def test() -> None:
        scene, trades = Scene(is_sequential=True), trades_of(MINUTES, as_number)
        gap_of(scene, trades, 2, 9)
        added = list[Trade | Correction]()
        scene.backfill.on_added = lambda fact, received_ns: added.append(fact)
        scene.venue.errors = [HistoryError("Slow down.", Refusal.RATE_LIMITED, 0.01)]
        scene.venue.page = trades
        await scene.finish()
        assert scene.is_filled
        assert added == trades[3:9]
        assert len(scene.venue.queries) == 2
        query = scene.venue.queries[0]
        assert (query.after_id, query.before_id) == (1_002, 1_009)
        assert (query.after_ns, query.before_ns) == (trades[2].time_ns, trades[9].time_ns)

    run(test())


def test_a_gap_is_pending_until_its_trades_are_known(run: RunQt) -> None:
    async def test() -> None:
        scene, trades = Scene(), trades_of(MINUTES, as_number)
        backfill = scene.backfill
        scene.receive(trades[:3])
        assert not backfill.is_pending
        scene.disconnect(trades[2].time_ns or 0)
        assert (backfill.is_pending, backfill.is_pending_for("A")) == (True, False)  # nothing can be requested
        scene.connect(trades[9].time_ns or 0)
        assert [backfill.is_pending_for(symbol) for symbol in "AB"] == [True, False]
        scene.receive(trades[9:])
        scene.venue.page = trades
        async with scene.running():
            await until(lambda: scene.state.backfills.newest is not None and not backfill.is_pending)
        assert not backfill.is_pending_for("A")

    run(test())


def test_the_gap_of_a_removed_symbol_is_forgotten(run: RunQt) -> None:
    async def test() -> None:
        scene, trades = Scene(), trades_of(MINUTES, as_number)
        gap_of(scene, trades, 2, 9)
        scene.market.unwatch("A")
        async with scene.running():
            await until(lambda: not scene.backfill._edges)
        assert scene.venue.queries == []

    run(test())


def test_a_symbol_can_be_removed_while_the_ends_of_gaps_are_searched(
    run: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        scene, trades = Scene(), trades_of(MINUTES, as_number)
        scene.market.watch("b", "B")
        trades = [replace(trade, symbol=symbol) for trade in trades for symbol in "AB"]
        gap_of(scene, trades, 5, 18)
        monkeypatch.setattr(backfill, "_SLICE_S", -1.0)  # a turn of the event loop after each symbol
        find_job = backfill._job_of

        def find_job_and_remove_next(edge: Any, end_ns: int) -> object:
            asyncio.get_running_loop().call_soon(remove)
            return find_job(edge, end_ns)

        def remove() -> None:
            scene.market.unwatch("B")
            scene.backfill.forget_removed()

        monkeypatch.setattr(backfill, "_job_of", find_job_and_remove_next)
        searching = asyncio.create_task(scene.backfill._find_ends())
        await until(lambda: not scene.backfill._edges or searching.done())
        for _ in range(10):
            await asyncio.sleep(0)
        assert not searching.done()
        searching.cancel()
        assert [job.state.wire_symbol for job in scene.backfill._jobs] == ["A"]

    run(test())


def test_the_requests_of_a_removed_symbol_are_forgotten_also_without_a_connection(run: RunQt) -> None:
    async def test() -> None:
        scene, trades = Scene(), trades_of(MINUTES, as_number)
        gap_of(scene, trades, 2, 9)
        searching = asyncio.create_task(scene.backfill._find_ends())
        await until(lambda: scene.backfill._jobs)
        scene.disconnect(trades[9].time_ns or 0)
        scene.market.unwatch("A")
        await until(lambda: not scene.backfill.is_pending)
        searching.cancel()
        assert scene.venue.queries == []

    run(test())


def test_nothing_is_requested_before_a_trade_after_the_gap_arrives(run: RunQt) -> None:
    async def test() -> None:
        scene, trades = Scene(), trades_of(MINUTES, as_number)
        scene.receive(trades[:3])
        scene.disconnect(trades[2].time_ns or 0)
        scene.connect(trades[9].time_ns or 0)
        scene.receive(trades[1:5])  # sent again, and two of the gap
        async with scene.running():
            for _ in range(20):
                await asyncio.sleep(0)
            assert scene.venue.queries == []
            scene.venue.page = trades
            scene.receive(trades[9:])
            await until(lambda: scene.state.backfills.newest)
        assert scene.is_filled

    run(test())


def test_a_price_far_from_those_around_it_does_not_count(run: RunQt) -> None:
    async def test() -> None:
        scene, trades = Scene(), trades_of(MINUTES, as_text)
        gap_of(scene, trades, 2, 9)
        scene.venue.page = [*trades, Trade("A", 9_000.0, 1.0, (trades[4].time_ns or 0) + 1, "bad")]
        await scene.finish()
        assert scene.state.day.high == 111.0

    run(test())
