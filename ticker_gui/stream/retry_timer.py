"""Waits before a reconnect: until a time, or until the user asks for it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.timeouts import Timeouts


class RetryTimer:
    """Waits between two attempts to connect. The user can end any wait.

    With ``expires``, a wait ends at its time. Without, as in a replay, it ends when `cancel` is called.
    """

    def __init__(self, clock: Clock, timeouts: Timeouts) -> None:
        self._clock: Final = clock
        self._timeouts: Final = timeouts
        self._cancelled = asyncio.Event()
        self._is_by_user = True
        self.expires = True

    def cancel(self, *, by_user: bool = True) -> None:
        """End the current wait, and later ones at once until `reset` is called."""
        self._is_by_user = by_user
        self._cancelled.set()

    def reset(self) -> None:
        """Ignore earlier calls of `cancel`."""
        self._cancelled.clear()

    async def wait_for_user(self) -> None:
        """Wait until the user asks to reconnect."""
        await self._cancelled.wait()

    async def wait_until(self, time_ns: int, *, is_limited: bool) -> bool:
        """Wait until a time; return whether the user ended the wait before.

        The wait also ends when the computer resumes from suspend, unless the server asked for it (``is_limited``).
        Timers may stop during suspend, and Qt's may fire early, so the clock is read at every check interval.
        """
        check_s = self._timeouts.check_interval
        suspended_ns = (check_s + self._timeouts.suspend_threshold) * SECOND_NS
        while (remaining_ns := time_ns - (before_ns := self._clock())) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(remaining_ns / SECOND_NS, check_s)):
                    await self._cancelled.wait()
                return self._is_by_user
            if not is_limited and self._clock() - before_ns > suspended_ns:
                break
        if self.expires:
            return False
        await self._cancelled.wait()
        return self._is_by_user
