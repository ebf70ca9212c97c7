"""Trading hours of US stocks: 04:00 to 20:00 in New York on trading days, to 17:00 on early closings."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.us_holidays import EARLY_CLOSINGS, HOLIDAYS

NEW_YORK: Final = ZoneInfo("America/New_York")
OPENS: Final = 4
_CLOSES, _CLOSES_EARLY = 20, 17
SATURDAY: Final = 5


def us_stocks_are_closed(now_ns: int) -> str:
    """Return the time in New York as text if US stocks cannot be traded now, otherwise an empty text."""
    there = local_time(now_ns // SECOND_NS, NEW_YORK)
    time_text = f"{there:%A %H:%M} in New York"
    day = there.date()
    if day in HOLIDAYS:
        return f"{time_text}, an exchange holiday"
    if there.weekday() >= SATURDAY or not OPENS <= there.hour < _CLOSES:
        return time_text
    return f"{time_text}, after an early close" if day in EARLY_CLOSINGS and there.hour >= _CLOSES_EARLY else ""
