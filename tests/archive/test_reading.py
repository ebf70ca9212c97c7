"""Reading returns the newest trades whatever the order in which they were stored, and bars of any number."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archive.stored import FEED, START_NS, SYMBOL, bars, trades
from ticker_gui.archive import trade_table
from ticker_gui.archive.database import open_for_writing
from ticker_gui.archive.reading import read_bars, read_trades
from ticker_gui.archive.records import BarsRecord
from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.domain.timeframe import MINUTE_NS


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
