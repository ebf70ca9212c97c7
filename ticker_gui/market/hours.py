"""When US stocks can be traded at all: 04:00 to 20:00 in New York on weekdays, holidays not counted."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from ticker_gui.domain.timeframe import SECOND_NS

NEW_YORK: Final = ZoneInfo("America/New_York")
_OPENS, _CLOSES = 4, 20
_SATURDAY: Final = 5


def us_stocks_are_closed(now_ns: int) -> str:
    """Return the time in New York in words where no US stock can be traded now, else nothing."""
    there = datetime.fromtimestamp(now_ns // SECOND_NS, NEW_YORK)
    if there.weekday() < _SATURDAY and _OPENS <= there.hour < _CLOSES:
        return ""
    return f"{there:%A %H:%M} in New York"
