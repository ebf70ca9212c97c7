"""How long the archive keeps data: deletes what is too old, and the oldest trades when they take too much space."""

from __future__ import annotations

import sqlite3
from typing import Final

import msgspec

from ticker_gui.archive.database import transaction, vacuum
from ticker_gui.domain.timeframe import DAY_NS, TIMEFRAMES

_BLOCKS_PER_STEP: Final = 64
_PAGES_PER_STEP: Final = 256
_ROWS_PER_STEP: Final = 5000
_SHORT: Final = tuple(timeframe.name for timeframe in TIMEFRAMES if timeframe.width_ns < DAY_NS)


class ArchiveLimits(msgspec.Struct, frozen=True):
    """What the archive keeps. Bars of a day or longer are kept forever."""

    trade_days: int = 7
    trade_bytes: int = 2 << 30
    bar_days: int = 366  # of bars shorter than a day, quotes, day statistics and gaps


def delete_step(connection: sqlite3.Connection, limits: ArchiveLimits, now_ns: int) -> bool:
    """Delete a portion of what is beyond the limits; return whether there may be more.

    Raises:
        sqlite3.Error: it could not be deleted.
    """
    with transaction(connection):
        deleted = _delete_trades(connection, limits, now_ns) + _delete_others(connection, limits, now_ns)
    if not deleted:
        vacuum(connection, _PAGES_PER_STEP)
    return deleted > 0


def _delete_trades(connection: sqlite3.Connection, limits: ArchiveLimits, now_ns: int) -> int:
    oldest_ns = now_ns - limits.trade_days * DAY_NS
    deleted = connection.execute(
        "DELETE FROM block WHERE id IN (SELECT id FROM block WHERE last_ns < ? ORDER BY last_ns LIMIT ?)",
        (oldest_ns, _BLOCKS_PER_STEP),
    ).rowcount
    for (symbol,) in connection.execute("SELECT id FROM symbol").fetchall():
        deleted += connection.execute(
            "DELETE FROM trade WHERE symbol = ? AND time_ns < ?", (symbol, oldest_ns)
        ).rowcount
    excess = connection.execute("SELECT ifnull(sum(bytes), 0) FROM block").fetchone()[0] - limits.trade_bytes
    if excess > 0:
        deleted += _delete_oldest(connection, excess)
    return deleted


def _delete_oldest(connection: sqlite3.Connection, excess: int) -> int:
    """Delete the oldest blocks until their size is at least ``excess``, or a portion of them."""
    numbers = []
    for number, size in connection.execute(
        "SELECT id, bytes FROM block ORDER BY last_ns, id LIMIT ?", (_BLOCKS_PER_STEP,)
    ):
        if excess <= 0:
            break
        numbers.append((number,))
        excess -= size
    connection.executemany("DELETE FROM block WHERE id = ?", numbers)
    return len(numbers)


def _delete_others(connection: sqlite3.Connection, limits: ArchiveLimits, now_ns: int) -> int:
    oldest_ns = now_ns - limits.bar_days * DAY_NS
    deleted = 0
    for (symbol,) in connection.execute("SELECT id FROM symbol").fetchall():
        for timeframe in _SHORT:
            deleted += connection.execute(
                "DELETE FROM bar WHERE symbol = ? AND timeframe = ? AND start_ns < min(?, (SELECT max(start_ns) FROM "
                "(SELECT start_ns FROM bar WHERE symbol = ? AND timeframe = ? ORDER BY start_ns LIMIT ?)) + 1)",
                (symbol, timeframe, oldest_ns, symbol, timeframe, _ROWS_PER_STEP),
            ).rowcount
        for table, column in (("quote", "minute_ns"), ("day", "day_ns")):
            deleted += connection.execute(
                f"DELETE FROM {table} WHERE symbol = ? AND {column} < ?", (symbol, oldest_ns)
            ).rowcount
    for timeframe in _SHORT:
        period = oldest_ns, timeframe, oldest_ns
        connection.execute("DELETE FROM loaded WHERE end_ns <= ? AND timeframe = ? AND start_ns < ?", period)
        connection.execute("UPDATE loaded SET start_ns = ? WHERE timeframe = ? AND start_ns < ?", period)
    return deleted + connection.execute("DELETE FROM gap WHERE end_ns < ?", (oldest_ns,)).rowcount
