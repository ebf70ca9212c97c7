"""Limits how many messages per second a connection sends."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

_BURSTS_PER_SECOND: Final = 10


class RateLimiter:
    """Spreads messages over each second: a tenth of ``per_second`` may be sent at once, but always at least one.

    The sustained rate is ``per_second``. The bursts are small because delays in the network push messages together:
    with one burst per second, a delayed one and the next would reach the server within the same second.
    """

    def __init__(
        self,
        per_second: float,
        now: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        burst = max(1, int(per_second / _BURSTS_PER_SECOND))
        self._burst_interval_s = burst / per_second
        self._sent_s: deque[float] = deque(maxlen=burst)  # times of the last messages
        self._now = now or asyncio.get_running_loop().time  # that of a replay follows the recording
        self._sleep = sleep

    async def wait(self) -> None:
        """Return when one more message may be sent."""
        if len(self._sent_s) == self._sent_s.maxlen:
            may_send_s = self._sent_s[0] + self._burst_interval_s
            while (remaining_s := may_send_s - self._now()) > 0:  # Qt's timers may fire early
                await self._sleep(remaining_s)
        self._sent_s.append(self._now())
