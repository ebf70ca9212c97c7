"""Finds the feeds, entries and states of symbols that are typed, imported or in the lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ticker_gui.command_palette.symbols import split_feed
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.feed_setup.symbol_providers import providers_for
from ticker_gui.feeds.symbols import ALL_SYMBOLS, exchange_of
from ticker_gui.feeds.well_known import spellings
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.lists import ListEntry, NamedList


class EntryResolver:
    """Relates the entries of lists to the symbols of the feeds, in any spelling.

    ``current`` returns the symbol of the current row, whose feed comes first where no feed is named.
    """

    def __init__(self, engine: Engine, current: Callable[[], SymbolState | None] = lambda: None) -> None:
        self._engine = engine
        self._current = current

    def state(self, entry: ListEntry) -> SymbolState | None:
        """Return the state of an entry; None without its feed, or beyond the limit of symbols."""
        feed = self._engine.feeds.get(entry.feed)
        return None if feed is None else feed.find(entry.symbol)

    def states(self, entries: Iterable[ListEntry]) -> list[SymbolState]:
        """Return the states of entries, each symbol once even if it has two spellings."""
        return list(dict.fromkeys(state for entry in entries if (state := self.state(entry)) is not None))

    def targets(self, feed: str, symbols: Sequence[str]) -> list[ListEntry]:
        """Return an entry for each typed or imported symbol; without a feed, of a feed that has the symbol."""
        feeds = self._engine.feeds
        if not feed and len(feeds) > 1:
            known = {name: one.known_symbols for name, one in feeds.items()}  # once, for thousands of symbols
            return [self._target(self._feed_with(symbol, known), symbol) for symbol in symbols]
        feed = feed or next(iter(feeds), "")
        return [self._target(feed, symbol) for symbol in symbols] if feed in feeds else []

    def _feed_with(self, symbol: str, known: Mapping[str, Sequence[str]]) -> str:
        """Return the feed that watches a symbol, or else knows or may have it; that of the current row comes first."""
        current, feeds = self._current(), self._engine.feeds
        first = "" if current is None else current.feed
        names = sorted(feeds, key=lambda name: (name != first, feeds[name].settings.disabled))
        possible = providers_for(symbol)
        watches = (name for name in names if feeds[name].find(symbol) is not None)
        knows = (name for name in names if _knows(feeds[name], symbol, known[name]))
        may_have = (name for name in names if feeds[name].settings.protocol in possible)
        return next(watches, "") or next(knows, "") or next(may_have, "") or names[0]

    def relayed(self, feed: str, text: str) -> list[ListEntry]:
        """Return all symbols of relays for a typed ``*`` or ``feed:*``; none for other texts, or without a report."""
        named, typed = split_feed(text, [feed] if feed else list(self._engine.feeds))
        if typed != ALL_SYMBOLS:
            return []
        feeds = [self._engine.feeds[name] for name in named if name in self._engine.feeds]
        return [ListEntry(one.name, symbol) for one in feeds for symbol in one.relayed.symbols]

    def may_exist(self, entry: ListEntry) -> bool:
        """Return whether the feed of an entry may have its symbol."""
        return self._engine.feeds[entry.feed].may_have(entry.symbol)

    def spelled(self, added: Iterable[ListEntry], lists: Sequence[NamedList]) -> list[ListEntry]:
        """Return entries in their order, each once; those in the lists keep the spelling of the last list with them."""
        added = list(added)
        feeds = {one.feed for one in added}
        known = {self._key(entry): entry for named in lists for entry in named.entries if entry.feed in feeds}
        return list(dict.fromkeys(known.setdefault(self._key(one), one) for one in added))

    def _key(self, entry: ListEntry) -> tuple[str, str]:
        """Return what two spellings of the same symbol of a feed have in common."""
        return entry.feed, self._engine.feeds[entry.feed].settings.protocol.wire_symbol(entry.symbol)

    def _target(self, feed: str, symbol: str) -> ListEntry:
        """Return the feed and the symbol of a typed ``feed:symbol`` or ``exchange:symbol``.

        A symbol that the feed knows is not such a text.
        """
        feeds = self._engine.feeds
        named, rest = split_feed(symbol, list(feeds))
        if rest != symbol and rest and symbol not in feeds[feed].known_symbols:
            return ListEntry(named[0], rest)
        exchange = exchange_of(symbol)
        owners = [name for name, one in feeds.items() if exchange in one.settings.protocol.exchanges]
        return ListEntry(feed if feed in owners or not owners else owners[0], symbol)


def _knows(feed: EngineFeed, symbol: str, known: Sequence[str]) -> bool:
    """Return whether a feed watches a symbol or proposes it as one of its ``known`` ones, in any spelling."""
    typed = symbol.casefold()
    return (
        any(one.casefold() == typed for one in known)
        or feed.find(symbol) is not None
        or next(spellings(symbol.upper(), known), "") != ""
    )
