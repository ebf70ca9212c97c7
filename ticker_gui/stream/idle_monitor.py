"""Detects open connections without market data."""

from __future__ import annotations

from collections.abc import Callable

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.connection import FeedConnection
from ticker_gui.stream.retry import RetryPolicy
from ticker_gui.stream.timeouts import Timeouts


class IdleMonitor:
    """Checks the connections of a feed; `RetryPolicy.idle_error` decides which of them end.

    ``data_expected()`` returns whether market data should have been received by now, ``why_no_data()`` a sentence
    about why it has not.
    """

    def __init__(
        self,
        clock: Clock,
        timeouts: Timeouts,
        retry_policy: RetryPolicy,
        data_expected: Callable[[], bool],
        why_no_data: Callable[[], str],
    ) -> None:
        self._clock = clock
        self._timeouts = timeouts
        self._retry_policy = retry_policy
        self._data_expected = data_expected
        self._why_no_data = why_no_data

    def check(self, connection: FeedConnection) -> str | None:
        """Return why an open connection is idle, or ``None`` if it is not; end it if it has been idle for too long."""
        idle_s = (self._clock() - max(connection.data_ns, connection.subscribed_at_ns)) / SECOND_NS
        if idle_s <= self._timeouts.idle_warning:
            return None
        reason = self._why_no_data()
        error = self._retry_policy.idle_error(idle_s, reason, self._data_expected)
        if error is not None:
            connection.end(error)
        return reason
