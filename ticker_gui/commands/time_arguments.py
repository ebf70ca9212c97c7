"""Points in time as arguments of a command: dates, ISO 8601 and times before now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import quoted
from ticker_gui.domain.timeframe import DAY_NS, FOREVER_NS, HOUR_NS, MINUTE_NS, SECOND_NS

TIME_HELP: Final = (
    "A TIME is a date, a time in ISO 8601 (UTC unless it has an offset), or how long ago: -30m, -12h, -2d, -3w."
)
_UNITS_NS: Final = {"s": SECOND_NS, "m": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS, "w": 7 * DAY_NS}
_BEFORE_NOW: Final = re.compile(r"-(\d{1,9})([smhdw])", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def join_negative_times(arguments: Sequence[str], options: Sequence[str]) -> list[str]:
    """Return arguments in which times such as ``-2d`` are joined to their option, so that they are not options."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in options and argument[:1] == "-" and argument[1:2].isdigit():
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def parse_time(text: str, now_ns: int) -> int:
    """Return a time in nanoseconds since the epoch. Without an offset it is in UTC; a date is its midnight.

    Times that do not fit into an int64, such as the year 9999, become the largest one that does.

    Raises:
        SettingsError: the text is not a time, or one before 1970.
    """
    text = text.strip()
    if text == "now":
        return now_ns
    if match := _BEFORE_NOW.fullmatch(text):
        time_ns = now_ns - int(match[1]) * _UNITS_NS[match[2]]
    else:
        time_ns = _parse_iso(text)
    if time_ns < 0:
        raise SettingsError(f"{quoted(text)} is before 1970. Choose a later time.")
    return min(time_ns, FOREVER_NS)


def _parse_iso(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"{quoted(text)} is not a time. Write a date (2026-01-31), a time in ISO 8601 (2026-01-31T14:30 or "
            "2026-01-31T14:30:00-05:00; UTC unless it has an offset), or how long ago it was: -90s, -30m, -12h, "
            "-2d, -3w."
        ) from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1_000
