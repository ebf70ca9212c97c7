"""The loop of a replay: timers are due in the time of the recording, in order, and exceptions are counted."""

from __future__ import annotations

import asyncio
from time import perf_counter

from tests.conftest import run_plain
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.recording.replay_loop import ReplayLoop

START_NS = 1_700_000_000 * SECOND_NS


def play(loop: ReplayLoop, until_ns: int) -> None:
    loop.run_ready()
    while (timer_ns := loop.next_timer_ns) is not None and timer_ns <= until_ns:
        loop.set_time(timer_ns)
        loop.run_ready()


def make() -> ReplayLoop:
    return ReplayLoop(START_NS, InternalErrors("a test"))


def test_waits_take_no_time_and_end_in_the_order_of_the_recording() -> None:
    loop, seen = make(), list[tuple[str, float]]()

    async def wait(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        seen.append((name, round(loop.time(), 3)))

    with loop.running():
        tasks = [loop.create_task(wait(name, seconds)) for name, seconds in (("b", 7200), ("a", 3600), ("c", 0.1))]
    play(loop, START_NS + 7201 * SECOND_NS)
    assert seen == [("c", 0.1), ("a", 3600.0), ("b", 7200.0)]
    assert all(task.done() for task in tasks)


def test_it_is_idle_until_a_timer_is_due_or_a_callback_is_ready() -> None:
    loop = make()
    loop.call_later(1.0, lambda: None)
    assert loop.is_idle_until(START_NS + SECOND_NS // 2)
    assert not loop.is_idle_until(START_NS + 2 * SECOND_NS)
    loop.call_soon(lambda: None)
    assert not loop.is_idle_until(START_NS)


def test_a_wait_is_over_when_its_timer_is_called() -> None:
    loop, short = make(), 0

    async def wait() -> None:
        nonlocal short
        for number in range(1, 1000):
            end = loop.time() + number / 7e4
            await asyncio.sleep(end - loop.time())
            short += loop.time() < end

    with loop.running():
        task = loop.create_task(wait())
    play(loop, START_NS + 3600 * SECOND_NS)
    assert task.done()
    assert short == 0


def test_timeouts_groups_and_blocking_calls_work() -> None:
    loop, seen = make(), list[object]()

    async def run() -> None:
        seen.append(await asyncio.to_thread(lambda: 7))
        try:
            async with asyncio.timeout(5):
                await asyncio.Event().wait()
        except TimeoutError:
            seen.append("timeout")
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(1))
        try:
            await asyncio.to_thread(lambda: [][0])
        except IndexError:
            seen.append("error")

    with loop.running():
        task = loop.create_task(run())
    play(loop, START_NS + 60 * SECOND_NS)
    assert task.done()
    assert task.exception() is None
    assert seen == [7, "timeout", "error"]


def test_it_runs_inside_another_loop_and_is_woken_from_it() -> None:
    async def test() -> None:
        loop = make()
        event = asyncio.Event()

        async def wait() -> None:
            await event.wait()

        with loop.running():
            assert asyncio.get_running_loop() is loop
            task = loop.create_task(wait())
        asyncio.get_running_loop().call_soon(loop.run_ready)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        event.set()
        loop.run_ready()
        assert task.done()

    run_plain(test())


def test_a_slice_ends_in_time() -> None:
    loop, count = make(), 0

    async def spin() -> None:
        nonlocal count
        while True:
            count += 1
            await asyncio.sleep(0)

    with loop.running():
        task = loop.create_task(spin())
    assert not loop.run_ready(perf_counter() + 0.001)
    assert count
    task.cancel()
    loop.run_until_done(task)
    assert task.cancelled()
    loop.close()
    assert loop.is_closed()


def test_an_exception_of_a_callback_is_counted() -> None:
    errors = InternalErrors("a test")
    loop = ReplayLoop(START_NS, errors)
    loop.call_soon(lambda: [][0])
    loop.call_later(1, lambda: None).cancel()
    play(loop, START_NS + SECOND_NS)
    assert errors.count == 1
    assert loop.next_timer_ns is None
