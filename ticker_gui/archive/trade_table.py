"""The stored trades: each is stored once, corrections change them, and old ones are packed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from ticker_gui.archive.packing import TradeColumns, join_trades, pack, trade_columns, unpack
from ticker_gui.archive.records import BACKFILLED_FLAG, TradeNumbers, TradeRecord, plain_text, stored_id, trade_time
from ticker_gui.domain.event_time import EARLIEST_NS, TOLERANCE_NS
from ticker_gui.domain.events import Correction, Trade
from ticker_gui.domain.timeframe import FOREVER_NS, NEVER_NS, SECOND_NS
from ticker_gui.market.trade_identity import is_same_time, is_same_trade

BLOCK_TRADES: Final = 4096
UNPACKED_TRADES: Final = 1024  # of each symbol: another program may be about to store the same ones
_RESENT_NS: Final = 2 * SECOND_NS  # an older trade may be stored already, with another precision of its time
ROWS_PER_PORTION: Final = 128  # about half a millisecond
_SEARCHED_BLOCKS: Final = 64  # for the trade that a correction concerns, the newest ones

_COLUMNS: Final = "time_ns, seq, price, size, updates, id, conditions"
_INSERT: Final = "INSERT OR IGNORE INTO trade VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def do_nothing() -> None:
    """Make no pause."""


class _Row(NamedTuple):
    """A stored trade."""

    time_ns: int
    seq: int
    price: float
    size: float
    updates: int
    name: str | None
    conditions: str | None

    @property
    def identity(self) -> int | str:
        """The id, which is a text if the trade has one."""
        return self.seq if self.name is None else self.name


class _Stored:
    """The trades of a period, to recognize those that are sent again."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        self._by_id: dict[int | str, list[_Row]] = {}
        self._numbers: dict[int, int] = {}  # the greatest one by time
        for row in rows:
            self.add(row)

    def add(self, row: _Row) -> None:
        self._by_id.setdefault(row.identity, []).append(row)
        self._numbers[row.time_ns] = max(self._numbers.get(row.time_ns, -1), row.seq)

    def has(self, row: _Row) -> bool:
        """Return whether a trade with the same id is the same one. Its time may have another precision."""
        return any(
            known.time_ns == row.time_ns or is_same_trade(known[:1] + known[2:4], row.time_ns, row.price, row.size)
            for known in self._by_id.get(row.identity, ())
        )

    def next_number(self, time_ns: int) -> int:
        """Return the number of one more trade of this time."""
        return self._numbers.get(time_ns, -1) + 1


