"""The tape: the trades of one symbol, sorted by the time of the trade."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.domain.events import Updates

TIME_NS: Final = 0
PRICE: Final = 1
SIZE: Final = 2
UPDATES: Final = 3

# Plain integers, because operations on enum flags are slow.
UPDATES_LAST: Final = int(Updates.LAST)
UPDATES_HIGH_LOW: Final = int(Updates.HIGH_LOW)
UPDATES_VOLUME: Final = int(Updates.VOLUME)
EVERYTHING: Final = int(Updates.EVERYTHING)

# Late trades are merged in batches of this size, or a sixteenth of the held trades: a merge moves all newer trades.
_MIN_BATCH: Final = 256
_BATCH_DIVISOR: Final = 16
_MAX_NEW: Final = 2_048  # trades before a follower has to process them, so that it takes little time


class Rows(NamedTuple):
    """Trades as columns of equal length, sorted by time; trades of the same time are in the order of arrival."""

    times_ns: npt.NDArray[np.int64]
    prices: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.float64]
    updates: npt.NDArray[np.uint8]

    def select(self, which: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Rows:
        """Return the rows that a mask or an array of indices selects."""
        times_ns, prices, sizes, updates = self
        return Rows(times_ns[which], prices[which], sizes[which], updates[which])

    @property
    def update_last(self) -> npt.NDArray[np.bool_]:
        """A mask of the trades that may update the last price."""
        may: npt.NDArray[np.bool_] = (self.updates & UPDATES_LAST) != 0
        return may


class Tape(Ring):
    """A ring buffer of the trades that may update the last price: time (nanoseconds since the epoch), price, size.

    A size is 0 if it is unknown or may not update the volume. Trades that may not update the last price are in
    ``others``, which is None without any.

    Late trades are collected and merged in batches, at the latest on the next read, by calling ``catch_up``. A follower
    of the tape replaces it to process the trades added at the end before it merges the late ones. With a capacity below
    eight, a follower may miss trades.
    """

    __slots__ = ("_late", "_views", "catch_up", "others")

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, (np.int64, np.float64, np.float64), slack=1 / 4)
        self._views: list[Any] = _views(self._arrays)
        self._late: list[tuple[int, float, float, int]] = []
        self.others: Ring | None = None
        self.catch_up: Callable[[], None] = self.merge_late

    def add(self, time_ns: int, price: float, size: float) -> bool:
        """Add a trade that is not older than the newest one; `Ring.append` unrolled, because it runs for every trade.

        Return whether a follower of the tape must catch up now: there are many new trades, and the next time that room
        is made, some that it has not processed could be dropped.
        """
        must_catch_up = self._end == self._allocated
        if must_catch_up:
            self._make_room(1)
            must_catch_up = self._allocated > min(self._capacity, _MAX_NEW)
        end = self._end
        times, prices, sizes = self._views
        times[end] = time_ns
        prices[end] = price
        sizes[end] = size
        self._end = end + 1
        return must_catch_up

    def add_late(self, time_ns: int, price: float, size: float, updates: int = EVERYTHING) -> None:
        """Add a trade that is older than the newest one, or that may not update the last price."""
        late = self._late
        late.append((time_ns, price, size, updates))
        if len(late) >= _MIN_BATCH and len(late) * _BATCH_DIVISOR >= self._end:
            self.catch_up()

    def pop_late(self) -> Rows | None:
        """Remove and return the late trades that are not merged yet; None without any.

        The caller must add them with `merge_trades`.
        """
        if not self._late:
            return None
        late, self._late = self._late, []
        times, prices, sizes, updates = zip(*late, strict=True)
        rows = Rows(np.array(times, np.int64), np.array(prices), np.array(sizes), np.array(updates, np.uint8))
        return rows.select(np.argsort(rows.times_ns, kind="stable"))

    def merge_trades(self, late: Rows) -> None:
        """Insert trades by their time; once trades were dropped, ones older than all held trades are dropped, too."""
        update_last = late.update_last
        times, prices, sizes, _ = late.select(update_last)
        _insert(self, times, prices, sizes)
        if update_last.all():
            return
        if self.others is None:
            self.others = Ring(self.capacity, (np.int64, np.float64, np.float64, np.uint8))
        _insert(self.others, *late.select(~update_last))

    def merge_late(self) -> None:
        """Merge the late trades; the default of ``catch_up``."""
        if (late := self.pop_late()) is not None:
            self.merge_trades(late)

    def between(self, from_ns: int, to_ns: int) -> Rows:
        """Return copies of all held trades in ``from_ns <= time < to_ns``."""
        first, end = np.searchsorted(self.times_ns, (from_ns, to_ns))
        times, prices, sizes = (self.column(index)[first:end] for index in (TIME_NS, PRICE, SIZE))
        rows = Rows(times.copy(), prices.copy(), sizes.copy(), np.full(len(times), EVERYTHING, np.uint8))
        if self.others is None:
            return rows
        first, end = np.searchsorted(self.others.column(TIME_NS), (from_ns, to_ns))
        return sorted_by_time(rows, Rows(*(self.others.column(index)[first:end] for index in range(4))))

    def is_complete_from(self, time_ns: int) -> bool:
        """Return whether no trade from this time on was dropped."""
        rings = [self] if self.others is None else [self, self.others]
        return all(not ring.begin or ring.column(TIME_NS)[0] < time_ns for ring in rings)

    @property
    def seen(self) -> int:
        """The number of trades of both kinds that were added, without those that were cancelled."""
        others = self.others
        return len(self._late) + self._dropped + self._end + (0 if others is None else others.begin + len(others))

    @property
    def times_ns(self) -> npt.NDArray[np.int64]:
        """The held times, ascending, in nanoseconds since the epoch."""
        return self.column(TIME_NS)

    @property
    def prices(self) -> npt.NDArray[np.float64]:
        """The held prices, oldest first."""
        return self.column(PRICE)

    @property
    def sizes(self) -> npt.NDArray[np.float64]:
        """The held sizes, oldest first."""
        return self.column(SIZE)

    # Every read merges the late trades first.

    def column(self, index: int) -> npt.NDArray[Any]:
        """Return a column's held rows, oldest first; a view, valid until the next change."""
        if self._late:
            self.catch_up()
        return super().column(index)

    @property
    def generation(self) -> int:
        """How often rows other than the last were changed."""
        if self._late:
            self.catch_up()
        return self._generation

    @property
    def begin(self) -> int:
        """The number of dropped rows."""
        if self._late:
            self.catch_up()
        return self._dropped + self._first

    def __len__(self) -> int:
        if self._late:
            self.catch_up()
        return super().__len__()

    def set_capacity(self, capacity: int) -> None:
        """Change the maximum number of trades; a smaller number drops the oldest."""
        for ring in (self, self.others):
            if ring is not None and ring.capacity != capacity:
                ring.capacity = capacity

    def _reallocate(self, rows: int, skip: int) -> None:
        super()._reallocate(rows, skip)
        self._views = _views(self._arrays)


def _insert(ring: Ring, *columns: npt.NDArray[Any]) -> None:
    """Insert rows by their time.

    Once a ring has dropped rows, it drops older ones, too, even if it has room, so that it is complete from its first
    time on.
    """
    positions = np.searchsorted(ring.column(TIME_NS), columns[TIME_NS], side="right")
    if ring.begin and len(ring):
        is_kept = positions > 0
        if not is_kept.all():
            ring.count_dropped(int(np.count_nonzero(~is_kept)))
            positions, columns = positions[is_kept], tuple(column[is_kept] for column in columns)
    ring.insert(positions, *columns)


def sorted_by_time(*parts: Rows) -> Rows:
    """Return the rows of all parts, sorted by time; rows of equal time keep the order of the parts."""
    joined = Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    return joined.select(np.argsort(joined.times_ns, kind="stable"))


def _views(arrays: Sequence[npt.NDArray[Any]]) -> list[Any]:
    """Return memoryviews of arrays: writing single numbers through them takes two thirds of the time of numpy."""
    # numpy before Python 3.12 does not declare its buffer
    return [memoryview(array) for array in arrays]  # type: ignore[arg-type]
