"""The bars of a timeframe as they were at times of the past, for the review of a gap."""

from __future__ import annotations

from typing import Final

import numpy as np

from ticker_gui.bars.bar_history import Bars
from ticker_gui.bars.merging import MissingData
from ticker_gui.bars.series import TimeSeries
from ticker_gui.bars.tape import UPDATES_LAST, UPDATES_VOLUME, Tape
from ticker_gui.domain.timeframe import Timeframe

_ROOM: Final = 64  # bars that are added before more memory is needed


class PointInTimeBars:
    """The bars until a time, to which those of a gap are added, oldest first; the last one is forming."""

    generation: Final = 0
    begin: Final = 0
    unfilled: Final = MissingData()  # the gap is known now

    def __init__(self, series: TimeSeries, tape: Tape, time_ns: int) -> None:
        self.timeframe: Final[Timeframe] = series.timeframe
        start_ns = self.timeframe.start_of(time_ns)
        known = series.bars
        self._count = int(np.searchsorted(known.start_ns, start_ns))
        self._columns = [_with_room(column[: self._count]) for column in known]
        rows = tape.between(start_ns, time_ns + 1)
        for row in zip(*(column.tolist() for column in rows), strict=True):
            self.add_trade(*row)

    def add_trade(self, time_ns: int, price: float, size: float, updates: int) -> None:
        """Add a trade, which is not older than those before."""
        if updates & UPDATES_LAST:
            self.add(time_ns, price, price, price, price, size)
        elif updates & UPDATES_VOLUME and self._count:
            self._columns[-1][self._count - 1] += size

    def add(self, time_ns: int, opened: float, high: float, low: float, close: float, volume: float) -> None:
        """Add a bar, or a part of the forming one."""
        start_ns = self.timeframe.start_of(time_ns)
        starts, _, highs, lows, closes, volumes = self._columns
        last = self._count - 1
        if self._count and starts[last] == start_ns:
            highs[last], lows[last] = max(highs[last], high), min(lows[last], low)
            closes[last] = close
            volumes[last] += volume
            return
        if self._count == len(starts):
            self._columns = [_with_room(column) for column in self._columns]
        for column, value in zip(self._columns, (start_ns, opened, high, low, close, volume), strict=True):
            column[self._count] = value
        self._count += 1

    def update(self) -> None:
        """Do nothing: bars are added by the review."""

    @property
    def bars(self) -> Bars:
        """The bars so far."""
        return Bars(*(column[: self._count] for column in self._columns))

    def __len__(self) -> int:
        return self._count


def _with_room(column: np.ndarray) -> np.ndarray:
    return np.concatenate((column, np.empty(_ROOM + len(column) // 8, column.dtype)))
