"""The timeframes: the lengths that bars can have, and the start of the bar of a time."""

from __future__ import annotations

from typing import Final

import msgspec

SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS
HOUR_NS: Final = 60 * MINUTE_NS
DAY_NS: Final = 24 * HOUR_NS


class Timeframe(msgspec.Struct, frozen=True):
    """The length of a bar. Bars begin at multiples of it since the epoch, so that days begin at midnight UTC."""

    name: str
    width_ns: int

    def start_of(self, time_ns: int) -> int:
        """Return the start of the bar that contains ``time_ns``, in nanoseconds since the epoch."""
        return time_ns - time_ns % self.width_ns


TIMEFRAMES: Final = (
    Timeframe("1s", SECOND_NS),
    Timeframe("5s", 5 * SECOND_NS),
    Timeframe("15s", 15 * SECOND_NS),
    Timeframe("30s", 30 * SECOND_NS),
    Timeframe("1m", MINUTE_NS),
    Timeframe("2m", 2 * MINUTE_NS),
    Timeframe("3m", 3 * MINUTE_NS),
    Timeframe("5m", 5 * MINUTE_NS),
    Timeframe("15m", 15 * MINUTE_NS),
    Timeframe("30m", 30 * MINUTE_NS),
    Timeframe("1h", HOUR_NS),
    Timeframe("4h", 4 * HOUR_NS),
    Timeframe("1d", DAY_NS),
)
SECOND: Final = TIMEFRAMES[0]
MINUTE: Final = TIMEFRAMES[4]
