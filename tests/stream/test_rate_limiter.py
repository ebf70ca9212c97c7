import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.providers.coinbase import CoinbaseExchange
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.stream.rate_limiter import RateLimiter

ROUNDING_S = 1e-3


class SimulatedTime:
    """Advances only during sleeps, which end a little early."""

    def __init__(self) -> None:
        self.now = 100.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds * 0.9 + 1e-6  # Qt's timers may fire early, but time advances


async def send(per_second: float, messages: int) -> list[float]:
    """Return the seconds after which each message may be sent."""
    time = SimulatedTime()
    limiter = RateLimiter(per_second, lambda: time.now, time.sleep)
    sent = []
    for _ in range(messages):
        await limiter.wait()
        sent.append(time.now - 100.0)
    return sent


def max_in_one_second(sent: list[float]) -> int:
    return max(sum(first <= moment < first + 1.0 - ROUNDING_S for moment in sent) for first in sent)


@given(st.floats(0.2, 200), st.integers(1, 300))
def test_the_rate_is_kept_and_fully_used(per_second: float, messages: int) -> None:
    sent = asyncio.run(send(per_second, messages))
    burst = max(1, int(per_second / 10))
    assert max_in_one_second(sent) < per_second + burst
    bursts_before_last = (messages - 1) // burst
    assert sent[-1] == pytest.approx(bursts_before_last * burst / per_second, abs=ROUNDING_S)


@pytest.mark.parametrize("per_second", [10, 20, 50, 90, 100])
def test_no_second_contains_more_messages_than_the_rate(per_second: int) -> None:
    assert max_in_one_second(asyncio.run(send(per_second, 3 * per_second))) == per_second


def test_a_tenth_of_the_rate_may_be_sent_at_once_after_a_pause() -> None:
    async def test() -> list[float]:
        time = SimulatedTime()
        limiter = RateLimiter(50.0, lambda: time.now, time.sleep)
        for _ in range(2):
            time.now += 10.0
            for _ in range(5):
                await limiter.wait()
        return [time.now]

    assert asyncio.run(test()) == [120.0]


def test_rates_below_one_per_second_space_single_messages() -> None:
    first, second = asyncio.run(send(0.5, 2))
    assert second - first == pytest.approx(2.0, abs=ROUNDING_S)


def test_500_coinbase_symbols_are_requested_within_6_s_and_the_documented_limit() -> None:
    symbols = [f"C{number}-USD" for number in range(500)]
    messages = list(CoinbaseExchange().subscribe(symbols))
    sent = asyncio.run(send(CoinbaseExchange.messages_per_second, len(messages)))
    assert sent[-1] < 6.0
    assert max_in_one_second(sent) <= 100


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
def test_every_provider_sends_the_declared_number_of_messages(provider: type[FeedProtocol]) -> None:
    seconds = 20
    sent = asyncio.run(send(provider.messages_per_second, int(seconds * provider.messages_per_second)))
    assert seconds - 1.0 <= sent[-1] <= seconds
