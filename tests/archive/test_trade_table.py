"""Each trade is stored once, and corrections apply in rows and in blocks."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archive.stored import FEED, START_NS, SYMBOL
from ticker_gui.archive import database, trade_table
from ticker_gui.archive.packing import TradeColumns
from ticker_gui.archive.reading import read_trades
from ticker_gui.archive.records import BACKFILLED_FLAG, TradeRecord
from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.domain.events import Correction, Trade
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS

STEP_NS = 10_123_457
COUNT = 40


def as_number(number: int) -> Trade:
    return Trade(SYMBOL, 100.0 + number, 1.0 + number, START_NS + number * STEP_NS, number)


def as_text(number: int) -> Trade:
    """Return a trade whose id is a text; several of them have the same time."""
    return Trade(SYMBOL, 100.0 + number, 1.0 + number, START_NS + number // 3 * STEP_NS, f"t-{number}")


def of_venue(number: int) -> Trade:
    """Return a trade whose number is unique only at its venue."""
    return Trade(SYMBOL, 100.0 + number, 1.0 + number, START_NS + number * STEP_NS, number // 2, number % 2)


def sent_live(trade: Trade) -> TradeRecord:
    return TradeRecord(FEED, trade, (trade.time_ns or 0) + 1)


def sent_again(trade: Trade) -> TradeRecord:
    return TradeRecord(FEED, trade, (trade.time_ns or 0) + MINUTE_NS)


def requested(trade: Trade) -> TradeRecord:
    return TradeRecord(FEED, trade, (trade.time_ns or 0) + MINUTE_NS, is_backfilled=True)


def requested_with_milliseconds(trade: Trade) -> TradeRecord:
    time_ns = (trade.time_ns or 0) // 1_000_000 * 1_000_000
    return TradeRecord(FEED, Trade(SYMBOL, trade.price, trade.size, time_ns, trade.trade_id, trade.venue), 2**62, True)


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """Return an open archive with small blocks."""
    monkeypatch.setattr(trade_table, "BLOCK_TRADES", 7)
    monkeypatch.setattr(trade_table, "UNPACKED_TRADES", 3)
    connection = open_archive()
    yield connection
    connection.close()


def open_archive() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    database._prepare(connection, Path("unused"))
    return connection


def stored(connection: sqlite3.Connection) -> TradeColumns:
    return read_trades(connection, FEED, SYMBOL, 10_000)


def contents(trades: TradeColumns) -> list[tuple[float, float]]:
    return sorted(zip(trades.prices.tolist(), trades.sizes.tolist(), strict=True))


RESENT = st.sampled_from([sent_again, requested, requested_with_milliseconds])


@given(st.data(), st.sampled_from([as_number, as_text, of_venue]))
@settings(deadline=None)
def test_no_trade_is_stored_twice_and_none_is_lost(data: st.DataObject, make: Callable[[int], Trade]) -> None:
    numbers = st.integers(0, COUNT - 1)
    live = [sent_live(make(number)) for number in data.draw(st.lists(numbers, max_size=30), "received live")]
    resent = st.builds(lambda number, send: send(make(number)), numbers, RESENT)
    records = live + data.draw(st.lists(resent, max_size=60), "sent again or requested")
    correction = st.builds(
        lambda number, price: Correction(SYMBOL, make(number).trade_id, price, venue=make(number).venue),
        numbers,
        st.none() | st.integers(1_000, 2_000).map(float),
    )
    corrections = data.draw(st.lists(correction, max_size=6, unique_by=lambda one: (one.trade_id, one.venue)))
    batches = data.draw(
        st.lists(st.tuples(st.booleans(), st.integers(1, 20)), min_size=1), "program, size of its batch"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trade_table, "BLOCK_TRADES", 7)
        patch.setattr(trade_table, "UNPACKED_TRADES", 3)
        connection = open_archive()
        programs = ArchiveWriter(connection), ArchiveWriter(connection)
        position = 0
        while position < len(records):
            is_second, size = batches[position % len(batches)]
            programs[is_second].write(records[position : position + size], ())
            position += size
        ids = {(record.trade.trade_id, record.trade.venue) for record in records}
        expected = {
            number: (make(number).price, make(number).size or 0.0)
            for number in range(COUNT)
            if (make(number).trade_id, make(number).venue) in ids
        }
        assert contents(stored(connection)) == sorted(expected.values())
        for each in corrections:
            for program in programs:  # both receive it
                program.write([TradeRecord(FEED, each, 2**62)], ())
            (number,) = (n for n in range(COUNT) if (make(n).trade_id, make(n).venue) == (each.trade_id, each.venue))
            if each.price is None:
                expected.pop(number, None)
            elif number in expected:
                expected[number] = each.price, expected[number][1]
        assert contents(stored(connection)) == sorted(expected.values())
        connection.close()


def test_a_requested_trade_is_marked(connection: sqlite3.Connection) -> None:
    ArchiveWriter(connection).write([sent_live(as_number(0)), requested(as_number(1)), requested(as_number(0))], ())
    assert [bool(value & BACKFILLED_FLAG) for value in stored(connection).updates.tolist()] == [False, True]
    ArchiveWriter(connection).write([TradeRecord(FEED, Correction(SYMBOL, 1, 9.0), 2**62)], ())
    assert [bool(value & BACKFILLED_FLAG) for value in stored(connection).updates.tolist()] == [False, True]


def test_requested_trades_without_ids_are_stored_once_by_two_programs(connection: sqlite3.Connection) -> None:
    lost = [requested(Trade(SYMBOL, 5.0 + number, 1.0, START_NS + number // 2)) for number in range(10)]
    for _ in range(2):
        ArchiveWriter(connection).write(lost, ())
    assert contents(stored(connection)) == [(5.0 + number, 1.0) for number in range(10)]


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_correction_without_an_id_finds_the_newest_trade_with_the_values(
    connection: sqlite3.Connection, is_packed: bool
) -> None:
    writer = ArchiveWriter(connection)
    writer.write([sent_live(Trade(SYMBOL, 5.0, 1.0 + n % 2, START_NS + n)) for n in range(20 if is_packed else 6)], ())
    newest_ns = START_NS + 6 if is_packed else START_NS + 5
    later_ns = newest_ns + SECOND_NS
    moved = Correction(SYMBOL, None, 7.0, 3.0, later_ns, original_price=5.0, original_time_ns=newest_ns)
    writer.write([TradeRecord(FEED, moved, 2**62)], ())
    assert contents(stored(connection))[-1] == (7.0, 3.0)
    assert newest_ns not in stored(connection).times_ns.tolist()
    writer.write([TradeRecord(FEED, Correction(SYMBOL, original_price=7.0), 2**62)], ())  # too little to find it
    assert contents(stored(connection))[-1] == (7.0, 3.0)
    writer.write([TradeRecord(FEED, Correction(SYMBOL, original_price=7.0, original_size=2.0), 2**62)], ())
    assert contents(stored(connection))[-1] == (7.0, 3.0)
    writer.write([TradeRecord(FEED, Correction(SYMBOL, original_price=7.0, original_size=3.0), 2**62)], ())
    assert contents(stored(connection))[-1][0] == 5.0


@pytest.mark.parametrize("new_id", [77, "x"])
def test_a_corrected_trade_is_corrected_again_under_its_new_id(
    connection: sqlite3.Connection, new_id: int | str
) -> None:
    writer = ArchiveWriter(connection)
    writer.write([sent_live(as_number(number)) for number in range(30)], ())
    replaced = Correction(SYMBOL, 3, 7.0, new_trade_id=new_id)
    writer.write([TradeRecord(FEED, each, 2**62) for each in (replaced, Correction(SYMBOL, new_id, 8.0))], ())
    assert contents(stored(connection))[0] == (8.0, 4.0)
    writer.write([TradeRecord(FEED, Correction(SYMBOL, new_id), 2**62)], ())
    assert len(stored(connection).seq) == 29


def test_a_block_whose_trades_are_all_cancelled_is_removed(connection: sqlite3.Connection) -> None:
    writer = ArchiveWriter(connection)
    writer.write([sent_live(as_number(number)) for number in range(10)], ())
    assert connection.execute("SELECT count(*) FROM block").fetchone() == (1,)
    writer.write([TradeRecord(FEED, Correction(SYMBOL, number), 2**62) for number in range(7)], ())
    assert connection.execute("SELECT count(*) FROM block").fetchone() == (0,)
    assert stored(connection).seq.tolist() == [7, 8, 9]


def test_a_trade_that_was_stored_again_after_it_was_packed_is_cancelled_once(connection: sqlite3.Connection) -> None:
    for _ in range(2):
        ArchiveWriter(connection).write([sent_live(as_number(number)) for number in range(10)], ())
    ArchiveWriter(connection).write([TradeRecord(FEED, Correction(SYMBOL, 3), 2**62)], ())
    assert stored(connection).seq.tolist() == [0, 1, 2, 4, 5, 6, 7, 8, 9]


def test_a_damaged_block_is_left_alone(connection: sqlite3.Connection) -> None:
    writer = ArchiveWriter(connection)
    writer.write([sent_live(as_number(number)) for number in range(10)], ())
    connection.execute("UPDATE block SET data = x'00'")
    writer.write([TradeRecord(FEED, Correction(SYMBOL, 3), 2**62), requested(as_number(3))], ())
    assert 3 in stored(connection).seq.tolist()


def test_trades_whose_packing_failed_are_packed_with_the_next_batch(connection: sqlite3.Connection) -> None:
    writer = ArchiveWriter(connection)
    packs = writer._trades.pack

    def pack_and_fail(written: int) -> None:
        packs(written)
        raise sqlite3.OperationalError("disk I/O error")

    writer.write([sent_live(as_number(number)) for number in range(9)], ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer._trades, "pack", pack_and_fail)
        with pytest.raises(sqlite3.OperationalError):
            writer.write([sent_live(as_number(9))], ())
    assert connection.execute("SELECT count(*) FROM block").fetchone() == (0,)
    writer.write([sent_live(as_number(9))], ())
    assert connection.execute("SELECT count(*) FROM block").fetchone() == (1,)
    assert len(stored(connection).times_ns) == 10


def test_a_trade_without_an_id_is_stored_once_if_one_of_two_programs_fails_to_store_it_at_first(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(written: int) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    writer, other = ArchiveWriter(connection), ArchiveWriter(connection)
    same_time = [sent_live(Trade(SYMBOL, price, 1.0, START_NS)) for price in (100.0, 101.0)]
    with monkeypatch.context() as patch:
        patch.setattr(writer._trades, "pack", fail)
        with pytest.raises(sqlite3.OperationalError):
            writer.write(same_time, ())
    for program in (writer, other):
        program.write(same_time, ())
    assert stored(connection).prices.tolist() == [100.0, 101.0]


def test_after_everything_was_deleted_two_programs_store_a_trade_without_an_id_once(
    connection: sqlite3.Connection,
) -> None:
    writer, other = ArchiveWriter(connection), ArchiveWriter(connection)
    trade = sent_live(Trade(SYMBOL, 100.0, 1.0, START_NS))
    writer.write([trade], ())
    writer.delete_all()
    for program in (writer, other):
        program.write([trade], ())
    assert len(stored(connection).times_ns) == 1
