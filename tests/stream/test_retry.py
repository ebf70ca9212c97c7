from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain import errors
from ticker_gui.domain.errors import (
    ConnectionLost,
    FeedRejected,
    InternalError,
    KeyRejected,
    ProtocolViolation,
    SettingsError,
    TickerError,
    WrongServer,
)
from ticker_gui.formatting import numbers
from ticker_gui.stream.retry import MAX_PERSISTENT_FAILURES, AskUser, RetryDecision, RetryPolicy, Wait
from ticker_gui.stream.timeouts import Timeouts

TIMEOUTS = Timeouts()
LOST = ConnectionLost("The connection broke.")
NO_TLS = ConnectionLost("No TLS.", is_persistent=True)
VIOLATION = ProtocolViolation("Invalid frame.", slow_backoff=True, is_persistent=True)

losses = st.builds(
    ConnectionLost,
    st.just("gone"),
    retry_after=st.none() | st.floats(0, 1e9),
    slow_backoff=st.booleans(),
    immediate=st.booleans(),
)


def _subclasses(kind: type[TickerError]) -> Iterator[type[TickerError]]:
    for subclass in kind.__subclasses__():
        if subclass.__module__ == errors.__name__:
            yield subclass
            yield from _subclasses(subclass)


CLASSES = (TickerError, *_subclasses(TickerError))
any_error = st.one_of(
    losses,
    st.builds(ProtocolViolation, st.just("invalid"), is_persistent=st.booleans()),
    st.builds(ConnectionLost, st.just("no TLS"), is_persistent=st.just(True)),
    st.sampled_from([InternalError("desk"), FeedRejected("no"), KeyRejected("no key"), SettingsError("no URL")]),
)


def policy(rng: float = 1.0) -> RetryPolicy:
    """Return a policy whose jitter is fixed; with 1.0 each delay is the longest possible."""
    return RetryPolicy(TIMEOUTS, lambda: rng)


def delay_s(decision: RetryDecision) -> float:
    assert isinstance(decision, Wait)
    return decision.delay_s


# Every error leads to a decision


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("received_data", [False, True])
def test_every_class_of_error_leads_to_a_decision(kind: type[TickerError], received_data: bool) -> None:
    error = kind("It ended.", lambda: None) if kind is errors.TradeHeld else kind("It ended.")  # type: ignore[call-arg]
    decision = policy().next_step(error, received_data=received_data)
    if isinstance(error, ConnectionLost):
        assert isinstance(decision, Wait)
    elif isinstance(error, FeedRejected) and received_data:
        assert decision == Wait(0.0, "It ended.", 2)
    else:
        assert isinstance(decision, AskUser)
    assert "It ended." in decision.reason


@given(st.lists(st.tuples(any_error, st.booleans()), max_size=60), st.floats(0, 1, exclude_max=True))
def test_any_sequence_of_errors_leads_to_bounded_delays_or_to_the_user(
    sequence: list[tuple[TickerError, bool]], rng: float
) -> None:
    retry_policy = policy(rng)
    attempt = 1
    for error, received_data in sequence:
        decision = retry_policy.next_step(error, received_data=received_data)
        assert error.for_user in decision.reason
        if isinstance(decision, AskUser):
            attempt = 1
        else:
            attempt += 1
            assert decision.attempt == attempt
            assert 0 <= decision.delay_s <= max(TIMEOUTS.max_retry_after, TIMEOUTS.backoff_internal_max)
            assert decision.delay_s > 0 or attempt == 2
        assert retry_policy.attempts == attempt - 1


def test_the_user_is_asked_for_a_key_only_if_the_key_is_the_problem() -> None:
    for error, wants_key in (
        (KeyRejected("Wrong key."), True),
        (SettingsError("No key."), True),
        (FeedRejected("Not allowed."), False),
    ):
        assert policy().next_step(error, received_data=False) == AskUser(error.for_user, wants_key)


# Delays


@given(st.integers(), st.integers(1, 60))
def test_delays_grow_up_to_the_maximum(seed: int, attempts: int) -> None:
    retry_policy = RetryPolicy(TIMEOUTS, random.Random(seed).random)
    for attempt in range(attempts):
        longest = min(TIMEOUTS.backoff_max, TIMEOUTS.backoff_base * 2**attempt)
        assert 0 < delay_s(retry_policy.next_step(LOST, received_data=False)) <= longest


def test_without_jitter_delays_double() -> None:
    retry_policy = policy()
    delays = [delay_s(retry_policy.next_step(LOST, received_data=True)) for _ in range(8)]
    assert delays == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_delays_at_the_maximum_are_spread_by_jitter() -> None:
    retry_policy = RetryPolicy(TIMEOUTS, random.Random(1).random)
    delays = [delay_s(retry_policy.next_step(LOST, received_data=False)) for _ in range(200)][20:]
    assert min(delays) < 0.2 * TIMEOUTS.backoff_max
    assert max(delays) > 0.8 * TIMEOUTS.backoff_max
    assert len(set(delays)) > 150


