"""How long a feed may be mute, and what is said of it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.connection import FeedConnection
from ticker_gui.stream.error_translation import no_data_timeout
from ticker_gui.stream.rejected_frames import RejectedFrames
from ticker_gui.stream.timeouts import Timeouts

NO_SYMBOL: Final = "No symbol of this feed is watched, so nothing is asked for. Add one."


class IdleMonitor:
    """Looks at the lines of a feed. A market may be closed, so they may be mute for longer as long as nothing comes.

    ``data_expected`` says whether data should have come; where not, the line is given as long as any.
    """

    def __init__(
        self, clock: Clock, timeouts: Timeouts, rejected_frames: RejectedFrames, data_expected: Callable[[], bool]
    ) -> None:
        self.idle_timeout_s = timeouts.idle_timeout
        self._clock = clock
        self._timeouts = timeouts
        self._rejected = rejected_frames
        self._data_expected = data_expected

    def look(self, connection: FeedConnection) -> str | None:
        """Return why an open line is quiet, to be said, or nothing where it is not; end it where it stays so."""
        timeouts, since_ns = self._timeouts, connection.subscribed_at_ns
        if connection.data_ns >= since_ns:
            self.idle_timeout_s = timeouts.idle_timeout
        silent_ns = self._clock() - max(connection.data_ns, since_ns)
        if silent_ns <= timeouts.idle_warning * SECOND_NS:
            return None
        why = self._why(connection)
        waited_s = (
            self.idle_timeout_s
            if silent_ns <= self.idle_timeout_s * SECOND_NS or self._data_expected()
            else timeouts.max_idle_timeout
        )
        if silent_ns > waited_s * SECOND_NS:
            self.idle_timeout_s = min(2 * self.idle_timeout_s, timeouts.max_idle_timeout)
            connection.end(no_data_timeout(waited_s, why))
        return why

    def _why(self, connection: FeedConnection) -> str:
        """Return what comes in the place of market data, and what can be done."""
        if not connection.frames_since_data:
            what = "Connected, but nothing comes."
        elif 2 * connection.decode_errors_since_data > connection.frames_since_data:
            what = f"Frames come, but most cannot be understood: {self._rejected.frames[-1][1]}."
        else:
            what = "Connected, but no market data has come."
        return f"{what} {connection.protocol.no_data_hint}".strip()
