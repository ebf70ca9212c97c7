"""Not sending faster than a provider allows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


class RateLimiter:
    """A token bucket: in no second more than ``per_second``, and half of it at once after a pause."""

    def __init__(
        self,
        per_second: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._per_second = per_second / 2
        self._most = max(1.0, per_second / 2)
        self._tokens = self._most
        self._now = now
        self._sleep = sleep
        self._filled_at = now()

    async def wait(self) -> None:
        """Return when one more message may be sent."""
        while True:
            now = self._now()
            self._tokens = min(self._most, self._tokens + (now - self._filled_at) * self._per_second)
            self._filled_at = now
            if self._tokens >= 1.0:
                self._tokens -= 1.0
                return
            # Qt's timers may fire early, so the clock is looked at again.
            await self._sleep((1.0 - self._tokens) / self._per_second)
