"""Moves the rows of the displayed list, and makes their sorted order the manual one where that is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from PySide6.QtCore import QObject

from ticker_gui.gui.watchlist.row_ordering import RowSorter
from ticker_gui.gui.watchlist.section_controller import ListsController
from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS
from ticker_gui.watchlist.lists import ListEntry, Lists, describe_symbols
from ticker_gui.watchlist.section_heading import SectionHeading
from ticker_gui.watchlist.section_layout import Heading
from ticker_gui.watchlist.sorting import Sorting


class RowMover(QObject):
    """Moves rows as the table requests it. Each move is a step of the history that also restores the sorting."""

    def __init__(self, controller: ListsController, table: WatchlistTable, order: RowSorter) -> None:
        super().__init__(table)
        self._controller, self._table = controller, table
        self._order: Final = order
        table.move_requested.connect(self.move)
        table.shift_requested.connect(self.shift)
        table.header.sort_requested.connect(self.sort)

    def move(self, states: Sequence[SymbolState], before: SymbolState | None) -> None:
        """Move symbols, or one section, before another row or to the end."""
        index = self._controller.active_index
        target: ListEntry | Heading | None = None
        if isinstance(before, SectionHeading):
            target = Heading(before.symbol)
        elif before is not None:
            target = self._controller.entries_of([before])[0]
        if (moved := _heading(states)) is not None:
            section = target.name if isinstance(target, Heading) else None
            change = f"move the section {moved.symbol}"
            self._controller.commit(change, lambda lists: lists.move_section(index, moved.symbol, section))
            return
        entries = self._controller.entries_of(states)
        self._rearrange(describe_symbols(entries), lambda lists: lists.move(index, entries, target))

    def shift(self, states: Sequence[SymbolState], by: int) -> None:
        """Move symbols or a section up or down by one row."""
        index = self._controller.active_index
        step: Literal[-1, 1] = -1 if by < 0 else 1
        if (moved := _heading(states)) is not None:
            change = f"move the section {moved.symbol}"
            self._controller.commit(change, lambda lists: lists.shift(index, [Heading(moved.symbol)], step))
            return
        entries = self._controller.entries_of(states)
        self._rearrange(describe_symbols(entries), lambda lists: lists.shift(index, entries, step))
        self._table.scrollTo(self._table.currentIndex())

    def sort(self, sorting: Sorting) -> None:
        """Make the current order by a column the manual order."""
        entries, unsorted = self._sorted_entries(sorting), self._order.sorting
        self._order.keep_sorted(None)
        title = COLUMNS[COLUMN_INDEX[sorting.column]].title
        self._controller.commit(
            f"sort by {title}",
            lambda lists: lists.arrange(self._controller.active_index, entries),
            unsorted=unsorted,
        )

    def _sorted_entries(self, sorting: Sorting) -> list[ListEntry]:
        order = self._order.sort_once(sorting)
        positions: dict[SymbolState | None, int] = {state: position for position, state in enumerate(order)}
        # Entries without a symbol state (feed removed, or limit reached) come last.
        return sorted(
            self._controller.active_list.display_order,
            key=lambda entry: positions.get(self._controller.state_of(entry), len(positions)),
        )

    def _rearrange(self, name: str, change: Callable[[Lists], Lists]) -> None:
        """Move rows. Sorted rows first keep their order, and the user learns that they are no longer sorted."""
        sorting, controller = self._order.sorting, self._controller
        if sorting is None:
            controller.commit(f"move {name}", change)
            return
        entries, before = self._sorted_entries(sorting), controller.lists
        arranged = before.arrange(controller.active_index, entries)
        if change(arranged) == arranged:  # there is no room to move, so the rows stay sorted
            return
        controller.commit(f"move {name}", lambda lists: change(arranged), unsorted=sorting)
        self._order.keep_sorted(None)
        title = COLUMNS[COLUMN_INDEX[sorting.column]].title
        controller.undo_offered.emit(f"Moved {name}. The rows keep this order and are no longer sorted by {title}.")


def _heading(states: Sequence[SymbolState]) -> SectionHeading | None:
    return next((state for state in states if isinstance(state, SectionHeading)), None)
