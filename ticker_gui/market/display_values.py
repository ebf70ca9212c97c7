"""Displayed values that are calculated from the state of a symbol: change, spread, position in the day's range, age.

Until a symbol receives data, they are those of its remembered values, if there are any.
"""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.market.opening_hours import why_market_closed
from ticker_gui.market.symbol_state import SymbolState

_LATE_NS: Final = 10 * MINUTE_NS  # trades are reported for a few minutes after the close


def why_closed(state: SymbolState, now_ns: int) -> str:
    """Return a sentence if the market of a symbol is closed, otherwise an empty text.

    Data can arrive from a closed market: a feed often sends the last trade right after the subscription.
    """
    time_ns = state.provider_last_ns if state.is_last_from_provider else state.last_ns
    is_old = time_ns is not None and 0 < time_ns < now_ns - _LATE_NS
    if not is_old and not state.is_stale(now_ns):
        return ""
    return why_market_closed(state.day.calendar, state.trading_period, now_ns)


def session_last(state: SymbolState) -> float | None:
    """Return the last price, or None if it is of an earlier session than the statistics of the day.

    Whatever compares the last price with ``state.day`` uses this, so that yesterday's price is never compared with
    today's open.
    """
    if state.remembered is not None:
        return state.remembered.last
    return state.last if state.is_last_from_provider or state.day.is_current(state.last_ns) else None


def change(state: SymbolState) -> float | None:
    """Return the last price minus the previous close, or minus the open if that is unknown, of the same session."""
    last, reference = session_last(state), (state.remembered or state.day).reference
    return None if last is None or reference is None else last - reference


def change_percent(state: SymbolState) -> float | None:
    """Return the `change` as a percentage of its reference price."""
    difference, reference = change(state), (state.remembered or state.day).reference
    return None if difference is None or not reference else 100.0 * difference / abs(reference)


def day_range_percent(state: SymbolState) -> float | None:
    """Return the position of the last price between the low (0) and the high (100) of the same session."""
    last, day = session_last(state), state.remembered or state.day
    low, high = day.low, day.high
    if last is None or low is None or high is None:
        return None
    return 100.0 * min(max(last - low, 0.0), high - low) / (high - low) if high > low else 50.0


def mid(state: SymbolState) -> float | None:
    """Return the midpoint between the best bid and the best ask, or None if a side is empty."""
    prices = state.remembered or state
    return None if prices.bid is None or prices.ask is None else (prices.bid + prices.ask) / 2


def spread(state: SymbolState) -> float | None:
    """Return the best ask minus the best bid, or None if a side is empty."""
    prices = state.remembered or state
    return None if prices.bid is None or prices.ask is None else prices.ask - prices.bid


def spread_percent(state: SymbolState) -> float | None:
    """Return the `spread` as a percentage of the `mid` price."""
    difference, middle = spread(state), mid(state)
    return None if difference is None or not middle else 100.0 * difference / abs(middle)


def age_s(state: SymbolState, now_ns: int) -> int | None:
    """Return how long ago the last message with market data arrived, in whole seconds."""
    return None if state.received_ns is None else max(0, now_ns - state.received_ns) // SECOND_NS


def last_age_s(state: SymbolState, now_ns: int) -> int | None:
    """Return the age of the row in whole seconds: of a stated last price, the time since its trade, if it is known.

    That of remembered values is the time since they were current.
    """
    if state.remembered is not None:
        return max(0, now_ns - state.remembered.dated_ns) // SECOND_NS
    if not state.is_last_from_provider:
        return age_s(state, now_ns)
    return None if state.provider_last_ns is None else max(0, now_ns - state.provider_last_ns) // SECOND_NS
