"""A symbol as it was when a gap began, and which of its values the trades of the gap determine."""

from __future__ import annotations

from collections.abc import Set
from copy import copy
from typing import Final, NamedTuple

from ticker_gui.bars.bar_history import HistoryCapacity
from ticker_gui.bars.tape import UPDATES_LAST
from ticker_gui.market.day import Day
from ticker_gui.market.symbol_state import SymbolState

_CONSTANT: Final = frozenset(("symbol", "alias", "name", "feed"))
_OF_LAST: Final = _CONSTANT | {"last"}
_OF_TRADES: Final = _OF_LAST | {"last_size", "vwap"}
# Of statistics of the last 24 hours, the provider's values change without a trade.
_OF_SESSION: Final = frozenset(("open", "previous_close", "change", "change_percent", "high", "low", "range"))
_OF_SESSION_AND_LAST: Final = _OF_LAST | {"open", "previous_close", "change", "change_percent"}
_CAPACITY: Final = HistoryCapacity(trades=64, second_bars=8, minute_bars=8)


class PastValues(NamedTuple):
    """The values of a symbol that alerts on trades need."""

    last: float | None
    last_ns: int
    last_size: float
    day: Day

    @classmethod
    def of(cls, state: SymbolState) -> PastValues:
        """Return the current values."""
        return cls(state.last, state.last_ns, state.last_size, copy(state.day))

    def restored(self, state: SymbolState, begin_ns: int) -> SymbolState:
        """Return a state of its own with these values, which are those at a time; its bars are the current ones."""
        past = SymbolState(state.feed, state.symbol, state.wire_symbol, _CAPACITY)
        past.coverage.mark_connected(0)
        past.last, past.last_ns, past.last_size, past.day = self.last, self.last_ns, self.last_size, copy(self.day)
        past.alias, past.instrument, past.bars = state.alias, state.instrument, state.bars
        past.staleness, past.received_ns = copy(state.staleness), begin_ns
        if self.last is not None:
            past.tape.add(self.last_ns, self.last, self.last_size)
        return past


def apply_trade(past: SymbolState, time_ns: int, price: float, size: float, updates: int) -> None:
    """Apply a trade that was accepted already, and is not older than those before."""
    past.received_ns = time_ns
    past.day.add(time_ns, price, size, updates)
    if updates & UPDATES_LAST:
        past.tape.add(time_ns, price, size)
        past.last, past.last_ns, past.last_size = price, time_ns, size


class PastSpan(NamedTuple):
    """The time of a gap: the symbol as it was before it, and as it is now."""

    past: SymbolState
    now: SymbolState
    begin_ns: int
    end_ns: int

    @property
    def is_within_session(self) -> bool:
        """Whether all of it is in one session, of which the provider's statistics are."""
        day = self.past.day
        return not day.calendar.is_rolling and self.end_ns < day.ends_ns


def are_known_by_trades(columns: Set[str], span: PastSpan) -> bool:
    """Return whether the trades of a time determine the values of these columns, by key."""
    known = set(_OF_TRADES)
    if span.past.day.provider_volume is None:
        known.add("volume")
    if span.is_within_session:
        known |= _OF_SESSION
    return columns <= known


def are_known_by_price(columns: Set[str], span: PastSpan) -> bool:
    """Return whether the last price determines the values of these columns, by key."""
    return columns <= (_OF_SESSION_AND_LAST if span.is_within_session else _OF_LAST)
