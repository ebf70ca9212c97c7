"""Continues where the last session ended: its last trades, and the gap since then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final, TypeAlias

from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS
from ticker_gui.feeds.history import TradesQuery
from ticker_gui.history.received_trades import TradePoint, first_after, first_on_tape
from ticker_gui.market.symbol_state import SymbolState

LoadEarlier: TypeAlias = Callable[[str, Gap], Awaitable[Sequence[Trade]]]
_RESTORED_NS: Final = MINUTE_NS  # before the minute in which the last session ended


def has_continued(state: SymbolState, gap: Gap) -> bool:
    """Return whether a trade after a gap has arrived."""
    times_ns = state.tape.times_ns
    return gap.end_ns is not None and len(times_ns) > 0 and bool(times_ns[-1] >= gap.end_ns)


def first_trade(state: SymbolState, gap: Gap) -> TradePoint | None:
    """Return the first trade after a gap; ``None`` if it is no longer held because many have arrived since."""
    if gap.end_ns is None or not state.tape.is_complete_from(gap.end_ns):
        return None
    return first_after(state, gap.end_ns, 0) or first_on_tape(state, gap.end_ns)


def query_between(
    state: SymbolState, gap: Gap, earlier: Sequence[Trade], first: TradePoint | None
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
