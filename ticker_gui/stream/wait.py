"""The wait before a reconnect: for a time, or until the user retries."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.timeouts import Timeouts


class RetryTimer:
    """What a feed waits by. The user may cut any wait short."""

    def __init__(self, clock: Clock, timeouts: Timeouts) -> None:
        self._clock: Final = clock
        self._timeouts: Final = timeouts
        self._user = asyncio.Event()

    def cancel(self) -> None:
        """The user does not want to wait."""
        self._user.set()

    def begin(self) -> None:
        """What the user wanted before does not count for the next wait."""
        self._user.clear()

    async def for_user(self) -> None:
        """Wait until the user wants to go on."""
        await self._user.wait()

    async def until(self, moment_ns: int, *, is_limited: bool) -> bool:
        """Wait for a moment; return whether it was the user who ended that.

        A wait that has expired during suspend ends at once, unless the server has asked for it: ``is_limited``. Timers
        may stand still while the computer sleeps, and Qt's may fire early, so the clock is looked at now and then.
        """
        timeouts = self._timeouts
        while (left_ns := moment_ns - (before_ns := self._clock())) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left_ns / SECOND_NS, timeouts.check_interval)):
                    await self._user.wait()
                return True
            if (
                not is_limited
                and self._clock() - before_ns > (timeouts.check_interval + timeouts.suspend_threshold) * SECOND_NS
            ):
                return False
        return False
