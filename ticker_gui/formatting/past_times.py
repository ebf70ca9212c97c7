"""Past times in everyday form: today 09:14, yesterday 22:01, Fri 16:00, 12 Nov."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS

YESTERDAY: Final = "yesterday"
_WEEK: Final = 7  # days; from then on, the name of the day is ambiguous


def past_time(time_ns: int, now_ns: int, *, is_short: bool = False) -> str:
    """Return day and time in the user's time zone; ``is_short`` leaves out the time if the day is long ago."""
    then, now = (local_time(each // SECOND_NS, None) for each in (time_ns, now_ns))
    age = now.date() - then.date()
    if age == timedelta():
        return f"today {then:%H:%M}"
    if age == timedelta(days=1):
        return f"{YESTERDAY} {then:%H:%M}"
    if timedelta() < age < timedelta(days=_WEEK):
        return day_and_time(time_ns)
    day = f"{then.day} {then:%b}" if then.year == now.year else f"{then.day} {then:%b %Y}"
    return day if is_short else f"{day} {then:%H:%M}"


def day_and_time(time_ns: int) -> str:
    """Return the name of the day and the time in the user's time zone."""
    return f"{local_time(time_ns // SECOND_NS, None):%a %H:%M}"


def describe_last_known(time_ns: int, now_ns: int) -> str:
    """Return that a value is the last known one, and when it was."""
    return f"last known, from {past_time(time_ns, now_ns)}"
