"""Reading from the archive, in portions, so that other threads never wait for long."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from ticker_gui.archive.packing import TradeColumns, join_trades, trade_columns, unpack
from ticker_gui.archive.records import DayRecord, GapRecord, LastKnown, QuoteRecord
from ticker_gui.bars.day_numbers import day_starts
from ticker_gui.bars.provided_bars import NO_BARS, ProvidedColumns, divides, from_columns, from_rows
from ticker_gui.bars.stored_bars import StoredBars, covered_ranges
from ticker_gui.bars.time_ranges import TimeRanges
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, FOREVER_NS, Timeframe, timeframe_named

_LOG: Final = logging.getLogger(__name__)
_MAX_BARS: Final = 50_000
_PORTION: Final = 500  # rows; converting them takes about a millisecond


def read_trades(
    connection: sqlite3.Connection, feed: str, symbol: str, newest: int, before_ns: int = FOREVER_NS
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
    connection: sqlite3.Connection,
    feed: str,
    symbol: str,
    timeframe: str,
    start_ns: int,
    end_ns: int,
    newest: int = -1,
) -> ProvidedColumns:
    """Return the bars that begin in ``start_ns <= time < end_ns``, or the newest of them; an unknown volume is 0."""
    number = find_symbol(connection, feed, symbol)
    rows = connection.execute(
        "SELECT start_ns, open, high, low, close, ifnull(volume, 0.0), source FROM bar "
        "WHERE symbol = ? AND timeframe = ? AND start_ns >= ? AND start_ns < ? ORDER BY start_ns DESC LIMIT ?",
        (number, timeframe, start_ns, end_ns, newest),
    )
    parts = [from_rows(portion[::-1]) for portion in _portions(rows)]
    if not parts:
        return NO_BARS
    return from_columns([np.concatenate(columns) for columns in zip(*parts[::-1], strict=True)])


def read_stored_bars(
    connection: sqlite3.Connection, feed: str, symbol: str, timeframe: Timeframe, start_ns: int, end_ns: int
) -> list[StoredBars]:
    """Return what is stored of the bars of a period: those of the timeframe, and shorter ones where those are missing.

    At most the newest 50,000 bars of each timeframe are returned.
    """
    number, missing, found = find_symbol(connection, feed, symbol), TimeRanges(), list[StoredBars]()
    missing.add(start_ns, end_ns)
    names = connection.execute("SELECT DISTINCT timeframe FROM bar WHERE symbol = ?", (number,)).fetchall()
    known = [timeframe_named(name, timeframe.days) for (name,) in names if name in BY_NAME]
    bases = [base for base in known if divides(base, timeframe)]
    gaps = [(gap.start_ns, gap.end_ns) for gap in read_unfilled_gaps(connection, feed, symbol, start_ns, end_ns)]
    for base in sorted(bases, key=lambda base: -base.width_ns):
        ranges = list(missing)
        if not ranges:
            break
        first_ns, last_ns = _dated_period(base, ranges[0][0], ranges[-1][1])
        bars = read_bars(connection, feed, symbol, base.name, first_ns, last_ns, _MAX_BARS)
        if len(bars.start_ns) == _MAX_BARS:
            first_ns = int(bars.start_ns[0])
        rows = connection.execute(
            "SELECT max(start_ns, ?), min(end_ns, ?) FROM loaded WHERE symbol = ? AND timeframe = ? "
            "AND start_ns < ? AND end_ns > ?",
            (first_ns, last_ns, number, base.name, last_ns, first_ns),
        )
        loaded = [(base.start_on(start), base.start_on(end)) for start, end in rows]
        if not base.days.is_utc:
            bars = bars._replace(start_ns=day_starts(bars.start_ns // DAY_NS, base.days))
        covered = list(covered_ranges(base, bars, gaps, loaded))
        found.append(StoredBars(base, bars, covered))
        for covered_ns in covered:
            missing.remove(*covered_ns)
    return found


def _dated_period(timeframe: Timeframe, start_ns: int, end_ns: int) -> tuple[int, int]:
    """Return a period as the starts of bars are stored, which is by date if they consist of days."""
    if not timeframe.consists_of_days or timeframe.days.is_utc:
        return start_ns, end_ns
    last_ns = timeframe.end_of(timeframe.start_of(end_ns - 1))
    return timeframe.date_of(timeframe.start_of(start_ns)), timeframe.date_of(last_ns)


def read_unfilled_gaps(
    connection: sqlite3.Connection, feed: str, symbol: str, start_ns: int, end_ns: int
) -> list[GapRecord]:
    """Return the gaps that overlap a period and were not backfilled for a symbol, oldest first."""
    gaps = read_gaps(connection, feed, symbol, start_ns, end_ns)
    filled = [gap for gap in gaps if gap.symbol and gap.is_backfilled]
    return [
        gap
        for gap in gaps
        if not gap.is_backfilled
        and not any(other.start_ns <= gap.start_ns and gap.end_ns <= other.end_ns for other in filled)
    ]


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


def find_symbol(connection: sqlite3.Connection, feed: str, symbol: str) -> int | None:
    """Return the number of a symbol in the archive, or ``None`` if nothing is stored of it."""
    row = connection.execute("SELECT id FROM symbol WHERE feed = ? AND wire_symbol = ?", (feed, symbol)).fetchone()
    return None if row is None else int(row[0])


def _portions(rows: sqlite3.Cursor) -> Iterator[list[Any]]:
    while portion := rows.fetchmany(_PORTION):
        yield portion
