"""The symbols of all feeds and lists, for the command palette."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ticker_gui.command_palette.symbols import FeedSymbol, ListedSymbol, split_feed
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.symbol_catalogs import SymbolCatalogs
from ticker_gui.feeds.history import Instrument
from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.watchlist.lists import ListEntry


class ListedSymbols:
    """A `SymbolDirectory` of an engine, its lists and the providers' lists of symbols.

    ``default_feed`` returns the feed for unknown symbols.
    """

    def __init__(
        self,
        engine: Engine,
        controller: WatchlistController,
        default_feed: Callable[[], str],
        catalogs: SymbolCatalogs | None = None,
    ) -> None:
        self._engine, self._controller, self._default_feed = engine, controller, default_feed
        self._catalogs = catalogs

    def feeds(self) -> Sequence[str]:
        """Return the names of all feeds, the one for unknown symbols first."""
        default = self._default_feed()
        return sorted(self._engine.feeds, key=lambda name: name != default)

    def known_symbols(self, feed: str) -> Sequence[str]:
        """Return the symbols of a feed that are in lists, then those that it knows."""
        listed = self._controller.lists.symbols_of(feed)
        return list(dict.fromkeys((*listed, *self._engine.feeds[feed].known_symbols)))

    def aliases(self) -> Mapping[FeedSymbol, str]:
        """Return the aliases of symbols."""
        return {FeedSymbol(entry.feed, entry.symbol): alias for entry, alias in self._controller.lists.aliases}

    def search_catalogs(self, query: str, feeds: Sequence[str], limit: int) -> Sequence[ListedSymbol]:
        """Return the symbols in the providers' lists that match by symbol or name, the best first."""
        found = [] if self._catalogs is None else self._catalogs.search(query, feeds, limit)
        return [ListedSymbol(FeedSymbol(one.feed, one.instrument.symbol), one.rank) for one in found]

    def search_online(self, typed: str) -> str:
        """Search for a text at the providers without a list of symbols.

        Returns:
            The status of this search, or when a list that may be out of date was received, as a sentence.
        """
        if self._catalogs is None:
            return ""
        feeds, query = split_feed(typed, self.feeds())
        self._catalogs.online.request(query, feeds)
        return self._catalogs.online.search.status or self._describe_lists(self._catalogs, feeds)

    def _describe_lists(self, catalogs: SymbolCatalogs, feeds: Sequence[str]) -> str:
        notes = {feed: note for feed in feeds if (note := catalogs.describe(feed))}
        feed, note = next(iter(notes.items()), ("", ""))
        return f"{feed}: {note}" if note and len(self._engine.feeds) > 1 else note

    def instrument(self, feed: str, symbol: str) -> Instrument | None:
        """Return the entry of a symbol in the provider's list."""
        return None if self._catalogs is None else self._catalogs.find(feed, symbol)

    def wire_symbol(self, feed: str, symbol: str) -> str:
        """Return a symbol in the provider's notation."""
        known = self._engine.feeds.get(feed)
        return symbol if known is None else known.wire_symbol(symbol)

    def list_with(self, feed: str, symbol: str) -> str:
        """Return the name of a list that contains a symbol, the active list first; empty if there is none."""
        index = self._controller.index_with(ListEntry(feed, symbol))
        return "" if index is None else self._controller.lists.lists[index].name
