"""Notices that nobody listened for a while: the computer slept, or the program was stopped or held up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.clock import Clock
from ticker_gui.stream.timing import Timing


async def watch_for_sleep(clock: Clock, timing: Timing, on_resumed: Callable[[float], None]) -> None:
    """Call ``on_resumed(seconds)`` whenever the clock has gone on by much more than the wait; never return."""
    while True:
        before_ns = clock()
        await asyncio.sleep(timing.look)
        held_up_s = (clock() - before_ns) / SECOND_NS - timing.look
        if held_up_s > timing.asleep:
            on_resumed(held_up_s)
