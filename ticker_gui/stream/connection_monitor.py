"""Checks an open connection once a second: suspend, and missing market data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.connection import FeedConnection
from ticker_gui.stream.retry import RetryPolicy
from ticker_gui.stream.state_log import StateLog
from ticker_gui.stream.timeouts import Timeouts


class ConnectionMonitor:
    """Reports idle connections as quiet, and ends a connection if the `RetryPolicy` decides so.

    ``desired`` holds the symbols that the feed should be subscribed to. ``data_expected()`` returns whether market data
    should have been received by now, and ``why_no_data()`` a sentence about why it has not.
    """

    def __init__(
        self,
        clock: Clock,
        timeouts: Timeouts,
        desired: Mapping[str, None],
        states: StateLog,
        retry_policy: RetryPolicy,
        data_expected: Callable[[], bool],
        why_no_data: Callable[[], str],
    ) -> None:
        self.last_tick_ns = 0  # when a connection was last checked
        self._clock = clock
        self._timeouts = timeouts
        self._desired = desired
        self._states = states
        self._retry_policy = retry_policy
        self._data_expected = data_expected
        self._why_no_data = why_no_data
        self._had_no_symbols = False  # at the last check of an open connection

    def start(self) -> None:
        """Note that a new connection is going to be checked."""
        self.last_tick_ns = self._clock()

    def check(self, connection: FeedConnection) -> None:
        """Check a connection. It may not be open yet."""
        is_used = connection.opened_ns is not None and not connection.is_ending and not connection.is_waiting
        if not self._was_suspended(connection) and is_used:
            self._check_data(connection, connection.opened_ns or 0)

    def _was_suspended(self, connection: FeedConnection) -> bool:
        """Return whether nothing was read for so long that the connection had to be ended: it may be dead."""
        now_ns = self._clock()
        suspended_s = (now_ns - self.last_tick_ns) / SECOND_NS - self._timeouts.check_interval
        error = self._retry_policy.suspend_error(suspended_s)
        if error is None:
            self.last_tick_ns = now_ns
            return False
        connection.end(error)
        return True

    def _check_data(self, connection: FeedConnection, opened_ns: int) -> None:
        """Report market data to the retry policy, or its absence to the user."""
        if connection.data_ns:
            self._retry_policy.note_data((connection.data_ns - opened_ns) / SECOND_NS)
        if self._desired and self._had_no_symbols and self._states.current.kind is FeedStatus.QUIET:
            connection.subscribed_at_ns = self._clock()
            self._states.set(FeedStatus.SUBSCRIBING)
        self._had_no_symbols = not self._desired
        reason = self._idle_reason(connection) if self._desired else self._why_no_data()
        if reason is not None:
            self.report_idle(connection, reason)

    def report_idle(self, connection: FeedConnection, reason: str) -> None:
        """Report that no market data arrives, unless that was reported already."""
        if not connection.is_ending and self._states.current.reason != reason:
            connection.is_live = False
            self._states.set(FeedStatus.QUIET, reason)

    def _idle_reason(self, connection: FeedConnection) -> str | None:
        """Return why a connection is idle, or ``None`` if it is not; end it if it has been idle for too long."""
        idle_s = (self._clock() - max(connection.data_ns, connection.subscribed_at_ns)) / SECOND_NS
        if idle_s <= self._timeouts.idle_warning:
            return None
        reason = self._why_no_data()
        error = self._retry_policy.idle_error(idle_s, reason, self._data_expected)
        if error is not None:
            connection.end(error)
        return reason
