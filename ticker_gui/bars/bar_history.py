"""Aggregation of trades to bars (open, high, low, close, volume) of every timeframe.

Two base series are stored, of seconds and of minutes; the other timeframes are resampled from one of them when they are
read. Trades are aggregated in batches, on read or before the tape drops them: ten times cheaper than one by one. All
bars are exact: a trade counts in the bar of its own time, however late it arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

import msgspec
import numpy as np
from msgspec.structs import replace

from ticker_gui.bars.arrays import Floats, Times
from ticker_gui.bars.bar_columns import (
    CLOSE,
    DTYPES,
    HIGH,
    LAST_NS,
    LOW,
    RANGE_ONLY,
    START,
    VOLUME,
    Columns,
    merge_late_bars,
    resample,
    set_reference_prices,
    trades_to_bars,
)
from ticker_gui.bars.base_bars import BaseBars
from ticker_gui.bars.gaps import Gap
from ticker_gui.bars.merging import MissingData
from ticker_gui.bars.provided_bars import ProvidedBars
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.bars.tape import EVERYTHING, Rows, Tape, sorted_by_time
from ticker_gui.bars.time_ranges import TimeRanges
from ticker_gui.bars.weak_calls import weak_call
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import (
    BY_NAME,
    FOREVER_NS,
    MINUTE,
    MINUTE_NS,
    NEVER_NS,
    SECOND,
    Timeframe,
    timeframe_named,
)
from ticker_gui.domain.trading_days import UTC_DAYS, TradingDays

_ALL_TIME: Final = (NEVER_NS, FOREVER_NS)


class Bars(NamedTuple):
    """Bars of one timeframe as arrays of equal length, oldest first. ``start_ns`` is in nanoseconds since the epoch."""

    start_ns: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def rows(self, begin: int, end: int | None = None) -> Bars:
        """Return the bars in ``begin:end``."""
        some = slice(begin, end)
        start_ns, opens, highs, lows, closes, volumes = self
        return Bars(start_ns[some], opens[some], highs[some], lows[some], closes[some], volumes[some])


class HistoryCapacity(msgspec.Struct, frozen=True):
    """Maximum number of trades and bars that are stored for one symbol.

    Of the bars that the provider sends on its own, ``minute_bars`` of each timeframe are stored; see `ProvidedBars`.
    """

    trades: int
    second_bars: int
    minute_bars: int


class BarHistory:
    """The bars of one tape, stored as seconds and minutes.

    ``days`` are those of the market, of which days, weeks and months consist.
    ``partial_since_ns`` is the time in the first, partial bar at which recording started (nanoseconds since the epoch),
    or None if there is no such bar. ``provided`` are the bars that were received as bars, and ``find_gaps`` returns the
    gaps in the trades. `TimeSeries` reads the bars of a timeframe.
    """

    __slots__ = (
        "__weakref__",
        "_aggregated",
        "_base_minutes",
        "_base_seconds",
        "_first_trade_ns",
        "_tape",
        "days",
        "find_gaps",
        "minutes",
        "partial_since_ns",
        "provided",
        "seconds",
    )

    def __init__(
        self,
        tape: Tape,
        capacity: HistoryCapacity,
        find_gaps: Callable[[], Sequence[Gap]] = tuple,
        days: TradingDays = UTC_DAYS,
    ) -> None:
        self.days: Final = days
        self.seconds = Ring(capacity.second_bars, DTYPES)
        self.minutes = Ring(capacity.minute_bars, DTYPES)
        self._tape = tape
        self._aggregated = 0  # how many trades are in the bars, counted from the first trade ever
        self._first_trade_ns: int | None = None
        self.partial_since_ns: int | None = None
        self.provided: Final = ProvidedBars(capacity.minute_bars)
        self.find_gaps = find_gaps
        find_missing_data = weak_call(self._find_missing_data, MissingData())
        self._base_seconds = BaseBars(self.seconds, SECOND, self.provided, find_missing_data)
        self._base_minutes = BaseBars(self.minutes, MINUTE, self.provided, find_missing_data)
        tape.catch_up = weak_call(self.aggregate_pending, None)

    def set_capacity(self, capacity: HistoryCapacity) -> None:
        """Change the capacity of the bars and of the tape."""
        self.aggregate_pending()
        self._tape.set_capacity(capacity.trades)
        self.provided.max_live = capacity.minute_bars
        for ring, rows in ((self.seconds, capacity.second_bars), (self.minutes, capacity.minute_bars)):
            if ring.capacity != rows:
                ring.capacity = rows

    def aggregate_pending(self) -> None:
        """Aggregate the trades added to the tape since the last call. Must be called before the tape drops them."""
        tape = self._tape
        late = tape.pop_late()
        first = self._aggregated - tape.begin
        if late is None and first == len(tape):
            return
        times, prices, sizes = tape.times_ns[first:], tape.prices[first:], tape.sizes[first:]
        if late is not None:
            added = Rows(times.copy(), prices.copy(), sizes.copy(), np.full(len(times), EVERYTHING, np.uint8))
            tape.merge_trades(late)
            reference = self._price_before(int(late.times_ns[0]))
            self._aggregate(trades_to_bars(sorted_by_time(added, late)), partial(merge_late_bars, reference=reference))
        else:
            self._aggregate((times, prices, prices, prices, prices, sizes, times, times), _append_bars)
        self._aggregated = tape.begin + len(tape)

    def _aggregate(self, trades: Columns, add: Callable[[Ring, Columns], None]) -> None:
        if self._first_trade_ns is None:
            if not len(self._tape):  # no trade may update the last price, so no bar has a price yet
                return
            if self._tape.others is not None:  # include the trades that arrived before the first price
                trades, add = trades_to_bars(self._tape.between(*_ALL_TIME)), merge_late_bars
            self._first_trade_ns = self.partial_since_ns = int(trades[START][0])
        seconds = resample(trades, SECOND)
        add(self.seconds, seconds)
        add(self.minutes, resample(seconds, MINUTE))

    def reaggregate(self, time_ns: int, added: float) -> None:
        """Rebuild the bars that contain ``time_ns``, after a trade of that time was removed from the tape or changed.

        If the tape no longer holds all trades of a bar, only the bar's volume changes, by ``added``.
        """
        tape = self._tape
        self._aggregated = tape.begin + len(tape)
        if self._first_trade_ns is None:  # no bar yet; the changed trade may have brought the first price
            self._aggregate(trades_to_bars(tape.between(*_ALL_TIME)), merge_late_bars)
            return
        for ring, timeframe in ((self.seconds, SECOND), (self.minutes, MINUTE)):
            start_ns = timeframe.start_of(time_ns)
            position, is_there = _find(ring, start_ns)
            if (rows := self._source_rows(timeframe, start_ns, time_ns)) is not None:
                _replace_bar(ring, timeframe, start_ns, rows, self._price_before(start_ns))
            elif is_there:
                volume = ring.column(VOLUME)
                volume[position] = max(0.0, volume[position] + added)
                ring.mark_changed()
        if not len(tape) and not tape.begin:
            self._drop_unpriced_bars()

    def _source_rows(self, timeframe: Timeframe, start_ns: int, time_ns: int) -> Columns | None:
        """Return the rows to rebuild a bar from, or None if some were dropped.

        These are its trades, or the seconds of a minute if the second that contains ``time_ns`` is exact.
        """
        tape, seconds, end_ns = self._tape, self.seconds, start_ns + timeframe.width_ns
        if tape.is_complete_from(start_ns):
            return trades_to_bars(tape.between(start_ns, end_ns))
        starts = seconds.column(START)
        if timeframe is SECOND or not tape.is_complete_from(SECOND.start_of(time_ns)):
            return None
        if not len(starts) or (seconds.begin and starts[0] >= start_ns):
            return None
        first, end = np.searchsorted(starts, (start_ns, end_ns))
        return [seconds.column(column)[first:end] for column in range(len(DTYPES))]

    def _price_before(self, time_ns: int) -> float:
        """Return the last price before a time, or the first price if there is none before; NaN without prices."""
        times, prices = self._tape.times_ns, self._tape.prices
        return float(prices[max(0, int(np.searchsorted(times, time_ns)) - 1)]) if len(prices) else float("nan")

    def _drop_unpriced_bars(self) -> None:
        """Remove the bars without a price of their own, after the last price was removed from the tape."""
        for ring in (self.seconds, self.minutes):
            for position in np.flatnonzero(ring.column(LAST_NS) <= RANGE_ONLY)[::-1].tolist():
                ring.remove(position)
        self._first_trade_ns = self.partial_since_ns = None

    def extend_start(self, time_ns: int) -> None:
        """Note that recording started earlier: the trades since then are included, except in gaps."""
        self.aggregate_pending()
        if self.partial_since_ns is not None:
            self.partial_since_ns = min(self.partial_since_ns, time_ns)

    def add_provider_bar(self, bar: Bar) -> None:
        """Store a closed bar of the provider."""
        if bar.timeframe not in BY_NAME or not bar.is_closed:
            return
        timeframe = timeframe_named(bar.timeframe, self.days)
        if timeframe.consists_of_days:
            bar = replace(bar, start_ns=self.days.start_ns(self.days.dated_number(bar.start_ns)))
        if timeframe.start_of(bar.start_ns) == bar.start_ns:
            self.provided.add(timeframe, (bar,))

    @property
    def missing_data(self) -> MissingData:
        """What is missing in the bars that were built from received trades."""
        return self._find_missing_data()

    def _find_missing_data(self) -> MissingData:
        return MissingData(self.find_gaps(), self.partial_since_ns)

    def received(self, timeframe: Timeframe) -> list[tuple[int, int]]:
        """Return the ranges of time whose bars are built from all of their trades, received live or backfilled."""
        built = self.base_of(timeframe).built
        if not len(built) or self.partial_since_ns is None:
            return []
        starts = built.column(START)
        first_ns = timeframe.end_of(timeframe.start_of(max(self.partial_since_ns, int(starts[0]) - 1)))
        ranges = TimeRanges()
        ranges.add(first_ns, FOREVER_NS)
        for gap in self.find_gaps():
            if not gap.is_backfilled:
                end_ns = FOREVER_NS if gap.end_ns is None else timeframe.end_of(timeframe.start_of(gap.end_ns))
                ranges.remove(timeframe.start_of(gap.start_ns), end_ns)
        return list(ranges)

    def base_of(self, timeframe: Timeframe) -> BaseBars:
        """Return the base series from which the bars of a timeframe are resampled: minutes, or else seconds."""
        return self._base_minutes if timeframe.width_ns >= MINUTE_NS else self._base_seconds


def _replace_bar(ring: Ring, timeframe: Timeframe, start_ns: int, rows: Columns, reference: float) -> None:
    """Rebuild a bar from its rows; without any rows it is removed."""
    position, is_there = _find(ring, start_ns)
    if is_there:
        ring.remove(position)
    if len(rows[START]):
        merge_late_bars(ring, resample(rows, timeframe), reference)
    elif is_there and len(ring):
        set_reference_prices(ring, start_ns)


def _append_bars(ring: Ring, bars: Columns) -> None:
    """Append bars to the ring; the first one may continue the last bar of the ring."""
    if len(ring):
        if ring.column(LAST_NS)[-1] <= RANGE_ONLY or bars[START][0] < ring.column(START)[-1]:
            merge_late_bars(ring, bars)
            return
        if bars[START][0] == ring.column(START)[-1]:
            _extend_last_bar(ring, bars)
            bars = [column[1:] for column in bars]
    if len(bars[START]):
        ring.extend(*bars)


def _extend_last_bar(ring: Ring, bars: Columns) -> None:
    """Merge the first of these bars into the last bar of the ring."""
    ring.column(HIGH)[-1] = max(ring.column(HIGH)[-1], bars[HIGH][0])
    ring.column(LOW)[-1] = min(ring.column(LOW)[-1], bars[LOW][0])
    ring.column(CLOSE)[-1] = bars[CLOSE][0]
    ring.column(VOLUME)[-1] += bars[VOLUME][0]
    ring.column(LAST_NS)[-1] = bars[LAST_NS][0]


def _find(ring: Ring, start_ns: int) -> tuple[int, bool]:
    """Return the position of the bar that begins at ``start_ns``, or where to insert it, and whether it exists."""
    starts = ring.column(START)
    position = int(np.searchsorted(starts, start_ns))
    return position, position < len(starts) and int(starts[position]) == start_ns
