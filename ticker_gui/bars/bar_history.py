"""Trades → open, high, low, close, volume, for every timeframe.

Two base series are kept, seconds and minutes; every other timeframe is derived from the finer of the two when it is
read. Trades are taken from the tape in batches, when somebody reads or now and then, which costs a tenth of counting
each as it comes. All bars are exact: a trade counts in the bar of its own time, however late it comes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

import msgspec
import numpy as np

from ticker_gui.bars.arrays import Floats, Times
from ticker_gui.bars.bar_columns import (
    CLOSE,
    DTYPES,
    HIGH,
    LAST,
    LOW,
    RANGE_ONLY,
    START,
    VOLUME,
    Columns,
    join,
    land,
    of_trades,
    set_reference_prices,
)
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.bars.tape import EVERYTHING, Rows, Tape, in_order
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND, Timeframe

_ALL_TIME: Final = (-(2**63), 2**63 - 1)


class Bars(NamedTuple):
    """Bars of one timeframe, oldest first, all of one length. ``start_ns`` in nanoseconds since the epoch, UTC."""

    start_ns: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def rows(self, begin: int, end: int | None = None) -> Bars:
        """Return the bars from one row up to, not including, another."""
        some = slice(begin, end)
        start_ns, opens, highs, lows, closes, volumes = self
        return Bars(start_ns[some], opens[some], highs[some], lows[some], closes[some], volumes[some])


class HistoryCapacity(msgspec.Struct, frozen=True):
    """How much history one symbol keeps: rows of each kind."""

    trades: int
    second_bars: int
    minute_bars: int


class BarHistory:
    """The bars of one tape: some seconds, some minutes, and what follows from them.

    ``partial_since_ns`` is a moment in the bar that was seen in part only, as counting began within it.
    """

    __slots__ = ("_counted", "_first_trade_ns", "_tape", "minutes", "partial_since_ns", "seconds")

    def __init__(self, tape: Tape, capacity: HistoryCapacity) -> None:
        self.seconds = Ring(capacity.second_bars, DTYPES)
        self.minutes = Ring(capacity.minute_bars, DTYPES)
        self._tape = tape
        self._counted = 0  # how many of all the trades ever on the tape are in the bars
        self._first_trade_ns: int | None = None
        self.partial_since_ns: int | None = None
        tape.catch_up = self.count

    def set_capacity(self, capacity: HistoryCapacity) -> None:
        """Change how much history is kept, the tape's included."""
        self.count()
        self._tape.set_capacity(capacity.trades)
        for ring, rows in ((self.seconds, capacity.second_bars), (self.minutes, capacity.minute_bars)):
            if ring.capacity != rows:
                ring.capacity = rows

    def count(self) -> None:
        """Count the trades that came to the tape since the last call. Must happen before the tape forgets them."""
        tape = self._tape
        late = tape.take_late()
        first = self._counted - tape.begin
        if late is None and first == len(tape):
            return
        times, prices, sizes = tape.times_ns[first:], tape.prices[first:], tape.sizes[first:]
        if late is not None:
            added = Rows(times.copy(), prices.copy(), sizes.copy(), np.full(len(times), EVERYTHING, np.uint8))
            tape.insert_late(late)
            reference = self._reference(int(late.times_ns[0]))
            self._count(of_trades(in_order(added, late)), partial(land, reference=reference))
        else:
            self._count((times, prices, prices, prices, prices, sizes, times, times), _append)
        self._counted = tape.begin + len(tape)

    def _count(self, trades: Columns, add: Callable[[Ring, Columns], None]) -> None:
        if self._first_trade_ns is None:
            if not len(self._tape):  # there is no price yet to draw a bar at
                return
            if self._tape.others is not None:  # with those that came before there was one
                trades, add = of_trades(self._tape.held(*_ALL_TIME)), land
            self._first_trade_ns = self.partial_since_ns = int(trades[START][0])
        seconds = join(trades, SECOND)
        add(self.seconds, seconds)
        add(self.minutes, join(seconds, MINUTE))

    def recount(self, time_ns: int, added: float) -> None:
        """Count the bars of a moment again, after a trade of that moment was removed from the tape or changed.

        Where the tape does not hold a bar as a whole any more, only its volume changes, by ``added``.
        """
        tape = self._tape
        self._counted = tape.begin + len(tape)
        if self._first_trade_ns is None:  # no bar was drawn yet, and now there may be a price to draw them at
            self._count(of_trades(tape.held(*_ALL_TIME)), land)
            return
        for ring, timeframe in ((self.seconds, SECOND), (self.minutes, MINUTE)):
            start_ns = timeframe.start_of(time_ns)
            position, is_there = _find(ring, start_ns)
            if is_there and int(ring.column(LAST)[position]) == start_ns + timeframe.width_ns - 1:
                continue  # the provider's, which it corrects itself
            if (rows := self._rows_of(timeframe, start_ns, time_ns)) is not None:
                _replace_bar(ring, timeframe, start_ns, rows, self._reference(start_ns))
            elif is_there:
                volume = ring.column(VOLUME)
                volume[position] = max(0.0, volume[position] + added)
                ring.note_change()
        if not len(tape) and not tape.begin:
            self._forget_partial()

    def _rows_of(self, timeframe: Timeframe, start_ns: int, time_ns: int) -> Columns | None:
        """Return what a bar is made of: trades, or the seconds of a minute whose changed second is exact."""
        tape, seconds, end_ns = self._tape, self.seconds, start_ns + timeframe.width_ns
        if tape.holds_from(start_ns):
            return of_trades(tape.held(start_ns, end_ns))
        starts = seconds.column(START)
        if timeframe is SECOND or not tape.holds_from(SECOND.start_of(time_ns)):
            return None
        if not len(starts) or (seconds.begin and starts[0] >= start_ns):
            return None
        first, end = np.searchsorted(starts, (start_ns, end_ns))
        return [seconds.column(column)[first:end] for column in range(len(DTYPES))]

    def _reference(self, time_ns: int) -> float:
        """Return the last price before a moment; without any, the first one after."""
        times, prices = self._tape.times_ns, self._tape.prices
        return float(prices[max(0, int(np.searchsorted(times, time_ns)) - 1)]) if len(prices) else float("nan")

    def _forget_partial(self) -> None:
        """Forget the bars that have no price of their own: there is none any more to draw them at."""
        for ring in (self.seconds, self.minutes):
            for position in np.flatnonzero(ring.column(LAST) <= RANGE_ONLY)[::-1].tolist():
                ring.remove(position)
        self._first_trade_ns = self.partial_since_ns = None

    def add_provider_bar(self, bar: Bar) -> None:
        """Take a closed minute that the provider made, where we did not see the whole of that minute ourselves."""
        if bar.timeframe != MINUTE.name or not bar.is_closed or bar.start_ns % MINUTE_NS:
            return
        self.count()
        if self._first_trade_ns is not None and bar.start_ns > self._first_trade_ns:
            return
        end_ns = bar.start_ns + MINUTE_NS - 1
        row = (bar.start_ns, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.start_ns, end_ns)
        position, is_there = _find(self.minutes, bar.start_ns)
        if not is_there:
            land(self.minutes, [np.array([value]) for value in row])
            return
        for column, value in enumerate(row):
            self.minutes.column(column)[position] = value
        self.minutes.note_change()
        if self.partial_since_ns is not None and bar.start_ns <= self.partial_since_ns <= end_ns:
            self.partial_since_ns = None

    def read(self, timeframe: Timeframe) -> Bars:
        """Return the held bars of a timeframe, the forming one last; valid until the next trade.

        Seconds and minutes themselves are slices of what is kept. A first bar of which a part may be forgotten is
        left out.
        """
        self.count()
        ring, base = (self.minutes, MINUTE) if timeframe.width_ns >= MINUTE_NS else (self.seconds, SECOND)
        columns = tuple(ring.column(column) for column in range(8))
        if timeframe.width_ns == base.width_ns or not len(ring):
            return Bars(*columns[:6])
        bars = join(columns, timeframe)
        skip = 1 if ring.begin and len(bars[START]) > 1 else 0
        return Bars(*(column[skip:] for column in bars[:6]))


