"""Conversion between moments and clocks that works on every system, and for every moment a calendar has."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

# One day inside of what a datetime can hold, for any zone's offset.
FIRST_SECOND: Final = -62_135_510_400
LAST_SECOND: Final = 253_402_214_400

_KNOWN_YEAR: Final = 2001  # to every system
_NOT_CONVERTIBLE: Final = (OSError, OverflowError, ValueError)


def local_time(seconds: float, zone: tzinfo | None) -> datetime:
    """Return a moment, in seconds since the epoch, on the clocks of a zone; ``None`` is the computer's own.

    A moment outside of the calendar becomes its first or its last day.
    """
    if not math.isfinite(seconds):
        seconds = LAST_SECOND if seconds > 0 else FIRST_SECOND
    bounded = min(max(seconds, FIRST_SECOND), LAST_SECOND)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=bounded)
    if zone is not None:
        return moment.astimezone(zone)
    try:
        return moment.astimezone()
    except _NOT_CONVERTIBLE:  # Windows knows no local time before 1970, nor after the year 3000
        return moment.astimezone(_standard_zone())


def timestamp_of(wall: datetime, zone: tzinfo | None) -> float:
    """Return when the clocks of a zone show a time, in seconds since the epoch; ``None`` is the computer's own."""
    if zone is not None:
        return wall.replace(tzinfo=zone).timestamp()
    try:
        return wall.astimezone().timestamp()
    except _NOT_CONVERTIBLE:
        return wall.replace(tzinfo=_standard_zone()).timestamp()


def _standard_zone() -> timezone:
    """Return the computer's zone without summer time: the offset is known, its changes then are not."""
    moments = (datetime(_KNOWN_YEAR, month, 1, tzinfo=UTC) for month in (1, 7))  # winter is in one of them
    return timezone(min(moment.astimezone().utcoffset() or timedelta() for moment in moments))
