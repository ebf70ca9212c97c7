"""Sentences about the pauses that providers demand."""

from __future__ import annotations

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS


def describe_pause(now_ns: int, pause_s: float, activity: str) -> str:
    """Return until when a provider demands a pause, such as "Past bars are requested again at 14:02:05.".

    Args:
        now_ns: the current time, in nanoseconds since the epoch.
        pause_s: the length of the pause, in seconds.
        activity: what continues after it, with a capital letter: "Past bars are requested".
    """
    end_ns = now_ns + int(pause_s * SECOND_NS)
    end, now = local_time(-(-end_ns // SECOND_NS), None), local_time(now_ns // SECOND_NS, None)
    day = "" if end.date() == now.date() and end_ns - now_ns < DAY_NS else f"{end:%Y-%m-%d} "
    return f"{activity} again at {day}{end:%H:%M:%S}."
