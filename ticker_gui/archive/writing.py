"""Writing to the archive: batches of trades and other records, and packing trades into blocks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ticker_gui.archive.database import TABLES, transaction, vacuum
from ticker_gui.archive.packing import pack, trade_columns
from ticker_gui.archive.records import (
    BarsRecord,
    CatalogRecord,
    DayRecord,
    GapRecord,
    QuoteRecord,
    Record,
    RecordedUntil,
    TradeNumbers,
    TradeRecord,
    plain_text,
    text_id,
    trade_time,
)
from ticker_gui.domain.events import Correction, Trade
from ticker_gui.domain.timeframe import DAY_NS, MINUTE_NS

BLOCK_TRADES: Final = 4096
UNPACKED_TRADES: Final = 1024  # of each symbol: another program may be about to store the same ones

_TRADE: Final = "INSERT OR IGNORE INTO trade VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
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
_CATALOG: Final = "INSERT OR REPLACE INTO catalog VALUES (?, ?, ?)"
_NOTE: Final = "INSERT OR REPLACE INTO note VALUES (?, ?)"


class ArchiveWriter:
    """Writes to an open archive; only one thread uses it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection: Final = connection
        self._ids: dict[tuple[str, str], int] = {}
        self._numbers: dict[int, TradeNumbers] = {}
        self._unpacked: dict[int, int] = {}

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
                for symbol in [symbol for symbol, count in self._unpacked.items() if _is_enough(count)]:
                    self._pack(symbol)
        except BaseException:
            self._ids.clear()  # they may have been added in the transaction that failed
            self._unpacked.clear()
            raise

    def _symbol(self, feed: str, wire_symbol: str) -> int:
        """Return the number of a symbol in the archive; it is added if it is new."""
        key = feed, wire_symbol
        if (number := self._ids.get(key)) is None:
            names = plain_text(feed), plain_text(wire_symbol)
            self.connection.execute("INSERT OR IGNORE INTO symbol (feed, wire_symbol) VALUES (?, ?)", names)
            row = self.connection.execute("SELECT id FROM symbol WHERE feed = ? AND wire_symbol = ?", names).fetchone()
            number = self._ids[key] = int(row[0])
        return number

    def _write_trades(self, trades: Sequence[TradeRecord]) -> None:
        rows: list[tuple[Any, ...]] = []
        for feed, trade, received_ns in trades:
            symbol = self._symbol(feed, trade.symbol)
            if type(trade) is Trade:
                rows.append((symbol, *self._trade_row(symbol, trade, received_ns)))
            else:
                self._insert(rows)
                rows = []
                self._correct(symbol, trade)
        self._insert(rows)

    def _trade_row(self, symbol: int, trade: Trade, received_ns: int) -> tuple[Any, ...]:
        numbers = self._numbers.get(symbol)
        if numbers is None:
            numbers = self._numbers[symbol] = TradeNumbers()
        time_ns = trade_time(trade, received_ns)
        conditions = plain_text(",".join(trade.conditions)) if trade.conditions else None
        number = numbers.number(trade, time_ns)
        name = None if trade.trade_id == number else text_id(trade.trade_id)
        return time_ns, number, trade.price, trade.size or 0.0, int(trade.updates), name, conditions

    def _insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        self.connection.executemany(_TRADE, rows)
        for row in rows:
            symbol = row[0]
            count = self._unpacked.get(symbol)
            self._unpacked[symbol] = self._count_unpacked(symbol) if count is None else count + 1

    def _count_unpacked(self, symbol: int) -> int:
        row = self.connection.execute("SELECT count(*) FROM trade WHERE symbol = ?", (symbol,)).fetchone()
        return int(row[0])

    def _correct(self, symbol: int, correction: Correction) -> None:
        """Remove a cancelled trade, or write its corrected values. A trade in a block stays as it was received."""
        trade_id = correction.trade_id
        name = text_id(trade_id)
        found = ("id = ?", name) if name is not None else ("seq = ?", trade_id)
        if trade_id is None:
            return
        if correction.price is None:
            self.connection.execute(f"DELETE FROM trade WHERE symbol = ? AND {found[0]}", (symbol, found[1]))
        else:
            self.connection.execute(
                f"UPDATE trade SET price = ?, size = coalesce(?, size) WHERE symbol = ? AND {found[0]}",
                (correction.price, correction.size, symbol, found[1]),
            )

    def _pack(self, symbol: int) -> None:
        """Pack the oldest trades of a symbol into blocks, as long as there are enough of them."""
        count = self._count_unpacked(symbol)  # another program may have packed them
        while _is_enough(count):
            rows = self.connection.execute(
                "SELECT time_ns, seq, price, size, updates, id, conditions FROM trade WHERE symbol = ? "
                "ORDER BY time_ns, seq LIMIT ?",
                (symbol, BLOCK_TRADES),
            ).fetchall()
            block = pack(trade_columns(rows))
            first, last = rows[0], rows[-1]
            self.connection.execute(
                "INSERT INTO block (symbol, first_ns, last_ns, trades, bytes, data) VALUES (?, ?, ?, ?, ?, ?)",
                (symbol, first[0], last[0], len(rows), len(block), block),
            )
            self.connection.execute(
                "DELETE FROM trade WHERE symbol = ? AND (time_ns, seq) <= (?, ?)", (symbol, last[0], last[1])
            )
            count -= len(rows)
        self._unpacked[symbol] = count

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
                columns = [column.tolist() for column in bars]
                self.connection.executemany(
                    _BAR, ((symbol, timeframe, *values) for values in zip(*columns, strict=True))
                )
            case GapRecord(feed, name):
                execute(_GAP, (plain_text(feed), plain_text(name), *record[2:]))
            case RecordedUntil(feed, until_ns):
                execute(_RECORDING, (plain_text(feed), until_ns))
            case CatalogRecord(feed, fetched_ns, data):
                execute(_CATALOG, (plain_text(feed), fetched_ns, data))

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
        self._ids.clear()
        self._numbers.clear()
        self._unpacked.clear()
        with transaction(self.connection):
            for table in TABLES:
                self.connection.execute(f"DELETE FROM {table}")
        vacuum(self.connection)
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _is_enough(count: int) -> bool:
    return count >= BLOCK_TRADES + UNPACKED_TRADES
