from __future__ import annotations

import asyncio

import pytest

from tests.conftest import RunQt
from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError
from ticker_gui.history.retries import Retries, pause, rate_pause_s


def test_a_temporary_failure_is_repeated_after_each_pause_and_then_not_any_more() -> None:
    retries, error = Retries((1.0, 5.0)), HistoryError("Not now.")
    assert [retries.next_pause_s(error) for _ in range(3)] == [1.0, 5.0, None]


@pytest.mark.parametrize("refusal", [each for each in Refusal if not each.is_temporary])
def test_a_final_refusal_is_not_repeated(refusal: Refusal) -> None:
    assert Retries((1.0,)).next_pause_s(HistoryError("Never.", refusal)) is None


@pytest.mark.parametrize(("demanded_s", "pause_s"), [(7.5, 7.5), (0.0, 0.0), (None, 60.0)])
def test_a_limited_rate_demands_its_own_pause(demanded_s: float | None, pause_s: float) -> None:
    error = HistoryError("Too many requests.", Refusal.RATE_LIMITED, demanded_s)
    assert rate_pause_s(error) == pause_s
    retries = Retries((1.0,))
    assert [retries.next_pause_s(error) for _ in range(2)] == [pause_s, None]


def test_a_request_is_not_repeated_after_a_pause_that_is_too_long() -> None:
    retries = Retries((1.0, 1.0), max_pause_s=60.0)
    assert retries.next_pause_s(HistoryError("Too many requests.", Refusal.RATE_LIMITED, 60.0)) == 60.0
    assert retries.next_pause_s(HistoryError("Too many requests.", Refusal.RATE_LIMITED, 60.1)) is None


def test_a_pause_is_complete_although_timers_fire_early(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = asyncio.sleep

    async def early(seconds: float) -> None:
        await sleep(0.9 * seconds)

    async def test() -> float:
        monkeypatch.setattr(asyncio, "sleep", early)
        loop = asyncio.get_running_loop()
        begin_s = loop.time()
        await pause(0.05)
        monkeypatch.undo()
        return loop.time() - begin_s

    assert run(test()) >= 0.05
