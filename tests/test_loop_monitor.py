from __future__ import annotations

import asyncio
import time

import pytest

from tests.doubles import until
from tests.loop_monitor import LoopMonitor


async def monitored(monitor: LoopMonitor, *, explains: bool) -> None:
    def work_for_long() -> None:
        began_s = time.thread_time()
        while time.thread_time() - began_s < 0.5 or (explains and not monitor.stack):
            pass

    monitoring = asyncio.create_task(monitor.run())
    await asyncio.sleep(0)
    work_for_long()
    await until(lambda: monitor.longest_s)
    monitoring.cancel()
    await asyncio.wait((monitoring,))


def test_work_that_keeps_the_loop_is_reported_with_its_place() -> None:
    monitor = LoopMonitor(explains=True)
    asyncio.run(monitored(monitor, explains=True))
    with pytest.raises(AssertionError, match=r"worked for \d+\.\d+ s without a turn:(?s:.*)work_for_long"):
        monitor.check()


def test_a_slow_machine_may_work_for_as_long_as_it_took_to_build_the_window() -> None:
    monitor = LoopMonitor()
    asyncio.run(monitored(monitor, explains=False))
    monitor.check(built_s=100.0)
