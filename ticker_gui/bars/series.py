"""The bars of a chart, kept as they grow: those of a timeframe, or of a number of trades."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.arrays import Times
from ticker_gui.bars.bar_columns import DTYPES, FIRST, LAST, START, join, join_by
from ticker_gui.bars.bar_history import BarHistory, Bars
from ticker_gui.bars.downsampling import ColumnSource
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.bars.tape import Tape
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND, TIMEFRAMES, Timeframe

_TIMEFRAMES: Final = {timeframe.name: timeframe for timeframe in TIMEFRAMES}
_TRADES_EACH: Final = re.compile(r"([1-9][0-9]{0,5})t")


class Series(ABC):
    """Bars, oldest first, the forming one last. `update` costs what has come since the last time, not what is held.

    ``begin`` is how many bars have been forgotten before the first; ``generation`` is another number where bars other
    than the last have changed.
    """

    def __init__(self) -> None:
        self.generation = 0

    @abstractmethod
    def update(self) -> None:
        """Take in what has happened."""

    @property
    @abstractmethod
    def _ring(self) -> Ring: ...

    @property
    def bars(self) -> Bars:
        """The bars, valid until the next trade."""
        ring = self._ring
        return Bars(*(ring.column(column) for column in range(6)))

    @property
    @abstractmethod
    def last_part_starts_ns(self) -> Times:
        """When the last part of each bar begins, in nanoseconds since the epoch: its last trade, or the bar itself."""

    @property
    @abstractmethod
    def last_part_width_ns(self) -> int:
        """The length of that last part in nanoseconds: the time from its start to the end of the bar."""

    def ends_ns(self, begin: int = 0, end: int | None = None) -> Times:
        """Return when the held bars in ``begin:end`` end, in nanoseconds since the epoch."""
        ends: Times = self.last_part_starts_ns[begin:end] + self.last_part_width_ns
        return ends

    @property
    def begin(self) -> int:
        """How many bars have been forgotten."""
        return self._ring.begin

    @property
    def source(self) -> ColumnSource:
        """The bars for a `Pyramid`."""
        return ColumnSource(self.bars, self.begin, self.generation, self._ring.capacity)

    def __len__(self) -> int:
        return len(self._ring)


class TimeSeries(Series):
    """Bars of one timeframe of a history."""

    def __init__(self, history: BarHistory, timeframe: Timeframe) -> None:
        super().__init__()
        self.timeframe: Final = timeframe
        self._history = history
        self._base = history.minutes if timeframe.width_ns >= MINUTE_NS else history.seconds
        self._is_base = timeframe.width_ns in (SECOND.width_ns, MINUTE.width_ns)
        self._built_for: tuple[int, int] | None = None
        self.update()

    @property
    def _ring(self) -> Ring:
        return self._base if self._is_base else self._own

    @property
    def last_part_starts_ns(self) -> Times:
        """When each bar begins: it is its own only part."""
        return self.bars.start_ns

    @property
    def last_part_width_ns(self) -> int:
        """The length of a bar."""
        return self.timeframe.width_ns

    def update(self) -> None:
        """Take in what has happened."""
        self._history.count()
        built_for = (self._base.generation, self._base.capacity)
        if built_for != self._built_for:
            self._built_for = built_for
            self.generation += 1
            self._restart()
        if not self._is_base:
            self._join_new()

    def _restart(self) -> None:
        self._own = Ring(self._base.capacity, DTYPES)
        self._joined = self._base.begin  # the first base bar that the last of ours is made of
        if self._base.begin:  # a part of the first one may be forgotten
            starts = self._base.column(START)
            whole = np.searchsorted(starts, self.timeframe.start_of(int(starts[0])) + self.timeframe.width_ns)
            self._joined += int(whole) if whole < len(starts) else 0

    def _join_new(self) -> None:
        base = self._base
        first = self._joined - base.begin
        if first < 0:  # more has come at once than is held
            self._restart()
            first = self._joined - base.begin
        rows = [base.column(column)[first:] for column in range(len(DTYPES))]
        if not len(rows[START]):
            return
        _put(self._own, join(rows, self.timeframe))
        newest = self.timeframe.start_of(int(rows[START][-1]))
        self._joined += int(np.searchsorted(rows[START], newest))


class TradeCountBars(Series):
    """Tick bars: a fixed number of trades each that may update the last price, counted from the first one ever."""

    def __init__(self, tape: Tape, count: int) -> None:
        super().__init__()
        self.count: Final = count
        self._tape = tape
        self._built_for: tuple[int, int] | None = None
        self._joined = 0  # the first trade that the last bar is made of
        self.update()

    @property
    def _ring(self) -> Ring:
        return self._own

    @property
    def last_part_starts_ns(self) -> Times:
        """When the last trade of each bar happened."""
        tails: Times = self._own.column(LAST)
        return tails

    @property
    def last_part_width_ns(self) -> int:
        """Zero: a trade is a moment."""
        return 0

    @property
    def trades(self) -> int:
        """How many trades have been counted, those that were forgotten included."""
        return self._tape.begin + len(self._tape)

    def update(self) -> None:
        """Take in what has happened."""
        tape = self._tape
        built_for = (tape.generation, tape.capacity)
        if built_for != self._built_for or self._joined < tape.begin:
            self._built_for = built_for
            self.generation += 1
            self._own = Ring(max(2, tape.capacity // self.count + 1), DTYPES)
            self._joined = -(-tape.begin // self.count) * self.count
        first = self._joined - tape.begin
        times, prices, sizes = tape.times_ns[first:], tape.prices[first:], tape.sizes[first:]
        if not len(times):
            return
        numbers = (self._joined + np.arange(len(times))) // self.count
        _, *joined = join_by((times, prices, prices, prices, prices, sizes, times, times), numbers)
        _put(self._own, (joined[FIRST - 1], *joined))
        self._joined = int(numbers[-1]) * self.count


def _put(ring: Ring, bars: Sequence[npt.NDArray[Any]]) -> None:
    """Append bars to a ring; the first one replaces the last bar of the ring, if there is one."""
    if len(ring):
        for column, values in enumerate(bars):
            ring.column(column)[-1] = values[0]
        bars = [values[1:] for values in bars]
    if len(bars[START]):
        ring.extend(*bars)


def is_timeframe(name: str) -> bool:
    """Return whether there are bars of this name."""
    return name in _TIMEFRAMES or _TRADES_EACH.fullmatch(name) is not None


def series_of(history: BarHistory, tape: Tape, name: str) -> Series | None:
    """Return the bars of a timeframe by its name (``5m``), or of a number of trades (``100t``); or nothing."""
    if (timeframe := _TIMEFRAMES.get(name)) is not None:
        return TimeSeries(history, timeframe)
    trades = _TRADES_EACH.fullmatch(name)
    return TradeCountBars(tape, int(trades[1])) if trades else None
