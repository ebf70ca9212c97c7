"""Limits how many actions of a kind run and wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from ticker_gui.alerts.actions.result import ActionError


class Slots:
    """At most ``running`` actions run at once, and at most ``waiting`` wait for that; others fail at once."""

    def __init__(self, running: int, waiting: int) -> None:
        self._semaphore: Final = asyncio.Semaphore(running)
        self._max_waiting: Final = waiting
        self._running: Final = running
        self._waiting = 0

    @asynccontextmanager
    async def acquire(self, kind: str) -> AsyncIterator[None]:
        """Wait for a slot and occupy it for the block; ``kind`` names the actions, as in "commands".

        Raises:
            ActionError: too many wait already.
        """
        if self._semaphore.locked() and self._waiting >= self._max_waiting:
            raise ActionError(f"Not run, because {self._running} {kind} are running and {self._waiting} are waiting.")
        self._waiting += 1
        try:
            await self._semaphore.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._semaphore.release()
