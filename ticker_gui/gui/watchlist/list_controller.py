"""Controller of the watchlists: applies changes, records them for undo and updates feeds and table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from ticker_gui.command_palette.symbols import split_feed
from ticker_gui.config.settings import SYMBOL_RULE, parse_symbols
from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.symbols import exchange_of
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.watchlist.row_ordering import ViewPosition
from ticker_gui.list_import.imported_list import ImportedSection
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS
from ticker_gui.watchlist.list_history import History
from ticker_gui.watchlist.lists import ListEntry, Lists, NamedList, merge_settings
from ticker_gui.watchlist.saved_lists import SavedLists
from ticker_gui.watchlist.sorting import Sorting


class WatchlistController(QObject):
    """Connects lists, engine and table: a change makes new lists, which are displayed and subscribed.

    Signals:
        message_requested: a message for the user.
        undo_offered: a message about a change that the user may want to undo.
        symbols_missing: typed symbols that the feed does not have.
        changed: the lists or the active list have changed.
    """

    message_requested = Signal(str)
    undo_offered = Signal(str)
    symbols_missing = Signal(list)
    changed = Signal()

    def __init__(self, engine: Engine, panel: WatchlistPanel) -> None:
        super().__init__(panel)
        self.active_index = 0
        self._view_positions: dict[str, ViewPosition] = {}  # of the other lists, by name
        self._engine = engine
        self._panel = panel
        self._order = panel.order
        self._settings_entries = self._entries_in_settings()
        self._history = History(Lists((NamedList(entries=self._settings_entries),)))
        self._connect()

    @property
    def lists(self) -> Lists:
        """The current lists."""
        return self._history.current

    @property
    def active_list(self) -> NamedList:
        """The list that is displayed."""
        return self.lists.lists[self.active_index]

    @property
    def history(self) -> History:
        """The history for undo and redo."""
        return self._history

    def _connect(self) -> None:
        table, tabs = self._panel.table, self._panel.tabs
        table.removal_requested.connect(self.remove)
        table.move_requested.connect(self.move)
        table.shift_requested.connect(self.shift)
        table.pin_requested.connect(self.pin)
        table.header.sort_requested.connect(self.sort)
        self._panel.model.alias_requested.connect(self.alias)
        tabs.list_requested.connect(self.show)
        tabs.new_list_requested.connect(self.new_list)
        tabs.rename_requested.connect(self.rename_list)
        tabs.deletion_requested.connect(self.delete_list)
        tabs.move_requested.connect(self.move_list)

    # Saved state

    def restore(self, saved: SavedLists) -> None:
        """Restore saved lists, and apply what has been added to or removed from the settings since."""
        if saved.lists is not None:
            try:
                lists = merge_settings(saved.lists, saved.settings, self._settings_entries)
            except TickerError as error:
                lists = saved.lists
                self.message_requested.emit(error.for_user)
            self._history = History(lists)
            self.active_index = saved.shown
        self._sync()

    def capture(self) -> SavedLists:
        """Return the state to save."""
        return SavedLists(lists=self.lists, shown=self.active_index, settings=self._settings_entries)

    def apply_settings(self) -> None:
        """Apply reloaded settings, which the engine has applied already."""
        before, self._settings_entries = self._settings_entries, self._entries_in_settings()
        self._commit("apply the settings", lambda lists: merge_settings(lists, before, self._settings_entries))
        self._sync()

    def restore_lists(self, lists: Lists, description: str) -> None:
        """Set all lists to earlier ones, as a change that can be undone."""
        self._commit(description, lambda current: lists)

    def show_merged(self, lists: Lists) -> None:
        """Display lists that also contain changes made outside this window, as a change that can be undone."""
        name, names = self.active_list.name, [named.name for named in lists.lists]
        if name in names:
            self.active_index = names.index(name)
        self._commit("include changes from outside", lambda current: lists)
        self.message_requested.emit("The lists were changed outside this window. The changes are included now.")

    def _entries_in_settings(self) -> tuple[ListEntry, ...]:
        return tuple(
            ListEntry(name, symbol) for name, feed in self._engine.feeds.items() for symbol in feed.configured_symbols
        )

    # Symbols

    def add_text(self, feed: str, text: str) -> None:
        """Add the symbols in a text to the list, and report invalid ones. ``feed:symbol`` is for another feed."""
        symbols, refused = parse_symbols(text)
        self._add(self._targets(feed, symbols))
        if refused:
            more = f" and {len(refused) - 3} more" if len(refused) > 3 else ""
            description = ", ".join(f'"{one[:20]}"' for one in refused[:3])
            is_or_are = "is not a valid symbol" if len(refused) == 1 else "are not valid symbols"
            self.message_requested.emit(f"{description}{more} {is_or_are}. {SYMBOL_RULE}")

    def add(self, feed: str, symbols: Sequence[str]) -> None:
        """Add symbols of a feed to the list."""
        if feed not in self._engine.feeds:
            return
        self._add([ListEntry(feed, symbol) for symbol in symbols])

    def add_sections(self, feed: str, sections: Sequence[ImportedSection]) -> None:
        """Add imported symbols to the list, and offer to undo that."""
        before = self.lists
        entries = self._add(self._targets(feed, [symbol for section in sections for symbol in section.symbols]))
        if self.lists is not before:
            self.undo_offered.emit(f"Added {_describe_symbols(entries)} to {self.active_list.name}.")

    def _targets(self, feed: str, symbols: Sequence[str]) -> list[ListEntry]:
        """Return entries for typed or imported symbols that their feeds may have; report the others."""
        targets = [self._target(feed, symbol) for symbol in symbols] if feed in self._engine.feeds else []
        possible = [target for target in targets if self._engine.feeds[target.feed].may_have(target.symbol)]
        if missing := [target.symbol for target in targets if target not in possible]:
            self.symbols_missing.emit(missing)
        return possible

    def _target(self, feed: str, symbol: str) -> ListEntry:
        """Return the feed and the symbol of a typed ``feed:symbol`` or ``exchange:symbol``.

        A symbol that the feed knows is no such text.
        """
        feeds = self._engine.feeds
        named, rest = split_feed(symbol, list(feeds))
        if rest != symbol and rest and symbol not in feeds[feed].known_symbols:
            return ListEntry(named[0], rest)
        exchange = exchange_of(symbol)
        owners = [name for name, one in feeds.items() if exchange in one.settings.protocol.exchanges]
        return ListEntry(feed if feed in owners or not owners else owners[0], symbol)

    def _add(self, added: Sequence[ListEntry]) -> list[ListEntry]:
        """Add symbols to the list, select them, and return their entries."""
        if not added:
            return []
        by_feed: dict[str, list[str]] = {}
        for one in added:
            by_feed.setdefault(one.feed, []).append(one.symbol)
        entries = [entry for feed, symbols in by_feed.items() for entry in self._entries_for(feed, symbols)]
        if set(entries).issubset(self.active_list.entries):
            is_or_are = "is" if len(entries) == 1 else "are"
            self.message_requested.emit(f"{_describe_symbols(entries)} {is_or_are} already in this list.")
        else:
            self._commit(f"add {_describe_symbols(entries)}", lambda lists: lists.add(self.active_index, entries))
        self._panel.table.select_states(self._states(entries))
        return entries

    def index_with(self, entry: ListEntry) -> int | None:
        """Return the index of a list that contains a symbol in any spelling, the active list first."""
        state = self._state(entry)
        if state is None:  # the symbols of all lists are watched
            return None
        indices = sorted(range(len(self.lists.lists)), key=lambda index: index != self.active_index)
        return next((index for index in indices if state in self._states(self.lists.lists[index].entries)), None)

    def reveal(self, feed: str, symbol: str) -> SymbolState | None:
        """Select a symbol in a list that contains it, or add it to the active list; return its state if it has one."""
        entry = ListEntry(feed, symbol)
        index = self.index_with(entry)
        if index is None:
            self.add(feed, [symbol])
            if self._state(entry) is not None:
                self.message_requested.emit(f"Added {symbol} to {self.active_list.name}.")
        else:
            self.show(index)
            self._panel.table.select_states(self._states([entry]))
        return self._state(entry)

    def remove(self, states: Sequence[SymbolState]) -> None:
        """Remove symbols from the list."""
        entries = self._entries(states)
        before = self.lists
        self._commit(f"remove {_describe_symbols(entries)}", lambda lists: lists.remove(self.active_index, entries))
        self._panel.table.select_current()
        if self.lists is not before:
            self.undo_offered.emit(f"Removed {_describe_symbols(entries)} from {self.active_list.name}.")

    def move(self, states: Sequence[SymbolState], before: SymbolState | None) -> None:
        """Move symbols before another one, or to the end."""
        entries = self._entries(states)
        target = None if before is None else self._entries([before])[0]
        self._switch_to_manual_order()
        self._commit(f"move {_describe_symbols(entries)}", lambda lists: lists.move(self.active_index, entries, target))

    def shift(self, states: Sequence[SymbolState], by: int) -> None:
        """Move symbols up or down by one row."""
        entries = self._entries(states)
        self._switch_to_manual_order()
        self._commit(
            f"move {_describe_symbols(entries)}",
            lambda lists: lists.shift(self.active_index, entries, -1 if by < 0 else 1),
        )
        self._panel.table.scrollTo(self._panel.table.currentIndex())

    def pin(self, states: Sequence[SymbolState], is_pinned: bool) -> None:
        """Pin or unpin symbols."""
        entries = self._entries(states)
        if is_pinned:
            self._commit(f"pin {_describe_symbols(entries)}", lambda lists: lists.pin(self.active_index, entries))
        else:
            self._commit(f"unpin {_describe_symbols(entries)}", lambda lists: lists.unpin(self.active_index, entries))

    def alias(self, state: SymbolState, text: str) -> None:
        """Set the alias of a symbol; an empty text removes it."""
        named = (entry for entry, _ in self.lists.aliases if self._state(entry) is state)
        entry = next(named, self._entries([state])[0])
        self._commit(f"set the alias of {_describe_symbols([entry])}", lambda lists: lists.alias(entry, text))

    def sort(self, sorting: Sorting) -> None:
        """Make the current order by a column the manual order."""
        order = self._order.sort_once(sorting)
        positions: dict[SymbolState | None, int] = {state: position for position, state in enumerate(order)}
        # Entries without a symbol state (feed removed, or limit reached) come last.
        entries = sorted(
            self.active_list.display_order, key=lambda entry: positions.get(self._state(entry), len(positions))
        )
        self._switch_to_manual_order()
        title = COLUMNS[COLUMN_INDEX[sorting.column]].title
        self._commit(f"sort by {title}", lambda lists: lists.arrange(self.active_index, entries))

    def _switch_to_manual_order(self) -> None:
        """Stop sorting, so that moved rows stay where the user puts them."""
        if self._order.sorting is not None:
            self._order.keep_sorted(None)

    # Lists

    def show(self, index: int) -> None:
        """Display another list."""
        if 0 <= index < len(self.lists.lists) and index != self.active_index:
            self._view_positions[self.active_list.name] = self._order.position
            self.active_index = index
            self._sync()
            if (left := self._view_positions.pop(self.active_list.name, None)) is not None:
                self._order.restore_position(left)

    def new_list(self) -> None:
        """Create an empty list and display it."""
        count = len(self.lists.lists)
        self._commit("create a list", lambda lists: lists.new())
        self.show(count)

    def rename_list(self, index: int, name: str) -> None:
        """Rename a list."""
        self._commit(f"rename the list {self.lists.lists[index].name}", lambda lists: lists.rename(index, name))

    def delete_list(self, index: int) -> None:
        """Delete a list."""
        before, name = self.lists, self.lists.lists[index].name
        if self.active_index > index:
            self.active_index -= 1
        self._commit(f"delete the list {name}", lambda lists: lists.delete(index))
        if self.lists is not before:
            self.undo_offered.emit(f"Deleted the list {name}.")

    def move_list(self, source: int, target: int) -> None:
        """Move a list to another position."""
        positions = list(range(len(self.lists.lists)))
        positions.insert(target, positions.pop(source))
        self.active_index = positions.index(self.active_index)
        self._commit("move a list", lambda lists: lists.reorder(source, target))

    def undo(self) -> None:
        """Undo the last change."""
        before = self.lists
        self._show_history_step("Undo", self._history.undo(), before)

    def redo(self) -> None:
        """Redo the change that was undone last."""
        before = self.lists
        self._show_history_step("Redo", self._history.redo(), before)

    def _show_history_step(self, action: str, description: str, before: Lists) -> None:
        """Display the list that has changed, or else keep the active one, and report the step."""
        if not description:
            return
        lists = self.lists.lists
        active = next((named for named in lists if named not in before.lists), before.lists[self.active_index])
        if active in lists:
            self.active_index = lists.index(active)
        self._sync()
        self.message_requested.emit(f"{action}: {description}")

    # Applying changes

    def _commit(self, description: str, change: Callable[[Lists], Lists]) -> None:
        try:
            self._history.do(description, change(self.lists))
        except TickerError as error:
            self.message_requested.emit(error.for_user)
        else:
            self._sync()

    def _sync(self) -> None:
        """Subscribe the symbols of all lists, and display the active list."""
        self.active_index = max(0, min(self.active_index, len(self.lists.lists) - 1))
        for name, feed in self._engine.feeds.items():
            try:
                feed.set_watched(self.lists.symbols_of(name))
            except SettingsError as error:
                self.message_requested.emit(error.for_user)
        for state in self._engine.market.states:
            state.alias = ""
        for entry, name in self.lists.aliases:
            if (named := self._state(entry)) is not None:
                named.alias = name
        shown = self.active_list
        self._order.set_states(self._states(shown.display_order), self._states(shown.pinned))
        self._panel.model.refresh()  # aliases may have changed without a new price
        self._panel.tabs.show_lists([named.name for named in self.lists.lists], self.active_index)
        self.changed.emit()

    def find(self, feed: str, symbol: str) -> SymbolState | None:
        """Return the state of a feed's symbol, if there is one."""
        return self._state(ListEntry(feed, symbol))

    def _states(self, entries: Iterable[ListEntry]) -> list[SymbolState]:
        """Return the states of entries, each symbol once even if it has two spellings."""
        return list(dict.fromkeys(state for entry in entries if (state := self._state(entry)) is not None))

    def _state(self, entry: ListEntry) -> SymbolState | None:
        feed = self._engine.feeds.get(entry.feed)
        return None if feed is None else feed.find(entry.symbol)

    def _entries(self, states: Iterable[SymbolState]) -> list[ListEntry]:
        """Return the entries of the active list for these states, in any spelling."""
        requested = set(states)
        return [entry for entry in self.active_list.display_order if self._state(entry) in requested]

    def _entries_for(self, feed: str, symbols: Iterable[str]) -> list[ListEntry]:
        """Return entries for symbols, each once; existing entries keep their spelling."""
        spell = self._engine.feeds[feed].settings.protocol.wire_symbol
        lists = (*self.lists.lists, self.active_list)  # the active one last, because it takes precedence
        known = {spell(entry.symbol): entry for named in lists for entry in named.entries if entry.feed == feed}
        return list(dict.fromkeys(known.setdefault(spell(symbol), ListEntry(feed, symbol)) for symbol in symbols))


def _describe_symbols(entries: Sequence[ListEntry]) -> str:
    return entries[0].symbol if len(entries) == 1 else f"{len(entries)} symbols"
