"""Filtering and sorting of the watchlist's rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

import msgspec

from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, CellKind

Filter: TypeAlias = Callable[[SymbolState, int], bool]


class Sorting(msgspec.Struct, frozen=True):
    """The column that rows are sorted by, and the direction."""

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
    """Return the states that pass the filter, pinned ones first, in the given order or sorted.

    Unknown values come last in both directions, and the sort is stable.
    """
    rows = list(states) if row_filter is None else [state for state in states if row_filter(state, now_ns)]
    if sorting is not None and sorting.column in COLUMN_INDEX:
        rows = _sorted(rows, now_ns, sorting)
    if not pinned:
        return rows
    return [state for state in rows if state in pinned] + [state for state in rows if state not in pinned]


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
