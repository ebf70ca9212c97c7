"""How long reads of sockets are delayed, so that those that follow each other closely are joined."""

from __future__ import annotations

from time import monotonic
from typing import Final

from ticker_gui.domain.timeframe import SECOND_NS

_MIN_PAUSE_S: Final = 0.003  # a shorter one would cost more than the reads that it joins


class ReadPacing:
    """The shortest time between two reads of a busy socket; shared by all connections, and it may change at any time.

    Each read has a fixed cost, many times that of one message. So after a read that follows the last one closely, the
    next is delayed by ``interval_s``, but not beyond ``deadline_s`` on the monotonic clock, when what was received is
    displayed. Single messages are read at once. Messages that wait in the socket have the time of the read.
    """

    __slots__ = ("deadline_s", "interval_s")

    def __init__(self, interval_s: float = 0.0) -> None:
        self.interval_s = interval_s
        self.deadline_s = 0.0

    def pause_s(self, since_last_read_ns: int) -> float:
        """Return for how many seconds to pause reading after a read that came this long after the one before."""
        if since_last_read_ns >= 2 * self.interval_s * SECOND_NS:
            return 0.0
        left_s = self.deadline_s - monotonic()
        pause_s = min(self.interval_s, left_s) if left_s > 0 else self.interval_s
        return pause_s if pause_s >= _MIN_PAUSE_S else 0.0
