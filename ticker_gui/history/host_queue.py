"""A queue of the requests to one host: no more than it allows, and none while it demands a pause."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import RATE_LIMITED, HistoryError

T = TypeVar("T")

_USUAL_PER_SECOND: Final = 1.0  # if no rate is documented
_MAX_RUNNING: Final = 4  # requests of which the response has not arrived
_FIRST_ERROR: Final = 400
_FIRST_PAUSE_S: Final = 60.0  # if the host does not say how long; each one soon after another is twice as long
_LONGEST_PAUSE_S: Final = 1800.0
_LONGEST_REQUESTED_S: Final = 3 * 86_400.0  # the longest ban that a provider documents
_CALM_S: Final = 600.0  # after a pause, until the next one is short again


class HostQueue:
    """Sends requests to one host in the order in which they come.

    Two requests are at least as far apart as the lowest documented rate demands, so no burst exceeds it either. While
    the host demands a pause, requests fail at once, with the rest of the pause in the error. Nothing but time ends it:
    a successful response to a request that was sent before says nothing about a ban.
    """

    def __init__(
        self,
        host: str,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.host: Final = host
        self._now: Final = now
        self._sleep: Final = sleep
        self._per_second: float | None = None
        self._sent_s = float("-inf")
        self._paused_until_s = float("-inf")
        self._pauses = 0  # how many in a row had no length
        self._places: Final = asyncio.Semaphore(_MAX_RUNNING)
        self._turns: Final = asyncio.Lock()

    async def run(self, send: Callable[[], Awaitable[T]], per_second: float | None = None) -> T:
        """Call ``send`` when it is its turn, and return its result. A cancelled request takes no turn.

        Args:
            send: sends the request and returns the response.
            per_second: the documented rate, if there is one. The lowest rate counts.

        Raises:
            HistoryError: the host demands a pause.
        """
        if per_second is not None:
            self._per_second = min(per_second, self._per_second or per_second)
        async with self._places:
            await self._wait_for_turn()
            return await send()

    def note_response(self, status: int, retry_after_s: float | None) -> float | None:
        """Note the status of a response, and how long it asks to wait; return the pause to make, in seconds.

        A response about too many requests that asks for no time, or until a time that has passed, states no length.
        """
        if status < _FIRST_ERROR or (retry_after_s is None and status not in RATE_LIMITED):
            return None
        now_s = self._now()
        if retry_after_s is not None and (retry_after_s > 0 or status not in RATE_LIMITED):
            self._paused_until_s = max(self._paused_until_s, now_s + min(retry_after_s, _LONGEST_REQUESTED_S))
        elif now_s >= self._paused_until_s:  # otherwise the request was sent before the pause
            if now_s >= self._paused_until_s + _CALM_S:
                self._pauses = 0
            self._paused_until_s = now_s + min(_FIRST_PAUSE_S * 2.0**self._pauses, _LONGEST_PAUSE_S)
            self._pauses += 1
        return max(0.0, self._paused_until_s - now_s)

    async def _wait_for_turn(self) -> None:
        interval_s = 1.0 / (self._per_second or _USUAL_PER_SECOND)
        async with self._turns:
            while True:
                self._check_pause()
                remaining_s = self._sent_s + interval_s - self._now()
                if remaining_s <= 0:
                    break
                await self._sleep(remaining_s)
            self._sent_s = self._now()

    def _check_pause(self) -> None:
        remaining_s = self._paused_until_s - self._now()
        if remaining_s > 0:
            raise HistoryError(f"{self.host} limits the rate of requests.", Refusal.RATE_LIMITED, remaining_s)
