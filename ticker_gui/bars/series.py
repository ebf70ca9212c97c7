"""The bars of a chart, updated incrementally: of a timeframe, or of a number of trades (tick bars)."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Final

import numpy as np

from ticker_gui.bars.arrays import Times
from ticker_gui.bars.bar_columns import DTYPES, FIRST_NS, LAST_NS, START, Columns, bar_ends, bar_starts, resample_by
from ticker_gui.bars.bar_history import BarHistory, Bars
from ticker_gui.bars.downsampling import ColumnSource
from ticker_gui.bars.merging import (
    MERGED_DTYPES,
    SOURCE,
    MissingData,
    ProvidedBar,
    append_merged,
    mark_incomplete,
    merge_bars,
    resample_merged,
)
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.bars.tape import Tape
from ticker_gui.domain.timeframe import BY_NAME, Timeframe, timeframe_named

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

    @abstractmethod
    def sources(self, begin: int = 0, end: int | None = None) -> Times:
        """Return the `BarSource` of the held bars in ``begin:end``."""

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
    """Bars of one timeframe of a history. Where they are not complete, the provider's bars of this timeframe are used.

    A base timeframe is not copied; the others are resampled from it.
    """

    def __init__(self, history: BarHistory, timeframe: Timeframe) -> None:
        super().__init__()
        self.timeframe: Final = timeframe
        self._history = history
        self._base = history.base_of(timeframe)
        self._is_base = timeframe == self._base.timeframe
        self._base_generation = -1
        self.update()

    @property
    def _ring(self) -> Ring:
        return self._base.ring if self._is_base else self._own

    @property
    def last_part_starts_ns(self) -> Times:
        """The start of each bar, which has only one part."""
        return self.bars.start_ns

    def part_ends_ns(self, starts_ns: Times) -> Times:
        """Return the ends of the bars that begin at these times."""
        return bar_ends(starts_ns, self.timeframe)

    def sources(self, begin: int = 0, end: int | None = None) -> Times:
        """Return the `BarSource` of the held bars in ``begin:end``."""
        if self._is_base:
            return self._base.sources(begin, end)
        if self._history.provided:
            sources: Times = self._own.column(SOURCE)[begin:end]
            return sources
        return self._history.missing_data.sources(self.bars.start_ns[begin:end], self.ends_ns(begin, end))

    @property
    def unfilled(self) -> MissingData:
        """What is missing in the bars."""
        history = self._history
        timeframes = (self.timeframe, self._base.timeframe) if history.provided else ()
        return history.missing_data.unfilled(history.provided, *timeframes)

    def update(self) -> None:
        """Include the trades and the provided bars that were received since the last call."""
        self._history.aggregate_pending()
        self._base.update()
        if self._base.generation != self._base_generation:
            self._base_generation = self._base.generation
            if self._is_base:
                self.generation += 1
            else:
                self._rebuild()
        if not self._is_base:
            self._resample_new()

    def _rebuild(self) -> None:
        self.generation += 1
        base, timeframe, provided = self._base.ring, self.timeframe, self._history.provided
        first = self._first_whole(base)
        self._forming_from = base.begin + first  # the first base bar of the forming bar
        self._provided_last: ProvidedBar | None = None
        count = len(provided.read(timeframe).start_ns)
        self._own = Ring(base.capacity + count, MERGED_DTYPES)
        if not count:
            return
        missing_data = self._history.missing_data
        built = self._resampled(first)
        if len(built[START]):
            known = missing_data.known(provided, self._base.timeframe)
            mark_incomplete(built, timeframe, known, until_ns=int(base.column(START)[-1]))
            newest = int(np.searchsorted(base.column(START), built[START][-1]))
            self._forming_from = base.begin + newest
        columns, self._provided_last = merge_bars(built, provided, timeframe, missing_data.partial_since_ns)
        self._own.extend(*columns)

    def _first_whole(self, base: Ring) -> int:
        """Return the first row of the first bar of which no part was dropped from the base series."""
        starts = base.column(START)
        if not base.begin or not len(starts):
            return 0
        whole = int(np.searchsorted(starts, self.timeframe.end_of(self.timeframe.start_of(int(starts[0])))))
        return whole if whole < len(starts) else 0

    def _resampled(self, first: int) -> Columns:
        """Return the bars that consist of the base bars from one on, with their sources."""
        base = self._base.ring
        rows = [base.column(column)[first:] for column in range(len(DTYPES))]
        has_sources = len(rows[START]) and self._history.provided
        sources = self._base.sources(first) if has_sources else np.zeros(len(rows[START]), np.int64)
        return resample_merged([*rows, sources], bar_starts(rows[START], self.timeframe))

    def _resample_new(self) -> None:
        base = self._base.ring
        if self._forming_from < base.begin:  # more was added since the last update than the ring holds
            self._rebuild()
        first = self._forming_from - base.begin
        if first >= len(base):
            return
        append_merged(self._own, self._resampled(first), self._provided_last)
        starts = base.column(START)
        newest = self.timeframe.start_of(int(starts[-1]))
        self._forming_from += int(np.searchsorted(starts[first:], newest))


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
        times: Times = self._own.column(LAST_NS)
        return times

    def part_ends_ns(self, starts_ns: Times) -> Times:
        """Return the times themselves, because a trade has no length."""
        return starts_ns

    def sources(self, begin: int = 0, end: int | None = None) -> Times:
        """Return that all trades of the held bars in ``begin:end`` were received: each has a number of them."""
        return np.full(len(self._own.column(START)[begin:end]), BarSource.SEEN, np.int64)

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
            bars_before = -(-tape.begin // self.count)
            self._own.count_dropped(bars_before)  # so that the numbers of the others stay the same
            self._forming_from = bars_before * self.count
        first = self._forming_from - tape.begin
        times, prices, sizes = tape.times_ns[first:], tape.prices[first:], tape.sizes[first:]
        if not len(times):
            return
        numbers = (self._forming_from + np.arange(len(times))) // self.count
        _, *joined = resample_by((times, prices, prices, prices, prices, sizes, times, times), numbers)
        self._own.extend_from_last(joined[FIRST_NS - 1], *joined)
        self._forming_from = int(numbers[-1]) * self.count


def is_timeframe(name: str) -> bool:
    """Return whether `create_series` accepts a name: a timeframe (``5m``) or a number of trades (``100t``)."""
    return name in BY_NAME or _TICK_BARS.fullmatch(name) is not None


def create_series(history: BarHistory, tape: Tape, name: str) -> Series | None:
    """Return the bars of a timeframe (``5m``) or of a number of trades (``100t``); None for other names."""
    if name in BY_NAME:
        return TimeSeries(history, timeframe_named(name, history.days))
    trades = _TICK_BARS.fullmatch(name)
    return TradeCountBars(tape, int(trades[1])) if trades else None
