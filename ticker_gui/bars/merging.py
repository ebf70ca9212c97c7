"""Merging of the bars built from received trades with the bars that were provided, without ever adding volumes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.arrays import Mask, Times
from ticker_gui.bars.bar_columns import (
    CLOSE,
    DTYPES,
    HIGH,
    LAST_NS,
    LOW,
    OPEN,
    START,
    VOLUME,
    Columns,
    bar_ends,
    resample_by,
)
from ticker_gui.bars.gaps import Gap, overlaps_gap
from ticker_gui.bars.provided_bars import BarSource, ProvidedBars, ProvidedColumns, is_ascending
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.bars.time_ranges import TimeRanges
from ticker_gui.domain.timeframe import FOREVER_NS, Timeframe

SOURCE: Final = len(DTYPES)
MERGED_DTYPES: Final = (*DTYPES, np.int64)


class MissingData(NamedTuple):
    """What is missing in the received trades: the gaps, and what was traded before recording started.

    ``partial_since_ns`` is the same as in `BarHistory`.
    """

    gaps: Sequence[Gap] = ()
    partial_since_ns: int | None = None

    def sources(self, starts_ns: Times, ends_ns: Times) -> Times:
        """Return the `BarSource` of bars that were built from received trades."""
        sources = np.zeros(len(starts_ns), np.int64)
        backfilled = [gap for gap in self.gaps if gap.is_backfilled]
        unfilled = [gap for gap in self.gaps if not gap.is_backfilled]
        sources[overlaps_gap(starts_ns, ends_ns, backfilled)] = BarSource.BACKFILLED
        sources[overlaps_gap(starts_ns, ends_ns, unfilled, self.partial_since_ns)] = BarSource.PARTIAL
        return sources

    def unfilled(self, provided: ProvidedBars, *timeframes: Timeframe) -> MissingData:
        """Return what is missing after the provided bars of any of these timeframes are included.

        Without timeframes it is what is missing in the trades.
        """
        first_ns = self.partial_since_ns
        gaps = [gap for gap in self.gaps if not gap.is_backfilled]
        for timeframe in timeframes:
            gaps = [gap for gap in gaps if not _is_filled(gap.start_ns, gap.end_ns, provided, timeframe)]
            if first_ns is not None and _is_filled(first_ns, first_ns, provided, timeframe):
                first_ns = None
        return MissingData(gaps, first_ns)

    def known(self, provided: ProvidedBars, base: Timeframe) -> list[tuple[int, int]]:
        """Return the ranges of time of which every bar of ``base`` is complete."""
        known = provided.covered(base).copy()
        seen = TimeRanges()
        if self.partial_since_ns is not None:
            seen.add(self.partial_since_ns, FOREVER_NS)
            for gap in self.gaps:
                if not gap.is_backfilled:
                    seen.remove(gap.start_ns, FOREVER_NS if gap.end_ns is None else gap.end_ns)
            start_ns = base.start_of(self.partial_since_ns)
            if known.covers(start_ns, start_ns + 1):  # what is not covered of this bar is shorter than the bar
                known.add(start_ns, self.partial_since_ns)
        for start_ns, end_ns in seen:
            known.add(start_ns, end_ns)
        return list(known)


def _is_filled(start_ns: int, end_ns: int | None, provided: ProvidedBars, timeframe: Timeframe) -> bool:
    """Return whether all bars that overlap a period, which lasts if ``end_ns`` is ``None``, are provided."""
    if end_ns is None:
        return False
    last_ns = timeframe.start_of(max(end_ns - 1, start_ns))
    return provided.covers(timeframe, timeframe.start_of(start_ns), timeframe.end_of(last_ns))


class ProvidedBar(NamedTuple):
    """A provided bar and the time until which its trades are included, which is before its end if it was forming."""

    start_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    until_ns: int

    def complete(self, bars: Columns, row: int) -> None:
        """Include this bar in the one at ``row`` of ``bars``, which was built from the trades that were received.

        Of the two volumes, the larger one counts.
        """
        values: tuple[float, ...] = self[OPEN : VOLUME + 1]
        if bars[LAST_NS][row] >= self.until_ns:
            high, low = max(self.high, bars[HIGH][row]), min(self.low, bars[LOW][row])
            values = self.open, high, low, bars[CLOSE][row], max(self.volume, bars[VOLUME][row])
        for column, value in zip((OPEN, HIGH, LOW, CLOSE, VOLUME), values, strict=True):
            bars[column][row] = value


class MergedBars(NamedTuple):
    """Bars in the columns `MERGED_DTYPES`, and the last one if it is a provided one: more trades of it may arrive."""

    columns: Sequence[npt.NDArray[Any]]
    last: ProvidedBar | None


def merge_bars(
    built: Columns, provided: ProvidedBars, timeframe: Timeframe, partial_since_ns: int | None
) -> MergedBars:
    """Merge bars built from received trades, in the columns `MERGED_DTYPES`, with the provided ones of a timeframe.

    A complete bar has precedence over the provided one, and that over a partial one; a bar that was still forming when
    it was provided also includes the trades received. Provided bars that begin after ``partial_since_ns`` replace what
    was missed.
    """
    bars = provided.read(timeframe)
    is_partial = built[SOURCE] == BarSource.PARTIAL
    added = bars.where(~_contains(built[START][~is_partial], bars.start_ns))
    if not len(added.start_ns):
        return MergedBars(built, None)
    if partial_since_ns is not None:
        is_backfill = (added.source == BarSource.PROVIDED) & (added.start_ns > partial_since_ns)
        added = added._replace(source=np.where(is_backfill, np.int64(BarSource.BACKFILLED), added.source))
    rows = _as_built(added, timeframe)
    is_replaced = is_partial & _contains(added.start_ns, built[START])
    last = _provided_bar(added, -1, provided, timeframe)
    _complete_unfinished([column[is_replaced] for column in built], rows, added, provided, timeframe)
    # Provided bars are usually before those that were built.
    joined = [np.concatenate((row, column[~is_replaced])) for column, row in zip(built, rows, strict=True)]
    if not is_ascending(joined[START]):
        order = np.argsort(joined[START], kind="stable")
        joined = [column[order] for column in joined]
    return MergedBars(joined, last if joined[START][-1] == last.start_ns else None)


def append_merged(ring: Ring, bars: Columns, provided_last: ProvidedBar | None) -> None:
    """Append bars, in the columns `MERGED_DTYPES`, to merged ones; if they contain the last of those, it is replaced.

    Bars before it have not changed. If it is ``provided_last``, that is included in the bar that replaces it.
    """
    if len(ring):
        last_ns = int(ring.column(START)[-1])
        first = int(np.searchsorted(bars[START], last_ns))
        bars = [column[first:] for column in bars]
        if len(bars[START]) and bars[START][0] == last_ns:
            if provided_last is not None and provided_last.start_ns == last_ns:
                provided_last.complete(bars, 0)
                bars[SOURCE][0] = ring.column(SOURCE)[-1]
            ring.extend_from_last(*bars)
            return
    if len(bars[START]):
        ring.extend(*bars)


def _contains(starts_ns: Times, values_ns: Times) -> Mask:
    """Return a mask of the values that are among ascending starts."""
    positions = np.searchsorted(starts_ns, values_ns)
    positions[positions == len(starts_ns)] = 0
    found: Mask = starts_ns[positions] == values_ns if len(starts_ns) else np.zeros(len(values_ns), bool)
    return found


def _provided_bar(bars: ProvidedColumns, row: int, provided: ProvidedBars, timeframe: Timeframe) -> ProvidedBar:
    start_ns, opened, high, low, close, volume = (column[row].item() for column in bars[: VOLUME + 1])
    return ProvidedBar(start_ns, opened, high, low, close, volume, provided.covered_until(timeframe, start_ns))


def _complete_unfinished(
    built: Columns, rows: Columns, added: ProvidedColumns, provided: ProvidedBars, timeframe: Timeframe
) -> None:
    """Include the trades of built bars in the provided ones of the same time that were still forming."""
    for source_row, row in enumerate(np.searchsorted(rows[START], built[START]).tolist()):
        bar = _provided_bar(added, row, provided, timeframe)
        if bar.until_ns < timeframe.end_of(bar.start_ns):
            for column in (HIGH, LOW, CLOSE, VOLUME, LAST_NS):
                rows[column][row] = built[column][source_row]
            bar.complete(rows, row)
            rows[SOURCE][row] = BarSource.PARTIAL


def _as_built(bars: ProvidedColumns, timeframe: Timeframe) -> list[npt.NDArray[Any]]:
    """Return provided bars in the columns `MERGED_DTYPES`: their trades are those of their whole time."""
    columns = (*bars[: VOLUME + 1], bars.start_ns, bar_ends(bars.start_ns, timeframe) - 1, bars.source)
    return [column.copy() for column in columns]


def resample_merged(columns: Columns, starts: Times) -> Columns:
    """Aggregate rows of `MERGED_DTYPES` with equal ``starts``; the source of a bar is the least certain of its rows."""
    firsts = np.flatnonzero(np.append(np.ones(min(len(starts), 1), bool), starts[1:] != starts[:-1]))
    sources = np.maximum.reduceat(columns[SOURCE], firsts) if len(firsts) else columns[SOURCE]
    return (*resample_by(columns[:SOURCE], starts), sources)


def mark_incomplete(bars: Columns, timeframe: Timeframe, known: Iterable[tuple[int, int]], until_ns: int) -> None:
    """Set the source of bars to `BarSource.PARTIAL` if a part of their time before ``until_ns`` is not known."""
    starts, ends = bars[START], np.minimum(bar_ends(bars[START], timeframe), until_ns)
    is_known = np.zeros(len(starts), bool)
    for start_ns, end_ns in known:
        is_known[np.searchsorted(starts, start_ns) : np.searchsorted(ends, end_ns, side="right")] = True
    bars[SOURCE][~is_known] = BarSource.PARTIAL
