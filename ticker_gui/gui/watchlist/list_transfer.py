"""Copies selected rows to other lists: from the menu, or by dragging them onto a tab."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.lists import describe_addition, describe_held, describe_symbols


class ListTransfer(QObject):
    """Adds rows of the displayed list to another list, which is not displayed."""

    def __init__(self, list_controller: WatchlistController, panel: WatchlistPanel) -> None:
        super().__init__(panel)
        self._list_controller, self._table = list_controller, panel.table
        panel.table.other_lists = self._other_lists
        panel.table.copy_requested.connect(self.copy)
        panel.tabs.rows_dropped.connect(lambda index: self.copy(self._table.selected_states(), index))

    def copy(self, states: Sequence[SymbolState], index: int | None) -> None:
        """Add symbols to a list, or to a new one without an index, whose name is edited then."""
        controller = self._list_controller
        entries = controller.entries_of(states)
        if not entries:
            return
        if index is None:
            controller.create_list(entries)
            return
        before, held, name = controller.lists, controller.lists.lists[index].entries, controller.lists.lists[index].name
        if set(entries).issubset(held):
            controller.message_requested.emit(describe_held(entries, name))
            return
        controller.commit(f"add {describe_symbols(entries)} to {name}", lambda lists: lists.add(index, entries))
        if controller.lists is not before:
            controller.undo_offered.emit(describe_addition(entries, held, name))

    def _other_lists(self) -> list[tuple[int, str]]:
        """Return index and name of each list that is not displayed."""
        lists = self._list_controller.lists.lists
        return [(index, one.name) for index, one in enumerate(lists) if index != self._list_controller.active_index]
