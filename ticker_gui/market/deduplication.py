"""Which trades have been reported before: all that is known of trade ids."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.tape import EVERYTHING
from ticker_gui.domain.events import Trade

WINDOW: Final = 1024
_MIN_SEQUENCE_GAPS: Final = 50
_MAX_SEQUENCE_GAP: Final = 1_000_000  # more are not missed between two trades: the numbers are of another kind now
_MIN_NUMBERS_PER_GAP: Final = 10  # at least, of numbers that count what they are said to count
_RESET_AFTER: Final = 64
_NO_KEY: Final = -1
_MAX_NUMBER: Final = 2**61 - 1  # Python's hashes of numbers repeat from here on
_HASH_MASK: Final = 2**62 - 1
_MAX_DIGITS: Final = 18
_CANCELLED: Final = -1  # instead of a time
ANY_PRICE: Final = math.nan  # of a trade that is known by its id only
NOT_COUNTED: Final = 0  # what a trade may update that was not counted
_UNITS_NS: Final = (1_000_000_000, 1_000_000, 1_000)  # precisions that times are given with
_PRICE_NOISE: Final = 1e-7  # relative: what is left where one of two channels writes 32-bit numbers
_CONSTANT: Final = 3  # trades in a row with one id and different content: such an id identifies nothing


class KnownTrade(NamedTuple):
    """A trade that is remembered, its row among those that are, and what it may update."""

    row: int
    time_ns: int
    price: float
    size: float
    updates: int


class RecentIds:
    """Remembers the last ``window`` trades that have an id, so that each of them counts once.

    The same id with the same content is the same trade, reported by a second channel or sent again. With other content
    it is another trade: ids began again, are constant, or are unique only per exchange.

    Ids mostly grow, and one that is greater than all before is new; only the others are searched for. What is kept are
    keys in one plain array: a set of as many objects would take forty times the memory and, as the processor's caches
    go, twice the time.

    Where the provider declares that they are ``sequential``, numbers without a gap, ``missed`` is how many of them have
    not come. A restarted server may reset its numbers: that is recognised by a number with other content, or by many
    lower numbers in a row.
    """

    __slots__ = (
        "_first",
        "_greatest",
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
        "is_sequential",
        "missed",
    )

    def __init__(self, window: int = WINDOW, *, sequential: bool = False) -> None:
        self.missed = 0
        self.is_sequential = sequential
        self._first = self._sequence_gaps = 0
        self._lower_numbers = self._lower_than = 0
        self._window = window
        self._keys = np.full(window, _NO_KEY, np.int64)
        self._key_view = memoryview(self._keys)  # type: ignore[arg-type]  # as in `tape`
        self._times: Any = memoryview(np.empty(window, np.int64))  # type: ignore[arg-type]
        self._prices: Any = memoryview(np.empty(window))  # type: ignore[arg-type]
        self._sizes: Any = memoryview(np.empty(window))  # type: ignore[arg-type]
        # Of the rows of trades that may not update everything: key and time, as rows are overwritten, and the updates.
        self._restricted: dict[int, tuple[int, int, int]] = {}
        self._next = 0
        self._greatest = self._last = -1  # of those remembered, and of those counted

    def is_new(self, trade: Trade, stamp_ns: int, size: float) -> bool:
        """Remember a trade that has an id, and return whether it was not known.

        ``stamp_ns`` is its effective time, negative where the provider gave none. A ``size`` of 0 is not known.
        """
        identifier = trade.trade_id
        if type(identifier) is int and 0 <= identifier < _MAX_NUMBER and trade.venue is None:
            key = identifier
        else:
            key = _key_of(identifier, trade.venue)
        is_repeated = False
        if key > self._greatest:
            self._greatest = key
        else:
            rows = (self._keys == key).nonzero()[0]
            is_repeated = len(rows) > 0
            if is_repeated and self._is_known(rows, stamp_ns, trade.price, size):
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
        """Overwrite the oldest trades; ids that began again may be lower than those that are remembered now."""
        self._next = 0
        self._greatest = int(self._keys.max())

    def find(
        self, identifier: int | str | None, venue: int | str | None, price: float | None, size: float | None
    ) -> KnownTrade | None:
        """Return the newest trade of this id that was not cancelled, with this price and size where they are given."""
        if identifier is None:
            return None
        rows = (self._keys == _key_of(identifier, venue)).nonzero()[0]
        for row in rows[np.argsort(self._ages(rows))].tolist():
            known = KnownTrade(row, self._times[row], self._prices[row], self._sizes[row], self._updates(row))
            if known.time_ns == _CANCELLED or (price is not None and not _is_same_price(price, known.price)):
                continue
            if not size or not known.size or size == known.size:
                return known._replace(time_ns=abs(known.time_ns))
        return None

    @property
    def times_ns(self) -> npt.NDArray[np.int64]:
        """Return the times of all trades that are remembered."""
        times_ns: npt.NDArray[np.int64] = np.abs(np.asarray(self._times)[self._keys != _NO_KEY])
        return times_ns

    @property
    def newest_row(self) -> int:
        """Return the row of the trade that was remembered last."""
        return (self._next - 1) % self._window

    def restrict(self, row: int, updates: int) -> None:
        """Note that a trade may not update everything, or was not counted."""
        self._restricted[row] = self._key_view[row], self._times[row], updates

    def _updates(self, row: int) -> int:
        key, time_ns, updates = self._restricted.get(row, (_NO_KEY, 0, EVERYTHING))
        return updates if (key, time_ns) == (self._key_view[row], self._times[row]) else EVERYTHING

    def cancel(self, row: int) -> None:
        """Note that a trade was cancelled: it is still recognised, but not found any more."""
        self._times[row] = _CANCELLED

    def was_cancelled(self, identifier: int | str | None, venue: int | str | None, price: float) -> bool:
        """Return whether a trade of this id and price was cancelled."""
        return bool(self.cancelled_rows(identifier, venue, price))

    def cancelled_rows(self, identifier: int | str | None, venue: int | str | None, price: float) -> list[int]:
        """Return the rows of the cancelled trades of this id and price."""
        if identifier is None:
            return []
        rows: list[int] = (self._keys == _key_of(identifier, venue)).nonzero()[0].tolist()
        return [row for row in rows if self._times[row] == _CANCELLED and _is_same_price(price, self._prices[row])]

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
        """Remember a trade that is not counted, as it replaces another one; return its row."""
        key, row = _key_of(identifier, venue), self._next
        self._greatest = max(self._greatest, key)
        self._key_view[row] = key
        self._times[row], self._prices[row], self._sizes[row] = time_ns, price, size
        self.restrict(row, updates)
        self._next = row + 1
        if self._next == self._window:
            self._wrap_around()
        return row

    def _ages(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return how many trades have been remembered since those of some rows."""
        return (self._next - 1 - rows) % self._window

    def _is_known(self, rows: npt.NDArray[np.int64], stamp_ns: int, price: float, size: float) -> bool:
        """Return whether one of the trades that have the same id is this one."""
        is_constant = np.count_nonzero(self._ages(rows) < _CONSTANT) == _CONSTANT
        return not is_constant and any(self._is_same(row, stamp_ns, price, size) for row in rows.tolist())

    def _is_same(self, row: int, stamp_ns: int, price: float, size: float) -> bool:
        """Return whether a remembered trade has this content, as far as both channels give it."""
        held_ns, held_size = self._times[row], self._sizes[row]
        if not _is_same_price(price, self._prices[row]) or (size and held_size and size != held_size):
            return False
        return held_ns < 0 or stamp_ns < 0 or _are_same_time(held_ns, stamp_ns)

    def _count(self, key: int, *, is_repeated: bool) -> None:
        """Take in a number that does not follow the last one."""
        if self._last < 0 or (is_repeated and 0 <= key <= self._last):  # it is the first, or the first of a new count
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
        """Take in a number below the last one: one that was missed and comes late, or one of a new count."""
        if self.missed:
            self.missed -= 1
            return
        self._lower_numbers = self._lower_numbers + 1 if self._lower_than == self._last else 1
        self._lower_than = self._last
        if self._lower_numbers >= _RESET_AFTER:
            self._lower_numbers = self._sequence_gaps = 0
            self._first = self._last = key

    def _note_sequence_gap(self, key: int) -> None:
        """Count the numbers that were left out."""
        self.missed += key - self._last - 1
        self._last = key
        self._sequence_gaps += 1
        came = key - self._first - self.missed
        if self._sequence_gaps >= _MIN_SEQUENCE_GAPS and self._sequence_gaps * _MIN_NUMBERS_PER_GAP > came:
            self.is_sequential = False
            self.missed = 0


