from __future__ import annotations

import asyncio

from tests.conftest import RunQt
from tests.doubles import StillClock, until
from ticker_gui.stream.sleep import watch_for_sleep
from ticker_gui.stream.timing import Timing


def test_only_a_jump_of_the_clock_is_a_sleep(run: RunQt) -> None:
    async def test() -> None:
        clock, slept = StillClock(), list[float]()
        task = asyncio.create_task(watch_for_sleep(clock, Timing(look=0.01), slept.append))
        for _ in range(5):
            await asyncio.sleep(0.02)
            clock.advance(1)
        assert not slept
        await asyncio.sleep(0.02)
        clock.advance(600)
        await until(lambda: slept)
        assert 590 < slept[0] <= 600
        clock.now_ns -= 10**12  # a clock that goes back is no sleep
        await asyncio.sleep(0.05)
        assert len(slept) == 1
        task.cancel()

    run(test())
