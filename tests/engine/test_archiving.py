"""What real feeds deliver is stored, what simulated ones do is not, and the next run begins with the stored bars."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from pathlib import Path
from weakref import ref

import pytest

from tests.archive.stored import load_bars
from tests.conftest import RunQt
from tests.doubles import NOON_NS, ScriptedConnector, StillClock, until
from tests.engine.answering import AnsweringMarket
from tests.engine.test_engine import feed, payload, running
from ticker_gui.archive.archive import Archive
from ticker_gui.archive.reading import read_recorded_until
from ticker_gui.archive.records import BACKFILLED_FLAG, DayRecord, LastKnown, QuoteRecord, Record, TradeRecord
from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.bars.gaps import Gap
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.events import Bar, Correction, DayStats, Quote, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND_NS
from ticker_gui.engine import archiving
from ticker_gui.engine.archiving import ArchiveRecorder
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.history.bar_loader import BarsRequest
from ticker_gui.stream.timeouts import Timeouts

NOW_NS = time.time_ns()
HOUR_AGO_NS = NOW_NS - NOW_NS % MINUTE_NS - 60 * MINUTE_NS


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the market of the tests one that is stored, and visit all symbols quickly."""
    visit_real_feeds_quickly(monkeypatch)


def visit_real_feeds_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demo, "is_simulated", False)
    monkeypatch.setattr(archiving, "_STEPS_PER_ROUND", 2)
    monkeypatch.setattr(archiving, "_STEP_S", 0.01)


def minute_trade(minute: int, price: float) -> bytes:
    return payload(Trade("A", price, 2.0, HOUR_AGO_NS + minute * MINUTE_NS, minute))


@contextlib.asynccontextmanager
async def recording(
    archive: Archive, connector: ScriptedConnector, clock: Clock | None = None
) -> AsyncIterator[tuple[Engine, ArchiveRecorder]]:
    """Run an engine whose market is stored."""
    # The clock of a test jumps, which is no suspend.
    timeouts = Timeouts(suspend_threshold=1e9, idle_timeout=1e9, check_interval=0.02)
    engine = Engine([feed("desk", "A")], connector=connector, clock=clock, timeouts=timeouts, backfills=True)
    vars(engine.feeds["desk"].past.backfill)["_poll_s"] = 0.01
    recorder = ArchiveRecorder(engine, archive)
    task = asyncio.create_task(recorder.run())
    try:
        async with running(engine):
            yield engine, recorder
            task.cancel()
            await asyncio.wait((task,))
    finally:
        task.cancel()


async def record(path: Path, *payloads: bytes) -> None:
    """Run a program that receives some payloads, until they are stored."""
    archive, connector = Archive(path), ScriptedConnector()
    async with recording(archive, connector) as (engine, recorder):
        line = await connector.connection()
        for each in payloads:
            line.deliver(each)
        recorded = {feed.name for feed in recorder._recorded_feeds()}
        await until(
            lambda: engine.market.states[0].received_ns is not None and recorded <= recorder._gaps_restored.keys()
        )
    await asyncio.to_thread(archive.close)
    await stored_in_full()


async def stored_in_full() -> None:
    """Wait until the archive of a program that has ended is written."""
    await until(lambda: all(thread.name != "archive" for thread in threading.enumerate()))


