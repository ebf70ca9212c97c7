"""Reading returns the newest trades whatever the order in which they were stored, and bars of any number."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archive.stored import FEED, START_NS, SYMBOL, bars, trades
from ticker_gui.archive import trade_table
from ticker_gui.archive.database import open_for_writing
from ticker_gui.archive.reading import read_bars, read_stored_bars, read_trades
from ticker_gui.archive.records import BACKFILLED, BarsRecord, GapRecord, LoadedRange, Record
from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.bars.time_ranges import TimeRanges
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE, MINUTE_NS, timeframe_named
from ticker_gui.domain.trading_days import TradingDays


@given(st.permutations(range(60)), st.integers(0, 70), st.integers(0, 70))
@settings(deadline=None)
def test_the_newest_trades_are_read_whatever_was_stored_late(order: list[int], newest: int, before: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trade_table, "BLOCK_TRADES", 7)
        patch.setattr(trade_table, "UNPACKED_TRADES", 3)
        path = Path("unused")
        connection = _in_memory(patch, path)
        writer = ArchiveWriter(connection)
        every = trades(range(60))
        for first in range(0, 60, 13):
            writer.write([every[number] for number in order[first : first + 13]], ())
        before_ns = START_NS + before * 10_000_000
        found = read_trades(connection, FEED, SYMBOL, newest, before_ns)
        connection.close()
    expected = list(range(min(before, 60)))
    assert found.seq.tolist() == (expected[-newest:] if newest else [])


def _in_memory(patch: pytest.MonkeyPatch, path: Path):  # type: ignore[no-untyped-def]
    import sqlite3

    from ticker_gui.archive import database

    connection = sqlite3.connect(":memory:", isolation_level=None)
    database._prepare(connection, path)
    return connection


def test_bars_of_a_period_are_read_in_portions(tmp_path: Path) -> None:
    connection = open_for_writing(tmp_path / "archive.sqlite3")
    ArchiveWriter(connection).write((), [BarsRecord(FEED, SYMBOL, "1m", bars(range(1234)))])
    found = read_bars(connection, FEED, SYMBOL, "1m", START_NS + MINUTE_NS, START_NS + 1200 * MINUTE_NS)
    assert found.start_ns.tolist() == [START_NS + number * MINUTE_NS for number in range(1, 1200)]
    assert {column.dtype.kind for column in found} == {"i", "f"}
    assert not len(read_bars(connection, FEED, SYMBOL, "5m", 0, 2**62).start_ns)
    assert not len(read_bars(connection, FEED, "other", "1m", 0, 2**62).start_ns)
    connection.close()


def test_a_damaged_block_is_skipped(tmp_path: Path) -> None:
    connection = open_for_writing(tmp_path / "archive.sqlite3")
    writer = ArchiveWriter(connection)
    for first in range(0, 12_000, 1000):
        writer.write(trades(range(first, first + 1000)), ())
    connection.execute("UPDATE block SET data = x'0102' WHERE id = 1")
    found = read_trades(connection, FEED, SYMBOL, 20_000)
    assert found.seq.tolist() == list(range(4096, 12_000))
    connection.close()


HOUR = BY_NAME["1h"]
T0 = START_NS - START_NS % DAY_NS


def test_shorter_bars_are_read_only_where_longer_ones_are_missing(tmp_path: Path) -> None:
    writer = ArchiveWriter(open_for_writing(tmp_path / "archive.sqlite3"))
    first_ns = HOUR.end_of(HOUR.start_of(START_NS))
    minutes = LoadedRange(FEED, SYMBOL, "1m", START_NS, START_NS + 600 * MINUTE_NS)
    hours = LoadedRange(FEED, SYMBOL, "1h", first_ns - 100 * HOUR_NS, first_ns)
    weeks = BarsRecord(FEED, SYMBOL, "1w", bars(range(1)))
    writer.write((), [BarsRecord(FEED, SYMBOL, "1m", bars(range(600))), minutes, hours, weeks])
    writer.write((), [BarsRecord(FEED, SYMBOL, "1h", bars(range(1), BarSource.PARTIAL))])
    found = read_stored_bars(writer.connection, FEED, SYMBOL, HOUR, first_ns - 5 * HOUR_NS, first_ns + 5 * HOUR_NS)
    assert [stored.timeframe for stored in found] == [HOUR, MINUTE]
    assert found[0].covered == [(first_ns - 5 * HOUR_NS, first_ns)]
    assert found[1].covered[0][0] == first_ns
    assert len(found[1].bars.start_ns) == 300
    before_ns = first_ns - 9 * HOUR_NS
    assert [s.timeframe for s in read_stored_bars(writer.connection, FEED, SYMBOL, HOUR, before_ns, first_ns)] == [HOUR]
    assert read_stored_bars(writer.connection, FEED, "other", HOUR, 0, 2**62) == []
    writer.connection.close()


@pytest.mark.parametrize("is_backfilled", [False, True])
def test_a_gap_that_was_backfilled_interrupts_no_bars(tmp_path: Path, is_backfilled: bool) -> None:
    writer = ArchiveWriter(open_for_writing(tmp_path / "archive.sqlite3"))
    kept = bars(range(9))
    kept = kept.where((kept.start_ns != START_NS + 4 * MINUTE_NS) & (kept.start_ns != START_NS + 5 * MINUTE_NS))
    gap = GapRecord(FEED, "", START_NS + 5 * MINUTE_NS, START_NS + 5 * MINUTE_NS + 1, 0, "It was off.")
    records: list[Record] = [BarsRecord(FEED, SYMBOL, "1m", kept), gap]
    if is_backfilled:
        records.append(gap._replace(symbol=SYMBOL, reason=f"It was off. {BACKFILLED}"))
    writer.write((), records)
    (found,) = read_stored_bars(writer.connection, FEED, SYMBOL, MINUTE, START_NS, START_NS + HOUR_NS)
    assert len(found.covered) == (1 if is_backfilled else 2)
    writer.connection.close()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=12))
@settings(deadline=None)
def test_loaded_ranges_are_joined(ranges: list[tuple[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        connection = _in_memory(patch, Path("unused"))
        writer, expected = ArchiveWriter(connection), TimeRanges()
        for start, width in ranges:
            expected.add(start, start + width + 1)
            writer.write((), [LoadedRange(FEED, SYMBOL, "1m", start, start + width + 1)])
            writer.write((), [LoadedRange(FEED, SYMBOL, "1h", start, start + 1)])
        found = connection.execute("SELECT start_ns, end_ns FROM loaded WHERE timeframe = '1m' ORDER BY start_ns")
        assert found.fetchall() == list(expected)
        connection.close()


def test_days_are_stored_by_date_and_read_as_the_days_of_the_market(tmp_path: Path) -> None:
    writer = ArchiveWriter(open_for_writing(tmp_path / "archive.sqlite3"))
    number = START_NS // DAY_NS
    dates = bars(range(9))._replace(start_ns=np.arange(number, number + 9) * DAY_NS)
    loaded = LoadedRange(FEED, SYMBOL, "1d", number * DAY_NS, (number + 9) * DAY_NS)
    writer.write((), [BarsRecord(FEED, SYMBOL, "1d", dates), loaded])
    for zone, hour in (("America/New_York", 4), ("Asia/Tokyo", 0), ("Australia/Sydney", 0), ("America/New_York", 17)):
        days = TradingDays(ZoneInfo(zone), hour)
        day = timeframe_named("1d", days)
        start_ns, end_ns = days.start_ns(number + 2), days.start_ns(number + 5)
        (found,) = read_stored_bars(writer.connection, FEED, SYMBOL, day, start_ns, end_ns)
        assert found.timeframe == day
        assert found.bars.start_ns.tolist() == [days.start_ns(number + each) for each in (2, 3, 4)]
        assert found.covered == [(start_ns, end_ns)]
    writer.connection.close()
