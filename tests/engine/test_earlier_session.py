"""A new session continues the last one: its trades and gaps are there, and what was missed since is requested."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archive.test_trade_table import open_archive
from tests.conftest import RunQt
from tests.doubles import NOON_NS, StillClock, until
from tests.engine.answering import AnsweringMarket
from tests.engine.test_archiving import real, recording, second_trade, stored_in_full
from ticker_gui.archive.archive import Archive
from ticker_gui.archive.packing import trade_columns
from ticker_gui.archive.reading import read_trades
from ticker_gui.archive.records import BACKFILLED_FLAG, GapRecord, TradeRecord
from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.bars.gaps import Gap
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.bars.series import TimeSeries
from ticker_gui.domain.events import Trade, Updates
from ticker_gui.domain.timeframe import DAY, DAY_NS, MINUTE, MINUTE_NS, SECOND_NS
from ticker_gui.engine.earlier_session import as_gaps, last_trades
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.history import BarsQuery, TradesQuery
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.history.bar_loader import BarsRequest

__all__ = ["real"]

END_NS = NOON_NS + 90 * SECOND_NS
RESTART_NS = NOON_NS + 230 * SECOND_NS
CHART = BarsRequest("A", MINUTE, NOON_NS - 20 * MINUTE_NS, NOON_NS + 20 * MINUTE_NS)


class WatchedArchive(Archive):
    """An archive that knows which symbols were restored; their gaps are the last that is loaded."""

    def __init__(self, path: Path, *, now_ns: StillClock) -> None:
        super().__init__(path, now_ns=now_ns)
        self.restored: set[str] = set()

    async def load_gaps(self, feed: str, symbol: str, start_ns: int, end_ns: int) -> Sequence[GapRecord]:
        gaps = await super().load_gaps(feed, symbol, start_ns, end_ns)
        self.restored.add(symbol)
        return gaps


@contextlib.asynccontextmanager
async def session(
    path: Path, market: AnsweringMarket, clock: StillClock, request: BarsRequest = CHART
) -> AsyncIterator[Engine]:
    """Run a program whose chart shows these bars, until all is stored.

    The clock stands still, so that the pause after a request does not end: only one can be made.
    """
    number = len(market.connections) + 1
    archive = WatchedArchive(path, now_ns=clock)
    async with recording(archive, market, clock) as (engine, _):
        await until(lambda: "A" in archive.restored)  # what is not restored yet would be requested again
        engine.market.chart(engine.market.states[0])
        engine.feeds["desk"].past.bars.set_requests([request])
        await market.connection(number)
        yield engine
        connected = engine.feeds["desk"].session
        await until(lambda: connected.last_tick_ns == clock())  # it is known that the connection was alive until now
    await stored_in_full()


def receive(market: AnsweringMarket, clock: StillClock, *numbers: int) -> None:
    for number in numbers:
        market.deliver_at(clock, second_trade(number))


def passing_pauses(clock: StillClock) -> Callable[[], Coroutine[Any, Any, None]]:
    """Return what lets the pauses between two requests pass.

    One request is enough unless the machine is busy: then it may be sent before a step of the clock, and answered later.
    """

    async def pass_pause() -> None:
        clock.advance(0.1)
        await asyncio.sleep(0.005)

    return pass_pause


async def first_session(path: Path, market: AnsweringMarket, clock: StillClock) -> None:
    async with session(path, market, clock) as engine:
        (state,) = engine.market.states
        receive(market, clock, *range(90))
        await until(lambda: len(state.bars.provided.read(MINUTE).start_ns))


def bar_queries(market: AnsweringMarket) -> list[BarsQuery]:
    return [query for query in market.queries if isinstance(query, BarsQuery)]


def volumes(trades: list[Trade]) -> list[float]:
    """Return the volume of each minute."""
    by_start = dict[int, float]()
    for trade in trades:
        start_ns = MINUTE.start_of(trade.time_ns or 0)
        by_start[start_ns] = by_start.get(start_ns, 0.0) + (trade.size or 0.0)
    return list(by_start.values())


def minutes(engine: Engine) -> TimeSeries:
    return TimeSeries(engine.market.states[0].bars, MINUTE)


@pytest.mark.usefixtures("real")
def test_the_time_without_the_program_is_backfilled_and_the_chart_has_no_hole(run: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        path, market, clock = tmp_path / "archive.sqlite3", AnsweringMarket(), StillClock()
        market.trades = list(map(second_trade, range(-600, 400)))
        await first_session(path, market, clock)
        clock.now_ns = RESTART_NS
        requested = len(market.queries)
        async with session(path, market, clock) as engine:
            (state,) = engine.market.states
            receive(market, clock, *range(230, 260))
            await until(lambda: state.backfills.newest)
            newest = state.backfills.newest
            assert newest is not None
            assert (newest.reason, newest.trades) == ("", 140)
            assert all(gap.is_backfilled for gap in state.bars.find_gaps())
            expected = volumes(market.trades[: 600 + 260])
            await until(lambda: minutes(engine).bars.volume[-5:].tolist() == expected[-5:])
            assert (np.diff(minutes(engine).bars.start_ns) == MINUTE_NS).all()
            (query,) = [query for query in market.queries if isinstance(query, TradesQuery)]
            assert (query.after_id, query.before_id) == (89, 230)
        for bars_query in bar_queries(market)[requested:]:
            assert bars_query.start_ns >= MINUTE.start_of(NOON_NS)  # what was requested or received before is stored
        archive = Archive(path)
        trades = await archive.load_trades("desk", "A", 1_000)
        assert trades.seq.tolist() == list(range(260))
        assert trades.seq[trades.updates & BACKFILLED_FLAG != 0].tolist() == list(range(90, 230))
        records = await archive.load_gaps("desk", "A", 0, 2**62)
        assert [(gap.symbol, gap.is_backfilled) for gap in records] == [("", False), ("A", True)]
        assert all("The program was not running." in gap.reason for gap in records)

        requested = len(market.queries)
        clock.now_ns = NOON_NS + 270 * SECOND_NS
        async with session(path, market, clock) as engine:
            (state,) = engine.market.states
            receive(market, clock, *range(270, 275))
            await until(lambda: state.backfills.newest)
            assert [gap.is_backfilled for gap in state.bars.find_gaps()] == [True, True]
            stored = state.bars.provided.read(MINUTE)
            assert stored.source[-4:-1].tolist() == [BarSource.BACKFILLED] * 3
        assert not [query for query in bar_queries(market)[requested:] if query.start_ns < NOON_NS + 240 * SECOND_NS]

    run(test())


@pytest.mark.usefixtures("real")
def test_after_a_kill_the_chart_has_no_hole(run: RunQt, tmp_path: Path) -> None:
    """The files are those that a killed program leaves: a copy made while it is running."""

    async def test() -> None:
        path, killed, clock = tmp_path / "archive.sqlite3", tmp_path / "killed.sqlite3", StillClock()
        market = AnsweringMarket(map(second_trade, range(-600, 400)))
        async with session(path, market, clock):
            receive(market, clock, *range(90))
            archive = Archive(path)
            while not (  # noqa: ASYNC110
                len((await archive.load_trades("desk", "A", 100)).seq) == 90
                and (await archive.load_recorded_until("desk") or 0) > NOON_NS
            ):
                await asyncio.sleep(0.02)
            for ending in ("", "-wal"):
                await asyncio.to_thread(shutil.copy, f"{path}{ending}", f"{killed}{ending}")
        clock.now_ns = RESTART_NS
        async with session(killed, market, clock) as engine:
            (state,) = engine.market.states
            receive(market, clock, *range(230, 260))
            await until(lambda: state.backfills.newest)
            assert all(gap.is_backfilled for gap in state.bars.find_gaps())
            bars = minutes(engine).bars
            assert (np.diff(bars.start_ns) == MINUTE_NS).all()
            assert bars.volume[-4:].tolist() == volumes(market.trades[: 600 + 260])[-4:]
        assert (await Archive(killed).load_trades("desk", "A", 1_000)).seq.tolist() == list(range(260))

    run(test())


@pytest.mark.usefixtures("real")
def test_without_a_list_of_trades_the_bars_of_the_gap_are_requested(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Demo, "trades_request", lambda protocol, query: None)

    async def test() -> None:
        path, market, clock = tmp_path / "archive.sqlite3", AnsweringMarket(), StillClock()
        market.trades = list(map(second_trade, range(-600, 400)))
        await first_session(path, market, clock)
        clock.now_ns = RESTART_NS
        async with session(path, market, clock) as engine:
            (state,) = engine.market.states
            receive(market, clock, *range(230, 260))
            await until(lambda: state.backfills.newest)
            assert "no list of the trades" in state.backfills.newest.reason  # type: ignore[union-attr]
            clock.now_ns = NOON_NS + 400 * SECOND_NS  # the minute of the start has closed
            engine.feeds["desk"].past.bars.set_requests([CHART._replace(start_ns=CHART.start_ns + 1)])
            await until(
                lambda: not state.bars.missing_data.unfilled(state.bars.provided, MINUTE).gaps,
                meanwhile=passing_pauses(clock),
            )
            bars = minutes(engine).bars
            assert (np.diff(bars.start_ns) == MINUTE_NS).all()
        gap = (await Archive(path).load_gaps("desk", "A", 0, 2**62))[-1]
        assert not gap.is_backfilled

    run(test())


@pytest.mark.usefixtures("real")
def test_what_was_traded_while_a_symbol_was_removed_does_not_count_as_received(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Demo, "trades_request", lambda protocol, query: None)

    async def test() -> None:
        path, market, clock = tmp_path / "archive.sqlite3", AnsweringMarket(), StillClock()
        market.trades = list(map(second_trade, range(-600, 1_000)))
        await first_session(path, market, clock)
        clock.now_ns = RESTART_NS
        async with session(path, market, clock) as engine:
            desk = engine.feeds["desk"]
            receive(market, clock, *range(230, 260))
            await until(lambda: engine.market.states[0].backfills.newest)
            desk.unwatch(["A"])
            clock.now_ns = NOON_NS + 600 * SECOND_NS
            desk.watch(["A"])
            (state,) = engine.market.states
            receive(market, clock, *range(600, 630))
            searches, backfill = list[int](), desk.past.backfill
            forget_removed = backfill.forget_removed

            def note_search() -> None:
                searches.append(clock())
                forget_removed()

            monkeypatch.setattr(backfill, "forget_removed", note_search)
            await until(lambda: len(searches) > 2)  # for symbols whose last session can be continued
            engine.market.chart(state)
            desk.past.bars.set_requests([CHART])
            assert state.bars.received(MINUTE)[0][0] > NOON_NS + 600 * SECOND_NS
            starts = range(MINUTE.start_of(NOON_NS), NOON_NS + 600 * SECOND_NS, MINUTE_NS)
            await until(
                lambda: set(starts) <= set(minutes(engine).bars.start_ns.tolist()), meanwhile=passing_pauses(clock)
            )

    run(test())


@pytest.mark.usefixtures("real")
def test_without_past_data_the_gap_stays_with_its_reason(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Demo, "history", None)

    async def test() -> None:
        path, market, clock = tmp_path / "archive.sqlite3", AnsweringMarket(), StillClock()
        async with session(path, market, clock):
            receive(market, clock, *range(90))
        clock.now_ns = RESTART_NS
        async with session(path, market, clock) as engine:
            (state,) = engine.market.states
            (gap,) = state.coverage.gaps
            receive(market, clock, *range(230, 260))
            assert gap == Gap(END_NS - SECOND_NS, RESTART_NS, reason="The program was not running.")
            assert state.bars.find_gaps() == (gap,)
            await until(lambda: len(minutes(engine).bars.start_ns) == 3)  # those that are stored, and those since
        (record,) = await Archive(path).load_gaps("desk", "A", 0, 2**62)
        assert record.reason == "The program was not running."

    run(test())


@pytest.mark.usefixtures("real")
def test_stored_bars_of_other_timeframes_are_not_requested_again(run: RunQt, tmp_path: Path) -> None:
    days = BarsRequest("A", DAY, NOON_NS - 500 * DAY_NS, NOON_NS)

    async def test() -> None:
        path, market, clock = tmp_path / "archive.sqlite3", AnsweringMarket(), StillClock()
        market.trades = [Trade("A", 5.0, 1.0, NOON_NS - day * DAY_NS, day) for day in range(0, 600, 3)]
        for number in range(2):
            requested = len(market.queries)
            async with session(path, market, clock, days) as engine:
                await until(lambda: len(TimeSeries(engine.market.states[0].bars, DAY)) >= 166)
                await asyncio.sleep(0.05)
            queried = [query for query in bar_queries(market)[requested:] if query.timeframe == "1d"]
            is_old = any(query.start_ns < NOON_NS - 2 * DAY_NS for query in queried)
            assert is_old == (number == 0)

    run(test())


@pytest.mark.parametrize(
    ("keys", "has_ids"),
    [
        ([(0, 0), (0, 1)], False),  # two trades of the same time
        ([(0, 3), (0, 4), (1, 0)], False),  # the first ones of that time were not read
        ([(0, 0), (1, 1), (1, 2)], True),
        ([(0, 7)], True),
        ([(0, 900), (0, 901), (1, 17)], True),  # the numbering began again
    ],
)
def test_numbers_that_count_the_trades_of_the_same_time_are_not_ids(keys: list[tuple[int, int]], has_ids: bool) -> None:
    rows = [(NOON_NS + second * SECOND_NS, seq, 5.0, 1.0, 7, None, None) for second, seq in keys]
    trades = last_trades("A", trade_columns(rows), Gap(NOON_NS + 5 * SECOND_NS, NOON_NS + 9 * SECOND_NS))
    assert [trade.trade_id for trade in trades] == [seq if has_ids else None for _, seq in keys]


def test_trades_without_ids_have_none_among_others_with_names() -> None:
    rows = [(NOON_NS, 0, 5.0, 1.0, 7, None, None), (NOON_NS + SECOND_NS, 0, 5.0, 1.0, 7, "a", None)]
    rows.append((NOON_NS + 2 * SECOND_NS, 0, 6.0, 1.0, 7, None, None))
    trades = last_trades("A", trade_columns(rows), Gap(NOON_NS + 5 * SECOND_NS, NOON_NS + 9 * SECOND_NS))
    assert [trade.trade_id for trade in trades] == [None, "a", None]


def test_numbers_that_repeat_are_not_ids() -> None:
    rows = [(NOON_NS + second * SECOND_NS, 0, 5.0, 1.0, 7, None, None) for second in range(3)]
    gap = Gap(NOON_NS + 5 * SECOND_NS, NOON_NS + 9 * SECOND_NS)
    assert [trade.trade_id for trade in last_trades("A", trade_columns(rows), gap)] == [None] * 3
    assert [trade.trade_id for trade in last_trades("A", trade_columns(rows[:1]), gap)] == [None]


IDS = {
    "numbers": st.integers(1, 2**62),
    "texts": st.text("abc-", min_size=1, max_size=5) | st.just("007") | st.none(),
    "none": st.none(),
}
SIZES = st.none() | st.sampled_from([1.0, 0.25, 1e-8])


@given(st.data(), st.sampled_from(list(IDS)), st.booleans())
@settings(max_examples=50)
def test_stored_trades_convert_back_unchanged(data: st.DataObject, kind: str, has_venues: bool) -> None:
    ids = data.draw(st.lists(IDS[kind], max_size=6, unique_by=lambda one: object() if one is None else str(one)))
    trades = [
        Trade(
            "A",
            data.draw(st.sampled_from([1.0, 2.5, -3.0, 60_000.01])),
            data.draw(SIZES),
            NOON_NS + step * SECOND_NS,
            trade_id,
            data.draw(st.sampled_from([None, 11, "X"])) if has_venues and trade_id is not None else None,
            data.draw(st.sampled_from([(), ("I",), ("I", "T")])),
            data.draw(st.sampled_from([Updates.EVERYTHING, Updates.VOLUME, Updates.NOTHING])),
        )
        for trade_id, step in zip(ids, sorted(data.draw(st.integers(0, 3)) for _ in ids), strict=True)
    ]
    connection = open_archive()
    ArchiveWriter(connection).write([TradeRecord("desk", trade, (trade.time_ns or 0) + 1) for trade in trades], ())
    gap = Gap(NOON_NS + 5 * SECOND_NS, NOON_NS + 9 * SECOND_NS)
    restored = last_trades("A", read_trades(connection, "desk", "A", 100), gap)
    connection.close()
    assert sorted(map(repr, map(as_texts, restored))) == sorted(map(repr, map(as_texts, trades)))


def as_texts(trade: Trade) -> Trade:
    """Return a trade with its id and its venue as texts, which are the same as numbers."""
    trade_id, venue = (None if one is None else str(one) for one in (trade.trade_id, trade.venue))
    trade_id = str(int(trade_id)) if trade_id is not None and venue is None and is_plain_number(trade_id) else trade_id
    return msgspec.structs.replace(trade, trade_id=trade_id, venue=venue)


def is_plain_number(text: str) -> bool:
    return text.isdecimal() and text == str(int(text))


def test_stored_gaps_are_gaps_again() -> None:
    assert as_gaps([GapRecord("desk", "", 5, 9, 3, "There was no connection.")]) == [Gap(5, 9, 3)]
    assert as_gaps([GapRecord("desk", "A", 5, 9, 0, "No list.")]) == [Gap(5, 9, reason="No list.")]
