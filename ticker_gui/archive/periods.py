"""Reading whole periods from the archive in portions, so that they need not fit into memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

import numpy as np

from ticker_gui.archive.packing import TradeColumns, join_trades, trade_columns, unpack
from ticker_gui.archive.reading import find_symbol
from ticker_gui.bars.provided_bars import ProvidedColumns, from_rows

_BARS_PER_PORTION: Final = 4096


def read_trade_portions(
    connection: sqlite3.Connection,
    feed: str,
    symbol: str,
    start_ns: int,
    end_ns: int,
    on_damage: Callable[[int, int], object],
) -> Iterator[TradeColumns]:
    """Yield the trades in ``start_ns <= time < end_ns``, oldest first and each once.

    ``on_damage`` is called with the first and last time of each block that is damaged; it is skipped. What other
    programs store meanwhile is not read.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    number = find_symbol(connection, feed, symbol)
    if number is None:
        return
    connection.execute("BEGIN")  # another program may move trades from rows to blocks
    try:
        blocks = connection.execute(
            "SELECT id, first_ns, last_ns FROM block WHERE symbol = ? AND last_ns >= ? AND first_ns < ? "
            "ORDER BY first_ns",
            (number, start_ns, end_ns),
        ).fetchall()
        waiting = _read_rows(connection, number, start_ns, end_ns)
        for block, first_ns, last_ns in blocks:  # of which some may overlap
            end = int(np.searchsorted(waiting.times_ns, first_ns))
            if end:
                yield _slice(waiting, 0, end)
                waiting = _slice(waiting, end, len(waiting.times_ns))
            try:
                trades = _read_block(connection, block, start_ns, end_ns)
            except ValueError:
                on_damage(first_ns, last_ns)
            else:
                waiting = join_trades((waiting, trades))
        if len(waiting.times_ns):
            yield waiting
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


def _read_rows(connection: sqlite3.Connection, number: int, start_ns: int, end_ns: int) -> TradeColumns:
    """Return the trades of a period that are not packed yet; they are at most a few thousand."""
    rows = connection.execute(
        "SELECT time_ns, seq, price, size, updates, id, conditions FROM trade "
        "WHERE symbol = ? AND time_ns >= ? AND time_ns < ? ORDER BY time_ns, seq",
        (number, start_ns, end_ns),
    )
    return trade_columns(rows.fetchall())


def _read_block(connection: sqlite3.Connection, block: int, start_ns: int, end_ns: int) -> TradeColumns:
    (data,) = connection.execute("SELECT data FROM block WHERE id = ?", (block,)).fetchone()
    trades = unpack(data)
    start, end = np.searchsorted(trades.times_ns, (start_ns, end_ns)).tolist()
    return _slice(trades, start, end)


def _slice(trades: TradeColumns, start: int, end: int) -> TradeColumns:
    return TradeColumns(
        trades.times_ns[start:end],
        trades.seq[start:end],
        trades.prices[start:end],
        trades.sizes[start:end],
        trades.updates[start:end],
        trades.ids[start:end],
        trades.conditions[start:end],
    )


def read_bar_portions(
    connection: sqlite3.Connection, feed: str, symbol: str, timeframe: str, start_ns: int, end_ns: int
) -> Iterator[ProvidedColumns]:
    """Yield the bars that begin in ``start_ns <= time < end_ns``, oldest first. An unknown volume is NaN.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    rows = connection.execute(
        "SELECT start_ns, open, high, low, close, volume, source FROM bar "
        "WHERE symbol = ? AND timeframe = ? AND start_ns >= ? AND start_ns < ? ORDER BY start_ns",
        (find_symbol(connection, feed, symbol), timeframe, start_ns, end_ns),
    )
    with closing(rows):
        while portion := rows.fetchmany(_BARS_PER_PORTION):
            yield from_rows(portion)


def read_timeframes(connection: sqlite3.Connection, feed: str, symbol: str) -> list[str]:
    """Return the names of the timeframes of which bars are stored."""
    number = find_symbol(connection, feed, symbol)
    rows = connection.execute("SELECT DISTINCT timeframe FROM bar WHERE symbol = ?", (number,))
    return [name for (name,) in rows]
