from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RunQt, run_plain
from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError
from ticker_gui.history.host_queue import HostQueue


class FakeTime:
    """A clock that jumps to the end of the next sleep when nothing else is left to do."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        ends: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now_s + seconds, next(self._numbers), ends))
        await ends

    async def settle(self) -> None:
        """Let every task go on until all of them wait."""
        for _ in range(50):
            await asyncio.sleep(0)

    async def run_until(self, is_over: Callable[[], bool]) -> None:
        """Pass the time until all is over."""
        await self.settle()
        while not is_over():
            end_s, _, sleeper = heapq.heappop(self._sleepers)
            self.now_s = max(self.now_s, end_s)
            if not sleeper.done():
                sleeper.set_result(None)
            await self.settle()


def queue_of(time: FakeTime) -> HostQueue:
    return HostQueue("venue.test", time.now, time.sleep)


@given(
    per_second=st.sampled_from([0.1, 0.5, 1.0, 3.0, 5.0, 10.0]),
    arrivals=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 5), st.sampled_from([None, 0.0, 0.3])), max_size=12),
)
def test_no_burst_is_above_the_rate_and_cancelled_requests_take_no_turn(
    per_second: float, arrivals: list[tuple[float, float, float | None]]
) -> None:
    """Requests come in any rhythm, are answered after any time, and some are cancelled while they wait or run."""

    async def test() -> None:
        time, sent, ended = FakeTime(), list[float](), 0
        queue = queue_of(time)

        async def request(after_s: float, lasts_s: float, cancelled_after_s: float | None) -> None:
            nonlocal ended

            async def send() -> None:
                sent.append(time.now_s)
                await time.sleep(lasts_s)

            await time.sleep(after_s)
            running = asyncio.ensure_future(queue.run(send, per_second))
            if cancelled_after_s is not None:
                await time.sleep(cancelled_after_s)
                running.cancel()
            await asyncio.wait((running,))
            ended += 1

        tasks = [asyncio.ensure_future(request(*each)) for each in arrivals]
        await time.run_until(lambda: ended == len(arrivals))
        await asyncio.gather(*tasks)
        gaps = [later - earlier for earlier, later in itertools.pairwise(sent)]
        assert all(gap >= 1 / per_second - 1e-6 for gap in gaps)
        assert len(sent) >= sum(each[2] is None for each in arrivals)
        before_s = time.now_s
        last = asyncio.ensure_future(queue.run(_nothing, per_second))
        await time.run_until(last.done)
        assert time.now_s <= before_s + 1 / per_second + 1e-6  # every place is free

    run_plain(test())


@given(
    per_second=st.sampled_from([0.5, 2.0, 10.0]),
    requests=st.lists(
        st.tuples(
            st.floats(0, 400),
            st.floats(0, 5),
            st.sampled_from(
                [(200, None), (200, 9.0), (429, None), (429, 5.0), (418, 90.0), (418, None), (503, 3.0), (500, None)]
            ),
        ),
        max_size=15,
    ),
)
def test_nothing_is_sent_during_a_pause_whatever_else_is_answered(
    per_second: float, requests: list[tuple[float, float, tuple[int, float | None]]]
) -> None:
    async def test() -> None:
        time, sent, pauses, ended = FakeTime(), list[float](), list[tuple[float, float]](), 0
        queue = queue_of(time)

        async def request(after_s: float, lasts_s: float, answer: tuple[int, float | None]) -> None:
            nonlocal ended

            async def send() -> None:
                sent.append(time.now_s)
                await time.sleep(lasts_s)
                pause_s = queue.note_response(*answer)
                assert (pause_s is not None) == (answer[0] in (418, 429, 503))
                pauses.append((time.now_s, time.now_s + (pause_s or 0.0)))

            await time.sleep(after_s)
            try:
                await queue.run(send, per_second)
            except HistoryError as error:
                pauses.append((time.now_s, time.now_s + (error.retry_after_s or 0.0)))
            ended += 1

        tasks = [asyncio.ensure_future(request(*each)) for each in requests]
        await time.run_until(lambda: ended == len(requests))
        await asyncio.gather(*tasks)
        assert not [(at, pause) for at in sent for pause in pauses if pause[0] + 1e-6 < at < pause[1] - 1e-6]

    run_plain(test())


async def _nothing() -> None:
    return


def test_the_lowest_documented_rate_counts(run: RunQt) -> None:
    async def test() -> None:
        time, sent = FakeTime(), list[float]()
        queue = queue_of(time)

        async def send() -> None:
            sent.append(time.now_s - 1000)

        tasks = [asyncio.ensure_future(queue.run(send, rate)) for rate in (5.0, 2.0, 5.0, None)]
        await time.run_until(lambda: len(sent) == 4)
        await asyncio.gather(*tasks)
        assert sent == [0, 0.5, 1.0, 1.5]

    run(test())


def test_no_more_than_four_requests_run_at_a_time(run: RunQt) -> None:
    async def test() -> None:
        time, running, ends = FakeTime(), list[int](), asyncio.Event()
        queue = queue_of(time)

        async def send() -> None:
            running.append(1)
            await ends.wait()

        tasks = [asyncio.ensure_future(queue.run(send, 1000.0)) for _ in range(6)]
        await time.run_until(lambda: len(running) == 4)
        await time.settle()
        assert len(running) == 4
        tasks[0].cancel()
        await time.run_until(lambda: len(running) == 5)
        ends.set()
        await time.run_until(lambda: len(running) == 6)
        await asyncio.gather(*tasks, return_exceptions=True)

    run(test())


async def remaining_pause(queue: HostQueue) -> float | None:
    try:
        await queue.run(_nothing, 1000.0)
    except HistoryError as error:
        return error.retry_after_s
    return None


def test_the_error_states_the_reason_and_the_pause(run: RunQt) -> None:
    async def test() -> None:
        queue = queue_of(FakeTime())
        queue.note_response(429, 5.0)
        with pytest.raises(HistoryError, match=r"^venue\.test limits the rate of requests\.$") as error:
            await queue.run(_nothing)
        assert (error.value.refusal, error.value.retry_after_s) == (Refusal.RATE_LIMITED, 5.0)

    run(test())


@pytest.mark.parametrize(("status", "retry_after_s"), [(429, 40.0), (418, 40.0), (503, 40.0), (403, 40.0)])
def test_a_requested_pause_holds_for_all_requests_until_it_is_over(
    run: RunQt, status: int, retry_after_s: float
) -> None:
    async def test() -> None:
        time = FakeTime()
        queue = queue_of(time)
        assert queue.note_response(status, retry_after_s) == 40.0
        time.now_s += 10
        assert queue.note_response(200, None) is None  # of a request that was sent before
        assert queue.note_response(status, 1.0) == 30.0
        assert await remaining_pause(queue) == 30.0
        time.now_s += 30
        assert await remaining_pause(queue) is None

    run(test())


def test_requests_that_wait_for_their_turn_fail_when_a_pause_begins(run: RunQt) -> None:
    async def test() -> None:
        time, sent = FakeTime(), list[int]()
        queue = queue_of(time)

        async def send() -> None:
            sent.append(1)
            queue.note_response(429, 60.0)

        results = asyncio.gather(*(queue.run(send, 1.0) for _ in range(4)), return_exceptions=True)
        await time.run_until(results.done)
        assert sent == [1]
        assert [getattr(each, "retry_after_s", None) for each in results.result()] == [None, 60.0, 60.0, 60.0]

    run(test())


def test_pauses_of_unknown_length_get_longer_until_it_was_calm(run: RunQt) -> None:
    async def test() -> None:
        time = FakeTime()
        queue = queue_of(time)
        pauses = []
        for _ in range(7):
            pauses.append(queue.note_response(418, None))
            assert queue.note_response(418, None) == pauses[-1]  # of a request that was sent before
            time.now_s += pauses[-1] or 0
            assert await remaining_pause(queue) is None  # one success
            assert queue.note_response(200, None) is None
        assert pauses == [60, 120, 240, 480, 960, 1800, 1800]
        time.now_s += 600
        assert queue.note_response(429, None) == 60

    run(test())


def test_a_host_that_limits_the_rate_and_asks_for_no_pause_gets_one(run: RunQt) -> None:
    async def test() -> None:
        time = FakeTime()
        queue = queue_of(time)
        for pause_s in (60, 120):
            assert queue.note_response(429, 0.0) == pause_s
            time.now_s += pause_s
        assert queue.note_response(503, 0.0) == 0.0

    run(test())


@pytest.mark.parametrize(("status", "retry_after_s"), [(200, 50.0), (404, None), (500, None), (401, None)])
def test_other_responses_demand_no_pause(run: RunQt, status: int, retry_after_s: float | None) -> None:
    async def test() -> None:
        queue = queue_of(FakeTime())
        assert queue.note_response(status, retry_after_s) is None
        assert await remaining_pause(queue) is None

    run(test())


def test_no_pause_is_endless() -> None:
    queue = queue_of(FakeTime())
    assert queue.note_response(429, float("inf")) == 3 * 86_400
