from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import pytest

from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.recording.replay_loop import ReplayLoop
from ticker_gui.stream.login import wait_until_ready


class Slow(Demo):
    """A protocol whose readiness the test decides."""

    reason = ""

    def __init__(self) -> None:
        super().__init__()
        self.is_ready = False

    @property
    def waiting_reason(self) -> str:
        return "" if self.is_ready else self.reason


async def wait(protocol: Slow, steps: Sequence[str | None], timeout_s: float = 10.0) -> tuple[list[str], int]:
    """Wait while each step receives something: a reason, or ``None`` when the protocol gets ready."""
    received, reasons, answers = asyncio.Event(), list[str](), [0]

    async def answer() -> None:
        answers[0] += 1

    task = asyncio.ensure_future(wait_until_ready(protocol, received, answer, timeout_s, reasons.append))
    for step in steps:
        await asyncio.sleep(0.02)
        protocol.is_ready, protocol.reason = step is None, step or ""
        received.set()
    await task
    return reasons, answers[0]


def without_waiting(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on a loop whose time passes only as far as the next timer, however busy the machine is."""
    loop = ReplayLoop(0, InternalErrors("a test"))
    task = loop.create_task(coroutine)
    loop.run_ready()
    while (timer_ns := loop.next_timer_ns) is not None and not task.done():
        loop.set_time(timer_ns)
        loop.run_ready()
    task.result()


def test_a_reason_that_is_known_before_the_wait_is_reported_at_once() -> None:
    async def until_reported() -> None:
        protocol, reported = Slow(), asyncio.Event()
        protocol.reason = "The publisher has no connection."

        async def answer() -> None:
            raise AssertionError("nothing was received")

        task = asyncio.ensure_future(
            wait_until_ready(protocol, asyncio.Event(), answer, 10.0, lambda reason: reported.set())
        )
        await reported.wait()
        task.cancel()

    asyncio.run(until_reported())


def test_what_is_received_is_answered_until_the_login_is_complete() -> None:
    async def test() -> None:
        assert await wait(Slow(), ["", "", None]) == ([], 3)

    without_waiting(test())


def test_a_login_has_to_be_complete_in_time() -> None:
    async def test() -> None:
        with pytest.raises(ConnectionLost):
            await wait(Slow(), [], 0.05)

    without_waiting(test())


def test_a_relay_may_take_longer_and_each_reason_is_reported_once() -> None:
    async def test() -> None:
        steps = ["No publisher.", "No publisher.", "No route.", *["No route."] * 5, None]
        reasons, _ = await wait(Slow(), steps, 0.1)
        assert reasons == ["No publisher.", "No route."]

    without_waiting(test())
