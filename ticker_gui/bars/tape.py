"""The trades of one symbol in the order of their own time."""

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

# Plain numbers: operations on flags of an enum are slow.
LAST: Final = int(Updates.LAST)
HIGH_LOW: Final = int(Updates.HIGH_LOW)
VOLUME: Final = int(Updates.VOLUME)
EVERYTHING: Final = int(Updates.EVERYTHING)

# Late trades are merged in batches of this size, or a sixteenth of what is held: a merge moves all newer trades.
_MIN_BATCH: Final = 256
_BATCHES: Final = 16


class Rows(NamedTuple):
    """Trades in the order of their time; those of one time are in the order of arrival."""

    times_ns: npt.NDArray[np.int64]
    prices: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.float64]
    updates: npt.NDArray[np.uint8]

    def pick(self, which: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Rows:
        """Return some of the rows, by a mask or by their numbers."""
        times_ns, prices, sizes, updates = self
        return Rows(times_ns[which], prices[which], sizes[which], updates[which])

    @property
    def update_last(self) -> npt.NDArray[np.bool_]:
        """Return of each whether it may update the last price."""
        may: npt.NDArray[np.bool_] = (self.updates & LAST) != 0
        return may


class Tape(Ring):
    """A bounded ring of the trades that may update the last price: time (nanoseconds since the epoch), price, size.

    A size that is not known, or that may not update the volume, is 0. Trades that may not update the last price are
    held in ``others``, which is ``None`` without any.

    Late trades are collected and merged in batches, at the latest when somebody reads. ``catch_up`` is called before:
    a follower of the tape then processes the trades added at its end, and merges. With a capacity below eight, a
    follower may miss trades.
    """

    __slots__ = ("_late", "_views", "catch_up", "others")

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, (np.int64, np.float64, np.float64), slack=1 / 4)
        self._views: list[Any] = _views(self._arrays)
        self._late: list[tuple[int, float, float, int]] = []
        self.others: Ring | None = None
        self.catch_up: Callable[[], None] = self.merge_late

    def add(self, time_ns: int, price: float, size: float) -> bool:
        """Add a trade that is not older than the newest; `Ring.append` unrolled, as this runs for every trade.

        Return whether room had to be made first. A follower of the tape should catch up then: nothing that was
        added since the last time has been forgotten yet.
        """
        must_make_room = self._end == self._allocated
        if must_make_room:
            self._make_room(1)
        end = self._end
        times, prices, sizes = self._views
        times[end] = time_ns
        prices[end] = price
        sizes[end] = size
        self._end = end + 1
        return must_make_room

    def add_late(self, time_ns: int, price: float, size: float, updates: int = EVERYTHING) -> None:
        """Add a trade that is older than the newest, or that may not update the last price."""
        late = self._late
        late.append((time_ns, price, size, updates))
        if len(late) >= _MIN_BATCH and len(late) * _BATCHES >= self._end:
            self.catch_up()

    def take_late(self) -> Rows | None:
        """Return the late trades that are not merged yet, which has to follow, by `insert_late`; or nothing."""
        if not self._late:
            return None
        late, self._late = self._late, []
        times, prices, sizes, updates = zip(*late, strict=True)
        rows = Rows(np.array(times, np.int64), np.array(prices), np.array(sizes), np.array(updates, np.uint8))
        return rows.pick(np.argsort(rows.times_ns, kind="stable"))

    def insert_late(self, late: Rows) -> None:
        """Put trades where their time belongs; those older than everything held are forgotten once some are."""
        update_last = late.update_last
        times, prices, sizes, _ = late.pick(update_last)
        _insert(self, times, prices, sizes)
        if update_last.all():
            return
        if self.others is None:
            self.others = Ring(self.capacity, (np.int64, np.float64, np.float64, np.uint8))
        _insert(self.others, *late.pick(~update_last))

    def merge_late(self) -> None:
        """Merge the late trades, where nobody follows the tape."""
        if (late := self.take_late()) is not None:
            self.insert_late(late)

    def held(self, from_ns: int, to_ns: int) -> Rows:
        """Return all held trades from one time up to, not including, another; copies."""
        first, end = np.searchsorted(self.times_ns, (from_ns, to_ns))
        times, prices, sizes = (self.column(index)[first:end] for index in (TIME_NS, PRICE, SIZE))
        rows = Rows(times.copy(), prices.copy(), sizes.copy(), np.full(len(times), EVERYTHING, np.uint8))
        if self.others is None:
            return rows
        first, end = np.searchsorted(self.others.column(TIME_NS), (from_ns, to_ns))
        return in_order(rows, Rows(*(self.others.column(index)[first:end] for index in range(4))))

    def holds_from(self, time_ns: int) -> bool:
        """Return whether nothing from this time on has been forgotten."""
        rings = [self] if self.others is None else [self, self.others]
        return all(not ring.begin or ring.column(TIME_NS)[0] < time_ns for ring in rings)

    @property
    def seen(self) -> int:
        """Return how many trades have been added, whatever they may update."""
        others = self.others
        return len(self._late) + self._moved + self._end + (0 if others is None else others.begin + len(others))

    @property
    def times_ns(self) -> npt.NDArray[np.int64]:
        """Return the held times, ascending."""
        return self.column(TIME_NS)

    @property
    def prices(self) -> npt.NDArray[np.float64]:
        """Return the held prices, oldest first."""
        return self.column(PRICE)

    @property
    def sizes(self) -> npt.NDArray[np.float64]:
        """Return the held sizes, oldest first."""
        return self.column(SIZE)

    # Every read merges the late trades first.

    def column(self, index: int) -> npt.NDArray[Any]:
        """Return a column's held rows, oldest first; a view, valid until the next change."""
        if self._late:
            self.catch_up()
        return super().column(index)

    @property
    def generation(self) -> int:
        """Return how often rows changed other than at the end."""
        if self._late:
            self.catch_up()
        return self._generation

    @property
    def begin(self) -> int:
        """Return how many rows have been forgotten."""
        if self._late:
            self.catch_up()
        return self._moved + self._first

    def __len__(self) -> int:
        if self._late:
            self.catch_up()
        return super().__len__()

    def set_capacity(self, capacity: int) -> None:
        """Change how many trades are kept; a smaller number forgets the oldest."""
        for ring in (self, self.others):
            if ring is not None and ring.capacity != capacity:
                ring.capacity = capacity

    def _reallocate(self, rows: int, skip: int) -> None:
        super()._reallocate(rows, skip)
        self._views = _views(self._arrays)


def _insert(ring: Ring, *columns: npt.NDArray[Any]) -> None:
    """Put rows where their time belongs.

    A ring that has forgotten rows takes no older ones, even where it has room: it holds all from its first time on.
    """
    positions = np.searchsorted(ring.column(TIME_NS), columns[TIME_NS], side="right")
    if ring.begin and len(ring):
        is_kept = positions > 0
        if not is_kept.all():
            ring.forget(int(np.count_nonzero(~is_kept)))
            positions, columns = positions[is_kept], tuple(column[is_kept] for column in columns)
    ring.insert(positions, *columns)


def in_order(*parts: Rows) -> Rows:
    """Return the rows of all parts in the order of their time; at one time, those of the first part come first."""
    joined = Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    return joined.pick(np.argsort(joined.times_ns, kind="stable"))


def _views(arrays: Sequence[npt.NDArray[Any]]) -> list[Any]:
    """Return memoryviews to write single numbers through: that costs two thirds of writing them through numpy."""
    # numpy before Python 3.12 does not declare its buffer
    return [memoryview(array) for array in arrays]  # type: ignore[arg-type]
