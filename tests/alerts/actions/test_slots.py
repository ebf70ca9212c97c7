from __future__ import annotations

import asyncio

import pytest

from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.alerts.actions.result import ActionError
from ticker_gui.alerts.actions.slots import Slots


def test_few_run_at_once_few_wait_and_others_fail_at_once(run: RunQt) -> None:
    async def test() -> None:
        slots = Slots(running=2, waiting=1)
        may_end = asyncio.Event()
        running: list[int] = []

        async def occupy(number: int) -> None:
            async with slots.acquire("commands"):
                running.append(number)
                await may_end.wait()

        tasks = [asyncio.create_task(occupy(number)) for number in range(3)]
        await until(lambda: len(running) == 2)
        with pytest.raises(ActionError, match=r"2 commands are running and 1 are waiting\."):
            await occupy(3)
        may_end.set()
        await asyncio.gather(*tasks)
        assert running == [0, 1, 2]
        await occupy(4)

    run(test())


def test_one_that_is_cancelled_while_it_waits_or_runs_frees_its_slot(run: RunQt) -> None:
    async def test() -> None:
        slots = Slots(running=1, waiting=1)

        async def occupy() -> None:
            async with slots.acquire("commands"):
                await asyncio.Event().wait()

        tasks = [asyncio.create_task(occupy()) for _ in range(2)]
        await asyncio.sleep(0)
        for task in reversed(tasks):
            task.cancel()
        await asyncio.wait(tasks)
        async with slots.acquire("commands"):
            pass

    run(test())
