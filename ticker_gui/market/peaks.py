"""The lows and highs of a long history at every zoom, kept as it grows.

A line through a million trades has some hundreds of pixels to stand on. Per pixel only the lowest and the highest
price can be seen, so these are kept for blocks of 4, 16, 64 … trades, and a chart draws the level that fits.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ticker_gui.market.ring import Ring
from ticker_gui.market.tape import Tape

FANOUT: Final = 4
_WIDTHS: Final = tuple(FANOUT**level for level in range(1, 9))
_LOW: Final = 0
_HIGH: Final = 1

Times = npt.NDArray[np.int64]
Prices = npt.NDArray[np.float64]


class Peaks:
    """An index over one tape. Updating costs what has been added since the last read, not what is held."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._rebuild()

    def line(self, first: int, last: int, most: int) -> tuple[Times, Prices]:
        """Return times and prices of a line through the held trades from ``first`` up to, not including, ``last``.

        About ``most`` points come back at the most: every trade where that is enough, else the lowest and the
        highest of each block, in this order. Times are nanoseconds since the epoch, ascending.
        """
        count = last - first
        if count <= most:
            return self._tape.times_ns[first:last], self._tape.prices[first:last]
        level = 0
        while level < len(_WIDTHS) - 1 and 2 * count > most * _WIDTHS[level]:
            level += 1
        self._update(level)
        return self._envelope(level, first, last)

    def _envelope(self, level: int, first: int, last: int) -> tuple[Times, Prices]:
        """Join blocks of ``level``, then finer ones where the last is still filling, then single trades."""
        tape = self._tape
        begin = tape.begin
        position, stop = begin + first, begin + last
        times, prices = [], []
        for index in range(level, -1, -1):
            ring, width = self._levels[index], _WIDTHS[index]
            oldest_block = self._next_block[index] - len(ring)
            from_block = max(-(-position // width), oldest_block)
            to_block = min((stop - 1) // width, self._next_block[index])  # the last trade is always drawn itself
            if to_block <= from_block:
                continue
            block_times = tape.times_ns[from_block * width - begin : to_block * width - begin : width]
            held = slice(from_block - oldest_block, to_block - oldest_block)
            times.append(np.repeat(block_times, 2))
            prices.append(np.column_stack((ring.column(_LOW)[held], ring.column(_HIGH)[held])).ravel())
            position = to_block * width
        times.append(tape.times_ns[position - begin : last])
        prices.append(tape.prices[position - begin : last])
        return np.concatenate(times), np.concatenate(prices)

    def _update(self, level: int) -> None:
        """Bring the levels up to ``level`` up to date, each from the one below it."""
        tape = self._tape
        if (tape.generation, tape.capacity) != self._built_for:
            self._rebuild()
        lows = highs = tape.prices
        first_item = tape.begin
        for index in range(level + 1):
            # Where reading lagged, blocks may have been forgotten before they were made.
            start = max(self._next_block[index], -(-first_item // FANOUT))
            stop = (first_item + len(lows)) // FANOUT
            if start > self._next_block[index]:
                self._levels[index] = self._new_level(index)
            ring = self._levels[index]
            if stop > start:
                taken = slice(start * FANOUT - first_item, stop * FANOUT - first_item)
                ring.extend(_fold(np.minimum, lows[taken]), _fold(np.maximum, highs[taken]))
                self._next_block[index] = stop
            lows, highs = ring.column(_LOW), ring.column(_HIGH)
            first_item = self._next_block[index] - len(ring)

    def _rebuild(self) -> None:
        self._built_for = (self._tape.generation, self._tape.capacity)
        self._levels = [self._new_level(index) for index in range(len(_WIDTHS))]
        # Blocks are counted from the first trade ever, so they do not shift when old trades are forgotten.
        self._next_block = [-(-self._tape.begin // width) for width in _WIDTHS]

    def _new_level(self, index: int) -> Ring:
        return Ring(max(1, self._tape.capacity // _WIDTHS[index]), (np.float64, np.float64))


def _fold(extreme: np.ufunc, values: Prices) -> Prices:
    """Return the extreme of each four values; strided reads are faster than a reduction along an axis."""
    folded: Prices = extreme(extreme(values[0::4], values[1::4]), extreme(values[2::4], values[3::4]))
    return folded
