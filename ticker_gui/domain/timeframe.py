"""The timeframes: the lengths that bars can have, and the start of the bar of a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS
HOUR_NS: Final = 60 * MINUTE_NS
DAY_NS: Final = 24 * HOUR_NS


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_MONTH: Final = timedelta(days=31)


class Timeframe(msgspec.Struct, frozen=True):
    """The length of a bar.

    Bars begin at multiples of ``width_ns`` after ``offset_ns``, counted from the epoch, so that days begin at midnight
    UTC and weeks on Monday. Months begin on their first day; ``width_ns`` is then the length of the longest ones.
    """

    name: str
    width_ns: int
    offset_ns: int = 0
    is_month: bool = False

    def start_of(self, time_ns: int) -> int:
        """Return the start of the bar that contains ``time_ns``, in nanoseconds since the epoch."""
        if self.is_month:
            return _first_of_month(_moment(time_ns))
        return time_ns - (time_ns - self.offset_ns) % self.width_ns

    def end_of(self, start_ns: int) -> int:
        """Return the end of the bar that begins at ``start_ns``, which is the start of the next one."""
        return _first_of_month(_moment(start_ns) + _LONGEST_MONTH) if self.is_month else start_ns + self.width_ns


def _moment(time_ns: int) -> datetime:
    return _EPOCH + timedelta(seconds=time_ns // SECOND_NS)


def _first_of_month(moment: datetime) -> int:
    return int((datetime(moment.year, moment.month, 1, tzinfo=UTC) - _EPOCH).total_seconds()) * SECOND_NS


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
    Timeframe("2h", 2 * HOUR_NS),
    Timeframe("4h", 4 * HOUR_NS),
    Timeframe("6h", 6 * HOUR_NS),
    Timeframe("12h", 12 * HOUR_NS),
    Timeframe("1d", DAY_NS),
    Timeframe("1w", 7 * DAY_NS, offset_ns=4 * DAY_NS),  # the epoch was a Thursday
    Timeframe("1M", 31 * DAY_NS, is_month=True),
)
SECOND: Final = TIMEFRAMES[0]
MINUTE: Final = TIMEFRAMES[4]
DAY: Final = TIMEFRAMES[15]
BY_NAME: Final = {timeframe.name: timeframe for timeframe in TIMEFRAMES}
