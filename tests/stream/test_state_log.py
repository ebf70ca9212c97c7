from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.doubles import StillClock
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.stream.state_log import StateLog

DOWN = (FeedStatus.CONNECTING, FeedStatus.WAITING)


class Log:
    """A log with a clock that only the test advances, and the states it reported."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.reported: list[FeedStatus] = []
        self.states = StateLog(self.clock, lambda: self.reported.append(self.states.current.kind))


@given(st.lists(st.sampled_from(FeedStatus), max_size=100))
def test_each_change_is_reported_and_the_last_states_are_kept(kinds: list[FeedStatus]) -> None:
    log = Log()
    for kind in kinds:
        log.clock.advance(1)
        log.states.set(kind)
    assert log.reported == kinds
    repeated = [a for a, b in pairwise(kinds) if a is b is FeedStatus.QUIET]
    assert len(log.states.history) == min(len(kinds) - len(repeated), 50)
    assert not kinds or log.states.history[-1] is log.states.current


@given(st.lists(st.sampled_from(FeedStatus), min_size=1, max_size=30))
def test_a_lost_connection_is_down_from_the_first_state_without_it(kinds: list[FeedStatus]) -> None:
    log = Log()
    down_since_ns = None
    for kind in kinds:
        log.clock.advance(1)
        log.states.set(kind)
        down_since_ns = (down_since_ns or log.clock()) if kind in DOWN else None
        assert log.states.current.down_since_ns == down_since_ns


def test_a_new_reason_for_missing_data_does_not_change_since_when_it_is_missing() -> None:
    log = Log()
    log.states.set(FeedStatus.QUIET, "Nothing is received.")
    since_ns = log.clock()
    log.clock.advance(5)
    log.states.set(FeedStatus.QUIET, "Messages cannot be read.")
    (state,) = log.states.history
    assert (state.since_ns, state.reason) == (since_ns, "Messages cannot be read.")


def test_reasons_are_redacted() -> None:
    log = Log()
    log.states.redact = lambda text: text.replace("s3cret", "•••")
    log.states.set(FeedStatus.REJECTED, "The key s3cret is wrong.")
    assert log.states.current.reason == "The key ••• is wrong."