class TradeTable:
    """Writes trades to an open archive, in the transaction of the caller; symbols are numbers.

    ``pause`` is called after each portion of the work, so that this thread never occupies the interpreter for long.
    """

    def __init__(self, connection: sqlite3.Connection, pause: Callable[[], object] = do_nothing) -> None:
        self._connection: Final = connection
        self._pause: Final = pause
        self._numbers: dict[int, TradeNumbers] = {}
        self._numbered: list[tuple[TradeNumbers, int]] = []  # in this transaction, with their times
        self._unpacked: dict[int, int] = {}

    def note_committed(self) -> None:
        """Note that the transaction was committed."""
        self._numbered.clear()

    def note_rolled_back(self) -> None:
        """Note that the transaction failed: its rows are not there, and their numbers are given again."""
        for numbers, time_ns in self._numbered:
            numbers.take_back(time_ns)
        self._numbered.clear()
        self._unpacked.clear()

    def forget_all(self) -> None:
        """Forget everything, because all trades were deleted."""
        self._unpacked.clear()
        self._numbers.clear()

    def insert(self, records: Iterable[tuple[int, TradeRecord]]) -> None:
        """Insert trades with their symbols, without those that are stored already."""
        uncertain: dict[int, list[_Row]] = {}
        margins_ns: dict[int, int] = {}

        def certain() -> Iterator[tuple[int, _Row]]:
            for symbol, (_, trade, received_ns, is_backfilled) in records:
                if type(trade) is not Trade:
                    continue
                row = self._row(symbol, trade, received_ns, is_backfilled=is_backfilled)
                is_old = is_backfilled or received_ns - row.time_ns > _RESENT_NS
                if is_old and trade.trade_id is not None:
                    margins_ns[symbol] = SECOND_NS  # the coarsest precision of a time
                elif row.name is None:
                    yield symbol, row
                    continue
                uncertain.setdefault(symbol, []).append(row)

        self._insert(certain())
        for symbol, rows in uncertain.items():
            new = self._without_stored(symbol, rows, margins_ns.get(symbol, 0))
            self._insert((symbol, row) for row in new)

    def _row(self, symbol: int, trade: Trade, received_ns: int, *, is_backfilled: bool) -> _Row:
        time_ns, identity = trade_time(trade, received_ns), stored_id(trade.trade_id, trade.venue)
        conditions = plain_text(",".join(trade.conditions)) if trade.conditions else None
        updates = int(trade.updates) | (BACKFILLED_FLAG if is_backfilled else 0)
        if type(identity) is int:
            return _Row(time_ns, identity, trade.price, trade.size or 0.0, updates, None, conditions)
        if isinstance(identity, str):  # numbered when it is known to be new
            return _Row(time_ns, 0, trade.price, trade.size or 0.0, updates, identity, conditions)
        numbers = self._numbers.get(symbol)
        if numbers is None:
            numbers = self._numbers[symbol] = TradeNumbers()
        number = numbers.next(time_ns)
        self._numbered.append((numbers, time_ns))
        return _Row(time_ns, number, trade.price, trade.size or 0.0, updates, None, conditions)

    def _without_stored(self, symbol: int, rows: Sequence[_Row], margin_ns: int) -> list[_Row]:
        """Return the trades that are not stored yet, each once, with their numbers."""
        times_ns = [row.time_ns for row in rows]
        stored = _Stored(self._between(symbol, min(times_ns) - margin_ns, max(times_ns) + margin_ns))
        new = []
        for row in rows:
            if not stored.has(row):
                numbered = row if row.name is None else row._replace(seq=stored.next_number(row.time_ns))
                stored.add(numbered)
                new.append(numbered)
        return new

    def _between(self, symbol: int, first_ns: int, last_ns: int) -> Iterator[_Row]:
        found = self._connection.execute(
            f"SELECT {_COLUMNS} FROM trade WHERE symbol = ? AND time_ns BETWEEN ? AND ?", (symbol, first_ns, last_ns)
        )
        yield from map(_Row._make, found)
        for _, trades in self._blocks(symbol, first_ns, last_ns):
            first, end = np.searchsorted(trades.times_ns, (first_ns, last_ns + 1)).tolist()
            for position in range(first, end):
                yield _row_at(trades, position)

    def _blocks(self, symbol: int, first_ns: int, last_ns: int) -> Iterator[tuple[int, TradeColumns]]:
        """Yield the undamaged blocks that overlap a period, newest first, with their numbers."""
        found = self._connection.execute(
            "SELECT id, data FROM block WHERE symbol = ? AND last_ns >= ? AND first_ns <= ? "
            "ORDER BY last_ns DESC LIMIT ?",
            (symbol, first_ns, last_ns, _SEARCHED_BLOCKS),
        )
        for number, data in found.fetchall():
            try:
                yield number, unpack(data)
            except ValueError:  # it is reported to the reader
                continue

    def _insert(self, rows: Iterable[tuple[int, _Row]]) -> None:
        """Insert rows with their symbols, in portions."""
        inserted: Counter[int] = Counter()

        def counted() -> Iterator[tuple[Any, ...]]:
            for number, (symbol, row) in enumerate(rows, 1):
                inserted[symbol] += 1
                yield (symbol, *row)
                if number % ROWS_PER_PORTION == 0:
                    self._pause()

        self._connection.executemany(_INSERT, counted())
        for symbol, rows_inserted in inserted.items():
            count = self._unpacked.get(symbol)
            self._unpacked[symbol] = self._count_unpacked(symbol) if count is None else count + rows_inserted

    def _count_unpacked(self, symbol: int) -> int:
        row = self._connection.execute("SELECT count(*) FROM trade WHERE symbol = ?", (symbol,)).fetchone()
        return int(row[0])

    # Corrections

    def correct(self, symbol: int, correction: Correction, received_ns: int) -> None:
        """Remove a cancelled trade, or write its corrected values; an unknown trade is ignored."""
        if (found := self._find_row(symbol, correction)) is not None:
            self._connection.execute(
                "DELETE FROM trade WHERE symbol = ? AND time_ns = ? AND seq = ?", (symbol, found.time_ns, found.seq)
            )
        else:
            found = self._take_from_blocks(symbol, correction)
        if found is None:
            return
        while self._take_from_blocks(symbol, correction, found) is not None:  # another program packed it, too
            pass
        if correction.price is not None:
            self._insert([(symbol, self._corrected(symbol, found, correction, received_ns))])

    def _find_row(self, symbol: int, correction: Correction) -> _Row | None:
        """Return the newest trade that a correction concerns among those that are not packed."""
        identity = stored_id(correction.trade_id, correction.venue)
        if identity is None and not _has_values(correction):
            return None
        where = "id = ?" if isinstance(identity, str) else "seq = ? AND id IS NULL"
        if identity is None:
            where = "price = ?"
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM trade WHERE symbol = ? AND {where} ORDER BY time_ns DESC, seq DESC",
            (symbol, correction.original_price if identity is None else identity),
        )
        return next((row for row in map(_Row._make, rows.fetchall()) if _matches(row, correction)), None)

    def _take_from_blocks(self, symbol: int, correction: Correction, same: _Row | None = None) -> _Row | None:
        """Remove the newest trade that a correction concerns from a block, or only a given one, and return it."""
        period = (NEVER_NS, FOREVER_NS) if same is None else (same.time_ns, same.time_ns)
        for block, trades in self._blocks(symbol, *period):
            for position in _positions(trades, correction)[::-1]:
                row = _row_at(trades, position)
                if _matches(row, correction) and same in (None, row):
                    self._rewrite(block, trades.select(np.delete(np.arange(len(trades.times_ns)), position)))
                    return row
        return None

    def _rewrite(self, block: int, trades: TradeColumns) -> None:
        if not len(trades.times_ns):
            self._connection.execute("DELETE FROM block WHERE id = ?", (block,))
            return
        data = pack(trades)
        first_ns, last_ns = int(trades.times_ns[0]), int(trades.times_ns[-1])
        self._connection.execute(
            "UPDATE block SET first_ns = ?, last_ns = ?, trades = ?, bytes = ?, data = ? WHERE id = ?",
            (first_ns, last_ns, len(trades.times_ns), len(data), data, block),
        )

    def _corrected(self, symbol: int, row: _Row, correction: Correction, received_ns: int) -> _Row:
        """Return a trade with its corrected values; those that the provider omits are unchanged."""
        time_ns, size, price = correction.time_ns, correction.size, correction.price
        if time_ns is None or not EARLIEST_NS < time_ns <= received_ns + TOLERANCE_NS:
            time_ns = row.time_ns
        new_id = correction.trade_id if correction.new_trade_id is None else correction.new_trade_id
        identity = stored_id(new_id, correction.venue)
        seq, name = row.seq, row.name
        if type(identity) is int:
            seq, name = identity, None
        elif time_ns != row.time_ns or (identity is not None and row.name is None):
            seq = _Stored(self._between(symbol, time_ns, time_ns)).next_number(time_ns)
        if isinstance(identity, str):
            name = identity
        conditions = plain_text(",".join(correction.conditions)) if correction.conditions else None
        updates = int(correction.updates) | (row.updates & BACKFILLED_FLAG)
        size = row.size if size is None else size
        return _Row(time_ns, seq, row.price if price is None else price, size, updates, name, conditions)

    # Packing

    def pack(self, written: int) -> None:
        """Pack the oldest trades of symbols with enough of them, up to twice as many as were written, or one block.

        So packing takes little time after each batch, also if many symbols have enough trades at the same time.
        """
        blocks = 1 + 2 * written // BLOCK_TRADES
        for symbol in [symbol for symbol, count in self._unpacked.items() if _is_enough(count)]:
            if blocks < 1:
                break
            blocks -= self._pack(symbol, blocks)

    def _pack(self, symbol: int, most: int) -> int:
        """Pack trades of a symbol; return into how many blocks."""
        count = self._count_unpacked(symbol)  # another program may have packed them
        blocks = 0
        while _is_enough(count) and blocks < most:
            trades = self._oldest(symbol)
            block = pack(trades)
            first_ns, last_ns, size = int(trades.times_ns[0]), int(trades.times_ns[-1]), len(trades.times_ns)
            self._connection.execute(
                "INSERT INTO block (symbol, first_ns, last_ns, trades, bytes, data) VALUES (?, ?, ?, ?, ?, ?)",
                (symbol, first_ns, last_ns, size, len(block), block),
            )
            self._connection.execute(
                "DELETE FROM trade WHERE symbol = ? AND (time_ns, seq) <= (?, ?)",
                (symbol, last_ns, int(trades.seq[-1])),
            )
            count -= size
            blocks += 1
        self._unpacked[symbol] = count
        return blocks

    def _oldest(self, symbol: int) -> TradeColumns:
        """Return the oldest trades of a symbol that fit into a block; they are read in portions."""
        found = self._connection.execute(
            f"SELECT {_COLUMNS} FROM trade WHERE symbol = ? ORDER BY time_ns, seq LIMIT ?", (symbol, BLOCK_TRADES)
        )
        parts = []
        while rows := found.fetchmany(ROWS_PER_PORTION):
            parts.append(trade_columns(rows))
            self._pause()
        return join_trades(parts)


