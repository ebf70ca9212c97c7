"""Deduplication of trades by their ids, and detection of missing ones."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.tape import EVERYTHING
from ticker_gui.domain.events import Trade
from ticker_gui.market.trade_identity import MAX_NUMBER, NO_KEY, is_same_price, is_same_trade, key_of

WINDOW: Final = 1024
MAX_BACKFILLED: Final = 20_000
_MIN_SEQUENCE_GAPS: Final = 50
_MAX_SEQUENCE_GAP: Final = 1_000_000  # a larger one is a new numbering and not a gap
_MIN_NUMBERS_PER_GAP: Final = 10  # otherwise the ids are not sequential after all
_RESET_AFTER: Final = 64
_CANCELLED: Final = -1  # in place of a time
NOT_COUNTED: Final = 0  # the updates of a trade that was not counted
_CONSTANT: Final = 3  # different trades in a row with the same id, after which the id is ignored


class KnownTrade(NamedTuple):
    """A remembered trade: its row in the buffer, its values and what it may update.

    A backfilled trade has no row; ``time_ns`` is then the time at which it was counted.
    """

    row: int | None
    time_ns: int
    price: float
    size: float
    updates: int


class _Backfilled(NamedTuple):
    """A trade of a gap: its values, the time at which it was counted, and what it may update."""

    time_ns: int
    price: float
    size: float
    counted_ns: int
    updates: int


class RememberedTrades(NamedTuple):
    """Trades in the order of arrival, as arrays. A negative key stands for an id that is not a number."""

    keys: npt.NDArray[np.int64]
    times_ns: npt.NDArray[np.int64]
    prices: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.float64]

    def id_at(self, row: int) -> int | None:
        """Return the id of a trade; ``None`` if it is not a number."""
        key = int(self.keys[row])
        return key if key >= 0 else None

    def has(self, trade: Trade, time_ns: int, size: float) -> bool:
        """Return whether a trade is one of these."""
        if trade.trade_id is None:
            return False
        rows = (self.keys == key_of(trade.trade_id, trade.venue)).nonzero()[0].tolist()
        return any(
            is_same_trade((self.times_ns[row], self.prices[row], self.sizes[row]), time_ns, trade.price, size)
            for row in rows
        )


class RecentIds:
    """Remembers the last ``window`` trades that have an id, so that each of them counts once.

    The same id with the same content is the same trade, sent again or by a second channel. With other content it is
    another trade, because ids were reset, are constant, or are unique per exchange only.

    Ids mostly increase, and one that is greater than all before is new; only others are searched for. The keys are in
    one plain array; a set of objects would take forty times the memory and twice the time.

    If the provider's ids are ``sequential``, that is numbers without gaps, ``missed`` is how many have not arrived. A
    sequence reset is detected by a number with other content, or by many lower numbers in a row.
    """

    __slots__ = (
        "_backfilled",
        "_first",
        "_greatest",
        "_greatest_backfilled",
        "_key_view",
        "_keys",
        "_last",
        "_lower_numbers",
        "_lower_than",
        "_next",
        "_prices",
        "_restricted",
        "_sequence_gaps",
        "_sizes",
        "_times",
        "_window",
        "_wrapped",
        "is_sequential",
        "missed",
    )

    def __init__(self, window: int = WINDOW, *, sequential: bool = False) -> None:
        self.missed = 0
        self.is_sequential = sequential
        self._first = self._sequence_gaps = 0
        self._lower_numbers = self._lower_than = 0
        self._window = window
        self._keys = np.full(window, NO_KEY, np.int64)
        self._key_view = memoryview(self._keys)  # type: ignore[arg-type]  # as in `tape`
        self._times: Any = memoryview(np.empty(window, np.int64))  # type: ignore[arg-type]
        self._prices: Any = memoryview(np.empty(window))  # type: ignore[arg-type]
        self._sizes: Any = memoryview(np.empty(window))  # type: ignore[arg-type]
        # Trades that may not update everything: row -> key and time, because rows are overwritten, and updates.
        self._restricted: dict[int, tuple[int, int, int]] = {}
        self._next = self._wrapped = 0
        self._backfilled: dict[int, _Backfilled] = {}  # by key
        self._greatest_backfilled = -1
        self._greatest = self._last = -1  # of all remembered keys, and of the sequence

    def is_new(self, trade: Trade, stamp_ns: int, size: float) -> bool:
        """Remember a trade that has an id; return whether it is new.

        ``stamp_ns`` is its effective time, negative if the provider sent none. A ``size`` of 0 is unknown.
        """
        identifier = trade.trade_id
        if type(identifier) is int and 0 <= identifier < MAX_NUMBER and trade.venue is None:
            key = identifier
        else:
            key = key_of(identifier, trade.venue)
        is_repeated = False
        if key > self._greatest:
            self._greatest = key
        else:
            rows = (self._keys == key).nonzero()[0]
            is_repeated = len(rows) > 0
            if is_repeated and self._is_known(rows, stamp_ns, trade.price, size):
                return False
            if key in self._backfilled and is_same_trade(self._backfilled[key][:3], stamp_ns, trade.price, size):
                return False
        if self.is_sequential:
            if key == self._last + 1:
                self._last = key
            else:
                self._count(key, is_repeated=is_repeated)
        row = self._next
        self._key_view[row] = key
        self._times[row] = stamp_ns
        self._prices[row] = trade.price
        self._sizes[row] = size
        self._next = row + 1
        if self._next == self._window:
            self._wrap_around()
        return True

    def _wrap_around(self) -> None:
        """Continue at the first row and update the greatest key, because ids may have been reset."""
        self._next = 0
        self._wrapped += 1
        self._greatest = max(int(self._keys.max()), self._greatest_backfilled)

    def find(
        self, identifier: int | str | None, venue: int | str | None, price: float | None, size: float | None
    ) -> KnownTrade | None:
        """Return the newest trade with this id, and price and size if given, that was not cancelled."""
        if identifier is None:
            return None
        rows = (self._keys == key_of(identifier, venue)).nonzero()[0]
        for row in rows[np.argsort(self._ages(rows))].tolist():
            known = KnownTrade(row, self._times[row], self._prices[row], self._sizes[row], self._updates(row))
            if known.time_ns == _CANCELLED or (price is not None and not is_same_price(price, known.price)):
                continue
            if not size or not known.size or size == known.size:
                return known._replace(time_ns=abs(known.time_ns))
        backfilled = self._backfilled.get(key_of(identifier, venue))
        if backfilled is None or backfilled.time_ns == _CANCELLED:
            return None
        _, its_price, its_size, counted_ns, updates = backfilled
        if price is not None and not is_same_price(price, its_price):
            return None
        if size and its_size and size != its_size:
            return None
        return KnownTrade(None, counted_ns, its_price, its_size, updates)

    @property
    def times_ns(self) -> npt.NDArray[np.int64]:
        """The times of all remembered trades, as they were counted."""
        times_ns: npt.NDArray[np.int64] = np.abs(np.asarray(self._times)[self._keys != NO_KEY])
        if self._backfilled:
            counted_ns = np.array([known.counted_ns for known in self._backfilled.values()], np.int64)
            times_ns = np.concatenate((times_ns, counted_ns))
        return times_ns

    @property
    def newest_row(self) -> int:
        """The row of the trade that was remembered last."""
        return (self._next - 1) % self._window

    @property
    def position(self) -> int:
        """The number of trades that have been remembered."""
        return self._wrapped * self._window + self._next

    def remembered(self, position: int = 0) -> RememberedTrades:
        """Return the trades remembered from a position on, as far as they are still held."""
        rows = np.arange(max(position, self.position - self._window), self.position) % self._window
        columns = (np.asarray(column)[rows] for column in (self._prices, self._sizes))
        return RememberedTrades(self._keys[rows], np.abs(np.asarray(self._times)[rows]), *columns)

    def newest_until(self, time_ns: int) -> tuple[int, int] | None:
        """Return the position of the newest trade until a time, and that of the first one which is not older.

        Of trades with equal times, the newest is the last to arrive. The second position is 0 if it is no longer known.
        """
        times_ns, is_held = np.abs(np.asarray(self._times)), self._keys != NO_KEY
        earlier_ns = times_ns[is_held & (times_ns <= time_ns)]
        if not len(earlier_ns):
            return None
        newest_ns = earlier_ns.max()
        rows = (is_held & (times_ns >= newest_ns)).nonzero()[0]
        positions = self.position - 1 - self._ages(rows)
        first = int(positions.min())
        is_oldest = first <= self.position - self._window
        return int(positions[times_ns[rows] == newest_ns].max()), 0 if is_oldest else first

    def is_known(self, trade: Trade, time_ns: int, size: float) -> bool:
        """Return whether a trade is remembered, as one received live or as one of a gap."""
        if trade.trade_id is None:
            return False
        key = key_of(trade.trade_id, trade.venue)
        known = self._backfilled.get(key)
        if known is not None and is_same_trade(known[:3], time_ns, trade.price, size):
            return True
        rows = (self._keys == key).nonzero()[0].tolist()
        return any(self._is_same(row, time_ns, trade.price, size) for row in rows)

    def remember_backfilled(self, trade: Trade, time_ns: int, size: float, counted_ns: int) -> None:
        """Remember a trade of a gap, and when it was counted. It displaces none of those that were received live."""
        if trade.trade_id is None:
            return
        key = key_of(trade.trade_id, trade.venue)
        self._backfilled[key] = _Backfilled(time_ns, trade.price, size, counted_ns, int(trade.updates))
        self._greatest_backfilled = max(self._greatest_backfilled, key)
        self._greatest = max(self._greatest, key)
        if len(self._backfilled) > MAX_BACKFILLED:
            del self._backfilled[next(iter(self._backfilled))]
        if self.is_sequential and self.missed and self._first < key < self._last:
            self.missed -= 1

    def restrict(self, row: int, updates: int) -> None:
        """Note which updates a trade may make; none if it was not counted."""
        self._restricted[row] = self._key_view[row], self._times[row], updates

    def _updates(self, row: int) -> int:
        key, time_ns, updates = self._restricted.get(row, (NO_KEY, 0, EVERYTHING))
        return updates if (key, time_ns) == (self._key_view[row], self._times[row]) else EVERYTHING

    def cancel(self, row: int) -> None:
        """Note that a trade was cancelled: it is still a known one, but `find` does not return it."""
        self._times[row] = _CANCELLED

    def cancel_known(self, known: KnownTrade, identifier: int | str | None, venue: int | str | None) -> None:
        """Note that a trade that `find` returned was cancelled."""
        if known.row is not None:
            self.cancel(known.row)
        else:
            key = key_of(identifier, venue)
            self._backfilled[key] = self._backfilled[key]._replace(time_ns=_CANCELLED)

    def was_cancelled(self, identifier: int | str | None, venue: int | str | None, price: float) -> bool:
        """Return whether a trade of this id and price was cancelled."""
        if identifier is None:
            return False
        known = self._backfilled.get(key_of(identifier, venue))
        if known is not None and known.time_ns == _CANCELLED and is_same_price(price, known.price):
            return True
        return bool(self.cancelled_rows(identifier, venue, price))

    def cancelled_rows(self, identifier: int | str | None, venue: int | str | None, price: float) -> list[int]:
        """Return the rows of the cancelled trades of this id and price."""
        if identifier is None:
            return []
        rows: list[int] = (self._keys == key_of(identifier, venue)).nonzero()[0].tolist()
        return [row for row in rows if self._times[row] == _CANCELLED and is_same_price(price, self._prices[row])]

    def key_at(self, row: int) -> int:
        """Return the key of the trade in a row."""
        return int(self._key_view[row])

    def remember(
        self,
        identifier: int | str,
        venue: int | str | None,
        time_ns: int,
        price: float,
        size: float,
        updates: int = EVERYTHING,
    ) -> int:
        """Remember a trade that `is_new` has not checked, such as a corrected one; return its row."""
        key, row = key_of(identifier, venue), self._next
        self._greatest = max(self._greatest, key)
        self._key_view[row] = key
        self._times[row], self._prices[row], self._sizes[row] = time_ns, price, size
        self.restrict(row, updates)
        self._next = row + 1
        if self._next == self._window:
            self._wrap_around()
        return row

    def _ages(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return how many trades have been remembered after those in the rows."""
        return (self._next - 1 - rows) % self._window

    def _is_known(self, rows: npt.NDArray[np.int64], stamp_ns: int, price: float, size: float) -> bool:
        """Return whether one of the trades in the rows, which have the same id, is this one."""
        is_constant = np.count_nonzero(self._ages(rows) < _CONSTANT) == _CONSTANT
        return not is_constant and any(self._is_same(row, stamp_ns, price, size) for row in rows.tolist())

    def _is_same(self, row: int, stamp_ns: int, price: float, size: float) -> bool:
        """Return whether a remembered trade has this content, as far as both contain it."""
        return is_same_trade((self._times[row], self._prices[row], self._sizes[row]), stamp_ns, price, size)

    def _count(self, key: int, *, is_repeated: bool) -> None:
        """Process a number that does not follow the last one."""
        if self._last < 0 or (is_repeated and 0 <= key <= self._last):  # the first number, or the first after a reset
            self._first = self._last = key
            self.missed = self._sequence_gaps = 0
        elif self._last < key <= self._last + 1 + _MAX_SEQUENCE_GAP:
            self._note_sequence_gap(key)
        elif key > self._last:
            self._first = self._last = key
            self._sequence_gaps = 0
        elif key >= 0:
            self._note_lower(key)

    def _note_lower(self, key: int) -> None:
        """Process a lower number: a missing one that arrives late, or one after a reset."""
        if self.missed:
            self.missed -= 1
            return
        self._lower_numbers = self._lower_numbers + 1 if self._lower_than == self._last else 1
        self._lower_than = self._last
        if self._lower_numbers >= _RESET_AFTER:
            self._lower_numbers = self._sequence_gaps = 0
            self._first = self._last = key

    def _note_sequence_gap(self, key: int) -> None:
        """Count the missing numbers; stop if gaps are too frequent for sequential ids."""
        self.missed += key - self._last - 1
        self._last = key
        self._sequence_gaps += 1
        came = key - self._first - self.missed
        if self._sequence_gaps >= _MIN_SEQUENCE_GAPS and self._sequence_gaps * _MIN_NUMBERS_PER_GAP > came:
            self.is_sequential = False
            self.missed = 0
