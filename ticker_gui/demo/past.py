"""The past of the simulated market: trades and bars of any time, always the same ones.

The price of a day's start follows from the symbol and the date. Each period is divided into shorter ones, down to
seconds, so that the bars of all timeframes agree: the high of an hour is the highest high of its minutes, and its
volume is their sum. Nothing is stored; the last divisions are cached.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import pairwise
from typing import Final, NamedTuple

from ticker_gui.demo.instruments import DemoInstrument
from ticker_gui.domain.timeframe import SECOND_NS

FIRST_S: Final = 1_420_070_400  # the start of the simulation, 2015-01-01
TRADES_PER_SECOND: Final = 4  # as many in each past second: open, high, low and close

_WIDTHS_S: Final = (86_400, 43_200, 21_600, 7_200, 3_600, 1_800, 900, 300, 60, 30, 15, 5, 1)
_DAY_S: Final = _WIDTHS_S[0]
_MAX_CACHED: Final = 4_096  # divided periods
_UNITS_PER_LOT: Final = 10  # sizes of past trades are tenths of a lot
_UNITS_PER_ACTIVITY: Final = 24  # the mean volume of a second, per unit of the instrument's activity
_CYCLES: Final = 10  # the periods of the slow movements: 1, 2, 4, … days
_MAX_AMPLITUDE: Final = 0.06  # of a slow movement, so that prices stay within a factor of two of the opening
_TRADES_PER_ACTIVITY: Final = 0.86  # per second, at the default rate


class Candle(NamedTuple):
    """Open, high, low, close and volume of a period."""

    open: float
    high: float
    low: float
    close: float
    volume: float

    def followed_by(self, later: Candle) -> Candle:
        """Return the candle of this period and the next one together."""
        return Candle(
            self.open,
            max(self.high, later.high),
            min(self.low, later.low),
            later.close,
            round(self.volume + later.volume, 6),
        )


class PastTrade(NamedTuple):
    """A past trade, with the id that continues the ids before it without a gap."""

    time_ns: int
    price: float
    size: float
    trade_id: int


class _Period(NamedTuple):
    """A period: its prices in ticks and its volume in units."""

    open: int
    high: int
    low: int
    close: int
    volume: int


class Past:
    """The past of one instrument. Times are whole seconds since the epoch, except in `PastTrade`."""

    def __init__(self, instrument: DemoInstrument) -> None:
        self._instrument = instrument
        self._seed = int.from_bytes(blake2b(instrument.symbol.encode(), digest_size=8).digest())
        self._volatility = instrument.volatility / 4 * math.sqrt(_DAY_S * instrument.activity * _TRADES_PER_ACTIVITY)
        self._divided: dict[tuple[int, int], list[_Period]] = {}
        self._rng = random.Random()

    def price(self, second: int) -> float:
        """Return the price at the start of a second."""
        level = next(level for level, width_s in enumerate(_WIDTHS_S) if second % width_s == 0)
        return self.on_tick(self._period(second, level).open)

    def candle(self, start_s: int, end_s: int) -> Candle | None:
        """Return the candle of ``start_s <= time < end_s``; ``None`` if that is empty or before the simulation."""
        start_s = max(start_s, FIRST_S)
        periods = [
            period
            for day_s in range(start_s - start_s % _DAY_S, end_s, _DAY_S)
            for period in self._inside(day_s, 0, start_s, end_s)
        ]
        if not periods:
            return None
        return Candle(
            self.on_tick(periods[0].open),
            self.on_tick(max(period.high for period in periods)),
            self.on_tick(min(period.low for period in periods)),
            self.on_tick(periods[-1].close),
            self._size(sum(period.volume for period in periods)),
        )

    def trades(self, start_s: int, end_s: int) -> Iterator[PastTrade]:
        """Return the trades of ``start_s <= time < end_s``, oldest first; together they are its candles."""
        for second in range(max(start_s, FIRST_S), end_s):
            period = self._period(second, len(_WIDTHS_S) - 1)
            turns = (period.high, period.low) if period.open > period.close else (period.low, period.high)
            shares = _shares(period.volume, TRADES_PER_SECOND, 1, lambda: 1.0)
            for index, (price, volume) in enumerate(zip((period.open, *turns, period.close), shares, strict=True)):
                yield PastTrade(
                    second * SECOND_NS + (2 * index + 1) * SECOND_NS // (2 * TRADES_PER_SECOND),
                    self.on_tick(price),
                    self._size(volume),
                    id_at(second) + index,
                )

    def on_tick(self, ticks: int) -> float:
        """Return a number of ticks as a price."""
        return round(ticks * self._instrument.tick, 10)

    def _size(self, units: int) -> float:
        return round(units * self._instrument.lot / _UNITS_PER_LOT, 6)

    def _inside(self, begin_s: int, level: int, start_s: int, end_s: int) -> Iterator[_Period]:
        """Yield the longest periods that make up the part of a period between two times."""
        width_s = _WIDTHS_S[level]
        if begin_s + width_s <= start_s or begin_s >= end_s:
            return
        if start_s <= begin_s and begin_s + width_s <= end_s:
            yield self._period(begin_s, level)
            return
        for child_s in range(begin_s, begin_s + width_s, _WIDTHS_S[level + 1]):
            yield from self._inside(child_s, level + 1, start_s, end_s)

    def _period(self, start_s: int, level: int) -> _Period:
        if level == 0:
            return self._day(start_s // _DAY_S)
        parent_s = start_s - start_s % _WIDTHS_S[level - 1]
        return self._parts(parent_s, level - 1)[(start_s - parent_s) // _WIDTHS_S[level]]

    def _parts(self, start_s: int, level: int) -> list[_Period]:
        key = (start_s, level)
        parts = self._divided.get(key)
        if parts is None:
            if len(self._divided) >= _MAX_CACHED:
                self._divided.clear()
            period = self._period(start_s, level)  # before the generator is seeded, which it uses too
            self._rng.seed(self._seed ^ (start_s << 4 | level))
            width_s = _WIDTHS_S[level + 1]
            parts = self._divided[key] = _divide(period, _WIDTHS_S[level] // width_s, width_s, self._rng)
        return parts

    def _day(self, day: int) -> _Period:
        instrument = self._instrument
        begin, end = self._price_of_day(day), self._price_of_day(day + 1)
        up, down, busy = (self._uniform(f"{name}{day}") for name in ("up", "down", "busy"))
        per_second = _UNITS_PER_ACTIVITY * instrument.activity * math.exp(busy - 0.5)
        return _Period(
            self._ticks(begin),
            self._ticks(max(begin, end) * math.exp(self._volatility * (0.1 + 0.7 * up))),
            self._ticks(min(begin, end) * math.exp(-self._volatility * (0.1 + 0.7 * down))),
            self._ticks(end),
            _DAY_S * TRADES_PER_SECOND + round(_DAY_S * per_second),
        )

    def _price_of_day(self, day: int) -> float:
        """Return the price at midnight: the opening price, moved by cycles of different lengths."""
        log_price = 0.0
        for cycle in range(_CYCLES):
            index, share = divmod(day / 2**cycle, 1.0)
            before, after = (2 * self._uniform(f"{cycle}/{int(index) + each}") - 1 for each in (0, 1))
            smooth = share * share * (3 - 2 * share)
            amplitude = min(0.6 * self._volatility * 2 ** (cycle / 2), _MAX_AMPLITUDE)
            log_price += amplitude * (before + (after - before) * smooth)
        return self._instrument.opening * math.exp(log_price)

    def _ticks(self, price: float) -> int:
        return max(1, round(price / self._instrument.tick))

    def _uniform(self, name: str) -> float:
        """Return a number between 0 and 1 that depends only on the instrument and the name."""
        digest = blake2b(name.encode(), digest_size=8, key=self._seed.to_bytes(8)).digest()
        return int.from_bytes(digest) / 2**64


def id_at(second: int) -> int:
    """Return the id of the first trade of a second in the past; ids begin with 1 and have no gaps."""
    return TRADES_PER_SECOND * (second - FIRST_S) + 1


def _divide(period: _Period, count: int, width_s: int, rng: random.Random) -> list[_Period]:
    """Return the parts of a period, which together have its prices and its volume."""
    spread = (period.high - period.low) / math.sqrt(count)
    points = [period.open]
    for remaining in range(count, 1, -1):
        point = points[-1] + (period.close - points[-1]) / remaining + rng.gauss(0.0, 0.5 * spread)
        points.append(_reflected(round(point), period.low, period.high))
    points.append(period.close)
    # Half of the room that is left, so that only one part reaches the high and one the low.
    highs = [top + min(_excess(spread, rng), (period.high - top) // 2) for top in map(max, pairwise(points))]
    lows = [bottom - min(_excess(spread, rng), (bottom - period.low) // 2) for bottom in map(min, pairwise(points))]
    highs[highs.index(max(highs))] = period.high
    lows[lows.index(min(lows))] = period.low
    volumes = _shares(period.volume, count, TRADES_PER_SECOND * width_s, lambda: rng.random() + 0.3)
    return [
        _Period(points[index], highs[index], lows[index], points[index + 1], volumes[index]) for index in range(count)
    ]


def _reflected(point: int, low: int, high: int) -> int:
    """Return a point between two limits: one beyond a limit is as far inside; cut off, many would lie on the limit."""
    if low == high:
        return low
    offset = (point - low) % (2 * (high - low))
    return low + min(offset, 2 * (high - low) - offset)


def _excess(spread: float, rng: random.Random) -> int:
    """Return how far a part reaches beyond its first and last price.

    Always by a good share of the spread: the parts of calm ones would be ever calmer, down to minutes without a change.
    """
    return int(spread * rng.uniform(0.3, 0.6) + rng.random())


def _shares(total: int, count: int, least: int, weight: Callable[[], float]) -> list[int]:
    """Return ``count`` numbers of at least ``least`` whose sum is ``total``."""
    weights = [weight() for _ in range(count)]
    rest, scale, passed, given = total - count * least, sum(weights), 0.0, 0
    shares = []
    for index, each in enumerate(weights):
        passed += each
        until = rest if index == count - 1 else int(rest * passed / scale)
        shares.append(least + until - given)
        given = until
    return shares
