"""What an earlier session has stored of a feed, in the terms of the market: its gaps, and its last trades."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from ticker_gui.archive.packing import TradeColumns
from ticker_gui.archive.records import GapRecord
from ticker_gui.bars.gaps import NO_CONNECTION, Gap
from ticker_gui.domain.events import Trade, Updates
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS

MAX_TRADES: Final = 5_000  # of the end of an earlier session


def as_gaps(records: Iterable[GapRecord]) -> list[Gap]:
    """Return stored gaps as gaps."""
    return [Gap(record.start_ns, record.end_ns, record.missed, reason=_reason(record)) for record in records]


def _reason(record: GapRecord) -> str:
    return "" if record.reason == NO_CONNECTION else record.reason


def last_trades(symbol: str, stored: TradeColumns, gap: Gap) -> list[Trade]:
    """Return the stored trades since the last minutes of a session, which ended at the start of a gap.

    They begin with the minute before its last one, or with its last trade if that is earlier, so that the bar in which
    they begin is a closed one, which is stored as a whole. Stored trades within the gap are included.
    """
    since_ns = MINUTE.start_of(gap.start_ns) - MINUTE_NS
    last = int(np.searchsorted(stored.times_ns, gap.start_ns, side="right")) - 1
    first = min(int(np.searchsorted(stored.times_ns, since_ns)), max(last, 0))
    has_ids = _has_ids(stored)
    return [_trade_at(symbol, stored, row, has_ids=has_ids) for row in range(first, len(stored.times_ns))]


def _has_ids(stored: TradeColumns) -> bool:
    """Return whether the numbers of trades are ids. Others count the trades of the same time, from 0."""
    is_unnamed = np.array([not name for name in stored.ids], bool) if stored.ids else slice(None)
    times_ns, seq = stored.times_ns[is_unnamed], stored.seq[is_unnamed]
    if not seq.any() or len(np.unique(seq)) < len(seq):
        return False
    firsts = np.flatnonzero(np.diff(times_ns, prepend=-1))
    # Of the first time, some trades may lie before those that were read.
    complete = firsts[1:] if len(firsts) > 1 else firsts
    return bool(seq[complete].any())


def _trade_at(symbol: str, stored: TradeColumns, row: int, *, has_ids: bool) -> Trade:
    name = stored.ids[row] if stored.ids else ""
    trade_id: int | str | None = name or (int(stored.seq[row]) if has_ids else None)
    venue: str | None = None
    if "@" in name:  # see `records.stored_id`
        trade_id, _, venue = name.rpartition("@")
    conditions = tuple(stored.conditions[row].split(",")) if stored.conditions and stored.conditions[row] else ()
    return Trade(
        symbol,
        float(stored.prices[row]),
        float(stored.sizes[row]) or None,
        int(stored.times_ns[row]),
        trade_id,
        venue,
        conditions,
        Updates(int(stored.updates[row]) & Updates.EVERYTHING),
    )
