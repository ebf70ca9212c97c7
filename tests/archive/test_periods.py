"""A period is read completely, in order and in portions, whatever was stored late or is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archive.stored import FEED, START_NS, SYMBOL, bars, trades
from ticker_gui.archive import database, trade_table
from ticker_gui.archive.database import open_for_writing
from ticker_gui.archive.periods import read_bar_portions, read_timeframes, read_trade_portions
from ticker_gui.archive.records import BarsRecord
from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.domain.timeframe import MINUTE_NS

STEP_NS = 10_000_000
FOREVER = (0, 2**62)


def no_damage(first_ns: int, last_ns: int) -> None:
    raise AssertionError(f"the block of {first_ns} to {last_ns} is damaged")


def sequence(
    connection: sqlite3.Connection, period: tuple[int, int], on_damage: Callable[[int, int], object] = no_damage
) -> list[int]:
    portions = read_trade_portions(connection, FEED, SYMBOL, *period, on_damage)
    return [number for portion in portions for number in portion.seq.tolist()]


@given(st.permutations(range(60)), st.integers(-5, 65), st.integers(-5, 65))
@settings(deadline=None)
def test_each_trade_of_a_period_is_read_once_and_in_order(order: list[int], first: int, end: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trade_table, "BLOCK_TRADES", 7)
        patch.setattr(trade_table, "UNPACKED_TRADES", 3)
        connection = sqlite3.connect(":memory:", isolation_level=None)
        database._prepare(connection, Path("unused"))
        writer = ArchiveWriter(connection)
        every = trades(range(60))
        for begin in range(0, 60, 13):
            writer.write([every[number] for number in order[begin : begin + 13]], ())
        read = sequence(connection, (START_NS + first * STEP_NS, START_NS + end * STEP_NS))
        connection.close()
    assert read == list(range(max(first, 0), min(end, 60)))


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArchiveWriter:
    monkeypatch.setattr(trade_table, "BLOCK_TRADES", 100)
    monkeypatch.setattr(trade_table, "UNPACKED_TRADES", 50)
    return ArchiveWriter(open_for_writing(tmp_path / "archive.sqlite3"))


def test_no_portion_is_larger_than_the_rows_and_a_block(writer: ArchiveWriter) -> None:
    writer.write(trades(range(5000)), ())
    portions = list(read_trade_portions(writer.connection, FEED, SYMBOL, *FOREVER, no_damage))
    assert sum(len(portion.seq) for portion in portions) == 5000
    assert max(len(portion.seq) for portion in portions) <= 250
    writer.connection.close()


def test_trades_that_another_program_packs_meanwhile_are_read_once(writer: ArchiveWriter, tmp_path: Path) -> None:
    writer.write(trades(range(400)), ())
    reading = open_for_writing(tmp_path / "archive.sqlite3")
    portions = read_trade_portions(reading, FEED, SYMBOL, *FOREVER, no_damage)
    read = next(portions).seq.tolist()
    writer.write(trades(range(400, 900)), ())
    read += [number for portion in portions for number in portion.seq.tolist()]
    assert read == list(range(400))
    assert sequence(reading, FOREVER) == list(range(900))
    reading.close()
    writer.connection.close()


def test_a_damaged_block_is_left_out_and_reported(writer: ArchiveWriter) -> None:
    writer.write(trades(range(300)), ())
    writer.connection.execute("UPDATE block SET data = substr(data, 1, 60) WHERE first_ns = ?", (START_NS,))
    damaged: list[tuple[int, int]] = []
    read = sequence(writer.connection, FOREVER, lambda first_ns, last_ns: damaged.append((first_ns, last_ns)))
    assert read == list(range(100, 300))
    assert damaged == [(START_NS, START_NS + 99 * STEP_NS)]
    writer.connection.close()


def test_bars_of_a_period_are_read_in_portions_and_an_unknown_volume_stays_unknown(writer: ArchiveWriter) -> None:
    stored = bars(range(9000))
    stored.volume[5000] = np.nan
    writer.write((), [BarsRecord(FEED, SYMBOL, "1m", stored), BarsRecord(FEED, SYMBOL, "1d", bars(range(1)))])
    period = START_NS + 10 * MINUTE_NS, START_NS + 8990 * MINUTE_NS
    portions = list(read_bar_portions(writer.connection, FEED, SYMBOL, "1m", *period))
    assert len(portions) == 3
    assert np.concatenate([part.start_ns for part in portions]).tolist() == stored.start_ns[10:8990].tolist()
    assert np.flatnonzero(np.isnan(np.concatenate([part.volume for part in portions]))).tolist() == [4990]
    assert sorted(read_timeframes(writer.connection, FEED, SYMBOL)) == ["1d", "1m"]
    writer.connection.close()


def test_an_unknown_symbol_has_nothing(writer: ArchiveWriter) -> None:
    assert sequence(writer.connection, FOREVER) == []
    assert list(read_bar_portions(writer.connection, FEED, SYMBOL, "1m", *FOREVER)) == []
    assert read_timeframes(writer.connection, FEED, SYMBOL) == []
    writer.connection.close()
