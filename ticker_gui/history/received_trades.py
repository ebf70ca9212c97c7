"""The trades that were received around a gap: those at its ends, and those that a response may contain again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import TradesQuery
from ticker_gui.market.deduplication import RememberedTrades
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.market.trade_identity import is_same_trade

_OVERLAP_NS: Final = 2 * SECOND_NS  # after the requested time, of which a response may contain trades


class TradePoint(NamedTuple):
    """A trade at an end of a gap: its time, and its id if that is a number."""

    time_ns: int
    trade_id: int | None


def last_before(state: SymbolState, start_ns: int) -> tuple[TradePoint | None, int]:
    """Return the last trade before a gap that has just begun, if it is held, and the position of the first one since.

    A position is the number of trades whose ids were remembered before. It is 0 if it is no longer known.
    """
    found = state.ids.newest_until(start_ns)
    if found is None:
        row = int(np.searchsorted(state.tape.times_ns, start_ns, side="right")) - 1
        return None if row < 0 else TradePoint(int(state.tape.times_ns[row]), None), 0
    last, since = found
    known = state.ids.remembered(last)
    return TradePoint(int(known.times_ns[0]), known.id_at(0)), since


def first_after(state: SymbolState, end_ns: int, position: int) -> TradePoint | None:
    """Return the first trade after a gap that was received since a position; ``None`` if there is none yet."""
    known = state.ids.remembered(position)
    if len(known.keys) < state.ids.position - position:  # of many trades since, the first ones are not remembered
        return first_on_tape(state, end_ns)
    rows = (known.times_ns >= end_ns).nonzero()[0]
    return TradePoint(int(known.times_ns[rows[0]]), known.id_at(int(rows[0]))) if len(rows) else None


def first_on_tape(state: SymbolState, end_ns: int) -> TradePoint | None:
    """Return the first trade after a gap that is held, by its time only."""
    times_ns = state.tape.times_ns
    row = int(np.searchsorted(times_ns, end_ns))
    return TradePoint(int(times_ns[row]), None) if row < len(times_ns) else None


class ReceivedTrades:
    """The trades of a symbol that were received since a position, and thus may be sent again in a response.

    Many may arrive until the gap is requested, and until the response arrives. Those whose ids are no longer remembered
    then are recognized by their content; each of them is at most one trade of the response.
    """

    def __init__(self, state: SymbolState, position: int, query: TradesQuery) -> None:
        self._state: Final = state
        self._query: Final = query
        self._known: Final = state.ids.remembered()
        self._known_until: Final = state.ids.position
        remembers_all = self._known_until - len(self._known.keys) <= position
        self._forgotten = None if remembers_all else self._find_forgotten(self._known)
        self.are_recognized: Final = remembers_all or self._forgotten is not None

    def matcher(self) -> Callable[[Trade], bool]:
        """Return a predicate: whether a trade of the response was received until now."""
        known, since, forgotten = self._known, self._state.ids.remembered(self._known_until), self._forgotten
        if forgotten is not None or self._state.ids.position - len(since.keys) > self._known_until:
            # If they are no longer held, what has arrived since was presumably live, and is not part of the response.
            forgotten = self._find_forgotten(known, since) or forgotten

        def was_received(trade: Trade) -> bool:
            is_known = known.has(trade, trade.time_ns or 0, trade.size or 0.0)
            return is_known or (forgotten is not None and forgotten.take(trade))

        return was_received

    def _find_forgotten(self, *remembered: RememberedTrades) -> _ForgottenTrades | None:
        """Return the trades whose ids are not remembered; ``None`` if not all of that time are held."""
        self._state.tape.merge_late()
        is_held = self._state.tape.is_complete_from(self._query.after_ns)
        return _ForgottenTrades(self._state, self._query, remembered) if is_held else None


class _ForgottenTrades:
    """The trades of the time of a request whose ids are not remembered, by their content."""

    def __init__(self, state: SymbolState, query: TradesQuery, remembered: tuple[RememberedTrades, ...]) -> None:
        rows = state.tape.between(query.after_ns, query.before_ns + _OVERLAP_NS)
        held = Counter(zip(rows.times_ns.tolist(), rows.prices.tolist(), rows.sizes.tolist(), strict=True))
        for known in remembered:
            held -= Counter(zip(known.times_ns.tolist(), known.prices.tolist(), known.sizes.tolist(), strict=True))
        self._by_second = defaultdict[int, list[tuple[int, float, float]]](list)
        for content in held.elements():
            self._by_second[content[0] // SECOND_NS].append(content)

    def take(self, trade: Trade) -> bool:
        """Return whether a trade matches one of these; each of them matches only once."""
        time_ns, size = trade.time_ns or 0, trade.size or 0.0
        candidates = self._by_second.get(time_ns // SECOND_NS, [])
        same = [one for one in candidates if is_same_trade(one, time_ns, trade.price, size)]
        if not same:
            return False
        candidates.remove((time_ns, trade.price, size) if (time_ns, trade.price, size) in same else same[0])
        return True
