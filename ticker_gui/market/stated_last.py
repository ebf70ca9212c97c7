"""The last price that a provider states in its statistics, shown while no trade is known that may be newer."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.event_time import EARLIEST_NS
from ticker_gui.domain.events import DayStats

_NEVER_NS: Final = -(2**63)


class StatedLast:
    """When a stated last price may be shown, and of when it is: ``time_ns`` is ``None`` where that is unknown."""

    __slots__ = ("_last_ns", "time_ns")

    def __init__(self) -> None:
        self._last_ns: int | None = None  # the time of the last trade when it was stated
        self.time_ns: int | None = None

    def is_shown(self, last_ns: int) -> bool:
        """Return whether it is the last price still, ``last_ns`` being the time of the last trade."""
        return self._last_ns == last_ns

    def accept(self, stats: DayStats, last_ns: int, since_ns: int, max_ns: int) -> bool:
        """Return whether the last price of new statistics is to be shown.

        Once a trade is known, statistics are older than the trades on the same connection, or as old. Only where the
        connection was lost since the last trade, and the provider states a later time, may a trade have been missed.

        Args:
            stats: the statistics.
            last_ns: the time of the last trade.
            since_ns: when the connection began.
            max_ns: a later time cannot be true.
        """
        time_ns = stats.last_time_ns
        if time_ns is not None and not EARLIEST_NS < time_ns <= max_ns:
            time_ns = None
        if last_ns != _NEVER_NS and not self.is_shown(last_ns):
            if time_ns is None or not last_ns < min(since_ns, time_ns):
                return False
        elif time_ns is not None and self.time_ns is not None and time_ns < self.time_ns:
            return False
        self._last_ns, self.time_ns = last_ns, time_ns
        return True
