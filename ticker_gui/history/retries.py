"""When a request for past data that failed is repeated."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from typing import Final

from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError

_RATE_PAUSE_S: Final = 60.0


class Retries:
    """The repeats of one request, and the pauses before them.

    A request is not repeated if the provider demands a pause of more than ``max_pause_s``.
    """

    def __init__(self, pauses_s: Iterable[float], max_pause_s: float = math.inf) -> None:
        self._pauses_s = list(pauses_s)
        self._max_pause_s = max_pause_s

    def next_pause_s(self, error: HistoryError) -> float | None:
        """Return how long to wait before the request is repeated; ``None`` if it is not repeated any more."""
        if not error.refusal.is_temporary or not self._pauses_s:
            return None
        pause_s = self._pauses_s.pop(0)
        if error.refusal is Refusal.RATE_LIMITED:
            pause_s = rate_pause_s(error)
        return pause_s if pause_s <= self._max_pause_s else None


async def pause(seconds: float) -> None:
    """Wait for at least this long. Qt's timers may fire early, and a host refuses what comes before a pause ends."""
    loop = asyncio.get_running_loop()
    end_s, remaining_s = loop.time() + seconds, seconds
    while remaining_s > 0:
        await asyncio.sleep(remaining_s)
        remaining_s = end_s - loop.time()


def rate_pause_s(error: HistoryError) -> float:
    """Return the pause that a provider demands which limits the rate; a minute if it does not say how long."""
    return _RATE_PAUSE_S if error.retry_after_s is None else error.retry_after_s
