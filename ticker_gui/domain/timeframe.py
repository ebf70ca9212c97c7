"""The timeframes: the lengths that bars can have, and the start of the bar of a time."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

import msgspec
from msgspec.structs import replace

from ticker_gui.domain.trading_days import UTC_DAYS, TradingDays

SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS
HOUR_NS: Final = 60 * MINUTE_NS
DAY_NS: Final = 24 * HOUR_NS
NEVER_NS: Final = -(2**63)  # the smallest time in an int64 array, for what has not happened
FOREVER_NS: Final = 2**63 - 1  # the largest one, for what does not end

_EPOCH: Final = date(1970, 1, 1).toordinal()
_MONTHS_PER_YEAR: Final = 12


class Timeframe(msgspec.Struct, frozen=True):
    """The length of a bar.

    Bars shorter than a day begin at multiples of ``width_ns`` after ``offset_ns``, counted from the epoch. Longer ones
    consist of whole ``days`` of the market: a week begins on Monday, and a month on its first day; ``width_ns`` is then
    the length of the longest ones, without changes of the clocks.
    """

    name: str
    width_ns: int
    is_month: bool = False
    days: TradingDays = UTC_DAYS

    @property
    def consists_of_days(self) -> bool:
        """Whether a bar consists of one or more days of the market."""
        return self.width_ns >= DAY_NS

    @property
    def consists_of_hours(self) -> bool:
        """Whether a bar consists of hours and is shorter than a day."""
        return HOUR_NS <= self.width_ns < DAY_NS

    @property
    def offset_ns(self) -> int:
        """The time from the epoch to the start of a bar that is shorter than a day; hours may begin at any minute."""
        return (self.days.hours_minute or 0) * MINUTE_NS if self.consists_of_hours else 0

    def start_of(self, time_ns: int) -> int:
        """Return the start of the bar that contains ``time_ns``, in nanoseconds since the epoch."""
        if self.width_ns < DAY_NS:
            return time_ns - (time_ns - self.offset_ns) % self.width_ns
        return self.days.start_ns(self._first_day(self.days.number_of(time_ns)))

    def end_of(self, start_ns: int) -> int:
        """Return the end of the bar that begins at ``start_ns``, which is the start of the next one."""
        return self.step(start_ns, 1)

    def step(self, start_ns: int, bars: int) -> int:
        """Return the start of the bar that is a number of bars after the one that begins at ``start_ns``."""
        if self.width_ns < DAY_NS:
            return start_ns + bars * self.width_ns
        number = self.days.number_of(start_ns)
        if not self.is_month:
            return self.days.start_ns(self._first_day(number) + bars * (self.width_ns // DAY_NS))
        there = date.fromordinal(_EPOCH + number)
        year, month = divmod(_MONTHS_PER_YEAR * there.year + there.month - 1 + bars, _MONTHS_PER_YEAR)
        return self.days.start_ns(date(year, month + 1, 1).toordinal() - _EPOCH)

    def date_of(self, start_ns: int) -> int:
        """Return how providers and the archive write the start of a bar: of days, as midnight UTC of the date."""
        return self.days.number_of(start_ns) * DAY_NS if self.consists_of_days else start_ns

    def start_on(self, date_ns: int) -> int:
        """Return the start of the bar that providers and the archive write as ``date_ns``; see `date_of`."""
        return self.days.start_ns(date_ns // DAY_NS) if self.consists_of_days else date_ns

    def _first_day(self, number: int) -> int:
        """Return the first day of the bar that contains a day."""
        if self.is_month:
            return number + 1 - date.fromordinal(_EPOCH + number).day
        return number - (number - MONDAY) % (self.width_ns // DAY_NS)


MONDAY: Final = 4  # the number of the first one: the epoch was a Thursday
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
    Timeframe("1w", 7 * DAY_NS),
    Timeframe("1M", 31 * DAY_NS, is_month=True),
)
SECOND: Final = TIMEFRAMES[0]
MINUTE: Final = TIMEFRAMES[4]
DAY: Final = TIMEFRAMES[15]
BY_NAME: Final = {timeframe.name: timeframe for timeframe in TIMEFRAMES}


@lru_cache(maxsize=1024)
def timeframe_named(name: str, days: TradingDays = UTC_DAYS) -> Timeframe:
    """Return the timeframe of a name, with the days of a market.

    Raises:
        KeyError: there is no such timeframe.
    """
    timeframe = BY_NAME[name]
    if timeframe.consists_of_hours:
        days = TradingDays(hours_minute=days.hours_minute)
    depends = timeframe.consists_of_days or timeframe.consists_of_hours
    return replace(timeframe, days=days) if depends and days != UTC_DAYS else timeframe
