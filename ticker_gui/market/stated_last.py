"""The last price that a provider states in its statistics, shown while no trade is known that may be newer."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.events import DayStats
from ticker_gui.market.event_time import EARLIEST_NS

_NEVER_NS: Final = -(2**63)


class StatedLast:
    """When a stated last price may be shown, and of when it is: ``time_ns`` is ``None`` where that is unknown."""

    __slots__ = ("_trades", "time_ns")

    def __init__(self) -> None:
        self._trades = -1  # how many trades were known when it was stated
        self.time_ns: int | None = None

    def is_shown(self, trades: int) -> bool:
        """Return whether it is the last price still, ``trades`` being the number of trades known now."""
        return self._trades == trades

    def accept(self, stats: DayStats, trades: int, last_ns: int, since_ns: int, max_ns: int) -> bool:
        """Return whether the last price of new statistics is to be shown.

        Once a trade is known, statistics are older than the trades on the same connection, or as old. Only where the
        connection was lost since the last trade, and the provider states a later time, may a trade have been missed.

        Args:
            trades: the number of trades known.
            last_ns: the time of the last one.
            since_ns: when the connection began.
            max_ns: a later time cannot be true.
        """
        time_ns = stats.last_time_ns
        if time_ns is not None and not EARLIEST_NS < time_ns <= max_ns:
            time_ns = None
        if last_ns != _NEVER_NS and not self.is_shown(trades):
            if time_ns is None or not last_ns < min(since_ns, time_ns):
                return False
        elif time_ns is not None and self.time_ns is not None and time_ns < self.time_ns:
            return False
        self._trades, self.time_ns = trades, time_ns
        return True
