"""Whether a market is closed, and when it opens: by its provider and by its calendar."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.timeframe import HOUR_NS
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.market.session_calendar import SessionCalendar

_WHOLE_DAY_NS: Final = 23 * HOUR_NS


def why_market_closed(calendar: SessionCalendar, period: TradingPeriod | None, now_ns: int) -> str:
    """Return a sentence if the market is certainly closed, otherwise an empty text.

    A stated period of a few hours takes precedence over the calendar, because exchanges also trade on some weekends; a
    period of a whole day does not say that anything is traded.
    """
    if period is None:
        return calendar.why_closed(now_ns)
    if period.is_open(now_ns) and (period.length_ns or 0) < _WHOLE_DAY_NS:
        return ""
    return period.why_closed(now_ns) or calendar.why_closed(now_ns)


def market_opens_ns(calendar: SessionCalendar, period: TradingPeriod | None, now_ns: int) -> int | None:
    """Return when trading begins again if the market is closed; None if it is open or that is unknown."""
    stated = None if period is None else period.opens_next_ns(now_ns)
    return calendar.opens_ns(now_ns) if stated is None else stated


def are_hours_unknown(calendar: SessionCalendar, period: TradingPeriod | None, now_ns: int) -> bool:
    """Return whether it is unknown if the market is open, so that a quiet symbol may be one of a closed market."""
    if period is not None and period.is_known(now_ns):
        return False
    return not (calendar.is_rolling or calendar.begins_hour)