@given(st.lists(losses, min_size=2, max_size=40), st.floats(0, 1, exclude_max=True))
def test_only_the_first_delay_may_be_zero(sequence: list[ConnectionLost], rng: float) -> None:
    retry_policy = policy(rng)
    delays = [delay_s(retry_policy.next_step(loss, received_data=False)) for loss in sequence]
    assert all(delay > 0 for delay in delays[1:])
    assert all(delay <= TIMEOUTS.max_retry_after for delay in delays)


def test_a_busy_server_gets_longer_delays() -> None:
    assert delay_s(policy().next_step(ConnectionLost("busy", slow_backoff=True), received_data=False)) == 5.0
    assert delay_s(policy().next_step(LOST, received_data=False)) == TIMEOUTS.backoff_base


def test_the_first_reconnect_after_a_suspend_is_immediate() -> None:
    retry_policy = policy()
    resumed = ConnectionLost("Resumed.", immediate=True)
    assert [delay_s(retry_policy.next_step(resumed, received_data=True)) for _ in range(3)] == [0.0, 1.0, 2.0]


@given(st.integers(), st.integers(0, 60), st.integers(1, 30))
def test_delays_after_internal_errors_grow_from_30_s_whatever_was_lost_before(
    seed: int, lost: int, internal_errors: int
) -> None:
    retry_policy = RetryPolicy(TIMEOUTS, random.Random(seed).random)
    for _ in range(lost):
        retry_policy.next_step(LOST, received_data=False)
    for number in range(internal_errors):
        longest = min(TIMEOUTS.backoff_internal_max, TIMEOUTS.backoff_internal_base * 2**number)
        decision = retry_policy.next_step(InternalError("desk"), received_data=False)
        assert 0.9 * longest <= delay_s(decision) <= longest
        assert isinstance(decision, Wait)
        assert decision.is_internal
    retry_policy.note_user_retry()
    assert delay_s(retry_policy.next_step(InternalError("desk"), received_data=False)) <= TIMEOUTS.backoff_internal_base


# Retry-After


@given(st.floats(0, 1e9))
def test_retry_after_is_respected_up_to_its_maximum(retry_after: float) -> None:
    decision = policy().next_step(ConnectionLost("later", retry_after=retry_after), received_data=False)
    assert isinstance(decision, Wait)
    assert decision.is_limited
    if retry_after > TIMEOUTS.backoff_base:
        assert decision.delay_s == min(retry_after, TIMEOUTS.max_retry_after)


@given(st.floats(0, 1e9), st.floats(0, 1, exclude_max=True))
def test_no_jitter_makes_a_delay_shorter_than_the_server_asks(retry_after: float, rng: float) -> None:
    delay = delay_s(policy(rng).next_step(ConnectionLost("later", retry_after=retry_after), received_data=False))
    assert delay >= min(retry_after, TIMEOUTS.max_retry_after)


@given(st.floats(-1e9, 5.0))
def test_a_short_retry_after_does_not_bypass_the_backoff(retry_after: float) -> None:
    retry_policy = policy()
    loss = ConnectionLost("later", retry_after=retry_after)
    delays = [delay_s(retry_policy.next_step(loss, received_data=False)) for _ in range(10)]
    backoff = [min(TIMEOUTS.backoff_base * 2**attempt, TIMEOUTS.backoff_max) for attempt in range(10)]
    assert delays == [max(retry_after, delay) for delay in backoff]


# The limit of attempts


@given(st.lists(st.sampled_from([LOST, NO_TLS]), max_size=2), st.booleans())
def test_the_user_is_asked_after_exactly_the_maximum_of_violations(
    before: list[ConnectionLost], received_data: bool
) -> None:
    retry_policy = policy()
    for loss in before:
        retry_policy.next_step(loss, received_data=received_data)
    decisions = [retry_policy.next_step(VIOLATION, received_data=received_data) for _ in range(MAX_PERSISTENT_FAILURES)]
    assert all(isinstance(decision, Wait) for decision in decisions[:-1])
    assert decisions[-1] == AskUser(
        f"Invalid frame. This happened {MAX_PERSISTENT_FAILURES} times in a row. Check the URL, then retry."
    )


def test_a_feed_that_never_connected_stops_after_three_attempts() -> None:
    retry_policy = policy()
    decisions = [retry_policy.next_step(NO_TLS, received_data=False) for _ in range(3)]
    assert [type(decision) for decision in decisions] == [Wait, Wait, AskUser]
    assert decisions[-1].reason == "No TLS. Stopped after 3 attempts. Fix the problem, then retry."


def test_a_feed_that_received_data_once_is_retried_without_limit() -> None:
    retry_policy = policy()
    retry_policy.next_step(LOST, received_data=True)
    assert all(isinstance(retry_policy.next_step(NO_TLS, received_data=False), Wait) for _ in range(50))


