import random

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.stream.backoff import BASE_S, CAP_S, MOST_RETRY_AFTER_S, Backoff


@given(st.integers(), st.integers(1, 60))
def test_waits_grow_to_the_cap_and_never_beyond(seed: int, attempts: int) -> None:
    backoff = Backoff(random.Random(seed).random)
    for attempt in range(attempts):
        delay = backoff.next_delay()
        assert 0 < delay <= min(CAP_S, BASE_S * 2**attempt)


def test_at_the_cap_the_waits_are_spread() -> None:
    backoff = Backoff(random.Random(1).random)
    delays = [backoff.next_delay() for _ in range(200)][20:]
    assert min(delays) < 0.2 * CAP_S
    assert max(delays) > 0.8 * CAP_S
    assert len(set(delays)) > 150


def test_no_wait_is_nothing_even_where_chance_says_so() -> None:
    backoff = Backoff(lambda: 0.0)
    assert all(backoff.next_delay() > 0 for _ in range(50))


@given(st.floats(0, 1e9))
def test_the_servers_own_wish_counts_within_reason(wish: float) -> None:
    assert BASE_S <= Backoff().next_delay(retry_after=wish) <= MOST_RETRY_AFTER_S
    assert Backoff().next_delay(retry_after=7.0) == 7.0


def test_an_unwilling_server_is_asked_more_slowly() -> None:
    assert Backoff(lambda: 1.0).next_delay(slowly=True) == 5.0
    assert Backoff(lambda: 1.0).next_delay() == BASE_S


def test_success_begins_anew() -> None:
    backoff = Backoff(lambda: 1.0)
    assert [backoff.next_delay() for _ in range(4)] == [0.5, 1.0, 2.0, 4.0]
    backoff.reset()
    assert backoff.next_delay() == 0.5
