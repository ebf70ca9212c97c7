"""Bars that an earlier session has stored, and what is known to be covered by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ticker_gui.bars.bar_columns import bar_ends
from ticker_gui.bars.provided_bars import BarSource, ProvidedBars, ProvidedColumns
from ticker_gui.bars.time_ranges import TimeRanges
from ticker_gui.domain.timeframe import Timeframe


class StoredBars(NamedTuple):
    """Bars of one timeframe, and the ranges of time of which they are all bars."""

    timeframe: Timeframe
    bars: ProvidedColumns
    covered: Sequence[tuple[int, int]]


def covered_ranges(
    timeframe: Timeframe, bars: ProvidedColumns, gaps: Iterable[tuple[int, int]], loaded: Iterable[tuple[int, int]]
) -> TimeRanges:
    """Return the ranges of time that stored bars cover.

    Those are the ``loaded`` ranges, of which the provider has sent all bars, and each bar that is not partial. Nothing
    was traded between two bars of which all trades were received, unless there is a gap: every session begins with a
    partial bar. Partial bars cover nothing, so that they are requested from the provider.
    """
    covered = TimeRanges()
    for start_ns, end_ns in loaded:
        covered.add(start_ns, end_ns)
    starts = bars.start_ns
    is_received = bars.source <= BarSource.BACKFILLED
    is_joined = np.zeros(len(starts), bool)  # with the bar before
    is_joined[1:] = is_received[1:] & is_received[:-1]
    for start_ns, end_ns in gaps:
        first = int(np.searchsorted(starts, start_ns))
        last = int(np.searchsorted(starts, end_ns, side="right"))
        is_joined[first : last + 1] = False
    is_whole = bars.source != BarSource.PARTIAL
    is_joined[1:] |= is_whole[1:] & is_whole[:-1] & (starts[1:] == bar_ends(starts[:-1], timeframe))
    firsts = np.flatnonzero(~is_joined)
    lasts = np.append(firsts[1:], len(starts)) - 1
    is_run = is_whole[firsts]
    for start_ns, last_ns in zip(starts[firsts[is_run]].tolist(), starts[lasts[is_run]].tolist(), strict=True):
        covered.add(start_ns, timeframe.end_of(last_ns))
    return covered


def add_stored(provided: ProvidedBars, stored: Iterable[StoredBars]) -> None:
    """Add stored bars to those that are held, which they do not replace."""
    for timeframe, bars, covered in stored:
        provided.add_missing(timeframe, bars, covered)
