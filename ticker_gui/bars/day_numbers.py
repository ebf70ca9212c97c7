"""The days of a market for arrays of times, and the times at which days begin."""

from __future__ import annotations

import numpy as np

from ticker_gui.bars.arrays import Times
from ticker_gui.domain.timeframe import DAY_NS
from ticker_gui.domain.trading_days import TradingDays


def day_numbers(times_ns: Times, days: TradingDays) -> Times:
    """Return the numbers of the days that contain times, like `TradingDays.number_of`."""
    utc: Times = times_ns // DAY_NS
    if days.is_utc or not len(utc):
        return utc
    around = np.unique(utc)
    # A zone is up to 14 hours ahead of UTC, and a day that begins after noon has the date of the next one.
    candidates = np.unique(np.concatenate([around + distance for distance in range(-1, 3)]))
    found: Times = candidates[np.searchsorted(_starts(candidates, days), times_ns, side="right") - 1]
    return found


def day_starts(numbers: Times, days: TradingDays) -> Times:
    """Return when days begin, in nanoseconds since the epoch, like `TradingDays.start_ns`."""
    if days.is_utc:
        starts: Times = numbers * DAY_NS
        return starts
    different, positions = np.unique(numbers, return_inverse=True)
    return _starts(different, days)[positions]


def _starts(numbers: Times, days: TradingDays) -> Times:
    return np.array([days.start_ns(number) for number in numbers.tolist()], np.int64)
