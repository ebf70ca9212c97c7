import asyncio

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.stream.rate_limiter import RateLimiter


class Time:
    """Time that passes only while somebody sleeps, and a little less than they wanted."""

    def __init__(self) -> None:
        self.now = 100.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds * 0.9 + 1e-6  # Qt's timers may fire early, but time goes on


async def send(per_second: float, messages: int) -> list[float]:
    time = Time()
    pace = RateLimiter(per_second, lambda: time.now, time.sleep)
    sent = []
    for _ in range(messages):
        await pace.wait()
        sent.append(time.now)
    return sent


@given(st.floats(2, 200), st.integers(1, 300))
def test_no_second_sees_more_than_is_allowed(per_second: float, messages: int) -> None:
    sent = asyncio.run(send(per_second, messages))
    for index in range(messages - int(per_second)):
        assert sent[index + int(per_second)] - sent[index] > 1.0 - 1.0 / per_second - 1e-3
    assert sent[-1] - sent[0] <= 2 * messages / per_second + 1e-2  # and no longer than it must


def test_after_a_pause_half_a_seconds_worth_goes_at_once() -> None:
    assert asyncio.run(send(50.0, 25)) == [100.0] * 25


def test_less_than_one_a_second_is_one_at_a_time() -> None:
    first, second = asyncio.run(send(0.5, 2))
    assert second - first >= 2.0
