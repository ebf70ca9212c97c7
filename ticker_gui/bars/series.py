"""The bars of a chart, updated incrementally: of a timeframe, or of a number of trades (tick bars)."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.arrays import Times
from ticker_gui.bars.bar_columns import DTYPES, FIRST, LAST, START, bar_ends, resample, resample_by
from ticker_gui.bars.bar_history import BarHistory, Bars
from ticker_gui.bars.downsampling import ColumnSource
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.bars.tape import Tape
from ticker_gui.domain.timeframe import BY_NAME, MINUTE, MINUTE_NS, SECOND, Timeframe

_TICK_BARS: Final = re.compile(r"([1-9][0-9]{0,5})t")


class Series(ABC):
    """Bars, oldest first, the forming one last. `update` is O(new rows), not O(history).

    ``generation`` changes when bars other than the last have changed.
    """

    def __init__(self) -> None:
        self.generation = 0

    @abstractmethod
    def update(self) -> None:
        """Add the trades that were recorded since the last call."""

    @property
    @abstractmethod
    def _ring(self) -> Ring: ...

    @property
    def bars(self) -> Bars:
        """The bars, valid until the next trade."""
        return Bars(*self._ring.columns(6))

    @property
    @abstractmethod
    def last_part_starts_ns(self) -> Times:
        """The start of the last part of each bar, in nanoseconds since the epoch.

        The last part is the last trade of a tick bar, and the whole bar of a timeframe.
        """

    @abstractmethod
    def part_ends_ns(self, starts_ns: Times) -> Times:
        """Return the end times of last parts that begin at these times, in nanoseconds since the epoch."""

    def ends_ns(self, begin: int = 0, end: int | None = None) -> Times:
        """Return the end times of the held bars in ``begin:end``, in nanoseconds since the epoch."""
        return self.part_ends_ns(self.last_part_starts_ns[begin:end])

    @property
    def begin(self) -> int:
        """The number of dropped bars."""
        return self._ring.begin

    @property
    def source(self) -> ColumnSource:
        """The bars as input of a `MultiResolutionIndex`."""
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
        """The start of each bar, which has only one part."""
        return self.bars.start_ns

    def part_ends_ns(self, starts_ns: Times) -> Times:
        """Return the ends of the bars that begin at these times."""
        return bar_ends(starts_ns, self.timeframe)

    def update(self) -> None:
        """Add the trades that were recorded since the last call."""
        self._history.aggregate_pending()
        built_for = (self._base.generation, self._base.capacity)
        if built_for != self._built_for:
            self._built_for = built_for
            self.generation += 1
            self._restart()
        if not self._is_base:
            self._resample_new()

    def _restart(self) -> None:
        self._own = Ring(self._base.capacity, DTYPES)
        self._forming_from = self._base.begin  # the first base bar of the forming bar
        if self._base.begin:  # base bars of the first bar may have been dropped
            starts = self._base.column(START)
            whole = np.searchsorted(starts, self.timeframe.end_of(self.timeframe.start_of(int(starts[0]))))
            self._forming_from += int(whole) if whole < len(starts) else 0

    def _resample_new(self) -> None:
        base = self._base
        first = self._forming_from - base.begin
        if first < 0:  # more was added since the last update than the ring holds
            self._restart()
            first = self._forming_from - base.begin
        rows = [base.column(column)[first:] for column in range(len(DTYPES))]
        if not len(rows[START]):
            return
        _merge_append(self._own, resample(rows, self.timeframe))
        newest = self.timeframe.start_of(int(rows[START][-1]))
        self._forming_from += int(np.searchsorted(rows[START], newest))


class TradeCountBars(Series):
    """Tick bars: each has ``count`` trades that may update the last price, counted from the first trade ever."""

    def __init__(self, tape: Tape, count: int) -> None:
        super().__init__()
        self.count: Final = count
        self._tape = tape
        self._built_for: tuple[int, int] | None = None
        self._forming_from = 0  # the first trade of the forming bar
        self.update()

    @property
    def _ring(self) -> Ring:
        return self._own

    @property
    def last_part_starts_ns(self) -> Times:
        """The time of the last trade of each bar, in nanoseconds since the epoch."""
        times: Times = self._own.column(LAST)
        return times

    def part_ends_ns(self, starts_ns: Times) -> Times:
        """Return the times themselves, because a trade has no length."""
        return starts_ns

    @property
    def trades(self) -> int:
        """The number of trades that were counted, including dropped ones."""
        return self._tape.begin + len(self._tape)

    def update(self) -> None:
        """Add the trades that were recorded since the last call."""
        tape = self._tape
        built_for = (tape.generation, tape.capacity)
        if built_for != self._built_for or self._forming_from < tape.begin:
            self._built_for = built_for
            self.generation += 1
            self._own = Ring(max(2, tape.capacity // self.count + 1), DTYPES)
            self._forming_from = -(-tape.begin // self.count) * self.count
        first = self._forming_from - tape.begin
        times, prices, sizes = tape.times_ns[first:], tape.prices[first:], tape.sizes[first:]
        if not len(times):
            return
        numbers = (self._forming_from + np.arange(len(times))) // self.count
        _, *joined = resample_by((times, prices, prices, prices, prices, sizes, times, times), numbers)
        _merge_append(self._own, (joined[FIRST - 1], *joined))
        self._forming_from = int(numbers[-1]) * self.count


def _merge_append(ring: Ring, bars: Sequence[npt.NDArray[Any]]) -> None:
    """Append bars to a ring; the first one replaces the last bar of the ring, if it has one."""
    if len(ring):
        for column, values in enumerate(bars):
            ring.column(column)[-1] = values[0]
        bars = [values[1:] for values in bars]
    if len(bars[START]):
        ring.extend(*bars)


def is_timeframe(name: str) -> bool:
    """Return whether `create_series` accepts a name: a timeframe (``5m``) or a number of trades (``100t``)."""
    return name in BY_NAME or _TICK_BARS.fullmatch(name) is not None


def create_series(history: BarHistory, tape: Tape, name: str) -> Series | None:
    """Return the bars of a timeframe (``5m``) or of a number of trades (``100t``); None for other names."""
    if (timeframe := BY_NAME.get(name)) is not None:
        return TimeSeries(history, timeframe)
    trades = _TICK_BARS.fullmatch(name)
    return TradeCountBars(tape, int(trades[1])) if trades else None
