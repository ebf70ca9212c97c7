"""Continues where the last session ended: its last trades, and the gap since then."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND_NS
from ticker_gui.feeds.history import TradesQuery
from ticker_gui.market.deduplication import Remembered
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.market.trade_identity import is_same_trade

LoadEarlier: TypeAlias = Callable[[str, Gap], Awaitable[Sequence[Trade]]]
_OVERLAP_NS: Final = 2 * SECOND_NS  # after the requested time, of which a response may contain trades
_RESTORED_NS: Final = MINUTE_NS  # before the minute in which the last session ended


class ForgottenTrades:
    """The trades of this session before a request whose ids are no longer remembered.

    Some providers begin with trades from before the connection, and many may arrive until the request is made. Each of
    these is at most one trade of the response.
    """

    def __init__(self, state: SymbolState, query: TradesQuery, known: Remembered) -> None:
        rows = state.tape.between(query.after_ns, query.before_ns + _OVERLAP_NS)
        held = Counter(zip(rows.times_ns.tolist(), rows.prices.tolist(), rows.sizes.tolist(), strict=True))
        held -= Counter(zip(known.times_ns.tolist(), known.prices.tolist(), known.sizes.tolist(), strict=True))
        self._by_second = defaultdict[int, list[tuple[int, float, float]]](list)
        for content in held.elements():
            self._by_second[content[0] // SECOND_NS].append(content)

    def take(self, trade: Trade) -> bool:
        """Return whether a trade is one of these, which is not one of the next trades then."""
        time_ns, size = trade.time_ns or 0, trade.size or 0.0
        candidates = self._by_second.get(time_ns // SECOND_NS, [])
        same = [one for one in candidates if is_same_trade(one, time_ns, trade.price, size)]
        if not same:
            return False
        candidates.remove((time_ns, trade.price, size) if (time_ns, trade.price, size) in same else same[0])
        return True


class FirstTrade(NamedTuple):
    """The first trade that was received in this session: its time, and its id if that is a number."""

    time_ns: int
    trade_id: int | None


def has_continued(state: SymbolState, gap: Gap) -> bool:
    """Return whether a trade after a gap has arrived."""
    times_ns = state.tape.times_ns
    return gap.end_ns is not None and len(times_ns) > 0 and bool(times_ns[-1] >= gap.end_ns)


def first_trade(state: SymbolState, gap: Gap) -> FirstTrade | None:
    """Return the first trade after a gap; ``None`` if it is no longer held because many have arrived since."""
    tape, end_ns = state.tape, gap.end_ns
    if tape.begin or end_ns is None:
        return None
    known = state.ids.remembered()
    if len(known.keys) == state.ids.position:  # all are remembered
        rows = (known.times_ns >= end_ns).nonzero()[0]
        if len(rows):
            return FirstTrade(int(known.times_ns[rows[0]]), known.id_at(int(rows[0])))
    position = int(np.searchsorted(tape.times_ns, end_ns))
    return FirstTrade(int(tape.times_ns[position]), None) if position < len(tape) else None


def query_between(
    state: SymbolState, gap: Gap, earlier: Sequence[Trade], first: FirstTrade | None
) -> TradesQuery | None:
    """Return the request for the trades after the last one of the earlier session and before the first of this one."""
    last = next((trade for trade in reversed(earlier) if (trade.time_ns or 0) <= gap.start_ns), None)
    if last is None or last.time_ns is None or first is None:
        return None
    after_id, before_id = last.trade_id, first.trade_id
    if type(after_id) is not int or before_id is None or before_id <= after_id:  # the numbering began again
        after_id = before_id = None
    return TradesQuery(state.wire_symbol, last.time_ns, first.time_ns, after_id, before_id)


def restored_since(gap: Gap, earlier: Sequence[Trade]) -> int | None:
    """Return the time of the first trade of the earlier session that counts, if there is one."""
    since_ns = MINUTE.start_of(gap.start_ns) - _RESTORED_NS
    counted = [trade.time_ns for trade in earlier if trade.time_ns is not None and trade.time_ns >= since_ns]
    return min(counted, default=None)


def restore_trades(state: SymbolState, gap: Gap, earlier: Sequence[Trade]) -> Iterator[Trade]:
    """Count the trades of the end of the earlier session, one at each step; older ones are only remembered.

    Trades without ids could not be recognized if they were sent again: those after the start of the gap do not count.
    """
    since_ns = restored_since(gap, earlier)
    for trade in earlier:
        time_ns = trade.time_ns or 0
        if since_ns is None or time_ns < since_ns:
            state.ids.remember_backfilled(trade, time_ns, trade.size or 0.0, time_ns)
        elif trade.trade_id is not None or time_ns <= gap.start_ns:
            state.add_backfilled(trade, gap.end_ns or gap.start_ns)
        yield trade
    if since_ns is not None:
        state.bars.extend_start(since_ns)
