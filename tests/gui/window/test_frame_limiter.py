from __future__ import annotations

import asyncio

import pytest

from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.gui.window.frame_limiter import FrameLimiter


def test_a_fixed_limit_applies_at_once_and_only_when_it_changes() -> None:
    applied: list[int] = []
    limiter = FrameLimiter(applied.append, 30)
    limiter.set_limit(30)
    limiter.set_limit(15)
    limiter.set_limit("battery")  # of which nothing is known yet
    assert applied == [30, 15, 60]


def test_without_a_limit_nothing_is_applied_and_the_power_supply_is_not_asked_for(run: RunQt) -> None:
    applied: list[int] = []
    asked: list[int] = []

    def ask_power() -> bool:
        asked.append(1)
        return True

    async def test() -> None:
        limiter = FrameLimiter(applied.append, 60, ask_power=ask_power)
        task = asyncio.create_task(limiter.follow_power())
        await asyncio.sleep(0)
        limiter.set_limit(60)
        await asyncio.sleep(0)
        task.cancel()

    run(test())
    assert (applied, asked) == ([], [])


def test_the_limit_follows_the_power_supply(run: RunQt) -> None:
    applied: list[int] = []
    is_on_battery = True

    async def test() -> None:
        nonlocal is_on_battery
        limiter = FrameLimiter(applied.append, "battery", ask_power=lambda: is_on_battery)
        task = asyncio.create_task(limiter.follow_power())
        await until(lambda: applied == [15])
        is_on_battery = False
        limiter.set_limit("battery")  # asks again
        await until(lambda: applied == [15, 60])
        task.cancel()

    run(test())


@pytest.mark.parametrize("steps", range(6))
def test_following_the_power_supply_ends_even_if_the_limit_has_just_changed(run: RunQt, steps: int) -> None:
    async def test() -> None:
        limiter = FrameLimiter(lambda limit: None, 60)
        task = asyncio.create_task(limiter.follow_power())
        await asyncio.sleep(0)
        limiter.set_limit(30)
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task,))
        assert task.cancelled()

    run(test())
