from __future__ import annotations

import pytest

from tests.conftest import RunQt
from tests.doubles import StillClock
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.stream.connection import ConnectionCallbacks, FeedConnection
from ticker_gui.stream.connection_monitor import ConnectionMonitor
from ticker_gui.stream.rejected_frames import RejectedFrames
from ticker_gui.stream.retry import RetryPolicy
from ticker_gui.stream.state_log import StateLog
from ticker_gui.stream.timeouts import Timeouts

A_TRADE = b'{"event":"trade","symbol":"A","price":1.0}'


class Monitored:
    """An open connection that receives only what the test delivers, and is checked every second."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.timeouts = Timeouts(idle_warning=10.0, idle_timeout=60.0, max_idle_timeout=200.0)
        self.reported: list[FeedStatus] = []
        self.states = StateLog(self.clock, lambda: self.reported.append(self.states.current.kind))
        self.desired: dict[str, None] = {"A": None}
        self.data_expected = True
        self.retry_policy = RetryPolicy(self.timeouts)
        self.monitor = ConnectionMonitor(
            self.clock,
            self.timeouts,
            self.desired,
            self.states,
            self.retry_policy,
            lambda: self.data_expected,
            lambda: "Nothing arrives." if self.desired else "No symbols.",
        )
        self.open()

    @property
    def state(self) -> tuple[FeedStatus, str]:
        return self.states.current.kind, self.states.current.reason

    @property
    def error(self) -> ConnectionLost:
        """The error that ended the connection."""
        error = self.connection._end.exception()
        assert isinstance(error, ConnectionLost)
        return error

    def open(self) -> None:
        callbacks = ConnectionCallbacks(lambda fact, received_ns: None, lambda opened: None, self._note_data)
        self.connection = FeedConnection(Demo(), self.desired, callbacks, RejectedFrames(), self.clock, self.timeouts)
        self.states.set(FeedStatus.SUBSCRIBING)
        self.monitor.start()
        self.deliver()

    def _note_data(self, connection: FeedConnection) -> None:
        connection.is_live = True
        self.states.set(FeedStatus.LIVE)

    def deliver(self, *payloads: bytes) -> None:
        self.connection._on_payloads(list(payloads), self.clock())

    def let_pass(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.advance(1)
            self.monitor.check(self.connection)

    def ends_after_s(self) -> int:
        """Return after how many whole seconds a new connection without data is ended."""
        self.open()
        opened_ns = self.clock()
        while not self.connection.is_ending:
            self.let_pass(1)
        assert "No market data for" in self.error.for_user
        return (self.clock() - opened_ns) // SECOND_NS


def test_a_connection_is_quiet_after_the_warning_time_without_data(run: RunQt) -> None:
    async def test() -> None:
        it = Monitored()
        it.let_pass(10)
        assert it.state == (FeedStatus.SUBSCRIBING, "")
        it.let_pass(1)
        assert it.state == (FeedStatus.QUIET, "Nothing arrives.")
        assert not it.connection.is_live
        it.deliver(A_TRADE)
        it.let_pass(10)
        assert it.state == (FeedStatus.LIVE, "")

    run(test())


def test_each_idle_connection_is_ended_later_than_the_one_before(run: RunQt) -> None:
    async def test() -> None:
        it = Monitored()
        assert [it.ends_after_s() for _ in range(4)] == [61, 121, 201, 201]

    run(test())


def test_data_resets_the_idle_timeout_and_is_reported_to_the_retry_policy(run: RunQt) -> None:
    async def test() -> None:
        it = Monitored()
        it.ends_after_s()
        it.retry_policy.next_step(it.error, received_data=False)
        it.open()
        for _ in range(40):
            it.deliver(A_TRADE)
            it.let_pass(1)
        assert (it.retry_policy.idle_timeout_s, it.retry_policy.attempts) == (60.0, 0)

    run(test())


def test_the_longest_timeout_applies_while_no_data_is_expected(run: RunQt) -> None:
    async def test() -> None:
        it = Monitored()
        it.data_expected = False
        assert it.ends_after_s() == 201

    run(test())


def test_time_before_the_first_symbol_does_not_count(run: RunQt) -> None:
    async def test() -> None:
        it = Monitored()
        it.desired.clear()
        it.let_pass(3600)
        assert it.state == (FeedStatus.QUIET, "No symbols.")
        assert it.reported == [FeedStatus.SUBSCRIBING, FeedStatus.QUIET]  # once
        it.desired["A"] = None
        it.let_pass(10)
        assert it.state == (FeedStatus.SUBSCRIBING, "")
        it.let_pass(2)
        assert it.state == (FeedStatus.QUIET, "Nothing arrives.")
        assert not it.connection.is_ending

    run(test())


def test_data_that_arrives_with_the_first_symbol_leaves_the_feed_live(run: RunQt) -> None:
    async def test() -> None:
        it = Monitored()
        it.desired.clear()
        it.let_pass(2)
        it.desired["A"] = None
        it.deliver(A_TRADE)
        it.let_pass(2)
        assert it.state == (FeedStatus.LIVE, "")

    run(test())


@pytest.mark.parametrize(("late_s", "ends"), [(5, False), (7, True)])
def test_a_late_check_means_a_suspend_and_ends_the_connection(run: RunQt, late_s: int, ends: bool) -> None:
    async def test() -> None:
        it = Monitored()
        it.let_pass(1)
        it.clock.advance(late_s)
        it.monitor.check(it.connection)
        assert it.connection.is_ending is ends
        assert not ends or it.error.immediate

    run(test())


def test_a_connection_that_is_not_open_yet_is_not_idle(run: RunQt) -> None:
    async def test() -> None:
        it = Monitored()
        it.connection.opened_ns = None
        it.let_pass(600)
        assert it.state == (FeedStatus.SUBSCRIBING, "")

    run(test())


def test_a_connection_that_waits_for_a_relay_is_not_quiet(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        scene = Monitored()
        monkeypatch.setattr(type(scene.connection), "is_waiting", True)
        before = scene.state
        scene.let_pass(600)
        assert scene.state == before
        assert not scene.connection.is_ending

    run(test())
