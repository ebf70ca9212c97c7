"""The options of a chart, and their possible values."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from ticker_gui.chart.chart_data import DEFAULT_TIMEFRAME, TICKS
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import TIMEFRAMES
from ticker_gui.formatting.numbers import counted
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES, DEFAULT_CHART_TYPE
from ticker_gui.indicators.registry import IndicatorConfig

LOCAL: Final = "local"
_TRADE_COUNTS: Final = (10, 100, 1000)
_UNITS: Final = {"s": "s", "m": "min", "h": "h", "d": "d", "w": "w", "M": "mo"}

SCALES: Final = {"linear": "&Linear", "log": "Lo&garithmic", "percent": "&Percent"}
ZONES: Final = {
    LOCAL: "This &computer's time zone",
    "UTC": "&UTC",
    "America/New_York": "&New York",
    "Europe/London": "&London",
    "Asia/Tokyo": "&Tokyo",
}


class ChartOptions(msgspec.Struct, frozen=True):
    """What the user chose to see.

    ``kind`` is a key of `CHART_TYPES`, ``scale`` a key of `SCALES`, and ``zone`` is `LOCAL` or an IANA time zone
    name.
    """

    kind: str = DEFAULT_CHART_TYPE
    timeframe: str = DEFAULT_TIMEFRAME
    scale: str = "linear"
    zone: str = LOCAL
    has_volume: bool = True
    indicators: tuple[IndicatorConfig, ...] = ()
    kind_of_bars: str = ""  # what bars are drawn as when single trades, which are drawn as a line, give way to them


def reconciled(requested: ChartOptions, before: ChartOptions) -> ChartOptions:
    """Return consistent options; the one that changed last takes precedence.

    Single trades cannot be drawn as bars; what was drawn as bars before them is so again after them.
    """
    is_new_kind = requested.kind != before.kind
    if requested.timeframe == TICKS and CHART_TYPES[requested.kind].has_bars:
        if is_new_kind:
            return msgspec.structs.replace(requested, timeframe=TIMEFRAMES[0].name, kind_of_bars="")
        return msgspec.structs.replace(requested, kind=DEFAULT_CHART_TYPE, kind_of_bars=requested.kind)
    if requested.kind_of_bars and (is_new_kind or requested.timeframe != TICKS):
        kind = requested.kind if is_new_kind else requested.kind_of_bars
        return msgspec.structs.replace(requested, kind=kind, kind_of_bars="")
    return requested


def timeframe_title(name: str) -> str:
    """Return the title of a timeframe, such as ``5 min`` or ``100 trades``."""
    if name == TICKS:
        return "Ticks"
    if name.endswith("t"):
        return counted(int(name[:-1]), "trade")
    return f"{name[:-1]} {_UNITS[name[-1]]}"


STANDARD_TIMEFRAMES: Final = {
    name: timeframe_title(name)
    for name in (TICKS, *(one.name for one in TIMEFRAMES), *(f"{count}t" for count in _TRADE_COUNTS))
}


def zone_by_name(name: str) -> tzinfo | None:
    """Return a time zone; None stands for the computer's own, and is returned for unknown names, too."""
    try:
        return None if name == LOCAL else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def local_zone_name() -> str:
    """Return the short name of the computer's own time zone at this time of year, such as CET."""
    return zone_text(None, datetime.now(UTC).timestamp())


def zone_text(zone: tzinfo | None, seconds: float) -> str:
    """Return the short name that a time zone has at a time, such as EST or EDT; None is the computer's own."""
    return local_time(seconds, zone).tzname() or str(zone or "local time")
