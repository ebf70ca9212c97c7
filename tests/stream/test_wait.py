from __future__ import annotations

import asyncio

from tests.conftest import RunQt
from tests.doubles import StillClock
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.timeouts import Timeouts
from ticker_gui.stream.wait import RetryTimer


class Waiting:
    """A wait of a hundred seconds on a clock that stands still."""

    def __init__(self, *, is_limited: bool) -> None:
        self.clock = StillClock()
        self.wait = RetryTimer(self.clock, Timeouts(check_interval=0.01))
        until_ns = self.clock() + 100 * SECOND_NS
        self.task = asyncio.create_task(self.wait.until(until_ns, is_limited=is_limited))

    async def goes_on(self) -> bool:
        await asyncio.sleep(0.05)
        return not self.task.done()


def test_it_lasts_until_the_moment_by_the_clock(run: RunQt) -> None:
    async def test() -> None:
        waiting = Waiting(is_limited=True)
        waiting.clock.advance(99)
        assert await waiting.goes_on()
        waiting.clock.advance(1)
        assert await waiting.task is False

    run(test())


def test_a_moment_that_has_passed_is_not_waited_for(run: RunQt) -> None:
    async def test() -> None:
        clock = StillClock()
        assert await RetryTimer(clock, Timeouts()).until(clock() - 1, is_limited=False) is False

    run(test())


def test_the_user_cuts_it_short_at_once(run: RunQt) -> None:
    async def test() -> None:
        for is_limited in (True, False):
            waiting = Waiting(is_limited=is_limited)
            assert await waiting.goes_on()
            waiting.wait.cancel()
            assert await waiting.task is True
            assert await waiting.wait.until(waiting.clock() + SECOND_NS, is_limited=False) is True  # until it is reset
            waiting.wait.begin()
            user = asyncio.create_task(waiting.wait.for_user())
            await asyncio.sleep(0.02)
            assert not user.done()
            waiting.wait.cancel()
            await user

    run(test())


def test_a_wait_that_expired_while_suspended_ends_at_once_unless_the_server_has_asked_for_it(run: RunQt) -> None:
    async def test() -> None:
        usual, limited = Waiting(is_limited=False), Waiting(is_limited=True)
        for waiting in (usual, limited):
            assert await waiting.goes_on()
            waiting.clock.advance(60)
        assert await usual.task is False
        assert await limited.goes_on()
        limited.clock.advance(60)  # the moment came while it slept
        assert await limited.task is False

    run(test())
