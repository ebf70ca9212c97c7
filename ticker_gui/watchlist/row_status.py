"""How a row shows its state: the mark, the word in place of the age, and whether its prices are current."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ticker_gui.domain.state_mark import StateMark
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.formatting.past_times import describe_last_known
from ticker_gui.formatting.status_words import DATA_REJECTED, MARK_WORDS
from ticker_gui.market.display_values import age_s, why_closed
from ticker_gui.market.opening_hours import are_hours_unknown, why_market_closed
from ticker_gui.market.symbol_state import SymbolState


class RowStatus(NamedTuple):
    """The state of a row; without a ``word``, the age is displayed. ``is_current``: the prices are not out of date."""

    mark: StateMark
    word: str = ""
    is_current: bool = True


def _worded(mark: StateMark, *, is_current: bool = False) -> RowStatus:
    return RowStatus(mark, MARK_WORDS[mark].lower(), is_current)


_FRESH: Final[Mapping[StateMark, RowStatus]] = {
    StateMark.LIVE: RowStatus(StateMark.LIVE),
    StateMark.DELAYED: _worded(StateMark.DELAYED, is_current=True),
    StateMark.DEMO: RowStatus(StateMark.DEMO),
    StateMark.REPLAY: RowStatus(StateMark.REPLAY),
}
_WITHOUT_CONNECTION: Final[Mapping[StateMark, RowStatus]] = {
    StateMark.CONNECTING: _worded(StateMark.CONNECTING),
    StateMark.KEY_NEEDED: _worded(StateMark.KEY_NEEDED),
    StateMark.NO_FEED: _worded(StateMark.NO_FEED),
    StateMark.DISABLED: _worded(StateMark.DISABLED),
}
_NOT_CONNECTED: Final = RowStatus(StateMark.NOT_CONNECTED, is_current=False)
_REFUSED: Final = RowStatus(StateMark.REFUSED, is_current=False)
_UNKNOWN: Final = _worded(StateMark.NO_FEED)
_HELD: Final = RowStatus(StateMark.QUIET)
_NO_ANSWER: Final = RowStatus(StateMark.QUIET, is_current=False)
_PENDING: Final = RowStatus(StateMark.CONNECTING, is_current=False)
_CLOSED: Final = _worded(StateMark.CLOSED, is_current=True)


def describe_row_status(status: RowStatus, state: SymbolState, now_ns: int) -> str:
    """Return the status of a row in words, for its tooltips; for remembered values, with their date."""
    words = _describe(status, state, now_ns)
    if state.remembered is None:
        return words
    last_known = describe_last_known(state.remembered.dated_ns, now_ns)
    return f"{last_known[:1].upper()}{last_known[1:]} · {words}"


def _describe(status: RowStatus, state: SymbolState, now_ns: int) -> str:
    match status.mark:
        case StateMark.DELAYED:
            lag_s = state.coverage.exchange_lag_ns // SECOND_NS
            return f"{MARK_WORDS[status.mark]} by {numbers.age(lag_s) if lag_s > 0 else 'the provider'}"
        case StateMark.CLOSED:
            return why_market_closed(state.day.calendar, state.trading_period, now_ns).removesuffix(".")
        case StateMark.DISABLED:
            return f"{MARK_WORDS[status.mark]}: you disconnected its feed"
        case StateMark.DEMO:
            return f"{MARK_WORDS[status.mark]}: not real prices"
        case StateMark.QUIET if status.word:
            is_overdue = state.is_overdue(now_ns)
            why = ", which is longer than usual" if is_overdue else ": no data is arriving from the feed"
            if are_hours_unknown(state.day.calendar, state.trading_period, now_ns):
                why += " (the trading hours are unknown)"
            return f"{status.word[:1].upper()}{status.word[1:]}{why}"
        case StateMark.REFUSED if state.refusal is None:
            return DATA_REJECTED
        case _:
            return MARK_WORDS[status.mark]


def row_status(state: SymbolState, now_ns: int, feed: StateMark = StateMark.LIVE) -> RowStatus:
    """Return the status of a symbol, for the state of its feed.

    While the feed is connected, that is live, delayed, demo or replay. A symbol that the demo does not have has no
    feed. The age of remembered values is always displayed, because it says of which day they are.
    """
    status = _row_status(state, now_ns, feed)
    return status if state.remembered is None else RowStatus(status.mark, is_current=False)


def _row_status(state: SymbolState, now_ns: int, feed: StateMark) -> RowStatus:
    if not state.coverage.is_connected or feed is StateMark.DISABLED:  # perhaps it has never been connected
        return _WITHOUT_CONNECTION.get(feed, _NOT_CONNECTED)
    if state.refusal is not None:
        return _UNKNOWN if feed is StateMark.DEMO and not state.coverage.is_relayed else _REFUSED
    if not state.has_data:
        return _without_data(state)
    if why_closed(state, now_ns):
        return _CLOSED
    if not state.is_stale(now_ns):
        return _HELD if state.held_price is not None else _FRESH.get(feed, _FRESH[StateMark.LIVE])
    return RowStatus(StateMark.QUIET, f"quiet {numbers.age(age_s(state, now_ns))}", is_current=False)


def _without_data(state: SymbolState) -> RowStatus:
    if state.held_price is not None:
        return _HELD
    if state.rejection is not None:
        return _REFUSED
    return _NO_ANSWER if state.overdue else _PENDING
