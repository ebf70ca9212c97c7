"""What is known of the subscription to a symbol, while no market data has arrived."""

from __future__ import annotations

from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.market.symbol_state import SymbolState


def is_answered(state: SymbolState) -> bool:
    """Return whether it was acknowledged or refused, or market data has arrived over this connection."""
    return state.is_confirmed or state.refusal is not None or state.has_data


def overdue_status(state: SymbolState) -> SymbolStatus | None:
    """Return the status while an acknowledgement is overdue: pending, and then no answer; otherwise nothing."""
    if state.overdue is None or state.has_data or not state.coverage.is_connected:
        return None
    return SymbolStatus.NO_ANSWER if state.overdue else SymbolStatus.PENDING


def problem(state: SymbolState) -> str:
    """Return why no market data is to be expected: the provider refuses the symbol or does not answer; else nothing."""
    if state.refusal is not None:
        return f"{state.symbol} is refused: {state.refusal}"
    return f"{state.symbol}: {state.overdue}" if overdue_status(state) is SymbolStatus.NO_ANSWER else ""
