"""The volume-weighted average price of each trading session, which TA-Lib does not have."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.arrays import Floats, Times
from ticker_gui.domain.timeframe import DAY_NS

# Maps the start times of bars to ascending session numbers; only changes of the number matter.
Sessions: TypeAlias = Callable[[Times], Times]

SESSION_VWAP: Final = "SESSION_VWAP"


def utc_days(start_ns: Times) -> Times:
    """Return the day number of each bar, in UTC."""
    return start_ns // DAY_NS


class SessionVwap:
    """Σ(price · volume) / Σ volume since the start of the session; NaN while the session has no volume.

    It has the interface of TA-Lib's stream handles: it is opened with closed bars, updated with each bar that closes,
    and peeked for the forming bar.
    """

    __slots__ = ("_session", "_turnover", "_volume")

    def __init__(self) -> None:
        self._session: float | None = None
        self._turnover = 0.0
        self._volume = 0.0

    @classmethod
    def open_and_fill(cls, session: npt.NDArray[Any], price: Floats, volume: Floats) -> tuple[SessionVwap, Floats]:
        """Return a handle that was fed these closed bars, and the value of each bar."""
        turnovers, volumes = price * volume, np.empty_like(volume)
        bounds = [0, *(np.flatnonzero(session[1:] != session[:-1]) + 1).tolist(), len(session)]
        for first, end in pairwise(bounds):
            # Differences of one running total would lose the precision of a small session after large ones.
            np.cumsum(turnovers[first:end], out=turnovers[first:end])
            np.cumsum(volume[first:end], out=volumes[first:end])
        opened = cls()
        if len(session):
            opened._session, opened._turnover, opened._volume = (
                session[-1].item(),
                float(turnovers[-1]),
                float(volumes[-1]),
            )
        return opened, np.divide(turnovers, volumes, out=np.full_like(volumes, math.nan), where=volumes > 0.0)

    def update(self, session: float, price: float, volume: float) -> float:
        """Add a bar that has closed, and return its value."""
        self._turnover, self._volume = self._with(session, price, volume)
        self._session = session
        return self._turnover / self._volume if self._volume > 0.0 else math.nan

    def peek(self, session: float, price: float, volume: float) -> float:
        """Return the value of a bar without adding it."""
        turnover, total = self._with(session, price, volume)
        return turnover / total if total > 0.0 else math.nan

    def _with(self, session: float, price: float, volume: float) -> tuple[float, float]:
        if session != self._session:
            return price * volume, volume
        return self._turnover + price * volume, self._volume + volume
