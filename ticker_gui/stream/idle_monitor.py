"""Detects open connections without market data, and describes what is received instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.connection import FeedConnection
from ticker_gui.stream.rejected_frames import RejectedFrames
from ticker_gui.stream.retry import RetryPolicy
from ticker_gui.stream.timeouts import Timeouts

NO_SYMBOL: Final = "No symbol of this feed is watched, so nothing is asked for. Add one."


class IdleMonitor:
    """Checks the connections of a feed; `RetryPolicy.idle_error` decides which of them end.

    ``data_expected()`` returns whether market data should have been received by now.
    """

    def __init__(
        self,
        clock: Clock,
        timeouts: Timeouts,
        rejected_frames: RejectedFrames,
        retry_policy: RetryPolicy,
        data_expected: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._timeouts = timeouts
        self._rejected_frames = rejected_frames
        self._retry_policy = retry_policy
        self._data_expected = data_expected

    def check(self, connection: FeedConnection) -> str | None:
        """Return why an open connection is idle, or ``None`` if it is not; end it if it has been idle for too long."""
        idle_s = (self._clock() - max(connection.data_ns, connection.subscribed_at_ns)) / SECOND_NS
        if idle_s <= self._timeouts.idle_warning:
            return None
        reason = self._describe(connection)
        error = self._retry_policy.idle_error(idle_s, reason, self._data_expected)
        if error is not None:
            connection.end(error)
        return reason

    def _describe(self, connection: FeedConnection) -> str:
        """Return what is received instead of market data, and what the user can do."""
        if not connection.frames_since_data:
            what = "Connected, but nothing comes."
        elif 2 * connection.decode_errors_since_data > connection.frames_since_data:
            what = f"Frames come, but most cannot be understood: {self._rejected_frames.frames[-1][1]}."
        else:
            what = "Connected, but no market data has come."
        return f"{what} {connection.protocol.no_data_hint}".strip()