@pytest.mark.usefixtures("real")
def test_trades_quotes_statistics_and_minute_bars_are_stored(run: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        path = tmp_path / "archive.sqlite3"
        others = payload(Quote("A", 9.0, 1.0, 10.0, 2.0)), payload(DayStats("A", open=3.0, volume=7.0))
        await record(path, *(minute_trade(minute, 5.0 + minute) for minute in range(5)), *others)
        archive = Archive(path)
        trades = await archive.load_trades("desk", "A", 10)
        assert trades.seq.tolist() == list(range(5))
        bars = await load_bars(archive, "desk", "A", "1m", 0, 2**62)
        assert bars.close.tolist() == [5.0, 6.0, 7.0, 8.0, 9.0]
        assert bars.volume.tolist() == [2.0] * 5
        assert bars.source.tolist() == [BarSource.PARTIAL, *[BarSource.SEEN] * 4]
        last = (await archive.load_last([("desk", "A")]))["desk", "A"]
        assert last.day is not None
        assert last.quote is not None
        assert (last.day.open, last.day.volume, last.day.last) == (3.0, 7.0, 9.0)
        assert last.day.last_ns == HOUR_AGO_NS + 4 * MINUTE_NS
        assert last.quote[3:] == (9.0, 1.0, 10.0, 2.0)
        assert await archive.load_recorded_until("desk") is not None

    run(test())


def test_a_simulated_market_is_not_stored(run: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        path = tmp_path / "archive.sqlite3"
        await record(path, *(minute_trade(minute, 5.0) for minute in range(5)))
        archive = Archive(path)
        assert not len((await archive.load_trades("desk", "A", 10)).seq)
        assert not await archive.load_last([("desk", "A")])
        assert await archive.load_recorded_until("desk") is None

    run(test())


@pytest.mark.usefixtures("real")
def test_the_next_run_has_the_bars_and_the_time_in_which_the_program_was_not_running(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        path = tmp_path / "archive.sqlite3"
        await record(path, *(minute_trade(minute, 5.0 + minute) for minute in range(5)))
        archive, connector = Archive(path), ScriptedConnector()
        async with recording(archive, connector) as (engine, _):
            provided = engine.market.states[0].bars.provided
            await until(lambda: len(provided.read(MINUTE).start_ns) == 5)
            assert provided.covers(MINUTE, HOUR_AGO_NS + MINUTE_NS, HOUR_AGO_NS + 5 * MINUTE_NS)
            assert not provided.covers(MINUTE, HOUR_AGO_NS, HOUR_AGO_NS + MINUTE_NS)  # its beginning was not received
            remembered = engine.market.states[0].remembered
            assert remembered is not None
            assert (remembered.last, remembered.dated_ns) == (9.0, HOUR_AGO_NS + 4 * MINUTE_NS)
            line = await connector.connection()
            line.deliver(minute_trade(59, 50.0))
            now_ns = engine.clock()
            while not (gaps := await archive.load_gaps("desk", "A", 0, now_ns)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            assert [gap.reason for gap in gaps] == ["The program was not running."]
            assert now_ns - 20 * SECOND_NS < gaps[0].start_ns < gaps[0].end_ns <= now_ns
        await asyncio.to_thread(archive.close)

    run(test())


@pytest.mark.usefixtures("real")
def test_after_a_kill_at_any_moment_the_end_of_the_recording_of_stored_trades_is_known(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a kill leaves is what one of the transactions has written."""
    path = tmp_path / "archive.sqlite3"
    left: list[tuple[int, int | None]] = []
    write = ArchiveWriter.write

    def write_and_look(writer: ArchiveWriter, trades: Sequence[TradeRecord], records: Iterable[Record]) -> None:
        write(writer, trades, records)
        with contextlib.closing(sqlite3.connect(path)) as other:
            (count,) = other.execute("SELECT count(*) FROM trade").fetchone()
            left.append((count, read_recorded_until(other, "desk")))

    async def test() -> None:
        monkeypatch.setattr(ArchiveWriter, "write", write_and_look)
        archive, connector = Archive(path), ScriptedConnector()
        async with recording(archive, connector) as (engine, _):
            line = await connector.connection()
            for number in range(20):
                line.deliver(payload(second_trade(number)))
                await until(lambda number=number: len(engine.market.states[0].tape) == number + 1)  # type: ignore[misc]
                archive.flush()
        await asyncio.to_thread(archive.close)
        await stored_in_full()
        with_trades = [until_ns for count, until_ns in left if count]
        assert len(with_trades) > 3
        assert all(until_ns is not None and until_ns > NOW_NS - SECOND_NS for until_ns in with_trades)

    run(test())


@pytest.mark.usefixtures("real")
def test_trades_are_stored_at_their_times_if_the_clock_of_this_computer_is_behind(run: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        clock = StillClock(NOW_NS)
        archive, connector = Archive(tmp_path / "archive.sqlite3"), ScriptedConnector()
        async with recording(archive, connector, clock) as (engine, recorder):
            line = await connector.connection()
            await until(lambda: recorder._attached)
            engine.feeds["desk"].market.coverage.set_clock(-10 * SECOND_NS, -10 * SECOND_NS)
            line.deliver(payload(Trade("A", 5.0, 1.0, NOW_NS + 9 * SECOND_NS, 1)))
            line.deliver(payload(Trade("A", 6.0, 1.0, None, 2)))
        await asyncio.to_thread(archive.close)
        await stored_in_full()
        stored = await archive.load_trades("desk", "A", 10)
        assert stored.times_ns.tolist() == engine.market.states[0].tape.times_ns.tolist()
        assert stored.times_ns.tolist() == [NOW_NS + 9 * SECOND_NS, NOW_NS + 10 * SECOND_NS]

    run(test())


@pytest.mark.usefixtures("real")
def test_a_bar_is_stored_as_complete_only_if_the_connection_was_alive_until_its_end(run: RunQt, tmp_path: Path) -> None:
    """A dead connection is detected up to 20 s later; then the trades since the last message were missed."""

    async def test() -> None:
        clock = StillClock(HOUR_AGO_NS)
        archive, connector = Archive(tmp_path / "archive.sqlite3"), ScriptedConnector()
        async with recording(archive, connector, clock) as (engine, recorder):
            line = await connector.connection()
            (state,) = engine.market.states
            for number in range(4):  # one trade per half a minute
                clock.advance(29)
                line.deliver(payload(Trade("A", 5.0, 1.0, clock(), number)))
            clock.advance(10)  # the second bar has ended, and nothing has arrived since
            await until(lambda: [one.version for one in recorder._visited.values()] == [state.version])
            line.end(ConnectionLost("Gone."))
            await until(lambda: state.coverage.gaps)
        await asyncio.to_thread(archive.close)
        await stored_in_full()
        bars = await load_bars(archive, "desk", "A", "1m", 0, 2**62)
        assert state.coverage.gaps[0].start_ns < bars.start_ns[1] + MINUTE_NS
        assert bars.source.tolist() == [BarSource.PARTIAL, BarSource.PARTIAL]

    run(test())


@pytest.mark.usefixtures("real")
def test_a_feed_that_is_added_again_has_its_earlier_gaps_and_the_one_since_it_was_removed(
    run: RunQt, tmp_path: Path
) -> None:
    async def test() -> None:
        clock = StillClock(HOUR_AGO_NS)
        archive, connector = Archive(tmp_path / "archive.sqlite3"), ScriptedConnector()
        async with recording(archive, connector, clock) as (engine, recorder):
            line = await connector.connection()
            line.end(ConnectionLost("Gone."))
            await until(lambda: not engine.feeds["desk"].state.is_connected)
            clock.advance(60)
            (await connector.connection(2)).deliver(minute_trade(1, 5.0))
            await until(lambda: recorder._recorded_until_ns.get("desk") == clock())
            while not await archive.load_gaps("desk", "", 0, clock()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            engine.set_feeds(())
            await until(lambda: not recorder._attached)
            clock.advance(600)
            engine.set_feeds([feed("desk", "A")])
            coverage = engine.feeds["desk"].market.coverage
            await until(lambda: coverage.gaps and coverage.gaps[-1].end_ns)
            assert coverage.gaps == (
                Gap(HOUR_AGO_NS, HOUR_AGO_NS + 60 * SECOND_NS),
                Gap(HOUR_AGO_NS + 60 * SECOND_NS, HOUR_AGO_NS + 660 * SECOND_NS),
            )
            assert coverage.gap_before_session == coverage.gaps[1]
        await asyncio.to_thread(archive.close)

    run(test())


@pytest.mark.usefixtures("real")
def test_closed_bars_of_the_provider_are_stored(run: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        archive, connector = Archive(tmp_path / "archive.sqlite3"), ScriptedConnector()
        async with recording(archive, connector) as (engine, recorder):
            await connector.connection()
            await until(lambda: "desk" in recorder._gaps_restored)
            forming_ns = MINUTE.start_of(engine.clock())
            starts = [HOUR_AGO_NS, forming_ns + MINUTE_NS]
            bars = [Bar("A", "1m", start_ns, 1.0, 3.0, 0.5, 2.0, None, True) for start_ns in starts]
            loader = engine.feeds["desk"].past.bars
            await until(lambda: getattr(loader.on_loaded, "func", None) is not None)
            loader.on_loaded("A", MINUTE, bars, (HOUR_AGO_NS, forming_ns + 2 * MINUTE_NS))
            while not len((found := await load_bars(archive, "desk", "A", "1m", 0, 2**62)).start_ns):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            assert found.start_ns.tolist() == [HOUR_AGO_NS]
            assert found.source.tolist() == [BarSource.PROVIDED]
        await asyncio.to_thread(archive.close)

    run(test())


def second_trade(number: int) -> Trade:
    """Return one of the trades of a market, one per second."""
    return Trade("A", 100.0 + number % 7, 1.0 + abs(number), NOON_NS + number * SECOND_NS, number)


@pytest.mark.usefixtures("real")
def test_backfilled_trades_and_their_corrections_are_stored(run: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        path, market, clock = tmp_path / "archive.sqlite3", AnsweringMarket(), StillClock()
        market.trades = list(map(second_trade, range(200)))
        async with recording(Archive(path, now_ns=clock), market, clock) as (engine, _):
            desk = engine.feeds["desk"]
            (state,) = engine.market.states
            await market.connection()
            await until(lambda: isinstance(desk.past.backfill.on_added, partial))
            for number in range(100):
                market.deliver_at(clock, second_trade(number))
            market.connections[-1].end(ConnectionLost("lost"))
            await until(lambda: desk.state.kind is FeedStatus.WAITING)
            clock.now_ns = NOON_NS + 120 * SECOND_NS
            engine.retry_now()
            await market.connection(2)
            for number in range(120, 200):
                market.deliver_at(clock, second_trade(number))
            await until(lambda: state.backfills.newest)
            market.connections[-1].deliver(payload(Correction("A", 110, 500.0)), payload(Correction("A", 111)))
            assert state.trades == 199
        await stored_in_full()
        archive = Archive(path)
        trades = await archive.load_trades("desk", "A", 1_000)
        assert trades.seq.tolist() == [number for number in range(200) if number != 111]
        backfilled = trades.seq[trades.updates & BACKFILLED_FLAG != 0].tolist()
        assert backfilled == [number for number in range(100, 120) if number != 111]
        assert trades.prices[110] == 500.0
        bars = await load_bars(archive, "desk", "A", "1m", 0, 2**62)
        assert bars.volume.sum() == sum(1.0 + number for number in range(200) if number != 111)
        assert bars.high.max() == 500.0

    run(test())


@pytest.mark.usefixtures("real")
def test_the_last_values_of_all_symbols_are_read_at_once_and_only_where_no_data_has_arrived(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        archive, requests = Archive(tmp_path / "archive.sqlite3"), list[list[tuple[str, str]]]()

        async def load_last(symbols: list[tuple[str, str]]) -> dict[tuple[str, str], LastKnown]:
            requests.append(symbols)
            engine.feeds["desk"].market.apply(Trade("B", 9.0), NOW_NS)
            days = (
                DayRecord(*key, HOUR_AGO_NS, 1.0, 2.0, 0.5, 0.9, 3.0, last, HOUR_AGO_NS)
                for key, last in zip(symbols, (5.0, 6.0, None), strict=True)
            )
            quote = QuoteRecord(*symbols[0], HOUR_AGO_NS, 4.0, 1.0, 6.0, 1.0)
            return {key: LastKnown(day, quote) for key, day in zip(symbols, days, strict=True)}

        monkeypatch.setattr(archive, "load_last", load_last)
        engine = Engine([feed("desk", "A", "B", "C")], connector=ScriptedConnector())
        recorder = ArchiveRecorder(engine, archive)
        a, b, c = engine.market.states
        task = asyncio.create_task(recorder.run())
        try:
            await until(lambda: a.remembered is not None)
        finally:
            task.cancel()
            await asyncio.wait((task,))
        assert requests == [[("desk", "A"), ("desk", "B"), ("desk", "C")]]
        assert b.remembered is None
        assert a.remembered is not None
        assert c.remembered is not None
        assert (a.remembered.last, a.remembered.high, a.remembered.bid) == (5.0, 2.0, None)
        assert (c.remembered.last, c.remembered.bid, c.remembered.ask) == (None, 4.0, 6.0)  # only quotes are known

    run(test())


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("step", ["_visit_feeds", "_visit", "_forget_removed"])
def test_a_bug_in_recording_does_not_stop_the_event_loop(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise KeyError(step)

    async def test() -> None:
        connector = ScriptedConnector()
        monkeypatch.setattr(archiving, "_RESTART_S", 0.01)
        monkeypatch.setattr(ArchiveRecorder, step, fail)
        async with recording(Archive(tmp_path / "archive.sqlite3"), connector) as (engine, recorder):
            (await connector.connection()).deliver(minute_trade(0, 5.0))
            await until(lambda: recorder._errors.count > 2)
            assert engine.market.states[0].last == 5.0

    run(test())


async def use_symbols(engine: Engine, recorder: ArchiveRecorder, connector: ScriptedConnector) -> list[ref[object]]:
    """Receive, store and load data of symbols that will be removed, and return its parts."""
    engine.set_feeds([feed("desk", "A"), feed("other", "REMOVED2")])
    desk, other = engine.feeds.values()
    desk.watch(["REMOVED1"])
    states = [desk.find("REMOVED1"), other.find("REMOVED2")]
    for state in filter(None, states):
        engine.market.chart(state)
    desk.past.bars.set_requests([BarsRequest("REMOVED1", MINUTE, HOUR_AGO_NS, NOW_NS)])
    for number in (1, 2):
        line = await connector.connection(number)
        line.deliver(*(payload(Trade(symbol, 5.0)) for symbol in ("A", "REMOVED1", "REMOVED2")))
    await until(lambda: len(recorder._visited) == 3 and desk.past.bars._stored._read)
    desk.past.bars.set_requests([])
    return [ref(part) for state in states if state is not None for part in (state, state.bars, state.bars.provided)]


@pytest.mark.usefixtures("real")
def test_the_data_of_symbols_and_feeds_that_are_removed_is_freed_without_a_garbage_collection(
    run: RunQt, tmp_path: Path
) -> None:
    async def test() -> None:
        archive, connector = Archive(tmp_path / "archive.sqlite3"), ScriptedConnector()
        async with recording(archive, connector) as (engine, recorder):
            removed = await use_symbols(engine, recorder, connector)
            assert len([held() for held in removed]) == 6
            engine.feeds["desk"].unwatch(["REMOVED1"])
            engine.set_feeds([feed("desk", "A")])
            engine.market.collect_changes()
            await until(lambda: all(held() is None for held in removed))

    assert not gc.isenabled()
    run(test())
