"""What is beyond the limits is deleted in portions, the oldest first, and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archive.stored import FEED, START_NS, SYMBOL, bars, trades
from ticker_gui.archive import database
from ticker_gui.archive.records import BarsRecord, DayRecord, GapRecord, LoadedRange, QuoteRecord, Record
from ticker_gui.archive.retention import ArchiveLimits, delete_step
from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.domain.timeframe import DAY_NS, MINUTE_NS


def open_in_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    database._prepare(connection, Path("memory"))
    return connection


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    opened = open_in_memory()
    yield opened
    opened.close()


def clean(connection: sqlite3.Connection, limits: ArchiveLimits, now_ns: int) -> int:
    """Delete all that is beyond the limits; return the number of steps."""
    steps = 1
    while delete_step(connection, limits, now_ns):
        steps += 1
        assert steps < 100
    return steps


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 50)), max_size=150), st.integers(0, 12), st.integers(0, 3000)
)
@settings(deadline=None, max_examples=40)
def test_the_newest_blocks_within_both_limits_remain(sizes: list[tuple[int, int]], days: int, limit: int) -> None:
    connection = open_in_memory()
    now_ns = START_NS + 20 * DAY_NS
    rows = [(number, START_NS + day * DAY_NS, size) for number, (day, size) in enumerate(sizes, start=1)]
    connection.executemany(
        "INSERT INTO block (id, symbol, first_ns, last_ns, trades, bytes, data) VALUES (?1, 1, ?2, ?2, 1, ?3, x'')",
        rows,
    )
    clean(connection, ArchiveLimits(days, limit), now_ns)
    kept = connection.execute("SELECT id, last_ns, bytes FROM block ORDER BY last_ns, id").fetchall()
    connection.close()
    recent = sorted((row for row in rows if row[1] >= now_ns - days * DAY_NS), key=lambda row: (row[1], row[0]))
    assert kept == recent[len(recent) - len(kept) :]
    assert sum(row[2] for row in kept) <= limit
    if len(kept) < len(recent):  # no more was deleted than necessary
        assert sum(row[2] for row in recent[len(recent) - len(kept) - 1 :]) > limit


def test_old_trades_in_rows_are_deleted(connection: sqlite3.Connection) -> None:
    ArchiveWriter(connection).write([*trades(range(100)), *trades(range(50), "other")], ())
    clean(connection, ArchiveLimits(trade_days=7), START_NS + 7 * DAY_NS + 40 * 10_000_000)
    assert connection.execute("SELECT count(*), min(seq) FROM trade").fetchone() == (70, 40)


def test_short_bars_expire_in_portions_and_daily_bars_never(connection: sqlite3.Connection) -> None:
    records = [BarsRecord(FEED, SYMBOL, name, bars(range(12_000))) for name in ("1m", "1d")]
    old: list[Record] = [
        QuoteRecord(FEED, SYMBOL, START_NS, 1, 1, 1, 1),
        DayRecord(FEED, SYMBOL, START_NS, 1, 1, 1, 1, 1, 1, 1),
    ]
    old += [LoadedRange(FEED, SYMBOL, name, START_NS, START_NS + 12_000 * MINUTE_NS) for name in ("1m", "1d")]
    old.append(LoadedRange(FEED, "other", "1m", START_NS, START_NS + 10))
    ArchiveWriter(connection).write((), [*records, *old, GapRecord(FEED, "", START_NS, START_NS + 1, 0, "")])
    steps = clean(connection, ArchiveLimits(bar_days=30), START_NS + 30 * DAY_NS + 11_000 * MINUTE_NS)
    assert steps > 2
    counts = dict(connection.execute("SELECT timeframe, count(*) FROM bar GROUP BY timeframe"))
    assert counts == {"1m": 1000, "1d": 12_000}
    loaded = connection.execute("SELECT timeframe, (end_ns - start_ns) / ? FROM loaded", (MINUTE_NS,)).fetchall()
    assert dict(loaded) == {"1m": 1000, "1d": 12_000}
    assert len(loaded) == 2
    for table in ("quote", "day", "gap"):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_nothing_within_the_limits_is_deleted(connection: sqlite3.Connection) -> None:
    ArchiveWriter(connection).write(trades(range(9000)), [BarsRecord(FEED, SYMBOL, "1m", bars(range(100)))])
    assert clean(connection, ArchiveLimits(), START_NS + DAY_NS) == 1
    assert connection.execute("SELECT count(*) FROM block").fetchone() == (1,)
    assert connection.execute("SELECT count(*) FROM bar").fetchone() == (100,)
