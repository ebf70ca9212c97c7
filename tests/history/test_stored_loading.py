"""What earlier sessions have stored is used first, and only the rest is requested from the provider."""

from __future__ import annotations

import asyncio

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RunQt, run_plain
from tests.doubles import until
from tests.history.test_bar_loader import Scene
from ticker_gui.bars.provided_bars import BarSource, ProvidedBars, from_columns
from ticker_gui.bars.stored_bars import StoredBars
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, MINUTE, MINUTE_NS, Timeframe
from ticker_gui.history.bar_loader import BarsRequest
from ticker_gui.history.stored_loading import StoredLoading

Period = tuple[int, int]
DAY = BY_NAME["1d"]


class Store:
    """An archive that has the minutes of some periods."""

    def __init__(self, *periods: Period) -> None:
        self.periods = periods
        self.reads: list[Period] = []

    async def load(self, symbol: str, timeframe: Timeframe, start_ns: int, end_ns: int) -> list[StoredBars]:
        self.reads.append((start_ns, end_ns))
        await asyncio.sleep(0)
        parts = [(max(first, start_ns), min(last, end_ns)) for first, last in self.periods]
        covered = [(first, last) for first, last in parts if first < last]
        minutes = [minute for first_ns, last_ns in covered for minute in range(first_ns, last_ns, MINUTE_NS)]
        starts, price = np.array(minutes, np.int64), np.ones(len(minutes))
        values = [starts, *[price] * 5, np.full(len(minutes), BarSource.SEEN, np.int64)]
        return [StoredBars(MINUTE, from_columns(values), covered)]


def test_stored_bars_are_used_without_a_connection(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        now_ns = MINUTE.start_of(scene.clock.now_ns)
        store = Store((now_ns - 50 * MINUTE_NS, now_ns - 20 * MINUTE_NS))
        scene.loader.set_offer(None)
        async with scene.running():
            scene.request(MINUTE, 40 * MINUTE_NS)
            scene.loader.set_store(store.load)
            await until(lambda: len(scene.recorded.bars.provided.read(MINUTE).start_ns) == 20)
            assert scene.loads == 1
            scene.request(MINUTE, 45 * MINUTE_NS)  # panned left
            await until(lambda: len(scene.recorded.bars.provided.read(MINUTE).start_ns) == 25)
            scene.clock.advance(300)
            scene.request(MINUTE, 45 * MINUTE_NS)  # newer bars are received live
            await scene.settle()
        assert scene.venue.queries == []
        assert [end_ns > now_ns for _, end_ns in store.reads] == [True, False]

    run(test())


def test_a_request_for_an_empty_period_is_not_read_again_and_again(run: RunQt) -> None:
    async def test() -> None:
        scene, store = Scene(), Store()
        now_ns = scene.clock.now_ns
        scene.loader.set_requests([BarsRequest("A", MINUTE, now_ns, now_ns)])
        scene.loader.set_store(store.load)
        async with scene.running():
            for _ in range(100):
                await asyncio.sleep(0)
        assert store.reads == []

    run(test())


MINUTES = st.integers(0, 400)


@given(st.lists(st.tuples(MINUTES, st.integers(1, 90)), max_size=4), st.lists(MINUTES, min_size=1, max_size=5))
def test_no_bar_that_is_stored_is_requested_and_each_other_one_once(
    stored: list[tuple[int, int]], requests: list[int]
) -> None:
    async def test() -> None:
        scene = Scene()
        scene.clock.now_ns = MINUTE.start_of(scene.clock.now_ns)
        now_ns = scene.clock.now_ns
        periods = [(now_ns - ago * MINUTE_NS, now_ns - (ago - width) * MINUTE_NS) for ago, width in stored]
        store = Store(*[(first, min(last, now_ns)) for first, last in periods])
        scene.loader.set_store(store.load)
        async with scene.running():
            for ago in requests:
                scene.request(MINUTE, ago * MINUTE_NS, now_ns)
                await scene.settle()
        queried = [minute for query in scene.venue.queries for minute in range(query.start_ns, query.end_ns, MINUTE_NS)]
        assert len(set(queried)) == len(queried)
        bars = scene.recorded.bars.provided.read(MINUTE)
        seen = {start_ns for start_ns, source in zip(bars.start_ns, bars.source, strict=True) if source == 0}
        assert not seen & set(queried)
        expected = range(now_ns - max(requests) * MINUTE_NS, now_ns, MINUTE_NS)
        assert set(expected) <= set(bars.start_ns.tolist())
        read = [minute for start_ns, end_ns in store.reads for minute in range(start_ns, end_ns, MINUTE_NS)]
        assert len(set(read)) == len(read)

    run_plain(test())


def test_many_bars_are_read_in_pages_the_newest_first(run: RunQt) -> None:
    async def test() -> None:
        store, loading, provided = Store(), StoredLoading(), ProvidedBars()
        assert loading.missing("A", DAY, (0, 9 * DAY_NS), provided) is None  # nothing is stored
        loading.load = store.load
        while (part := loading.missing("A", MINUTE, (0, 60 * DAY_NS), provided)) is not None:
            await loading.add("A", MINUTE, part, provided, 90 * DAY_NS)
        assert store.reads == [(60 * DAY_NS - 50_000 * MINUTE_NS, 60 * DAY_NS), (0, 60 * DAY_NS - 50_000 * MINUTE_NS)]
        provided.clear()
        assert loading.missing("A", MINUTE, (0, DAY_NS), provided) == (0, DAY_NS)

    run(test())


def test_what_was_read_of_a_symbol_stays_known_while_it_is_watched(run: RunQt) -> None:
    async def test() -> None:
        loading, first, second = StoredLoading(), ProvidedBars(), ProvidedBars()
        loading.load = Store().load
        for symbol, provided in (("A", first), ("B", second)):
            await loading.add(symbol, MINUTE, (0, DAY_NS), provided, 90 * DAY_NS)
        assert loading.missing("A", MINUTE, (0, DAY_NS), first) is None
        del first, provided
        await loading.add("C", MINUTE, (0, DAY_NS), third := ProvidedBars(), 90 * DAY_NS)
        assert [symbol for symbol, _ in loading._read] == ["B", "C"]
        assert loading.missing("C", MINUTE, (0, DAY_NS), third) is None

    run(test())
