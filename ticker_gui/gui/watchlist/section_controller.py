"""Controller of the sections of the displayed list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QObject

from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.list_history import ListHistory
from ticker_gui.watchlist.lists import ListEntry, Lists, NamedList, unique_name
from ticker_gui.watchlist.section_heading import SectionHeading, SectionRows
from ticker_gui.watchlist.sorting import Sorting


class ListsController(Protocol):
    """The controller of the lists, as far as its parts need it."""

    active_index: int
    undo_offered: Any

    @property
    def lists(self) -> Lists: ...
    @property
    def active_list(self) -> NamedList: ...
    @property
    def history(self) -> ListHistory: ...
    def state_of(self, entry: ListEntry) -> SymbolState | None: ...
    def entries_of(self, states: Sequence[SymbolState]) -> list[ListEntry]: ...
    def commit(
        self, description: str, change: Callable[[Lists], Lists], *, unsorted: Sorting | None = None
    ) -> None: ...
    def synchronize(self) -> None: ...


class SectionController(QObject):
    """Creates, renames, folds and removes sections as the table requests it."""

    def __init__(self, controller: ListsController, table: WatchlistTable) -> None:
        super().__init__(table)
        self._controller, self._table = controller, table
        self._headings: dict[str, SectionHeading] = {}  # of the displayed list, by name
        self._list_name = ""
        table.section_requested.connect(self.add)
        table.fold_requested.connect(self.fold)
        table.section_removal_requested.connect(self.remove)
        table.watchlist.section_rename_requested.connect(self.rename)

    def add(self, states: Sequence[SymbolState] = ()) -> None:
        """Create a section with these symbols, and edit its name."""
        entries = self._controller.entries_of(states)
        name = unique_name("New section", self._controller.active_list.sections)
        self._controller.commit(
            "create a section", lambda lists: lists.add_section(self._controller.active_index, name, entries)
        )
        if (heading := self._headings.get(name)) is not None:
            self._table.edit_section(heading)

    def rename(self, heading: SectionHeading, name: str) -> None:
        """Rename a section."""
        old = heading.symbol
        if name.strip() in ("", old):
            return
        renamed = self._controller.lists.rename_section(self._controller.active_index, old, name)
        self._controller.commit(f"rename the section {old}", lambda lists: renamed)

    def fold(self, heading: SectionHeading, is_folded: bool) -> None:
        """Fold or unfold a section; the history does not contain this."""
        name = heading.symbol
        self._controller.history.amend(lambda lists: lists.fold_section(self._controller.active_index, name, is_folded))
        self._controller.synchronize()

    def remove(self, heading: SectionHeading) -> None:
        """Remove a heading; its symbols join the section above."""
        name, before, is_current = heading.symbol, self._controller.lists, self._table.current_heading is heading
        self._controller.commit(
            f"remove the section {name}", lambda lists: lists.remove_section(self._controller.active_index, name)
        )
        if self._controller.lists is not before:
            self._controller.undo_offered.emit(f"Removed the section {name}. Its symbols stay in the list.")
            if is_current:
                self._table.request_chart()  # of the row that is the current one instead

    @property
    def current(self) -> str:
        """The name of the section of the current row; empty if the row is pinned or above the first section."""
        table, shown = self._table, self._controller.active_list
        if (heading := table.current_heading) is not None:
            return heading.symbol
        current = [] if table.current_state is None else self._controller.entries_of([table.current_state])
        movable = [entry for entry in current if entry not in shown.pinned]
        return next((one.name for one in shown.sections for entry in movable if entry in one.entries), "")

    def rows(self, states: Callable[[Sequence[ListEntry]], list[SymbolState]]) -> list[SectionRows]:
        """Return the sections of the active list; a heading stays the same object while its section exists."""
        shown, sections = self._controller.active_list.name, self._controller.active_list.sections
        if shown == self._list_name:
            self._rename([one.name for one in sections])
        self._list_name = shown
        self._headings = {one.name: self._headings.get(one.name) or SectionHeading(one.name) for one in sections}
        for one in sections:
            self._headings[one.name].is_folded = one.is_folded
        return [SectionRows(self._headings[one.name], states(one.entries)) for one in sections]

    def _rename(self, names: Sequence[str]) -> None:
        """Rename the headings of sections whose names have changed, also by undo, so that their rows stay the same."""
        before = list(self._headings.items())
        renamed = [(one, name) for (old, one), name in zip(before, names, strict=False) if old != name]
        is_moved = len(before) != len(names) or any(name in self._headings for _, name in renamed)
        for heading, name in () if is_moved else renamed:
            heading.symbol = name
            self._table.viewport().update()
        if not is_moved:
            self._headings = {heading.symbol: heading for _, heading in before}


def with_sections(lists: Lists, index: int, sections: Mapping[str, Sequence[ListEntry]]) -> Lists:
    """Return the lists with these symbols in sections of one of them, which are created or unfolded."""
    for name, members in sections.items():
        lists = lists.add_section(index, name, members).fold_section(index, name, is_folded=False)
    return lists
