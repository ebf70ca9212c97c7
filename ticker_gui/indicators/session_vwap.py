"""The volume-weighted average price of each trading session, which TA-Lib does not have."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import tzinfo
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.arrays import Floats, Times
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import DAY_NS, MINUTE_NS, SECOND_NS

# From when each bar begins to which session it is of; sessions ascend, and only their being others matters.
Sessions: TypeAlias = Callable[[Times], Times]

SESSION_VWAP: Final = "SESSION_VWAP"

# Where clocks are apart from UTC, they are so by whole quarters of an hour.
_QUARTER_NS: Final = 15 * MINUTE_NS


def utc_days(start_ns: Times) -> Times:
    """Return the day of each bar, in UTC."""
    return start_ns // DAY_NS


def days_in(zone: tzinfo) -> Sessions:
    """Return what tells the day of each bar as the clocks of a time zone show it."""

    def days(start_ns: Times) -> Times:
        quarters, places = np.unique(start_ns // _QUARTER_NS, return_inverse=True)
        return np.array([_day(quarter, zone) for quarter in quarters.tolist()], np.int64)[places]

    return days


def _day(quarter: int, zone: tzinfo) -> int:
    return local_time(quarter * _QUARTER_NS // SECOND_NS, zone).toordinal()


class SessionVwap:
    """Σ(price · volume) / Σ volume since the session began, NaN until there was volume in it.

    It is used as TA-Lib's stream handles are: opened on closed bars, told each bar that closes, asked about the
    forming one.
    """

    __slots__ = ("_session", "_volume", "_worth")

    def __init__(self) -> None:
        self._session: float | None = None
        self._worth = 0.0
        self._volume = 0.0

    @classmethod
    def open_and_fill(cls, session: npt.NDArray[Any], price: Floats, volume: Floats) -> tuple[SessionVwap, Floats]:
        """Return one that has seen these closed bars, and the value of each of them."""
        worths, volumes = price * volume, np.empty_like(volume)
        bounds = [0, *(np.flatnonzero(session[1:] != session[:-1]) + 1).tolist(), len(session)]
        for first, end in pairwise(bounds):
            # One sum over everything and its differences would lose the digits of a small session after great ones.
            np.cumsum(worths[first:end], out=worths[first:end])
            np.cumsum(volume[first:end], out=volumes[first:end])
        opened = cls()
        if len(session):
            opened._session, opened._worth, opened._volume = session[-1].item(), float(worths[-1]), float(volumes[-1])
        return opened, np.divide(worths, volumes, out=np.full_like(volumes, math.nan), where=volumes > 0.0)

    def update(self, session: float, price: float, volume: float) -> float:
        """Count a bar that has closed, and return its value."""
        self._worth, self._volume = self._with(session, price, volume)
        self._session = session
        return self._worth / self._volume if self._volume > 0.0 else math.nan

    def peek(self, session: float, price: float, volume: float) -> float:
        """Return what `update` would, and count nothing."""
        worth, total = self._with(session, price, volume)
        return worth / total if total > 0.0 else math.nan

    def _with(self, session: float, price: float, volume: float) -> tuple[float, float]:
        if session != self._session:
            return price * volume, volume
        return self._worth + price * volume, self._volume + volume
