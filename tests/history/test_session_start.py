"""A session that continues an earlier one has the same trades and bars as one that never stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RunQt, run_plain
from tests.doubles import NOON_NS, until
from tests.history.test_backfill import STEPS, Scene, as_number, as_text, facts, trades_of, without_id
from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import HOUR_NS, MINUTE, MINUTE_NS, SECOND_NS
from ticker_gui.history.backfill import MAX_UNCHARTED
from ticker_gui.history.bar_loader import BarsRequest
from ticker_gui.history.session_start import first_trade
from ticker_gui.market.deduplication import RecentIds

IdOf = Callable[[int], int | str | None]


def time_of(trade: Trade) -> int:
    assert trade.time_ns is not None
    return trade.time_ns


class NextSession(Scene):
    """A session that begins after an earlier one, which has stored some trades."""

    def __init__(self, stored: Sequence[Trade], until_ns: int, *, is_sequential: bool = False) -> None:
        super().__init__(is_sequential=is_sequential)
        self.market.coverage.was_connected = False
        self.market.coverage._began_ns = None
        self.market.coverage.restore([], until_ns)
        self.stored, self.loads = stored, list[Gap]()
        self.backfill.load_earlier = self._load
        self.bars.set_requests([BarsRequest("A", MINUTE, 0, NOON_NS)])

    async def _load(self, symbol: str, gap: Gap) -> Sequence[Trade]:
        self.loads.append(gap)
        await asyncio.sleep(0)
        last = max((trade for trade in self.stored if time_of(trade) <= gap.start_ns), key=time_of, default=None)
        since_ns = restored_from(gap.start_ns)
        return [trade for trade in self.stored if time_of(trade) >= since_ns or trade is last]


def restored_from(until_ns: int) -> int:
    return MINUTE.start_of(until_ns) - MINUTE_NS


@given(st.data(), STEPS, st.sampled_from([as_number, as_text, without_id]))
def test_any_overlap_of_stored_requested_resent_and_live_trades_counts_each_once(
    data: st.DataObject, steps: list[tuple[int, int, int]], id_of: IdOf
) -> None:
    trades = trades_of(steps, id_of)
    has_ids = id_of is not without_id
    noted = data.draw(st.integers(0, len(trades) - 2), "the last one before the noted end of the session")
    last = data.draw(st.integers(noted, len(trades) - 2), "the last one that was stored")
    first = data.draw(st.integers(last + 1, len(trades) - 1), "the first one of the next session")
    until_ns = time_of(trades[noted])
    held = [trade for trade in trades if time_of(trade) >= restored_from(until_ns)]
    resent = st.lists(st.sampled_from(held)) if has_ids else st.just(list[Trade]())
    at_once = [trade for trade in data.draw(resent, "sent at the connect") if trade in trades[:first]]
    in_flight, afterwards = data.draw(resent, "sent during the request"), data.draw(resent, "sent afterwards")
    page = trades[noted + 1 : first] + data.draw(resent, "in the page, too")

    async def test() -> None:
        is_sequential = id_of is as_number
        scene = NextSession(trades[: last + 1], until_ns, is_sequential=is_sequential)
        observer = Scene(is_sequential=is_sequential)
        observer.receive(held)
        scene.connect(time_of(trades[first]))
        scene.receive(at_once)
        scene.receive(trades[first:])
        scene.venue.page = data.draw(st.permutations(page))
        scene.venue.meanwhile = lambda: scene.receive(in_flight)
        await scene.finish()
        scene.receive(afterwards)
        assert facts(scene.state) == facts(observer.state)
        assert scene.is_filled
        assert scene.state.bars.partial_since_ns == (observer.state.bars.partial_since_ns)

    run_plain(test())


@given(st.data(), STEPS, st.sampled_from([as_number, as_text]))
def test_trades_that_were_received_before_many_others_are_not_counted_again(
    data: st.DataObject, steps: list[tuple[int, int, int]], id_of: IdOf
) -> None:
    """Some providers begin with trades from before the connection, whose ids are forgotten until the gap is requested."""
    trades = trades_of(steps, id_of)
    first = data.draw(st.integers(1, len(trades) - 1), "the first one after the connect")
    at_once = data.draw(
        st.lists(st.sampled_from(trades[1:first]), unique=True) if first > 1 else st.just([]), "sent first"
    )
    page = trades[: data.draw(st.integers(first, len(trades)), "the end of the page")]

    async def test() -> None:
        scene = NextSession(trades[:1], time_of(trades[0]))
        observer = Scene()
        RecentIds.__init__(scene.state.ids, data.draw(st.integers(1, 5), "the remembered ids"))
        observer.receive(trades)
        scene.connect(time_of(trades[first]))
        scene.receive(at_once)
        scene.receive(trades[first:])
        scene.venue.page = data.draw(st.permutations(page))
        await scene.finish()
        assert facts(scene.state) == facts(observer.state)
        assert scene.is_filled

    run_plain(test())


MINUTES = [(30_000, 100 + number, 1) for number in range(12)]


@pytest.mark.parametrize("is_charted", [True, False])
def test_the_gap_is_backfilled_once_and_without_a_list_only_for_symbols_on_charts(run: RunQt, is_charted: bool) -> None:
    async def test() -> None:
        trades = trades_of(MINUTES, as_number)
        scene = NextSession(trades[:4], time_of(trades[3]))
        scene.venue.page = trades
        scene.venue.has_list = is_charted
        if not is_charted:
            scene.bars.set_requests([])
        scene.connect(time_of(trades[8]))
        async with scene.running():
            for _ in range(10):
                await asyncio.sleep(0)
            assert scene.loads == []  # before the first trade
            scene.receive(trades[8:])
            for _ in range(10):
                await asyncio.sleep(0)
            assert is_charted or scene.loads == []
            scene.bars.set_requests([BarsRequest("A", MINUTE, 0, NOON_NS)])
            await until(lambda: scene.state.backfills.newest)
        assert len(scene.loads) == len(scene.venue.queries) == 1
        assert (scene.venue.queries[0].after_id, scene.venue.queries[0].before_id) == (1_003, 1_008)
        assert scene.is_filled

    run(test())


@pytest.mark.parametrize(
    ("gap_ns", "symbols", "expected"),
    [(MINUTE_NS, 3, 3), (2 * HOUR_NS, 3, 0), (MINUTE_NS, MAX_UNCHARTED + 5, MAX_UNCHARTED)],
)
def test_symbols_that_are_not_on_charts_follow_if_the_gap_is_short_up_to_a_number(
    run: RunQt, gap_ns: int, symbols: int, expected: int
) -> None:
    async def test() -> None:
        trades = trades_of(MINUTES, as_number)
        until_ns = time_of(trades[3])
        scene = NextSession(trades[:4], until_ns)
        scene.bars.set_requests([])
        for number in range(symbols - 1):
            scene.market.watch(f"b{number}", f"B{number}")
        first_ns = until_ns + gap_ns
        scene.connect(first_ns)
        for state in scene.market.states:
            scene.market.apply(Trade(state.wire_symbol, 100.0, 1.0, first_ns + 1, 1_009), first_ns + 1)
        scene.venue.page = []
        async with scene.running():
            for _ in range(8 * (symbols + 2)):
                await asyncio.sleep(0)
            await until(lambda: sum(state.backfills.newest is not None for state in scene.market.states) == expected)
        assert len(scene.loads) == expected

    run(test())


def test_without_stored_trades_the_gap_stays(run: RunQt) -> None:
    async def test() -> None:
        trades = trades_of(MINUTES, as_number)
        scene = NextSession([], time_of(trades[3]))
        scene.connect(time_of(trades[8]))
        scene.receive(trades[8:])
        async with scene.running():
            await until(lambda: scene.loads)
            await asyncio.sleep(0)
        assert scene.state.backfills.newest is None
        assert not scene.is_filled

    run(test())


def test_the_last_trade_of_a_quiet_symbol_is_known_but_does_not_count(run: RunQt) -> None:
    async def test() -> None:
        trades = trades_of(MINUTES, as_number)
        scene = NextSession(trades[:1], time_of(trades[0]) + 3_600 * SECOND_NS)
        after = trades_of([(3_700_000, 100, 1), (1_000, 101, 1), (1_000, 102, 1)], lambda number: 1_001 + number)
        scene.venue.page = [trades[0], *after]
        scene.connect(time_of(after[2]))
        scene.receive(after[2:])
        await scene.finish()
        scene.state.bars.aggregate_pending()
        assert scene.state.tape.times_ns.tolist() == [time_of(trade) for trade in after]
        assert scene.is_filled

    run(test())


def test_too_many_trades_since_the_start_leave_the_first_one_unknown() -> None:
    trades = trades_of([(1, 100, 1)] * 3_000, as_number)
    scene = NextSession([], time_of(trades[0]) - SECOND_NS)
    scene.connect(time_of(trades[0]))
    gap = scene.market.coverage.gap_before_session
    assert gap is not None
    assert first_trade(scene.state, gap) is None
    scene.receive(trades[:1_000])
    assert first_trade(scene.state, gap) == (time_of(trades[0]), 1_000)
    scene.receive(trades[1_000:1_500])
    assert first_trade(scene.state, gap) == (time_of(trades[0]), None)
    scene.receive(trades[1_500:])
    assert first_trade(scene.state, gap) is None


def test_a_removed_symbol_is_forgotten(run: RunQt) -> None:
    async def test() -> None:
        trades = trades_of(MINUTES, as_number)
        scene = NextSession(trades[:4], time_of(trades[3]))
        scene.venue.page = trades
        scene.connect(time_of(trades[8]))
        scene.receive(trades[8:])
        await scene.finish()
        assert list(scene.backfill._continued) == ["A"]
        scene.market.unwatch("A")
        async with scene.running():
            await until(lambda: not scene.backfill._continued)

    run(test())
