"""Trades → open, high, low, close, volume, for every timeframe.

Two base series are kept, seconds and minutes; every other timeframe is derived from the finer of the two when it is
read. Trades are taken from the tape in batches, when somebody reads or now and then, which costs a tenth of counting
each as it comes. All bars are exact: a trade counts in the bar of its own time, however late it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND, Timeframe
from ticker_gui.market.ring import Ring
from ticker_gui.market.tape import Tape

Floats: TypeAlias = npt.NDArray[np.float64]
Times: TypeAlias = npt.NDArray[np.int64]

START, OPEN, HIGH, LOW, CLOSE, VOLUME, FIRST, LAST = range(8)
DTYPES: Final = (np.int64, np.float64, np.float64, np.float64, np.float64, np.float64, np.int64, np.int64)


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


class Budget(msgspec.Struct, frozen=True):
    """How much history one symbol keeps: rows of each kind."""

    trades: int
    second_bars: int
    minute_bars: int


class BarHistory:
    """The bars of one tape: some seconds, some minutes, and what follows from them.

    ``begun_ns`` is a moment in the bar that was seen in part only, as counting began within it.
    """

    __slots__ = ("_counted", "_first_trade_ns", "_tape", "begun_ns", "minutes", "seconds")

    def __init__(self, tape: Tape, budget: Budget) -> None:
        self.seconds = Ring(budget.second_bars, DTYPES)
        self.minutes = Ring(budget.minute_bars, DTYPES)
        self._tape = tape
        self._counted = 0  # how many of all the trades ever on the tape are in the bars
        self._first_trade_ns: int | None = None
        self.begun_ns: int | None = None

    def keep(self, budget: Budget) -> None:
        """Change how much history is kept, the tape's included."""
        self.count()
        for ring, capacity in (
            (self._tape, budget.trades),
            (self.seconds, budget.second_bars),
            (self.minutes, budget.minute_bars),
        ):
            if ring.capacity != capacity:
                ring.capacity = capacity

    def count(self) -> None:
        """Count the trades that came to the tape since the last call. Must happen before the tape forgets them."""
        tape = self._tape
        first = self._counted - tape.begin
        if first == len(tape):
            return
        times, prices, sizes = tape.times_ns[first:], tape.prices[first:], tape.sizes[first:]
        if self._first_trade_ns is None:
            self._first_trade_ns = self.begun_ns = int(times[0])
        seconds = join((times, prices, prices, prices, prices, sizes, times, times), SECOND)
        _append(self.seconds, seconds)
        _append(self.minutes, join(seconds, MINUTE))
        self._counted += len(times)

    def count_late(self, time_ns: int, price: float, size: float) -> None:
        """Count a trade that is older than the newest, right after the tape took it to where it belongs."""
        for ring, timeframe in ((self.seconds, SECOND), (self.minutes, MINUTE)):
            _land(ring, timeframe.start_of(time_ns), time_ns, price, size)
        self._counted = self._tape.begin + len(self._tape)

    def add_provided(self, bar: Bar) -> None:
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
            self.minutes.insert(position, *row)
            return
        for column, value in enumerate(row):
            self.minutes.column(column)[position] = value
        self.minutes.generation += 1
        if self.begun_ns is not None and bar.start_ns <= self.begun_ns <= end_ns:
            self.begun_ns = None

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


def join(columns: Sequence[npt.NDArray[Any]], timeframe: Timeframe) -> tuple[npt.NDArray[Any], ...]:
    """Join rows, ascending in time, into the bars of ``timeframe``; both have the eight columns of a bar."""
    return join_by(columns, columns[START] - columns[START] % timeframe.width_ns)


def join_by(columns: Sequence[npt.NDArray[Any]], starts: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], ...]:
    """Join neighbouring rows that have the same of ``starts``, which is where their bar begins."""
    is_first = np.empty(len(starts), bool)
    is_first[:1] = True
    np.not_equal(starts[1:], starts[:-1], out=is_first[1:])
    firsts = is_first.nonzero()[0]
    lasts = np.empty_like(firsts)
    lasts[:-1] = firsts[1:] - 1
    lasts[-1:] = len(starts) - 1
    return (
        starts[firsts],
        columns[OPEN][firsts],
        np.maximum.reduceat(columns[HIGH], firsts),
        np.minimum.reduceat(columns[LOW], firsts),
        columns[CLOSE][lasts],
        np.add.reduceat(columns[VOLUME], firsts),
        columns[FIRST][firsts],
        columns[LAST][lasts],
    )


def _append(ring: Ring, bars: Sequence[npt.NDArray[Any]]) -> None:
    """Add bars behind those of the ring; the first may be the continuation of the ring's last."""
    if len(ring) and ring.column(START)[-1] == bars[START][0]:
        ring.column(HIGH)[-1] = max(ring.column(HIGH)[-1], bars[HIGH][0])
        ring.column(LOW)[-1] = min(ring.column(LOW)[-1], bars[LOW][0])
        ring.column(CLOSE)[-1] = bars[CLOSE][0]
        ring.column(VOLUME)[-1] += bars[VOLUME][0]
        ring.column(LAST)[-1] = bars[LAST][0]
        bars = [column[1:] for column in bars]
    if len(bars[START]):
        ring.extend(*bars)


def _find(ring: Ring, start_ns: int) -> tuple[int, bool]:
    """Return where the bar that begins at ``start_ns`` is or belongs, and whether it is there."""
    starts = ring.column(START)
    position = int(np.searchsorted(starts, start_ns))
    return position, position < len(starts) and int(starts[position]) == start_ns


def _land(ring: Ring, start_ns: int, time_ns: int, price: float, size: float) -> None:
    """Count a late trade in its own bar; one before everything a full ring holds is forgotten."""
    position, is_there = _find(ring, start_ns)
    if not is_there:
        ring.insert(position, start_ns, price, price, price, price, size, time_ns, time_ns)
        return
    if position < len(ring) - 1:
        ring.generation += 1
    ring.column(HIGH)[position] = max(ring.column(HIGH)[position], price)
    ring.column(LOW)[position] = min(ring.column(LOW)[position], price)
    ring.column(VOLUME)[position] += size
    if time_ns >= ring.column(LAST)[position]:
        ring.column(LAST)[position] = time_ns
        ring.column(CLOSE)[position] = price
    elif time_ns < ring.column(FIRST)[position]:
        ring.column(FIRST)[position] = time_ns
        ring.column(OPEN)[position] = price
