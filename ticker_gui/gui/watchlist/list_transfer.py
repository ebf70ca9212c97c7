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
        panel.tabs.rows_dropped.connect(lambda name: self.copy(self._table.selected_states(), name))

    def copy(self, states: Sequence[SymbolState], name: str | None) -> None:
        """Add symbols to the list of this name; without one, to a new list, whose name is edited then."""
        controller = self._list_controller
        entries = controller.entries_of(states)
        if not entries:
            return
        if name is None:
            controller.create_list(entries)
            return
        before = controller.lists
        index = next((index for index, one in enumerate(before.lists) if one.name == name), None)
        if index is None:
            controller.message_requested.emit(f"{name} no longer exists.")
            return
        held = set(before.lists[index].entries)
        new = [entry for entry in entries if entry not in held]
        if not new:
            controller.message_requested.emit(describe_held(entries, name))
            return
        controller.commit(f"add {describe_symbols(new)} to {name}", lambda lists: lists.add(index, entries))
        if controller.lists is not before:
            controller.undo_offered.emit(describe_addition(entries, held, name))

    def _other_lists(self) -> list[str]:
        """Return the names of the lists that are not displayed."""
        lists = self._list_controller.lists.lists
        return [one.name for index, one in enumerate(lists) if index != self._list_controller.active_index]
