"""Trades of a gap that are requested afterwards: counted in everything that they would have updated."""

from __future__ import annotations

from collections.abc import Sequence

from ticker_gui.bars.tape import UPDATES_VOLUME
from ticker_gui.domain.event_time import EARLIEST_NS
from ticker_gui.domain.events import Correction, Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market import corrections
from ticker_gui.market.corrections import TradeStores
from ticker_gui.market.early_corrections import EarlyCorrections
from ticker_gui.market.outlier_filter import MAX_ABS_PRICE, MAX_SIZE


def add(
    stores: TradeStores, early: EarlyCorrections, trade: Trade, newest_ns: int, before_ns: int
) -> Sequence[Correction] | None:
    """Count a trade of a gap, with the values that earlier corrections give it; return those corrections.

    ``None`` is returned if it does not count: it is known, cancelled, impossible, or after ``newest_ns``. A time that
    is not before ``before_ns``, when the gap ended, is moved before it.
    """
    time_ns = _time_of(trade, newest_ns)
    if time_ns is None or not abs(trade.price) < MAX_ABS_PRICE:
        return None
    size = _size_of(trade)
    if not stores.ids.is_known(trade, time_ns, size):
        counted_ns = _count(stores, trade, time_ns, before_ns)
        stores.ids.remember_backfilled(trade, time_ns, size, counted_ns)
        return ()
    if (resolved := early.resolve(trade)) is None:
        return None
    counted, applied = resolved
    if abs(counted.price) < MAX_ABS_PRICE:
        corrected_ns = _time_of(counted, newest_ns)
        counted_ns = _count(stores, counted, time_ns if corrected_ns is None else corrected_ns, before_ns)
        corrections.note_replacement(stores.ids, applied[-1], counted, counted_ns)
    return applied


def _count(stores: TradeStores, trade: Trade, time_ns: int, before_ns: int) -> int:
    """Count a trade; return the time at which it was counted."""
    if time_ns >= before_ns:  # it precedes the first trade after the gap, but in the same bar
        time_ns = before_ns - (before_ns % SECOND_NS > 0)
    size, updates = _size_of(trade), int(trade.updates)
    stores.day.add(time_ns, trade.price, size, updates)
    if updates:
        stores.tape.add_late(time_ns, trade.price, size if updates & UPDATES_VOLUME else 0.0, updates)
    return time_ns


def _time_of(trade: Trade, newest_ns: int) -> int | None:
    time_ns = trade.time_ns
    return time_ns if time_ns is not None and EARLIEST_NS < time_ns <= newest_ns else None


def _size_of(trade: Trade) -> float:
    return trade.size if trade.size is not None and 0.0 <= trade.size < MAX_SIZE else 0.0
