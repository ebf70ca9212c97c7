"""The days of a market: when each date begins, and with it days, weeks and months of bars.

A day begins at an hour of a time zone: at midnight UTC for coins, at 04:00 in New York for US stocks, and at 17:00 in
New York for currencies, whose evening belongs to the next date. It has 23 or 25 hours when the clocks change. Outside
the program a day has a date, written as midnight UTC: providers and the archive use it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from math import gcd
from typing import Final, NamedTuple

from ticker_gui.domain.local_time import local_time

_SECOND_NS: Final = 1_000_000_000
_MINUTE_NS: Final = 60 * _SECOND_NS
_HOUR_NS: Final = 60 * _MINUTE_NS
_DAY_NS: Final = 24 * _HOUR_NS
_EPOCH: Final = date(1970, 1, 1).toordinal()
_NOON: Final = 12
_KNOWN_YEARS: Final = range(1990, 2040)  # whose rules decide which shorter bars a day consists of


class TradingDays(NamedTuple):
    """Days that begin at ``begins_hour`` in ``zone``, which is UTC where it is ``None``.

    Days are numbered: day 0 has the date 1970-01-01. If they begin after noon, they have the date of the next day.
    ``hours_minute`` is the minute past the full hour, in UTC, at which the provider's hourly bars begin, as they
    begin with the session at some providers; ``None`` if it is unknown, so that these bars cannot be used.
    """

    zone: tzinfo | None = None
    begins_hour: int = 0
    hours_minute: int | None = 0

    @property
    def is_utc(self) -> bool:
        """Whether days begin at midnight UTC."""
        return self.zone is None and not self.begins_hour

    @property
    def clock(self) -> tzinfo:
        """A time zone in which every day begins at midnight, for labels with dates."""
        return _clock(self)

    def __str__(self) -> str:
        hour = f"{self.begins_hour:02}:00" if self.begins_hour else "midnight"
        if self.zone is None:
            return f"{hour} UTC"
        name = str(self.zone)
        return f"{hour} in {name.rpartition('/')[2].replace('_', ' ')}" if "/" in name else f"{hour} {name}"

    @property
    def _shift(self) -> timedelta:
        return timedelta(hours=24 - self.begins_hour if self.begins_hour > _NOON else -self.begins_hour)

    def number_of(self, time_ns: int) -> int:
        """Return the number of the day that contains a time, in nanoseconds since the epoch."""
        if self.is_utc:
            return time_ns // _DAY_NS
        there = local_time(time_ns // _SECOND_NS, self.zone or UTC).replace(tzinfo=None) + self._shift
        number = there.toordinal() - _EPOCH
        while self.start_ns(number) > time_ns:  # the clocks change near the start of a day
            number -= 1
        while self.start_ns(number + 1) <= time_ns:
            number += 1
        return number

    def start_ns(self, number: int) -> int:
        """Return when a day begins, in nanoseconds since the epoch."""
        return number * _DAY_NS if self.is_utc else _start_ns(self, number)

    def bounds_ns(self, time_ns: int) -> tuple[int, int]:
        """Return when the day that contains a time begins and ends, in nanoseconds since the epoch."""
        number = self.number_of(time_ns)
        return self.start_ns(number), self.start_ns(number + 1)

    def dated_number(self, time_ns: int) -> int:
        """Return the number of the day that a provider's time means: midnight, in UTC or there, means its date."""
        if not self.is_utc and not time_ns % _MINUTE_NS:
            for zone in (UTC, self.zone or UTC):
                there = local_time(time_ns // _SECOND_NS, zone)
                if there.hour == there.minute == 0:
                    return there.toordinal() - _EPOCH
        return self.number_of(time_ns)


UTC_DAYS: Final = TradingDays()


@lru_cache(maxsize=1 << 16)
def _start_ns(days: TradingDays, number: int) -> int:
    there = date.fromordinal(_EPOCH + number - (days.begins_hour > _NOON))
    begin = datetime(there.year, there.month, there.day, days.begins_hour, tzinfo=days.zone or UTC)
    return int(begin.timestamp()) * _SECOND_NS


@lru_cache(maxsize=256)
def _clock(days: TradingDays) -> tzinfo:
    zone = days.zone or UTC
    return _ShiftedZone(zone, days._shift) if days.begins_hour else zone


@lru_cache(maxsize=256)
def grid_ns(days: TradingDays) -> int:
    """Return the longest period that divides every day from its begin on, counted from the epoch."""
    starts = (days.start_ns(date(year, month, 1).toordinal() - _EPOCH) for year in _KNOWN_YEARS for month in (1, 7))
    return gcd(_DAY_NS, *starts)


class _ShiftedZone(tzinfo):
    """A time zone whose clocks differ from those of another one by a fixed time."""

    def __init__(self, zone: tzinfo, shift: timedelta) -> None:
        self._zone: Final = zone
        self._shift: Final = shift

    def _there(self, moment: datetime) -> datetime:
        return (moment - self._shift).replace(tzinfo=self._zone, fold=moment.fold)

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        offset = None if moment is None else self._there(moment).utcoffset()
        return None if offset is None else offset + self._shift

    def dst(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else self._there(moment).dst()

    def tzname(self, moment: datetime | None) -> str | None:
        return None if moment is None else self._there(moment).tzname()

    def fromutc(self, moment: datetime) -> datetime:
        there = self._zone.fromutc(moment.replace(tzinfo=self._zone))
        return (there.replace(tzinfo=None) + self._shift).replace(tzinfo=self, fold=there.fold)
