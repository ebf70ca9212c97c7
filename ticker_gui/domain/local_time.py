"""Conversion between timestamps and local time that works on every system, for the whole range of datetime."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

# The range of datetime, less one day for the offset of any time zone.
FIRST_SECOND: Final = -62_135_510_400
LAST_SECOND: Final = 253_402_214_400

_KNOWN_YEAR: Final = 2001  # every system has time zone data for it
_NOT_CONVERTIBLE: Final = (OSError, OverflowError, ValueError)


def local_time(seconds: float, zone: tzinfo | None) -> datetime:
    """Return a timestamp, in seconds since the epoch, as local time of a zone; None is the computer's own.

    Timestamps outside the range of datetime are clipped.
    """
    if not math.isfinite(seconds):
        seconds = LAST_SECOND if seconds > 0 else FIRST_SECOND
    bounded = min(max(seconds, FIRST_SECOND), LAST_SECOND)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=bounded)
    if zone is not None:
        return moment.astimezone(zone)
    try:
        return moment.astimezone()
    except _NOT_CONVERTIBLE:  # Windows has no local time before 1970 and after 3000
        return moment.astimezone(_standard_zone())


def timestamp_of(wall: datetime, zone: tzinfo | None) -> float:
    """Return a local time of a zone as a timestamp, in seconds since the epoch; None is the computer's own zone.

    A time that the clocks skip is as long after the change as it would be without one: 02:30 is 03:30.
    """
    if zone is not None:
        return wall.replace(tzinfo=zone).timestamp()
    try:
        wall.astimezone()  # fails for a zone or a time that the system does not know
        return wall.timestamp()  # unlike the above, also right in an hour that the clocks skip
    except _NOT_CONVERTIBLE:
        return wall.replace(tzinfo=_standard_zone()).timestamp()


def _standard_zone() -> timezone:
    """Return the computer's time zone without daylight saving time, whose changes are unknown for distant years.

    It is UTC if its offset is a day or more, as in a misspelled ``TZ``, which Python does not accept.
    """
    moments = (datetime(_KNOWN_YEAR, month, 1, tzinfo=UTC) for month in (1, 7))  # winter is in one of them
    try:
        return timezone(min(moment.astimezone().utcoffset() or timedelta() for moment in moments))
    except ValueError:
        return UTC