def test_a_network_that_answers_in_place_of_a_server_that_has_worked_is_waited_for() -> None:
    """As that of a hotel does until its guest has signed in."""
    retry_policy, untrusted = policy(), WrongServer("The certificate is not trusted.")
    assert isinstance(retry_policy.next_step(untrusted, received_data=False), AskUser)
    retry_policy.next_step(LOST, received_data=True)
    delays = [delay_s(retry_policy.next_step(untrusted, received_data=False)) for _ in range(5)]
    assert delays == [10.0, 20.0, 30.0, 30.0, 30.0]


@pytest.mark.parametrize("failure", [NO_TLS, VIOLATION])
def test_only_consecutive_failures_count(failure: ConnectionLost) -> None:
    retry_policy = policy()
    for error in (LOST, failure, failure, LOST, failure, failure):
        assert isinstance(retry_policy.next_step(error, received_data=False), Wait)
    assert isinstance(retry_policy.next_step(failure, received_data=False), AskUser)


def test_the_count_starts_again_after_the_user_was_asked() -> None:
    retry_policy = policy()
    for _ in range(3):
        decisions = [retry_policy.next_step(NO_TLS, received_data=False) for _ in range(3)]
        assert [type(decision) for decision in decisions] == [Wait, Wait, AskUser]
        assert retry_policy.attempts == 0


def test_a_user_who_ends_a_wait_gets_short_delays_again_but_no_more_attempts() -> None:
    retry_policy = policy()
    for _ in range(2):
        assert retry_policy.next_step(NO_TLS, received_data=False) == Wait(0.5, "No TLS.", 2)
        retry_policy.note_user_retry()
    assert isinstance(retry_policy.next_step(NO_TLS, received_data=False), AskUser)


# A rejection of what has worked


@pytest.mark.parametrize("error", [KeyRejected("The key expired."), FeedRejected("Pong timeout.")])
def test_a_rejection_of_what_has_worked_is_retried_once(error: TickerError) -> None:
    retry_policy = policy()
    assert retry_policy.next_step(error, received_data=True) == Wait(0.0, error.for_user, 2)
    assert isinstance(retry_policy.next_step(error, received_data=True), AskUser)


@pytest.mark.parametrize("error", [KeyRejected("Wrong key."), FeedRejected("Not allowed.")])
def test_a_rejection_of_what_has_never_worked_is_not_retried(error: TickerError) -> None:
    assert isinstance(policy().next_step(error, received_data=False), AskUser)


def test_a_rejection_waits_for_the_user_in_a_replay_if_it_did_in_the_recorded_session() -> None:
    retry_policy = policy()
    retry_policy.retries_rejections = False
    assert isinstance(retry_policy.next_step(FeedRejected("Pong timeout."), received_data=True), AskUser)


# Healthy connections


@pytest.mark.parametrize(("streaming_s", "is_healthy"), [(TIMEOUTS.healthy_after, False), (30.1, True)])
def test_only_a_healthy_connection_resets_the_counts(streaming_s: float, is_healthy: bool) -> None:
    retry_policy = policy()
    retry_policy.next_step(KeyRejected("The key expired."), received_data=True)
    for _ in range(2):
        retry_policy.next_step(VIOLATION, received_data=True)
    retry_policy.note_data(streaming_s)
    assert retry_policy.attempts == (0 if is_healthy else 3)
    assert isinstance(retry_policy.next_step(VIOLATION, received_data=True), Wait if is_healthy else AskUser)
    decision = retry_policy.next_step(KeyRejected("The key expired."), received_data=True)
    assert isinstance(decision, Wait if is_healthy else AskUser)


# Idle and suspended connections


@given(st.integers(1, 12), st.booleans())
def test_the_idle_timeout_doubles_up_to_its_maximum(reconnects: int, data_expected: bool) -> None:
    retry_policy = policy()
    for number in range(reconnects):
        doubled_s = min(TIMEOUTS.idle_timeout * 2**number, TIMEOUTS.max_idle_timeout)
        assert retry_policy.idle_timeout_s == doubled_s
        timeout_s = doubled_s if data_expected else TIMEOUTS.max_idle_timeout
        is_idle = partial(retry_policy.idle_error, reason="Nothing.", data_expected=lambda: data_expected)
        assert is_idle(timeout_s) is None
        error = is_idle(timeout_s + 0.1)
        assert error is not None
        assert error.for_user == f"No market data for {numbers.age(round(timeout_s))}. Nothing."
    retry_policy.note_data(0.0)
    assert retry_policy.idle_timeout_s == TIMEOUTS.idle_timeout


def test_whether_data_is_expected_is_only_determined_after_the_timeout() -> None:
    def fail() -> bool:
        raise AssertionError

    assert policy().idle_error(TIMEOUTS.idle_timeout, "Nothing.", fail) is None


@given(st.floats(-1e6, 1e6))
def test_only_a_suspend_of_some_seconds_ends_a_connection(suspended_s: float) -> None:
    error = policy().suspend_error(suspended_s)
    assert (error is not None) == (suspended_s > TIMEOUTS.suspend_threshold)
    assert error is None or error.immediate
