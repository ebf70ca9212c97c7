import random

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import ConnectionLost, InternalError
from ticker_gui.stream.retry import Backoff
from ticker_gui.stream.timeouts import Timeouts

TIMEOUTS = Timeouts()
LOST = ConnectionLost("The line broke.")

losses = st.builds(
    ConnectionLost,
    st.just("gone"),
    retry_after=st.none() | st.floats(0, 1e9),
    slow_backoff=st.booleans(),
    immediate=st.booleans(),
)


@given(st.integers(), st.integers(1, 60))
def test_waits_grow_to_the_cap_and_never_beyond(seed: int, attempts: int) -> None:
    backoff = Backoff(chance=random.Random(seed).random)
    for attempt in range(attempts):
        assert 0 < backoff.next_delay(LOST) <= min(TIMEOUTS.backoff_max, TIMEOUTS.backoff_base * 2**attempt)


@given(st.integers(), st.integers(0, 60), st.integers(1, 30))
def test_internal_errors_wait_about_30_s_and_longer_each_time(seed: int, losses: int, errors: int) -> None:
    backoff = Backoff(chance=random.Random(seed).random)
    for _ in range(losses):  # which have nothing to do with them
        backoff.next_delay(LOST)
    for number in range(errors):
        ceiling = min(TIMEOUTS.backoff_internal_max, TIMEOUTS.backoff_internal_base * 2**number)
        assert 0.9 * ceiling <= backoff.next_delay(InternalError("desk")) <= ceiling
    backoff.reset()
    assert backoff.next_delay(InternalError("desk")) <= TIMEOUTS.backoff_internal_base


def test_at_the_cap_the_waits_are_spread() -> None:
    backoff = Backoff(chance=random.Random(1).random)
    delays = [backoff.next_delay(LOST) for _ in range(200)][20:]
    assert min(delays) < 0.2 * TIMEOUTS.backoff_max
    assert max(delays) > 0.8 * TIMEOUTS.backoff_max
    assert len(set(delays)) > 150


@given(st.lists(losses, min_size=2, max_size=40), st.floats(0, 1, exclude_max=True))
def test_whatever_happens_no_two_waits_are_nothing(happened: list[ConnectionLost], chance: float) -> None:
    backoff = Backoff(chance=lambda: chance)
    delays = [backoff.next_delay(loss) for loss in happened]
    assert all(delay > 0 for delay in delays[1:])
    assert all(delay <= TIMEOUTS.max_retry_after for delay in delays)


@given(st.floats(0, 1e9))
def test_the_servers_own_wish_counts_within_reason(wish: float) -> None:
    delay = Backoff().next_delay(ConnectionLost("later", retry_after=wish))
    assert 0 < delay <= TIMEOUTS.max_retry_after
    assert wish <= TIMEOUTS.backoff_base or delay == min(wish, TIMEOUTS.max_retry_after)


@given(st.floats(-1e9, TIMEOUTS.backoff_base))
def test_a_wish_for_no_time_at_all_is_no_way_around_the_backoff(wish: float) -> None:
    backoff = Backoff(chance=lambda: 1.0)
    delays = [backoff.next_delay(ConnectionLost("later", retry_after=wish)) for _ in range(10)]
    assert delays == [min(TIMEOUTS.backoff_base * 2**attempt, TIMEOUTS.backoff_max) for attempt in range(10)]


def test_an_unwilling_server_is_asked_more_slowly() -> None:
    assert Backoff(chance=lambda: 1.0).next_delay(ConnectionLost("busy", slow_backoff=True)) == 5.0
    assert Backoff(chance=lambda: 1.0).next_delay(LOST) == TIMEOUTS.backoff_base


def test_where_nobody_is_to_blame_the_first_attempt_is_free() -> None:
    backoff = Backoff(chance=lambda: 1.0)
    woken = ConnectionLost("Resumed.", immediate=True)
    assert [backoff.next_delay(woken) for _ in range(3)] == [0.0, 1.0, 2.0]


def test_success_resets_the_backoff() -> None:
    backoff = Backoff(chance=lambda: 1.0)
    assert [backoff.next_delay(LOST) for _ in range(4)] == [0.5, 1.0, 2.0, 4.0]
    backoff.reset()
    assert backoff.next_delay(LOST) == 0.5
