"""The reason why a check received no market data, as the detail of a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ticker_gui.domain.no_data import NoData, NoDataCause
from ticker_gui.formatting.no_data_words import describe_no_data

_TRY_LATER: Final = "Try again later"
_CHECK_SPELLING: Final = "Check the spelling of the symbols"
_MAY_BE_CLOSED: Final = f"{_CHECK_SPELLING}; the market may be closed"

# What the user can do; the provider's advice, or that the market is closed, takes precedence.
_NEXT_STEPS: Final[Mapping[NoDataCause, str]] = {
    NoDataCause.CONNECTING: _TRY_LATER,
    NoDataCause.DISCONNECTED: _TRY_LATER,
    NoDataCause.INTERNAL_ERROR: "Details are in the log",
    NoDataCause.REJECTED: "Fix the problem, then run the check again",
    NoDataCause.STOPPED: "Run the check again",
    NoDataCause.NO_SYMBOLS: "Add a symbol to this feed's settings",
    NoDataCause.NOTHING_RECEIVED: _MAY_BE_CLOSED,
    NoDataCause.NOT_DECODED: "Check the provider of this URL, or set the fields in [feeds.mapping]",
    NoDataCause.QUIET_AT_RELAY: "The market may be closed",
    NoDataCause.NO_MARKET_DATA: f"{_MAY_BE_CLOSED}. Check the provider, too",
    NoDataCause.OTHER_SYMBOLS: _CHECK_SPELLING,
    NoDataCause.SYMBOL_REFUSED: _CHECK_SPELLING,
    NoDataCause.DATA_REJECTED: "Check the provider and the unit of the prices",
    NoDataCause.PRICE_HELD: "Run a longer check",
    NoDataCause.NO_ANSWER: _CHECK_SPELLING,
    NoDataCause.NOT_REQUESTED: "Run a longer check",
    NoDataCause.NOT_RECEIVED: f"{_CHECK_SPELLING}; they may trade rarely",
    NoDataCause.MARKET_CLOSED: "Try again when the market is open",
    NoDataCause.STALE: _MAY_BE_CLOSED,
    NoDataCause.INFREQUENT: "Run a longer check",
    NoDataCause.RECEIVING: "Run a longer check",
}


def describe_for_check(no_data: NoData) -> str:
    """Return the cause and what the user can do about it, with a full stop."""
    advice = (no_data.closed or no_data.hint or _NEXT_STEPS[no_data.cause]).removesuffix(".")
    return f"{describe_no_data(no_data)} {advice}."
