"""Batches are written in full or not at all, trades are packed, and better bars are never replaced by worse ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.stored import FEED, START_NS, SYMBOL, bars, trades
from ticker_gui.archive.database import open_for_writing
from ticker_gui.archive.reading import read_bars, read_gaps, read_last, read_recorded_until, read_trades
from ticker_gui.archive.records import (
    BarsRecord,
    DayRecord,
    GapRecord,
    QuoteRecord,
    Record,
    RecordedUntil,
    TradeRecord,
)
from ticker_gui.archive.trade_table import BLOCK_TRADES, ROWS_PER_PORTION, UNPACKED_TRADES
from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.domain.events import Correction, Trade, Updates
from ticker_gui.domain.timeframe import DAY_NS, MINUTE_NS


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[ArchiveWriter]:
    connection = open_for_writing(tmp_path / "archive.sqlite3")
    yield ArchiveWriter(connection)
    connection.close()


def count(writer: ArchiveWriter, table: str) -> int:
    return int(writer.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize("with_ids", [True, False])
def test_trades_are_packed_and_read_again_in_full(writer: ArchiveWriter, with_ids: bool) -> None:
    total = 3 * BLOCK_TRADES
    for first in range(0, total, 1000):
        writer.write(trades(range(first, min(first + 1000, total)), with_ids=with_ids), ())
    assert count(writer, "block") == 2
    assert count(writer, "trade") < BLOCK_TRADES + UNPACKED_TRADES
    found = read_trades(writer.connection, FEED, SYMBOL, total + 1)
    assert found.times_ns.tolist() == [record.trade.time_ns for record in trades(range(total))]
    assert found.prices.tolist() == [record.trade.price for record in trades(range(total))]
    assert found.sizes.tolist() == [record.trade.size for record in trades(range(total))]


def test_work_of_any_size_is_interrupted_by_pauses_in_the_middle_of_its_transaction(tmp_path: Path) -> None:
    pauses: list[bool] = []
    connection = open_for_writing(tmp_path / "archive.sqlite3")
    writer = ArchiveWriter(connection, lambda: pauses.append(connection.in_transaction))
    total = BLOCK_TRADES + UNPACKED_TRADES
    writer.write(trades(range(total)), ())
    assert count(writer, "block") == 1
    assert len(pauses) >= (total + BLOCK_TRADES) // ROWS_PER_PORTION  # while inserting, and while packing
    pauses.clear()
    writer.write((), [BarsRecord(FEED, SYMBOL, "1m", bars(range(1000)))])
    assert len(pauses) >= 1000 // ROWS_PER_PORTION
    assert all(pauses)
    connection.close()


def test_many_symbols_with_enough_trades_at_once_are_packed_in_turn(writer: ArchiveWriter) -> None:
    symbols, per_batch = [f"S{number}" for number in range(3)], 256
    blocks = []
    for first in range(0, 3 * BLOCK_TRADES, per_batch):
        before = count(writer, "block")
        writer.write([one for symbol in symbols for one in trades(range(first, first + per_batch), symbol)], ())
        blocks.append(count(writer, "block") - before)
    assert max(blocks) <= 1 + 2 * per_batch * len(symbols) // BLOCK_TRADES
    assert sum(blocks) == 2 * len(symbols)
    for symbol in symbols:
        found = read_trades(writer.connection, FEED, symbol, 3 * BLOCK_TRADES)
        assert found.seq.tolist() == list(range(3 * BLOCK_TRADES))


def test_the_same_trades_of_two_programs_are_stored_once(writer: ArchiveWriter) -> None:
    other = ArchiveWriter(writer.connection)
    for each in (writer, other, writer):
        each.write(trades(range(500)), ())
    for each in (writer, other):
        each.write(trades(range(500), "no ids", with_ids=False), ())
    assert count(writer, "trade") == 1000


def test_a_trade_that_is_sent_again_after_it_was_packed_is_read_once(writer: ArchiveWriter) -> None:
    total = BLOCK_TRADES + UNPACKED_TRADES
    writer.write(trades(range(total)), ())
    writer.write(trades(range(100, 200)), ())
    assert len(read_trades(writer.connection, FEED, SYMBOL, 10 * total).times_ns) == total


def test_flags_ids_and_conditions_are_stored(writer: ArchiveWriter) -> None:
    trade = Trade(SYMBOL, 5.0, None, START_NS, "a\0\ud800", None, ("I", "T"), Updates.VOLUME)
    writer.write([TradeRecord(FEED, trade, START_NS)], ())
    found = read_trades(writer.connection, FEED, SYMBOL, 1)
    assert (found.updates.tolist(), found.ids, found.conditions) == ([Updates.VOLUME], ("a?",), ("I,T",))
    assert found.sizes.tolist() == [0.0]


def test_corrections_change_or_remove_stored_trades(writer: ArchiveWriter) -> None:
    writer.write(trades(range(3)), ())
    named = Trade(SYMBOL, 5.0, 1.0, START_NS + 10**12, "x")
    corrections = [
        TradeRecord(FEED, Correction(SYMBOL, 1), 0),
        TradeRecord(FEED, Correction(SYMBOL, 2, 9.0, 4.0), 0),
        TradeRecord(FEED, Correction(SYMBOL, "x", 8.0), 0),
        TradeRecord(FEED, Correction(SYMBOL), 0),
    ]
    writer.write([TradeRecord(FEED, named, START_NS + 10**12), *corrections], ())
    found = read_trades(writer.connection, FEED, SYMBOL, 10)
    assert found.prices.tolist() == [60_000.0, 9.0, 8.0]
    assert found.sizes.tolist() == [1.0, 4.0, 1.0]


def test_a_failed_batch_leaves_nothing_and_the_next_one_succeeds(writer: ArchiveWriter) -> None:
    writer.connection.execute(f"PRAGMA max_page_count = {writer.connection.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        writer.write(trades(range(3000)), [RecordedUntil(FEED, START_NS)])
    assert count(writer, "trade") == count(writer, "symbol") == 0
    writer.connection.execute("PRAGMA max_page_count = 1000000")
    writer.write(trades(range(3000, 6000)), [RecordedUntil(FEED, START_NS)])
    assert len(read_trades(writer.connection, FEED, SYMBOL, 9999).times_ns) == 3000


@pytest.mark.parametrize("old", range(4))
@pytest.mark.parametrize("new", range(4))
def test_a_bar_is_replaced_only_by_one_of_the_same_or_a_better_source(
    writer: ArchiveWriter, old: int, new: int
) -> None:
    writer.write((), [BarsRecord(FEED, SYMBOL, "1m", bars(range(2), old, close=10.0))])
    writer.write((), [BarsRecord(FEED, SYMBOL, "1m", bars(range(1), new, close=20.0))])
    found = read_bars(writer.connection, FEED, SYMBOL, "1m", START_NS, START_NS + DAY_NS)
    assert found.close.tolist() == [20.0 if new <= old else 10.0, 10.0]
    assert found.source.tolist() == [min(old, new), old]


def test_the_newest_quote_of_a_minute_and_the_newest_statistics_of_a_day_are_kept(writer: ArchiveWriter) -> None:
    minute_ns = START_NS - START_NS % DAY_NS
    quotes = [QuoteRecord(FEED, SYMBOL, minute_ns + second, second, 1.0, None, None) for second in (5, 9, 7)]
    days = [DayRecord(FEED, SYMBOL, minute_ns + second, 1, 2, 3, 4, 5, second, second) for second in (5, 9, 7)]
    writer.write((), [*quotes, *days, QuoteRecord(FEED, SYMBOL, minute_ns - MINUTE_NS, 1.0, 1.0, 1.0, 1.0)])
    assert count(writer, "quote") == 2
    assert count(writer, "day") == 1
    last = read_last(writer.connection, [(FEED, SYMBOL), (FEED, "other")])
    assert last == {(FEED, SYMBOL): (days[1], quotes[1])}


def test_gaps_and_the_time_of_recording_are_stored(writer: ArchiveWriter) -> None:
    gap = GapRecord(FEED, "", 10, 20, 0, "the program was not running")
    longer = gap._replace(end_ns=30)
    own = GapRecord(FEED, SYMBOL, 25, 28, 3, "trades are missing")
    writer.write((), [gap, longer, own, RecordedUntil(FEED, 9), RecordedUntil(FEED, 7)])
    assert read_gaps(writer.connection, FEED, SYMBOL, 0, 100) == [longer, own]
    assert read_gaps(writer.connection, FEED, "other", 30, 100) == []
    assert read_recorded_until(writer.connection, FEED) == 9
    assert read_recorded_until(writer.connection, "other") is None


def test_everything_can_be_deleted_and_stored_again(writer: ArchiveWriter) -> None:
    records: list[Record] = [RecordedUntil(FEED, 9), BarsRecord(FEED, SYMBOL, "1m", bars(range(5000)))]
    writer.write(trades(range(9000)), records)
    pages = writer.connection.execute("PRAGMA page_count").fetchone()[0]
    writer.delete_all()
    assert count(writer, "trade") == count(writer, "block") == count(writer, "bar") == count(writer, "symbol") == 0
    assert writer.connection.execute("PRAGMA page_count").fetchone()[0] < pages / 4
    writer.write(trades(range(10)), ())
    assert len(read_trades(writer.connection, FEED, SYMBOL, 99).times_ns) == 10


def test_notes_are_numbers_by_name(writer: ArchiveWriter) -> None:
    assert writer.noted("checked_ns") == 0
    writer.note("checked_ns", 5)
    assert writer.noted("checked_ns") == 5