def _replace_bar(ring: Ring, timeframe: Timeframe, start_ns: int, rows: Columns, reference: float) -> None:
    """Make a bar again from all that it is made of, which may be nothing any more."""
    position, is_there = _find(ring, start_ns)
    if is_there:
        ring.remove(position)
    if len(rows[START]):
        land(ring, join(rows, timeframe), reference)
    elif is_there and len(ring):
        set_reference_prices(ring, start_ns)


def _append(ring: Ring, bars: Columns) -> None:
    """Add bars behind those of the ring; the first may be the continuation of the ring's last."""
    if len(ring):
        # Behind the last bar is not where trades belong that are older than a bar of the provider's.
        if ring.column(LAST)[-1] <= RANGE_ONLY or bars[START][0] < ring.column(START)[-1]:
            land(ring, bars)
            return
        if bars[START][0] == ring.column(START)[-1]:
            _continue(ring, bars)
            bars = [column[1:] for column in bars]
    if len(bars[START]):
        ring.extend(*bars)


def _continue(ring: Ring, bars: Columns) -> None:
    """Count the first bar in the last one of the ring."""
    ring.column(HIGH)[-1] = max(ring.column(HIGH)[-1], bars[HIGH][0])
    ring.column(LOW)[-1] = min(ring.column(LOW)[-1], bars[LOW][0])
    ring.column(CLOSE)[-1] = bars[CLOSE][0]
    ring.column(VOLUME)[-1] += bars[VOLUME][0]
    ring.column(LAST)[-1] = bars[LAST][0]


def _find(ring: Ring, start_ns: int) -> tuple[int, bool]:
    """Return where the bar that begins at ``start_ns`` is or belongs, and whether it is there."""
    starts = ring.column(START)
    position = int(np.searchsorted(starts, start_ns))
    return position, position < len(starts) and int(starts[position]) == start_ns
