"""The trades of one symbol in the order of their own time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ticker_gui.market.ring import Ring

TIME_NS: Final = 0
PRICE: Final = 1
SIZE: Final = 2


class Tape(Ring):
    """A bounded ring of trades: time (nanoseconds since the epoch), price, size (0 where it was not told).

    With a capacity below eight, whoever follows it may miss trades.
    """

    __slots__ = ("_views",)

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, (np.int64, np.float64, np.float64), slack=1 / 4)
        self._views: list[Any] = _views(self._arrays)

    def add(self, time_ns: int, price: float, size: float) -> bool:
        """Add a trade that is not older than the newest; `Ring.append` unrolled, as this runs for every trade.

        Return whether room had to be made first. Whoever follows the tape should catch up then: nothing that was
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

    def _reallocate(self, rows: int, skip: int) -> None:
        super()._reallocate(rows, skip)
        self._views = _views(self._arrays)

    def add_late(self, time_ns: int, price: float, size: float) -> None:
        """Add a trade where its time belongs; one older than everything a full tape holds is forgotten."""
        position = int(np.searchsorted(self.times_ns, time_ns, side="right"))
        self.insert(position, time_ns, price, size)

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


def _views(arrays: Sequence[npt.NDArray[Any]]) -> list[Any]:
    """Return memoryviews to write single numbers through: that costs two thirds of writing them through numpy."""
    # numpy before Python 3.12 does not declare its buffer
    return [memoryview(array) for array in arrays]  # type: ignore[arg-type]
