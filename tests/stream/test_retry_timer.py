from __future__ import annotations

import asyncio

from tests.conftest import RunQt
from tests.doubles import StillClock
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.retry_timer import RetryTimer
from ticker_gui.stream.timeouts import Timeouts


class Waiting:
    """A wait of 100 s on a clock that only the test advances."""

    def __init__(self, *, is_limited: bool) -> None:
        self.clock = StillClock()
        self.timer = RetryTimer(self.clock, Timeouts(check_interval=0.01))
        time_ns = self.clock() + 100 * SECOND_NS
        self.task = asyncio.create_task(self.timer.wait_until(time_ns, is_limited=is_limited))

    async def continues(self) -> bool:
        await asyncio.sleep(0.05)
        return not self.task.done()


def test_a_wait_ends_at_its_time_by_the_clock(run: RunQt) -> None:
    async def test() -> None:
        waiting = Waiting(is_limited=True)
        waiting.clock.advance(99)
        assert await waiting.continues()
        waiting.clock.advance(1)
        assert await waiting.task is False

    run(test())


def test_a_wait_that_does_not_expire_ends_when_it_is_cancelled(run: RunQt) -> None:
    async def test() -> None:
        waiting = Waiting(is_limited=False)
        waiting.timer.expires = False
        waiting.clock.advance(1_000)
        assert await waiting.continues()
        waiting.timer.cancel(by_user=False)
        assert await waiting.task is False

    run(test())


def test_a_wait_until_a_past_time_ends_at_once(run: RunQt) -> None:
    async def test() -> None:
        clock = StillClock()
        assert await RetryTimer(clock, Timeouts()).wait_until(clock() - 1, is_limited=False) is False

    run(test())


def test_the_user_can_end_any_wait(run: RunQt) -> None:
    async def test() -> None:
        for is_limited in (True, False):
            waiting = Waiting(is_limited=is_limited)
            timer = waiting.timer
            assert await waiting.continues()
            timer.cancel()
            assert await waiting.task is True
            assert await timer.wait_until(waiting.clock() + SECOND_NS, is_limited=False) is True  # until it is reset
            timer.reset()
            user = asyncio.create_task(timer.wait_for_user())
            await asyncio.sleep(0.02)
            assert not user.done()
            timer.cancel()
            await user

    run(test())


def test_a_suspend_ends_a_wait_unless_the_server_asked_for_it(run: RunQt) -> None:
    async def test() -> None:
        usual, limited = Waiting(is_limited=False), Waiting(is_limited=True)
        for waiting in (usual, limited):
            assert await waiting.continues()
            waiting.clock.advance(60)
        assert await usual.task is False
        assert await limited.continues()
        limited.clock.advance(60)  # its time came during the suspend
        assert await limited.task is False

    run(test())
