"""Which symbols stand in the table, and in what order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

import msgspec

from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, CellKind

Filter: TypeAlias = Callable[[SymbolState, int], bool]


class Sorting(msgspec.Struct, frozen=True):
    """By which column rows are sorted, and whether the greatest stands first."""

    column: str
    is_descending: bool = True


def visible_rows(
    states: Sequence[SymbolState],
    now_ns: int,
    *,
    pinned: Collection[SymbolState] = (),
    sorting: Sorting | None = None,
    row_filter: Filter | None = None,
) -> list[SymbolState]:
    """Return those that pass, the pinned ones first; in the order that they have, or sorted.

    What has no value stands last, whichever way it is sorted, and what is equal stays in its order.
    """
    shown = list(states) if row_filter is None else [state for state in states if row_filter(state, now_ns)]
    if sorting is not None and sorting.column in COLUMN_INDEX:
        shown = _sorted(shown, now_ns, sorting)
    if not pinned:
        return shown
    return [state for state in shown if state in pinned] + [state for state in shown if state not in pinned]


def _sorted(states: list[SymbolState], now_ns: int, sorting: Sorting) -> list[SymbolState]:
    column = COLUMNS[COLUMN_INDEX[sorting.column]]
    value_of = column.value
    values = [value_of(state, now_ns) for state in states]
    if column.kind is CellKind.TEXT:
        values = [value.casefold() or None for value in values]
    known = [index for index, value in enumerate(values) if value is not None]
    known.sort(key=values.__getitem__, reverse=sorting.is_descending)
    unknown = [index for index, value in enumerate(values) if value is None]
    return [states[index] for index in (*known, *unknown)]
