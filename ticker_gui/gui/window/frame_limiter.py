"""Limits the frames per second as the settings say, and by the power supply."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from ticker_gui.config.settings import FrameLimit
from ticker_gui.process.power import is_on_battery

_MAX_FRAMES_PER_S: Final = 60
_ON_BATTERY: Final = 15
_CHECK_INTERVAL_S: Final = 30.0


class FrameLimiter:
    """Calls ``apply`` with the maximum number of frames per second whenever it changes."""

    def __init__(
        self, apply: Callable[[int], object], limit: FrameLimit, *, ask_power: Callable[[], bool] = is_on_battery
    ) -> None:
        self._apply = apply
        self._limit: FrameLimit = limit
        self._ask_power = ask_power
        self._is_on_battery = False
        self._applied = _MAX_FRAMES_PER_S
        self._changed = asyncio.Event()
        self._update()

    def set_limit(self, limit: FrameLimit) -> None:
        """Set the limit of the settings."""
        self._limit = limit
        self._update()
        self._changed.set()

    async def follow_power(self) -> None:
        """While the limit depends on it, ask for the power supply from time to time; never returns."""
        while True:
            self._changed.clear()
            if self._limit == "battery":
                self._is_on_battery = await asyncio.to_thread(self._ask_power)  # the system may be slow to answer
                self._update()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CHECK_INTERVAL_S):
                    await self._changed.wait()

    def _update(self) -> None:
        on_battery = _ON_BATTERY if self._is_on_battery else _MAX_FRAMES_PER_S
        limit = on_battery if self._limit == "battery" else self._limit
        if limit != self._applied:
            self._applied = limit
            self._apply(limit)