def _is_enough(count: int) -> bool:
    return count >= BLOCK_TRADES + UNPACKED_TRADES


def _row_at(trades: TradeColumns, position: int) -> _Row:
    values: list[Any] = [column[position].item() for column in trades[:5]]
    texts = [texts[position] or None if texts else None for texts in (trades.ids, trades.conditions)]
    return _Row(*values, *texts)


def _positions(trades: TradeColumns, correction: Correction) -> list[int]:
    """Return the positions of the trades that a correction may concern, ascending."""
    identity = stored_id(correction.trade_id, correction.venue)
    if isinstance(identity, str):
        return [position for position, name in enumerate(trades.ids) if name == identity]
    if identity is not None:
        positions: list[int] = np.flatnonzero(trades.seq == identity).tolist()
        return [position for position in positions if not trades.ids or not trades.ids[position]]
    if not _has_values(correction):
        return []
    return [int(position) for position in np.flatnonzero(trades.prices == correction.original_price)]


def _has_values(correction: Correction) -> bool:
    """Return whether a trade without an id can be found by its values: many trades have the same price."""
    others = correction.original_size, correction.original_time_ns
    return correction.original_price is not None and others != (None, None)


def _matches(row: _Row, correction: Correction) -> bool:
    """Return whether a trade has the values that a correction repeats."""
    price, size, time_ns = correction.original_price, correction.original_size, correction.original_time_ns
    if price is not None and not is_same_trade((-1, row.price, row.size), -1, price, size or 0.0):
        return False
    return time_ns is None or is_same_time(row.time_ns, time_ns)
