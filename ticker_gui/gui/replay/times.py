"""Times and lengths of a recording as text."""

from __future__ import annotations

from datetime import tzinfo

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS

_MS_NS = 1_000_000


def moment(time_ns: int, zone: tzinfo | None, *, has_date: bool = False, has_ms: bool = False) -> str:
    """Return a time of day in a time zone; None is the computer's own."""
    seconds, rest_ns = divmod(time_ns, SECOND_NS)
    at = local_time(seconds, zone)
    text = f"{at.day} {at:%b %H:%M:%S}" if has_date else f"{at:%H:%M:%S}"
    return f"{text}.{rest_ns // _MS_NS:03}" if has_ms else text


def dated_moment(time_ns: int, zone: tzinfo | None) -> str:
    """Return date, time and time zone."""
    at = local_time(time_ns // SECOND_NS, zone)
    return f"{at:%a} {at.day} {at:%b %Y %H:%M:%S %Z}"


def length(duration_ns: int) -> str:
    """Return a length such as ``0:31``, ``10:00`` or ``1:02:03``."""
    minutes, seconds = divmod(max(0, duration_ns) // SECOND_NS, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def is_of_several_days(began_ns: int, ended_ns: int, zone: tzinfo | None) -> bool:
    """Return whether a date is needed to tell the times of a recording apart."""
    return local_time(began_ns // SECOND_NS, zone).date() != local_time(ended_ns // SECOND_NS, zone).date()


def speed_text(speed: float) -> str:
    """Return a speed relative to the recording, such as ``10×``."""
    return "Maximum" if speed == float("inf") else f"{speed:,g}×"


def reached_text(speed: float) -> str:
    """Return a measured speed, such as ``Running at 9.8×``."""
    return f"Running at {speed:,.0f}×" if speed >= 10 else f"Running at {speed:.2g}×"
