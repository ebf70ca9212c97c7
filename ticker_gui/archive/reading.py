"""Reading from the archive, in portions, so that other threads never wait for long."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from ticker_gui.archive.packing import TradeColumns, join_trades, trade_columns, unpack
from ticker_gui.archive.records import CatalogRecord, DayRecord, GapRecord, LastKnown, QuoteRecord
from ticker_gui.bars.provided_bars import ProvidedColumns, from_columns

_LOG: Final = logging.getLogger(__name__)
_PORTION: Final = 500  # rows; converting them takes about a millisecond
_BAR_DTYPES: Final = (np.int64, *(np.float64,) * 5, np.int64)
NO_BARS: Final = from_columns([np.empty(0, dtype) for dtype in _BAR_DTYPES])


def read_trades(
    connection: sqlite3.Connection, feed: str, symbol: str, newest: int, before_ns: int = 2**63 - 1
) -> TradeColumns:
    """Return the newest trades of a symbol that are older than a time, oldest first."""
    number = find_symbol(connection, feed, symbol)
    if number is None or newest < 1:
        return join_trades(())
    rows = connection.execute(
        "SELECT time_ns, seq, price, size, updates, id, conditions FROM trade "
        "WHERE symbol = ? AND time_ns < ? ORDER BY time_ns DESC, seq DESC LIMIT ?",
        (number, before_ns, newest),
    )
    parts = [trade_columns(portion[::-1]) for portion in _portions(rows)][::-1]
    parts += _read_blocks(connection, number, newest, before_ns, parts)
    trades = join_trades(parts[::-1])
    end = int(np.searchsorted(trades.times_ns, before_ns))
    return trades.select(np.arange(max(end - newest, 0), end))


def _read_blocks(
    connection: sqlite3.Connection, number: int, newest: int, before_ns: int, rows: list[TradeColumns]
) -> list[TradeColumns]:
    """Return the blocks that may contain some of the newest trades, given those that are in rows."""
    blocks: list[TradeColumns] = []
    starts = [part.times_ns[0] for part in rows]
    count = sum(len(part.times_ns) for part in rows)
    found = connection.execute(
        "SELECT last_ns, data FROM block WHERE symbol = ? AND first_ns < ? ORDER BY last_ns DESC", (number, before_ns)
    )
    for last_ns, data in found:
        if count >= newest and last_ns < min(starts):
            break
        try:
            block = unpack(data)
        except ValueError as error:
            _LOG.warning("Stored trades are skipped: %s", error)
            continue
        end = int(np.searchsorted(block.times_ns, before_ns))
        count += end
        starts.append(block.times_ns[0])
        blocks.append(block)
    return blocks


def read_bars(
    connection: sqlite3.Connection, feed: str, symbol: str, timeframe: str, start_ns: int, end_ns: int
) -> ProvidedColumns:
    """Return the bars that begin in ``start_ns <= time < end_ns``; an unknown volume is 0."""
    number = find_symbol(connection, feed, symbol)
    rows = connection.execute(
        "SELECT start_ns, open, high, low, close, ifnull(volume, 0.0), source FROM bar "
        "WHERE symbol = ? AND timeframe = ? AND start_ns >= ? AND start_ns < ? ORDER BY start_ns",
        (number, timeframe, start_ns, end_ns),
    )
    parts = [
        [np.array(values, dtype) for values, dtype in zip(zip(*portion, strict=True), _BAR_DTYPES, strict=True)]
        for portion in _portions(rows)
    ]
    if not parts:
        return NO_BARS
    return from_columns([np.concatenate(columns) for columns in zip(*parts, strict=True)])


def read_gaps(connection: sqlite3.Connection, feed: str, symbol: str, start_ns: int, end_ns: int) -> list[GapRecord]:
    """Return the gaps of a symbol and of its whole feed that overlap a period, oldest first."""
    rows = connection.execute(
        "SELECT feed, wire_symbol, start_ns, end_ns, missed, reason FROM gap "
        "WHERE feed = ? AND wire_symbol IN ('', ?) AND start_ns < ? AND end_ns > ? ORDER BY start_ns",
        (feed, symbol, end_ns, start_ns),
    )
    return [GapRecord(*row) for row in rows]


def read_recorded_until(connection: sqlite3.Connection, feed: str) -> int | None:
    """Return the time until which a feed has been recorded, or ``None`` if it never was."""
    row = connection.execute("SELECT until_ns FROM recording WHERE feed = ?", (feed,)).fetchone()
    return None if row is None else int(row[0])


def read_last(
    connection: sqlite3.Connection, symbols: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], LastKnown]:
    """Return the last known values of symbols, given as feed and symbol; those without any are missing."""
    known = {}
    for feed, symbol in symbols:
        number = find_symbol(connection, feed, symbol)
        day = connection.execute(
            "SELECT time_ns, open, high, low, previous_close, volume, last, last_ns FROM day "
            "WHERE symbol = ? ORDER BY day_ns DESC LIMIT 1",
            (number,),
        ).fetchone()
        quote = connection.execute(
            "SELECT time_ns, bid, bid_size, ask, ask_size FROM quote WHERE symbol = ? ORDER BY minute_ns DESC LIMIT 1",
            (number,),
        ).fetchone()
        if day or quote:
            known[feed, symbol] = LastKnown(
                DayRecord(feed, symbol, *day) if day else None, QuoteRecord(feed, symbol, *quote) if quote else None
            )
    return known


def read_catalog(connection: sqlite3.Connection, feed: str) -> CatalogRecord | None:
    """Return the stored catalog of a feed."""
    row = connection.execute("SELECT feed, fetched_ns, data FROM catalog WHERE feed = ?", (feed,)).fetchone()
    return None if row is None else CatalogRecord(*row)


def find_symbol(connection: sqlite3.Connection, feed: str, symbol: str) -> int | None:
    """Return the number of a symbol in the archive, or ``None`` if nothing is stored of it."""
    row = connection.execute("SELECT id FROM symbol WHERE feed = ? AND wire_symbol = ?", (feed, symbol)).fetchone()
    return None if row is None else int(row[0])


def _portions(rows: sqlite3.Cursor) -> Iterator[list[Any]]:
    while portion := rows.fetchmany(_PORTION):
        yield portion
