"""The line through a long tape at every zoom: per pixel only the lowest and the highest price can be seen."""

from __future__ import annotations

import numpy as np

from ticker_gui.bars.arrays import Floats, Times
from ticker_gui.bars.downsampling import ColumnSource, MultiResolutionIndex, first, highest, lowest
from ticker_gui.bars.tape import Tape


class MinMaxDownsampler:
    """An index over one tape."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._pyramid = MultiResolutionIndex((first, lowest, highest))

    def line(self, from_trade: int, to_trade: int, most: int) -> tuple[Times, Floats]:
        """Return times and prices of a line through the held trades from one up to, not including, another.

        About ``most`` points come back at the most: every trade where that is enough, else the lowest and the
        highest of each block, in this order. Times are nanoseconds since the epoch, ascending.
        """
        tape = self._tape
        if to_trade - from_trade <= most:
            return tape.times_ns[from_trade:to_trade], tape.prices[from_trade:to_trade]
        source = ColumnSource((tape.times_ns, tape.prices, tape.prices), tape.begin, tape.generation, tape.capacity)
        times, lows, highs = self._pyramid.read(source, from_trade, to_trade, most // 2).columns
        return np.repeat(times, 2), np.column_stack((lows, highs)).ravel()
