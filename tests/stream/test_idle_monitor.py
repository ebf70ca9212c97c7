from __future__ import annotations

from tests.conftest import RunQt
from tests.doubles import StillClock
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.stream.connection import ConnectionCallbacks, FeedConnection
from ticker_gui.stream.idle_monitor import IdleMonitor
from ticker_gui.stream.rejected_frames import RejectedFrames
from ticker_gui.stream.retry import RetryPolicy
from ticker_gui.stream.timeouts import Timeouts

A_TRADE = b'{"event":"trade","symbol":"A","price":1.0}'


class Idle:
    """An open connection that receives only what the test delivers."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.timeouts = Timeouts(idle_warning=10.0, idle_timeout=60.0, max_idle_timeout=200.0)
        self.rejected_frames = RejectedFrames()
        self.data_expected = True
        self.monitor = IdleMonitor(
            self.clock,
            self.timeouts,
            RetryPolicy(self.timeouts),
            lambda: self.data_expected,
            lambda: "Nothing arrives.",
        )
        self.open()

    def open(self) -> None:
        callbacks = ConnectionCallbacks(lambda fact, received_ns: None, lambda opened: None, lambda opened: None)
        self.connection = FeedConnection(
            Demo(), {"A": None}, callbacks, self.rejected_frames, self.clock, self.timeouts
        )
        self.deliver()

    def deliver(self, *payloads: bytes) -> None:
        self.connection._on_payloads(list(payloads), self.clock())

    def check_after(self, seconds: float) -> str | None:
        self.clock.advance(seconds)
        return self.monitor.check(self.connection)

    def ends_after_s(self) -> int:
        """Return after how many whole seconds a new connection without data is ended."""
        self.open()
        opened_ns = self.clock()
        while not self.connection.is_ending:
            self.check_after(1)
        assert isinstance(self.connection._end.exception(), ConnectionLost)
        return (self.clock() - opened_ns) // SECOND_NS


def test_a_connection_is_idle_after_the_warning_time_without_data(run: RunQt) -> None:
    async def test() -> None:
        idle = Idle()
        assert idle.check_after(10) is None
        assert idle.check_after(1) == "Nothing arrives."
        idle.deliver(A_TRADE)
        assert idle.check_after(10) is None

    run(test())


def test_each_idle_connection_is_ended_later_than_the_one_before(run: RunQt) -> None:
    async def test() -> None:
        idle = Idle()
        assert [idle.ends_after_s() for _ in range(4)] == [61, 121, 201, 201]

    run(test())


def test_the_longest_timeout_applies_while_no_data_is_expected(run: RunQt) -> None:
    async def test() -> None:
        idle = Idle()
        idle.data_expected = False
        assert idle.ends_after_s() == 201

    run(test())


def test_time_before_the_subscription_does_not_count(run: RunQt) -> None:
    async def test() -> None:
        idle = Idle()
        idle.clock.advance(3600)
        idle.connection.subscribed_at_ns = idle.clock()
        assert idle.check_after(10) is None
        assert idle.check_after(1) is not None
        assert not idle.connection.is_ending

    run(test())
