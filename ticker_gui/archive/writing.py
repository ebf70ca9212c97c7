"""Writing to the archive: batches of trades and other records."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from ticker_gui.archive.database import TABLES, transaction, vacuum
from ticker_gui.archive.reading import read_recorded_until
from ticker_gui.archive.records import (
    BarsRecord,
    DayRecord,
    GapRecord,
    LoadedRange,
    QuoteRecord,
    Record,
    RecordedUntil,
    TradeRecord,
    plain_text,
)
from ticker_gui.archive.trade_table import ROWS_PER_PORTION, TradeTable, do_nothing
from ticker_gui.bars.provided_bars import ProvidedColumns
from ticker_gui.domain.events import Correction
from ticker_gui.domain.timeframe import DAY_NS, MINUTE_NS

_BAR: Final = """INSERT INTO bar VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
    volume = excluded.volume, source = excluded.source WHERE excluded.source <= source"""
_QUOTE: Final = """INSERT INTO quote VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET time_ns = excluded.time_ns, bid = excluded.bid, bid_size = excluded.bid_size,
    ask = excluded.ask, ask_size = excluded.ask_size WHERE excluded.time_ns >= time_ns"""
_DAY: Final = """INSERT INTO day VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET time_ns = excluded.time_ns, open = excluded.open, high = excluded.high,
    low = excluded.low, previous_close = excluded.previous_close, volume = excluded.volume, last = excluded.last,
    last_ns = excluded.last_ns WHERE excluded.time_ns >= time_ns"""
_GAP: Final = """INSERT INTO gap VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET end_ns = excluded.end_ns, missed = excluded.missed, reason = excluded.reason"""
_RECORDING: Final = """INSERT INTO recording VALUES (?, ?)
    ON CONFLICT DO UPDATE SET until_ns = max(until_ns, excluded.until_ns)"""
_NOTE: Final = "INSERT OR REPLACE INTO note VALUES (?, ?)"


class ArchiveWriter:
    """Writes to an open archive; only one thread uses it.

    ``pause`` is called after each portion of the work, so that this thread never occupies the interpreter for long.
    """

    def __init__(self, connection: sqlite3.Connection, pause: Callable[[], object] = do_nothing) -> None:
        self.connection: Final = connection
        self._ids: dict[tuple[str, str], int] = {}
        self._recorded_before: dict[str, int | None] = {}  # by feed, for those that this program records
        self._pause: Final = pause
        self._trades: Final = TradeTable(connection, pause)

    def write(self, trades: Sequence[TradeRecord], records: Iterable[Record]) -> None:
        """Write a batch: all of it or, if that fails, nothing.

        Raises:
            sqlite3.Error: it could not be written.
        """
        try:
            with transaction(self.connection):
                self._write_trades(trades)
                for record in records:
                    self._write_record(record)
                self._trades.pack(len(trades))
        except BaseException:
            self._ids.clear()  # they may have been added in the transaction that failed
            self._trades.note_rolled_back()
            raise
        self._trades.note_committed()

    def _symbol(self, feed: str, wire_symbol: str) -> int:
        """Return the number of a symbol in the archive; it is added if it is new."""
        key = feed, wire_symbol
        if (number := self._ids.get(key)) is None:
            names = plain_text(feed), plain_text(wire_symbol)
            self.connection.execute("INSERT OR IGNORE INTO symbol (feed, wire_symbol) VALUES (?, ?)", names)
            row = self.connection.execute("SELECT id FROM symbol WHERE feed = ? AND wire_symbol = ?", names).fetchone()
            number = self._ids[key] = int(row[0])
        return number

    def _write_trades(self, records: Sequence[TradeRecord]) -> None:
        """Write trades and corrections, which apply to the trades before them."""
        first = 0
        for position, record in enumerate(records):
            if type(record.trade) is Correction:
                self._insert(records[first:position])
                self._trades.correct(self._symbol(record.feed, record.trade.symbol), record.trade, record.received_ns)
                first = position + 1
        self._insert(records[first:])

    def _insert(self, records: Iterable[TradeRecord]) -> None:
        self._trades.insert((self._symbol(record.feed, record.trade.symbol), record) for record in records)

    def _write_record(self, record: Record) -> None:
        execute = self.connection.execute
        match record:
            case QuoteRecord(feed, name, time_ns):
                minute_ns = time_ns - time_ns % MINUTE_NS
                execute(_QUOTE, (self._symbol(feed, name), minute_ns, *record[2:]))
            case DayRecord(feed, name, time_ns):
                execute(_DAY, (self._symbol(feed, name), time_ns - time_ns % DAY_NS, *record[2:]))
            case BarsRecord(feed, name, timeframe, bars):
                symbol = self._symbol(feed, name)
                self.connection.executemany(_BAR, self._bar_rows(symbol, timeframe, bars))
            case LoadedRange():
                self._write_loaded(record)
            case GapRecord(feed, name):
                execute(_GAP, (plain_text(feed), plain_text(name), *record[2:]))
            case RecordedUntil(feed, until_ns):
                self._recorded_before.setdefault(feed, self.recorded_before(feed))
                execute(_RECORDING, (plain_text(feed), until_ns))

    def _bar_rows(self, symbol: int, timeframe: str, bars: ProvidedColumns) -> Iterator[tuple[Any, ...]]:
        """Yield bars in portions."""
        for first in range(0, len(bars.start_ns), ROWS_PER_PORTION):
            columns = [column[first : first + ROWS_PER_PORTION].tolist() for column in bars]
            for values in zip(*columns, strict=True):
                yield (symbol, timeframe, *values)
            self._pause()

    def _write_loaded(self, record: LoadedRange) -> None:
        """Write a range of time together with those that it overlaps or touches."""
        symbol = self._symbol(record.feed, record.symbol)
        key = symbol, record.timeframe, record.end_ns, record.start_ns
        where = "symbol = ? AND timeframe = ? AND start_ns <= ? AND end_ns >= ?"
        first_ns, last_ns = self.connection.execute(
            f"SELECT min(start_ns), max(end_ns) FROM loaded WHERE {where}", key
        ).fetchone()
        if first_ns is not None:
            self.connection.execute(f"DELETE FROM loaded WHERE {where}", key)
            record = record._replace(start_ns=min(first_ns, record.start_ns), end_ns=max(last_ns, record.end_ns))
        self.connection.execute("INSERT INTO loaded VALUES (?, ?, ?, ?)", (symbol, *record[2:]))

    def recorded_before(self, feed: str) -> int | None:
        """Return until when a feed was recorded before this program began to, or ``None`` if it never was."""
        if feed in self._recorded_before:
            return self._recorded_before[feed]
        return read_recorded_until(self.connection, plain_text(feed))

    def note(self, name: str, value: int) -> None:
        """Write a number that the archive needs for itself."""
        self.connection.execute(_NOTE, (name, value))

    def noted(self, name: str) -> int:
        """Return a number that was written by `note`, or 0."""
        row = self.connection.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def delete_all(self) -> None:
        """Delete everything, and give the space back to the disk.

        Raises:
            sqlite3.Error: it could not be deleted.
        """
        with transaction(self.connection):
            for table in TABLES:
                self.connection.execute(f"DELETE FROM {table}")
        self._ids.clear()
        self._recorded_before = dict.fromkeys(self._recorded_before)
        self._trades.forget_all()
        vacuum(self.connection)
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
