from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.conftest import RunQt
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.feeds.providers.demo import Demo
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


def test_what_is_received_is_answered_until_the_login_is_complete(run: RunQt) -> None:
    async def test() -> None:
        assert await wait(Slow(), ["", "", None]) == ([], 3)

    run(test())


def test_a_login_has_to_be_complete_in_time(run: RunQt) -> None:
    async def test() -> None:
        with pytest.raises(ConnectionLost):
            await wait(Slow(), [], 0.05)

    run(test())


def test_a_relay_may_take_longer_and_each_reason_is_reported_once(run: RunQt) -> None:
    async def test() -> None:
        steps = ["No publisher.", "No publisher.", "No route.", *["No route."] * 5, None]
        reasons, _ = await wait(Slow(), steps, 0.1)
        assert reasons == ["No publisher.", "No route."]

    run(test())
