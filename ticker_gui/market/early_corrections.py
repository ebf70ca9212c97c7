"""Cancellations and corrections that arrive before their trades, and are applied when those arrive."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from ticker_gui.domain.events import Correction, Trade
from ticker_gui.market.deduplication import RecentIds
from ticker_gui.market.trade_identity import ANY_PRICE

_MAX_CHAINED: Final = 8  # corrections of one trade, each of the result of the one before


class CorrectedTrade(NamedTuple):
    """A trade with the values that its early corrections give it, without an id, and those corrections in order."""

    trade: Trade
    applied: list[Correction]


class EarlyCorrections:
    """The corrections of one symbol whose trades have not arrived, by the rows of those trades among the known ids.

    A row that is used again for another trade ends the wait, so there are never more corrections than known ids.
    """

    __slots__ = ("_by_row", "_ids")

    def __init__(self, ids: RecentIds) -> None:
        self._ids: Final = ids
        self._by_row: dict[int, tuple[int, list[Correction]]] = {}

    def __len__(self) -> int:
        return len(self._by_row)

    def note(self, correction: Correction) -> None:
        """Remember a correction of an unknown trade, unless it was applied or noted before."""
        if correction.trade_id is None:
            return
        identifier, venue = correction.trade_id, correction.venue
        for noted in filter(None, map(self._noted, self._ids.cancelled_rows(identifier, venue, ANY_PRICE))):
            if len(noted) < _MAX_CHAINED and _follows(correction, noted[-1]):
                noted.append(correction)
                return
        price = ANY_PRICE if correction.original_price is None else correction.original_price
        rows = self._ids.cancelled_rows(identifier, venue, price)
        if not rows:
            row = self._ids.remember(identifier, venue, 0, price, correction.original_size or 0.0)
            self._ids.cancel(row)
            self._by_row[row] = self._ids.key_at(row), [correction]
        elif correction.original_price is None:  # the newest correction of a trade replaces an earlier one
            for noted in filter(None, map(self._noted, rows)):
                noted[:] = [correction]

    def resolve(self, trade: Trade) -> CorrectedTrade | None:
        """Return a trade as its early corrections change it; ``None`` where there are none, or it does not count.

        A corrected trade may be corrected again, under its new id or the same one. It does not count where it was
        cancelled, or where its replacement was reported as a trade, too.
        """
        applied: list[Correction] = []
        resolved: Trade | None = trade
        while resolved is not None and (chained := self._take(resolved)):
            applied += chained
            for correction in chained:
                resolved = None if resolved is None else _replaced(resolved, correction)
        if resolved is None or not applied:
            return None
        known = self._ids.find(resolved.trade_id, resolved.venue, resolved.price, resolved.size)
        if resolved.trade_id != trade.trade_id and known is not None:
            return None
        return CorrectedTrade(msgspec.structs.replace(resolved, trade_id=None), applied)

    def _take(self, trade: Trade) -> list[Correction]:
        for row in self._ids.cancelled_rows(trade.trade_id, trade.venue, trade.price):
            if (noted := self._noted(row)) is not None:
                del self._by_row[row]
                return noted
        return []

    def _noted(self, row: int) -> list[Correction] | None:
        key, noted = self._by_row.get(row, (None, None))
        return noted if key == self._ids.key_at(row) else None


def replacement_of(trade: Trade, correction: Correction) -> Trade | None:
    """Return the trade that replaces one that was not counted yet; nothing for a cancelled one."""
    if correction.price is None:
        return None
    size = trade.size if correction.size is None else correction.size
    time_ns = trade.time_ns if correction.time_ns is None else correction.time_ns
    conditions, updates = correction.conditions, correction.updates
    return Trade(trade.symbol, correction.price, size, time_ns, conditions=conditions, updates=updates)


def _follows(correction: Correction, noted: Correction) -> bool:
    """Return whether a correction changes the result of another one that keeps the id of its trade."""
    keeps_id = noted.new_trade_id in (None, noted.trade_id)
    return correction != noted and keeps_id and noted.price is not None and correction.original_price == noted.price


def _replaced(trade: Trade, correction: Correction) -> Trade | None:
    replacement = replacement_of(trade, correction)
    if replacement is None:
        return None
    identifier = correction.trade_id if correction.new_trade_id is None else correction.new_trade_id
    return msgspec.structs.replace(replacement, trade_id=identifier, venue=trade.venue)
