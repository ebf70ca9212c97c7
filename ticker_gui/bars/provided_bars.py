"""Bars that were received as bars, from the provider or from the archive, in their own timeframes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.arrays import Floats, Mask, Times
from ticker_gui.bars.bar_columns import bar_ends, bar_starts
from ticker_gui.bars.time_ranges import TimeRanges
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import DAY, NEVER_NS, Timeframe
from ticker_gui.domain.trading_days import grid_ns

_MAX_BARS: Final = 100_000  # of each timeframe
_MAX_PENDING: Final = 256  # additions that wait to be merged: a merge costs time, and each of them memory


class BarSource(IntEnum):
    """Where the values of a bar come from."""

    SEEN = 0  # every trade of it was received while it formed
    BACKFILLED = 1  # trades or the bar itself were requested after a gap
    PROVIDED = 2  # the provider's bar, of a time before the first trade received
    PARTIAL = 3  # trades are missing


class ProvidedColumns(NamedTuple):
    """Bars as arrays of equal length, oldest first; ``source`` contains values of `BarSource`."""

    start_ns: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    source: Times

    def where(self, mask: Mask) -> ProvidedColumns:
        """Return the bars for which a mask is true."""
        return from_columns([column[mask] for column in self])


def from_columns(columns: Sequence[npt.NDArray[Any]]) -> ProvidedColumns:
    """Return columns in the order of the fields of `ProvidedColumns`."""
    return ProvidedColumns(*columns)


def from_rows(rows: Sequence[tuple[Any, ...]]) -> ProvidedColumns:
    """Return rows in the order of the fields of `ProvidedColumns` as columns; ``None`` becomes NaN."""
    if not rows:
        return NO_BARS
    columns = zip(zip(*rows, strict=True), _DTYPES, strict=True)
    return from_columns([np.array(values, dtype) for values, dtype in columns])


def is_ascending(starts_ns: Times) -> bool:
    """Return whether each start is after the one before, so that there is nothing to sort."""
    return bool((starts_ns[1:] > starts_ns[:-1]).all())


_DTYPES: Final = (np.int64, *(np.float64,) * 5, np.int64)
NO_BARS: Final = from_columns([np.empty(0, dtype) for dtype in _DTYPES])


class _Layer:
    """The bars of one timeframe, and the time that they cover."""

    def __init__(self) -> None:
        self.columns = NO_BARS
        self.covered = TimeRanges()
        self.pending: list[ProvidedColumns] = []
        self._requested = 0  # bars
        self._max_bars = _MAX_BARS

    def add(self, columns: ProvidedColumns, max_live: int, *, is_live: bool) -> None:
        """Add bars. They are merged when they are read, because those of a symbol on no chart may never be read."""
        self._requested += 0 if is_live else len(columns.start_ns)
        self._max_bars = min(self._requested + max_live, _MAX_BARS)
        self.pending.append(columns)
        if len(self.pending) >= _MAX_PENDING:
            self.read()

    def read_covered(self) -> TimeRanges:
        """Return the covered time, without that of dropped bars."""
        self.read()
        return self.covered

    def read(self) -> ProvidedColumns:
        """Return the bars; of several with the same start, the one that came last."""
        if self.pending:
            parts = [part for part in (self.columns, *self.pending) if len(part.start_ns)] or [NO_BARS]
            self.pending = []
            joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
            if not is_ascending(joined[0]):
                order = np.argsort(joined[0], kind="stable")
                starts = joined[0][order]
                is_last = np.append(starts[1:] != starts[:-1], True)
                kept = order[is_last]
                joined = [column[kept] for column in joined]
            if len(joined[0]) > self._max_bars:
                joined = [column[-self._max_bars :] for column in joined]
                self.covered.remove(NEVER_NS, int(joined[0][0]))
            self.columns = from_columns(joined)
        return self.columns


class ProvidedBars:
    """Bars of one symbol by timeframe. ``generation`` goes up with every change, ``clearings`` with every `clear`.

    Of each timeframe, ``max_live`` bars that the provider has sent on its own are held, beside the requested ones of
    charts and alerts. Thus memory is bounded for symbols that nobody looks at.
    """

    __slots__ = ("__weakref__", "_layers", "clearings", "generation", "max_live")

    def __init__(self, max_live: int = _MAX_BARS) -> None:
        self.max_live = max_live
        self._layers: dict[Timeframe, _Layer] = {}
        self.generation = self.clearings = 0

    def __bool__(self) -> bool:
        return bool(self._layers)

    def add(
        self,
        timeframe: Timeframe,
        bars: Iterable[Bar],
        covered: tuple[int, int] | None = None,
        source: BarSource = BarSource.PROVIDED,
    ) -> None:
        """Add bars in any order; they replace held bars with the same start.

        Args:
            timeframe: the timeframe of all bars.
            bars: the bars. An unknown volume counts as none.
            covered: the time, in nanoseconds since the epoch, of which these are all bars: where it has none, nothing
                was traded. Without it, only the time of each bar is covered, and the provider has sent them on its own.
            source: where the bars come from.
        """
        bars = list(bars)
        starts = np.array([bar.start_ns for bar in bars], np.int64)
        values = [(bar.open, bar.high, bar.low, bar.close, bar.volume or 0.0) for bar in bars]
        columns = np.array(values, np.float64).reshape(-1, 5).T
        sources = np.full(len(bars), source, np.int64)
        self.add_columns(timeframe, from_columns([starts, *columns, sources]), covered)

    def add_columns(
        self, timeframe: Timeframe, columns: ProvidedColumns, covered: tuple[int, int] | None = None
    ) -> None:
        """Add bars as columns, like `add`."""
        layer = self._layers.setdefault(timeframe, _Layer())
        layer.add(columns, self.max_live, is_live=covered is None)
        if covered is None:
            for start_ns in columns.start_ns.tolist():
                layer.covered.add(start_ns, timeframe.end_of(start_ns))
        else:
            layer.covered.add(*covered)
        self.generation += 1

    def add_missing(
        self, timeframe: Timeframe, columns: ProvidedColumns, covered: Iterable[tuple[int, int]] = ()
    ) -> None:
        """Add bars of which none with the same start is held, and the ranges of time that are covered by now."""
        layer = self._layers.setdefault(timeframe, _Layer())
        held = layer.read().start_ns
        missing = columns.where(~np.isin(columns.start_ns, held, assume_unique=True))
        layer.add(missing, self.max_live, is_live=False)
        for start_ns, end_ns in covered:
            layer.covered.add(start_ns, end_ns)
        self.generation += 1

    def clear(self) -> None:
        """Drop all bars."""
        self._layers.clear()
        self.generation += 1
        self.clearings += 1

    def covers(self, timeframe: Timeframe, start_ns: int, end_ns: int) -> bool:
        """Return whether all bars of a period are held, in this timeframe or one from which it can be resampled."""
        return any(layer.read_covered().covers(start_ns, end_ns) for _, layer in self._bases(timeframe))

    def covered_until(self, timeframe: Timeframe, start_ns: int) -> int:
        """Return the end of what is covered from the start of a bar on, in nanoseconds since the epoch."""
        ends = (layer.read_covered().end_from(start_ns) for _, layer in self._bases(timeframe))
        return max(ends, default=start_ns)

    def covered(self, timeframe: Timeframe) -> TimeRanges:
        """Return the ranges of time that are covered by bars of exactly this timeframe; not to be changed."""
        return self._layers[timeframe].read_covered() if timeframe in self._layers else TimeRanges()

    def complete(self, timeframe: Timeframe) -> TimeRanges:
        """Return the ranges of time of which all bars of a timeframe can be read, also from shorter ones."""
        ranges = TimeRanges()
        for base, layer in self._bases(timeframe):
            for start_ns, end_ns in layer.read_covered():
                if base != timeframe:  # only whole bars can be resampled
                    first_ns = timeframe.start_of(start_ns)
                    start_ns = first_ns if first_ns == start_ns else timeframe.end_of(first_ns)
                    end_ns = timeframe.start_of(end_ns)
                ranges.add(start_ns, end_ns)
        return ranges

    def read(self, timeframe: Timeframe) -> ProvidedColumns:
        """Return the bars of a timeframe. Where they are missing, shorter ones are resampled if they are complete."""
        bars = NO_BARS
        for base, layer in self._bases(timeframe):
            bars = layer.read() if base == timeframe else _added(bars, _resampled(layer, timeframe))
        return bars

    def _bases(self, timeframe: Timeframe) -> Sequence[tuple[Timeframe, _Layer]]:
        """Return the layers from which a timeframe can be read, the longest bars first."""
        found = [(base, layer) for base, layer in self._layers.items() if divides(base, timeframe)]
        return sorted(found, key=lambda each: -each[0].width_ns)


def divides(base: Timeframe, timeframe: Timeframe) -> bool:
    """Return whether each bar of ``timeframe`` consists of whole bars of ``base``."""
    if base == timeframe:
        return True
    if base.width_ns >= timeframe.width_ns:
        return False
    if base.consists_of_days:
        return base.days == timeframe.days and base.width_ns == DAY.width_ns
    grid = grid_ns(timeframe.days) if timeframe.consists_of_days else timeframe.width_ns
    return grid % base.width_ns == 0 and (timeframe.offset_ns - base.offset_ns) % base.width_ns == 0


def _resampled(layer: _Layer, timeframe: Timeframe) -> ProvidedColumns:
    """Return the bars of a longer timeframe, without those of which a part is not covered."""
    rows = layer.read()
    if not len(rows.start_ns):
        return NO_BARS
    starts = bar_starts(rows.start_ns, timeframe)
    firsts = np.flatnonzero(np.append(True, starts[1:] != starts[:-1]))
    lasts = np.append(firsts[1:], len(starts)) - 1
    bars = ProvidedColumns(
        starts[firsts],
        rows.open[firsts],
        np.maximum.reduceat(rows.high, firsts),
        np.minimum.reduceat(rows.low, firsts),
        rows.close[lasts],
        np.add.reduceat(rows.volume, firsts),
        np.maximum.reduceat(rows.source, firsts),
    )
    is_complete = np.zeros(len(bars.start_ns), bool)
    ends = bar_ends(bars.start_ns, timeframe)
    for start_ns, end_ns in layer.covered:
        first = np.searchsorted(bars.start_ns, start_ns)
        is_complete[first : np.searchsorted(ends, end_ns, side="right")] = True
    return bars.where(is_complete)


def _added(bars: ProvidedColumns, others: ProvidedColumns) -> ProvidedColumns:
    """Return bars, and those of the others that begin at other times."""
    if not len(bars.start_ns):
        return others
    others = others.where(~np.isin(others.start_ns, bars.start_ns, assume_unique=True))
    joined = [np.concatenate(columns) for columns in zip(bars, others, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return from_columns([column[order] for column in joined])
