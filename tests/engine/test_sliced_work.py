from __future__ import annotations

import asyncio
from collections.abc import Iterator

from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.engine.sliced_work import SlicedWork


def steps(log: list[str], name: str, count: int) -> Iterator[None]:
    for number in range(count):
        log.append(f"{name}{number}")
        yield


def test_a_short_job_is_done_at_once() -> None:
    log = list[str]()
    SlicedWork(60.0).add(steps(log, "a", 3))
    assert log == ["a0", "a1", "a2"]


def test_long_jobs_follow_each_other_and_let_the_loop_run(run: RunQt) -> None:
    async def test() -> None:
        log, work = list[str](), SlicedWork(0.0)
        task = asyncio.create_task(work.run())
        work.add(steps(log, "a", 3))
        work.add(steps(log, "b", 2))
        assert log == ["a0"]
        asyncio.get_running_loop().call_soon(log.append, "other")
        await until(lambda: "b1" in log)
        assert [one for one in log if one != "other"] == ["a0", "a1", "a2", "b0", "b1"]
        assert log.index("other") < log.index("a2")
        work.add(steps(log, "c", 2))
        await until(lambda: "c1" in log)
        task.cancel()

    run(test())
