"""A trading period as the provider states it: when the market opens and closes."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import HOUR_NS, SECOND_NS

# The next period begins a day after the last one at the earliest, less an hour for daylight saving time.
_NEXT_AT_EARLIEST_NS: Final = 23 * HOUR_NS


class TradingPeriod(NamedTuple):
    """The current or next period of trading, early and late trading included, in nanoseconds since the epoch.

    It says nothing about later periods, of which days may be holidays, but that none begins earlier than the next day.
    ``closes_ns`` is ``None`` if the provider states only when trading begins next, and not how long it lasts.
    """

    opens_ns: int
    closes_ns: int | None
    zone: tzinfo

    @property
    def length_ns(self) -> int | None:
        """How long the period is, if its end is known."""
        return None if self.closes_ns is None else self.closes_ns - self.opens_ns

    def is_open(self, now_ns: int) -> bool:
        """Return whether a time is in the period."""
        return self.closes_ns is not None and self.opens_ns <= now_ns < self.closes_ns

    def is_over(self, now_ns: int) -> bool:
        """Return whether the period has ended, or has begun without a known end, so that more must be requested."""
        return now_ns >= (self.opens_ns if self.closes_ns is None else self.closes_ns)

    def is_known(self, now_ns: int) -> bool:
        """Return whether the period says if the market is open at a time."""
        if self.closes_ns is None:
            return now_ns < self.opens_ns
        return now_ns < max(self.closes_ns, self.opens_ns + _NEXT_AT_EARLIEST_NS)

    def opens_next_ns(self, now_ns: int) -> int | None:
        """Return when trading begins if it has not begun, otherwise ``None``."""
        return self.opens_ns if now_ns < self.opens_ns else None

    def why_closed(self, now_ns: int) -> str:
        """Return a sentence if the market is certainly closed, otherwise an empty text."""
        if self.is_open(now_ns) or not self.is_known(now_ns):
            return ""
        if self.closes_ns is None or now_ns < self.opens_ns:
            return f"According to the provider, the market is closed until {self._there(self.opens_ns)}."
        return f"According to the provider, the market has been closed since {self._there(self.closes_ns)}."

    def _there(self, time_ns: int) -> str:
        there: datetime = local_time(time_ns // SECOND_NS, self.zone)
        if not isinstance(self.zone, ZoneInfo):
            return f"{there:%A %H:%M %Z}"
        return f"{there:%A %H:%M} in {self.zone.key.rpartition('/')[2].replace('_', ' ')}"