def _key_of(identifier: int | str | None, venue: int | str | None) -> int:
    """Return what an id is remembered by: a number by itself, anything else by a negative hash.

    Hashes of numbers are no keys: those of -1 and -2 are equal.
    """
    if venue is not None:
        return _negative(hash((_key_of(venue, None), _key_of(identifier, None))))
    if isinstance(identifier, str):
        is_number = len(identifier) <= _MAX_DIGITS and identifier.isascii() and identifier.isdecimal()
        if not is_number or (identifier[0] == "0" and identifier != "0"):
            return _negative(hash(identifier))
        identifier = int(identifier)  # another channel may write it as a number
    number = identifier or 0
    if 0 <= number < _MAX_NUMBER:
        return number
    return _negative(hash(number.to_bytes(number.bit_length() // 8 + 1, "little", signed=True)))


def _negative(key: int) -> int:
    """Return a hash as a number below that of no key."""
    return _NO_KEY - 1 - (key & _HASH_MASK)


def _is_same_price(one: float, other: float) -> bool:
    return not abs(one - other) > _PRICE_NOISE * abs(one)  # true of `ANY_PRICE`, too


def precision_ns(time_ns: int) -> int:
    """Return the precision that a time seems to be given with."""
    return next((unit_ns for unit_ns in _UNITS_NS if not time_ns % unit_ns), 1)


def _are_same_time(one_ns: int, other_ns: int) -> bool:
    """Return whether two times are equal, in the coarser precision of the two."""
    return abs(one_ns - other_ns) < max(precision_ns(one_ns), precision_ns(other_ns))
