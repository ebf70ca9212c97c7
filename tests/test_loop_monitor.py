from __future__ import annotations

import asyncio
import time

import pytest

from tests import loop_monitor as module
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


def test_work_that_keeps_the_loop_is_reported_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_slowness", lambda: 1.0)
    monitor = LoopMonitor(explains=True)
    asyncio.run(monitored(monitor, explains=True))
    with pytest.raises(AssertionError, match=r"worked for \d+\.\d+ s without a turn:(?s:.*)work_for_long"):
        monitor.check()


def test_more_is_allowed_on_a_slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_slowness", lambda: 100.0)
    monitor = LoopMonitor()
    asyncio.run(monitored(monitor, explains=False))
    monitor.check()
