"""The state of the subscription to a symbol: acknowledged, overdue or failed, and rejected data."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.no_data import NoData, NoDataCause
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.market.symbol_state import SymbolState

_MAX_REASON: Final = 512


def overdue_status(state: SymbolState) -> SymbolStatus | None:
    """Return the status while an acknowledgement is overdue: pending, and then no answer; otherwise ``None``."""
    if state.overdue is None or state.has_data or not state.coverage.is_connected:
        return None
    return SymbolStatus.NO_ANSWER if state.overdue else SymbolStatus.PENDING


def symbol_failure(state: SymbolState) -> NoData | None:
    """Return why a symbol has no data: it was refused, not acknowledged in time, or all data for it was rejected.

    Return ``None`` where no such reason is known.
    """
    if state.refusal is not None:
        cause, reason = NoDataCause.SYMBOL_REFUSED, state.refusal
    elif state.rejection is not None and not state.has_data:
        cause, reason = NoDataCause.DATA_REJECTED, state.rejection
    elif overdue_status(state) is SymbolStatus.NO_ANSWER:
        cause, reason = NoDataCause.NO_ANSWER, state.overdue or ""
    else:
        return None
    return NoData(cause, sanitize_text(reason, _MAX_REASON), symbol=sanitize_text(state.symbol, SYMBOL_LENGTH))
