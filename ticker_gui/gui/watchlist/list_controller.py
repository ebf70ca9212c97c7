"""Controller of the watchlists: applies changes, records them for undo and updates feeds and table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QObject, Signal

from ticker_gui.config.settings import SYMBOL_RULE, parse_symbols
from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.domain.sanitize import quoted
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.symbols import ALL_SYMBOLS
from ticker_gui.gui.watchlist.entry_resolver import EntryResolver
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.watchlist.row_mover import RowMover
from ticker_gui.gui.watchlist.row_ordering import ViewPosition
from ticker_gui.gui.watchlist.section_controller import SectionController, with_sections
from ticker_gui.list_import.imported_list import ImportedSection
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.list_history import ListHistory, ListStep
from ticker_gui.watchlist.lists import (
    ListEntry,
    Lists,
    NamedList,
    describe_addition,
    describe_held,
    describe_symbols,
    merge_settings,
)
from ticker_gui.watchlist.saved_lists import SavedLists
from ticker_gui.watchlist.sorting import Sorting

NO_RELAY: Final = 'The symbol "*" (all symbols) needs a connected feed of the provider nats. List the symbols instead.'


class WatchlistController(QObject):
    """Connects lists, engine and table: a change makes new lists, which are displayed and subscribed.

    Signals:
        message_requested: a message for the user.
        undo_offered: a message about a change that the user may want to undo.
        symbols_missing: typed symbols that the feed does not have.
        changed: the lists or the active list have changed.
        step_recorded: the lists were changed by a step that can be undone.
    """

    message_requested = Signal(str)
    undo_offered = Signal(str)
    symbols_missing = Signal(list)
    changed = Signal()
    step_recorded = Signal()

    def __init__(self, engine: Engine, panel: WatchlistPanel) -> None:
        super().__init__(panel)
        self.active_index = 0
        self._view_positions: dict[str, ViewPosition] = {}  # of the other lists, by name
        self._engine = engine
        self._panel = panel
        self._order = panel.order
        self._settings_entries = self._entries_in_settings()
        self.history = ListHistory(Lists((NamedList(entries=self._settings_entries),)), self._settings_entries)
        self._resolver = EntryResolver(engine, lambda: panel.table.current_state)
        self.sections = SectionController(self, panel.table)
        self.rows = RowMover(self, panel.table, self._order)
        self._connect()

    @property
    def lists(self) -> Lists:
        """The current lists."""
        return self.history.current

    @property
    def active_list(self) -> NamedList:
        """The list that is displayed."""
        return self.lists.lists[self.active_index]

    def _connect(self) -> None:
        table, tabs = self._panel.table, self._panel.tabs
        table.removal_requested.connect(self.remove)
        table.pin_requested.connect(self.pin)
        self._panel.model.alias_requested.connect(self.alias)
        tabs.list_requested.connect(self.show)
        tabs.new_list_requested.connect(self.create_list)
        tabs.rename_requested.connect(self.rename_list)
        tabs.deletion_requested.connect(self.delete_list)
        tabs.move_requested.connect(self.move_list)

    # Saved state

    def restore(self, saved: SavedLists) -> None:
        """Restore saved lists, and apply what has been added to or removed from the settings since."""
        if saved.lists is not None:
            self._settings_entries = self._entries_in_settings(saved.settings)
            try:
                lists = merge_settings(saved.lists, saved.settings, self._settings_entries)
            except TickerError as error:
                lists = saved.lists
                self.message_requested.emit(error.for_user)
            self.history = ListHistory(lists, self._settings_entries)
            self.active_index = saved.shown
        self.synchronize()

    def capture(self) -> SavedLists:
        """Return the state to save."""
        return SavedLists(lists=self.lists, shown=self.active_index, settings=self._settings_entries)

    def apply_settings(self) -> None:
        """Apply reloaded settings, which the engine has applied already, or the new symbols of a relay.

        This is not a step of the history: undo of the lists alone would not bring a feed back.
        """
        self._settings_entries = self._entries_in_settings(self._settings_entries)
        try:
            self.history.follow_settings(self._settings_entries)
        except TickerError as error:
            self.message_requested.emit(error.for_user)
        self.synchronize()

    def restore_lists(self, lists: Lists, description: str) -> None:
        """Set all lists to earlier ones, as a change that can be undone."""
        self.commit(description, lambda current: lists)
        self._select_charted()

    def show_merged(self, lists: Lists) -> None:
        """Display lists that also contain changes made outside this window, as a change that can be undone."""
        name, names = self.active_list.name, [named.name for named in lists.lists]
        if name in names:
            self.active_index = names.index(name)
        self.commit("merge changes from outside", lambda current: lists)
        self._select_charted()
        self.message_requested.emit("The lists were changed outside this window. The changes are now included.")

    def _entries_in_settings(self, before: Sequence[ListEntry] = ()) -> tuple[ListEntry, ...]:
        """Return the symbols of the settings; in a replay, those that were watched at this point of the recording.

        Where the settings ask for all symbols of a relay, those ``before`` stay: it may not be connected now.
        """
        feeds = self._engine.feeds
        entries = [entry for entry in before if entry.feed in feeds and feeds[entry.feed].watches_all]
        for name, feed in feeds.items():
            symbols = feed.known_symbols if feed.is_replay else feed.configured_symbols
            entries += [ListEntry(name, symbol) for symbol in symbols]
        return tuple(dict.fromkeys(entries))

    # Symbols

    def add_text(self, feed: str, text: str) -> None:
        """Add the symbols in a text to the list, and report invalid ones. ``feed:symbol`` is for another feed.

        ``*`` or ``feed:*`` is for all symbols that a relay has now.
        """
        if relayed := self._resolver.relayed(feed, text):
            self._add(relayed)
            return
        symbols, refused = parse_symbols(text)
        self._add(self._targets(feed, symbols))
        if refused and refused[0].endswith(ALL_SYMBOLS):
            self.message_requested.emit(NO_RELAY)
        elif refused:
            more = f" and {len(refused) - 3:,} more" if len(refused) > 3 else ""
            description = ", ".join(quoted(one, 20) for one in refused[:3])
            is_or_are = "is not a valid symbol" if len(refused) == 1 else "are not valid symbols"
            self.message_requested.emit(f"{description}{more} {is_or_are}. {SYMBOL_RULE}")

    def add(self, feed: str, symbols: Sequence[str]) -> None:
        """Add symbols of a feed to the list."""
        if feed not in self._engine.feeds:
            return
        self._add([ListEntry(feed, symbol) for symbol in symbols])

    def add_sections(self, feed: str, sections: Sequence[ImportedSection]) -> None:
        """Add imported symbols and their sections to the list in one step, and offer to undo it."""
        before, held = self.lists, self.active_list.entries
        targets = self._targets(feed, [symbol for section in sections for symbol in section.symbols])
        possible = set(targets)
        groups = {
            section.name: [one for one in self._resolver.targets(feed, section.symbols) if one in possible]
            for section in sections
            if section.name
        }
        entries = self._add(targets, groups)
        if self.lists is not before:
            self.undo_offered.emit(describe_addition(entries, held, self.active_list.name))

    def _targets(self, feed: str, symbols: Sequence[str]) -> list[ListEntry]:
        """Return entries for symbols that their feeds may have, and report the others."""
        targets = self._resolver.targets(feed, symbols)
        possible = {target: self._resolver.may_exist(target) for target in targets}
        if missing := [target.symbol for target in targets if not possible[target]]:
            self.symbols_missing.emit(missing)
        return [target for target in targets if possible[target]]

    def _spelled(self, added: Iterable[ListEntry]) -> list[ListEntry]:
        """Return entries with the spelling of the lists; that of the active list takes precedence."""
        return self._resolver.spelled(added, (*self.lists.lists, self.active_list))

    def _add(
        self, added: Sequence[ListEntry], sections: Mapping[str, Sequence[ListEntry]] = MappingProxyType({})
    ) -> list[ListEntry]:
        """Add symbols and sections with some of them to the list, select the symbols, and return their entries.

        Without ``sections``, new symbols are added to the section of the current row, if it is in one.
        """
        entries, before, held = self._spelled(added), self.lists, set(self.active_list.entries)
        if not entries:
            return []
        new = [entry for entry in entries if entry not in held]
        if sections or new:
            groups = {name: self._spelled(members) for name, members in sections.items()}
            if not sections and (current := self.sections.current):
                groups[current] = new
            self.commit(
                f"add {describe_symbols(new)}" if new else f"move {describe_symbols(entries)} into sections",
                lambda lists: with_sections(lists.add(self.active_index, entries), self.active_index, groups),
            )
        if self.lists is before and not new:
            self.message_requested.emit(describe_held(entries, "this list"))
        self._panel.table.select_states(self._resolver.states(entries))
        return entries

    def index_with(self, entry: ListEntry) -> int | None:
        """Return the index of a list that contains a symbol in any spelling, the active list first."""
        state = self._resolver.state(entry)
        if state is None:  # the symbols of all lists are watched
            return None
        indices = sorted(range(len(self.lists.lists)), key=lambda index: index != self.active_index)
        return next(
            (index for index in indices if state in self._resolver.states(self.lists.lists[index].entries)), None
        )

    def reveal(self, feed: str, symbol: str) -> SymbolState | None:
        """Select a symbol in a list that contains it, or add it to the active list; return its state if it has one."""
        entry = ListEntry(feed, symbol)
        index = self.index_with(entry)
        if index is None:
            self.add(feed, [symbol])
            if self._resolver.state(entry) is not None:
                self.message_requested.emit(f"Added {symbol} to {self.active_list.name}.")
        else:
            self.show(index)
            self._panel.table.select_states(self._resolver.states([entry]))
        return self._resolver.state(entry)

    def remove(self, states: Sequence[SymbolState]) -> None:
        """Remove symbols from the list."""
        entries = self.entries_of(states)
        before = self.lists
        self.commit(f"remove {describe_symbols(entries)}", lambda lists: lists.remove(self.active_index, entries))
        self._panel.table.select_current()
        if self.lists is not before:
            self.undo_offered.emit(f"Removed {describe_symbols(entries)} from {self.active_list.name}.")

    def pin(self, states: Sequence[SymbolState], is_pinned: bool) -> None:
        """Pin or unpin symbols."""
        entries = self.entries_of(states)
        word, change = ("pin", Lists.pin) if is_pinned else ("unpin", Lists.unpin)
        self.commit(f"{word} {describe_symbols(entries)}", lambda lists: change(lists, self.active_index, entries))

    def alias(self, state: SymbolState, text: str) -> None:
        """Set the alias of a symbol; an empty text removes it."""
        named = (entry for entry, _ in self.lists.aliases if self._resolver.state(entry) is state)
        entry = next(named, self.entries_of([state])[0])
        self.commit(f"set the alias of {describe_symbols([entry])}", lambda lists: lists.alias(entry, text))

    # Lists

    def show(self, index: int) -> None:
        """Display another list."""
        if 0 <= index < len(self.lists.lists) and index != self.active_index:
            self._view_positions[self.active_list.name] = self._order.position
            self.active_index = index
            self._display()
            if (left := self._view_positions.pop(self.active_list.name, None)) is not None:
                self._order.restore_position(left)
            self._panel.table.show_current()
            self.changed.emit()

    def create_list(self, entries: Sequence[ListEntry] = ()) -> None:
        """Create a list, display it and edit its name."""
        before = self.lists
        self.new_list(entries)
        if self.lists is not before:
            self._panel.tabs.name_new(self.active_index)

    def new_list(self, entries: Sequence[ListEntry] = ()) -> None:
        """Create a list with these symbols and display it."""
        count = len(self.lists.lists)
        self.commit("create a list", lambda lists: lists.new().add(count, entries))
        self.show(count)

    def rename_list(self, index: int, name: str) -> None:
        """Rename a list."""
        self.commit(f"rename the list {self.lists.lists[index].name}", lambda lists: lists.rename(index, name))

    def delete_list(self, index: int) -> None:
        """Delete a list."""
        before, name = self.lists, self.lists.lists[index].name
        if self.active_index > index:
            self.active_index -= 1
        self.commit(f"delete the list {name}", lambda lists: lists.delete(index))
        if self.lists is not before:
            self._select_charted()
            self.undo_offered.emit(f"Deleted the list {name}.")

    def move_list(self, source: int, target: int) -> None:
        """Move a list to another position."""
        positions = list(range(len(self.lists.lists)))
        positions.insert(target, positions.pop(source))
        self.active_index = positions.index(self.active_index)
        self.commit("move a list", lambda lists: lists.reorder(source, target))

    def undo(self) -> None:
        """Undo the last change, and sort the rows again if the change has ended that."""
        before, step = self.lists, self.history.undo()
        self._show_history_step("Undo", step, before)
        if step is not None and step.unsorted is not None:
            self._order.keep_sorted(step.unsorted)

    def redo(self) -> None:
        """Redo the change that was undone last."""
        before, step = self.lists, self.history.redo()
        if step is not None and step.unsorted is not None:
            self._order.keep_sorted(None)
        self._show_history_step("Redo", step, before)

    def _show_history_step(self, action: str, step: ListStep | None, before: Lists) -> None:
        """Display the list that has changed, or else keep the active one, and report the step."""
        if step is None:
            return
        lists, heading = self.lists.lists, self._panel.table.current_heading
        active = next((named for named in lists if named not in before.lists), before.lists[self.active_index])
        if active in lists and lists.index(active) != self.active_index:
            self.active_index, heading = lists.index(active), None
        self.synchronize()
        self._panel.table.select_states(self._resolver.states(self.lists.added_since(self.active_index, before)))
        self._order.settle_current(heading)
        self.message_requested.emit(f"{action}: {step.description}")

    def _select_charted(self) -> None:
        """Select the current row, which the chart shows, if another list has come into view."""
        if not self._panel.table.selected_states():
            self._panel.table.select_current()

    # Applying changes

    def commit(self, description: str, change: Callable[[Lists], Lists], *, unsorted: Sorting | None = None) -> None:
        """Change the lists as a step of the history; ``unsorted`` is the sorting of the rows that it ends."""
        before = self.lists
        try:
            self.history.do(description, change(before), unsorted)
        except TickerError as error:
            self.message_requested.emit(error.for_user)
        else:
            if self.lists is not before:
                self.step_recorded.emit()
            self.synchronize()

    def synchronize(self) -> None:
        """Subscribe the symbols of all lists, except in a replay, display the active list, and report the change."""
        self._display()
        self.changed.emit()

    def _display(self) -> None:
        self.active_index = max(0, min(self.active_index, len(self.lists.lists) - 1))
        for name, feed in () if self._engine.is_replay else self._engine.feeds.items():
            try:
                feed.set_watched(self.lists.symbols_of(name))
            except SettingsError as error:
                self.message_requested.emit(error.for_user)
        for state in self._engine.market.states:
            state.alias = ""
        for entry, name in self.lists.aliases:
            if (named := self._resolver.state(entry)) is not None:
                named.alias = name
        shown = self.active_list
        self._order.set_states(
            self._resolver.states(shown.display_order),
            self._resolver.states(shown.pinned),
            self.sections.rows(self._resolver.states),
        )
        self._panel.table.forget_removed(self._engine.market.holds)
        self._panel.model.refresh()  # aliases may have changed without a new price
        counts = [len(named.entries) for named in self.lists.lists]
        self._panel.tabs.show_lists([named.name for named in self.lists.lists], self.active_index, counts)

    def find(self, feed: str, symbol: str) -> SymbolState | None:
        """Return the state of a feed's symbol, if there is one."""
        return self._resolver.state(ListEntry(feed, symbol))

    def state_of(self, entry: ListEntry) -> SymbolState | None:
        """Return the state of an entry, if there is one."""
        return self._resolver.state(entry)

    def entries_of(self, states: Iterable[SymbolState]) -> list[ListEntry]:
        """Return the entries of the active list for these states, in any spelling."""
        requested = set(states)
        return [entry for entry in self.active_list.display_order if self._resolver.state(entry) in requested]
