"""Displayed values that are derived from the state of a symbol: the price change and the age of the data."""

from __future__ import annotations

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.symbol_state import SymbolState


def change(state: SymbolState) -> float | None:
    """Return the last price minus the previous close, or minus the open if that is unknown, of the same session."""
    reference = _reference(state)
    return None if state.last is None or reference is None else state.last - reference


def change_percent(state: SymbolState) -> float | None:
    """Return the `change` as a percentage of its reference price."""
    difference, reference = change(state), _reference(state)
    return None if difference is None or not reference else 100.0 * difference / abs(reference)


def _reference(state: SymbolState) -> float | None:
    return state.day.reference if state.is_last_stated else state.day.reference_at(state.last_ns)


def age_s(state: SymbolState, now_ns: int) -> int | None:
    """Return how long ago the last message with market data arrived, in whole seconds."""
    return None if state.received_ns is None else max(0, now_ns - state.received_ns) // SECOND_NS


def last_age_s(state: SymbolState, now_ns: int) -> int | None:
    """Return the age of the row in whole seconds: of a stated last price, the time since its trade, if it is known."""
    if not state.is_last_stated:
        return age_s(state, now_ns)
    return None if state.stated_ns is None else max(0, now_ns - state.stated_ns) // SECOND_NS
