"""The last price in a provider's statistics, which is displayed while no newer trade is known."""

from __future__ import annotations

from ticker_gui.domain.event_time import EARLIEST_NS
from ticker_gui.domain.events import DayStats
from ticker_gui.domain.timeframe import NEVER_NS


class ProviderLast:
    """Decides whether a last price from statistics is displayed; ``time_ns`` is its time, ``None`` if unknown."""

    __slots__ = ("_last_ns", "time_ns")

    def __init__(self) -> None:
        self._last_ns: int | None = None  # the time of the last trade when the statistics arrived
        self.time_ns: int | None = None

    def is_shown(self, last_ns: int) -> bool:
        """Return whether it is still the last price; ``last_ns`` is the time of the last trade."""
        return self._last_ns == last_ns

    def accept(self, stats: DayStats, last_ns: int, since_ns: int, max_ns: int) -> bool:
        """Return whether the last price of new statistics is displayed.

        On the same connection, statistics are never newer than the last trade. A trade may only have been missed if the
        connection was lost since the last one, and the statistics have a later time.

        Args:
            stats: the statistics.
            last_ns: the time of the last trade.
            since_ns: when the connection began.
            max_ns: later times are wrong and ignored.
        """
        time_ns = stats.last_time_ns
        if time_ns is not None and not EARLIEST_NS < time_ns <= max_ns:
            time_ns = None
        if last_ns != NEVER_NS and not self.is_shown(last_ns):
            if time_ns is None or not last_ns < min(since_ns, time_ns):
                return False
        elif time_ns is not None and self.time_ns is not None and time_ns < self.time_ns:
            return False
        self._last_ns, self.time_ns = last_ns, time_ns
        return True
