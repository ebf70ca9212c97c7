from __future__ import annotations

import pytest

from tests.conftest import RunQt
from tests.doubles import StillClock
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.stream.connection import ConnectionCallbacks, FeedConnection
from ticker_gui.stream.idle_monitor import IdleMonitor
from ticker_gui.stream.rejected_frames import RejectedFrames
from ticker_gui.stream.timeouts import Timeouts

A_TRADE = b'{"event":"trade","symbol":"A","price":1.0}'


class Mute:
    """A line that is open and says only what a test lets it say."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.timeouts = Timeouts(idle_warning=10.0, idle_timeout=60.0, max_idle_timeout=200.0)
        self.rejected_frames = RejectedFrames()
        self.data_expected = True
        self.idle_monitor = IdleMonitor(self.clock, self.timeouts, self.rejected_frames, lambda: self.data_expected)
        self.open()

    def open(self) -> None:
        listener = ConnectionCallbacks(lambda fact, received_ns: None, lambda connection: None, lambda connection: None)
        self.connection = FeedConnection(Demo(), {"A": None}, listener, self.rejected_frames, self.clock, self.timeouts)
        self.hear()

    def hear(self, *payloads: bytes) -> None:
        self.connection._on_payloads(list(payloads), self.clock())

    def looks(self, seconds: float) -> str | None:
        """Let time pass and look."""
        self.clock.advance(seconds)
        return self.idle_monitor.look(self.connection)

    def ends_after(self) -> int:
        """Return the whole seconds after which a new line is ended for being mute."""
        self.open()
        began_ns = self.clock()
        while not self.connection.is_ending:
            self.looks(1)
        end = self.connection._end.exception()
        assert isinstance(end, ConnectionLost)
        return (self.clock() - began_ns) // SECOND_NS


def test_a_short_silence_is_none(run: RunQt) -> None:
    async def test() -> None:
        idle_timeout = Mute()
        assert idle_timeout.looks(10) is None
        assert idle_timeout.looks(1) == "Connected, but nothing comes."
        idle_timeout.hear(A_TRADE)
        assert idle_timeout.looks(10) is None

    run(test())


@pytest.mark.parametrize(
    ("payloads", "words"),
    [
        ([b'{"event":"reply","symbols":["A"],"ok":true}'], "Connected, but no market data has come."),
        ([b"nonsense"], "Frames come, but most cannot be understood"),
    ],
)
def test_what_comes_in_the_place_of_data_is_said(run: RunQt, payloads: list[bytes], words: str) -> None:
    async def test() -> None:
        idle_timeout = Mute()
        idle_timeout.hear(*payloads)
        assert (idle_timeout.looks(11) or "").startswith(words)

    run(test())


def test_a_mute_line_is_ended_and_the_next_one_later(run: RunQt) -> None:
    async def test() -> None:
        idle_timeout = Mute()
        assert [idle_timeout.ends_after() for _ in range(4)] == [61, 121, 201, 201]
        idle_timeout.open()
        idle_timeout.hear(A_TRADE)
        idle_timeout.looks(1)
        assert idle_timeout.idle_monitor.idle_timeout_s == 60.0

    run(test())


def test_where_no_data_is_due_a_mute_line_is_given_as_long_as_any(run: RunQt) -> None:
    async def test() -> None:
        idle_timeout = Mute()
        idle_timeout.data_expected = False
        assert idle_timeout.ends_after() == 201

    run(test())


def test_a_line_on_which_nothing_was_asked_for_owes_nothing(run: RunQt) -> None:
    async def test() -> None:
        idle_timeout = Mute()
        idle_timeout.clock.advance(3600)
        idle_timeout.connection.subscribed_at_ns = idle_timeout.clock()
        assert idle_timeout.looks(10) is None
        assert idle_timeout.looks(1) is not None
        assert not idle_timeout.connection.is_ending

    run(test())
