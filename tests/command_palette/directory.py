"""A directory of symbols for tests: what each feed knows, and what its provider lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ticker_gui.catalog.index import CatalogIndex, FeedIndex
from ticker_gui.command_palette.symbols import FeedSymbol, ListedSymbol
from ticker_gui.feeds.history import Instrument


class Directory:
    """Feeds with their known symbols, aliases and lists of instruments. ``btcusd`` is BTC-USD."""

    def __init__(
        self,
        known: Mapping[str, Sequence[str]],
        aliases: Mapping[FeedSymbol, str] | None = None,
        listed: Mapping[str, Sequence[Instrument]] | None = None,
    ) -> None:
        self._known, self._aliases, self._listed = known, aliases or {}, listed or {}
        self._catalogs = CatalogIndex()
        self._catalogs.set_feeds({feed: FeedIndex(instruments) for feed, instruments in self._listed.items()})

    def feeds(self) -> Sequence[str]:
        return list(self._known)

    def known_symbols(self, feed: str) -> Sequence[str]:
        return self._known[feed]

    def aliases(self) -> Mapping[FeedSymbol, str]:
        return self._aliases

    def search_catalogs(self, query: str, feeds: Sequence[str], limit: int) -> Sequence[ListedSymbol]:
        found = self._catalogs.search(query, feeds, limit)
        return [ListedSymbol(FeedSymbol(one.feed, one.instrument.symbol), one.rank) for one in found]

    def instrument(self, feed: str, symbol: str) -> Instrument | None:
        return next((one for one in self._listed.get(feed, ()) if one.symbol == symbol), None)

    def wire_symbol(self, feed: str, symbol: str) -> str:
        return symbol.replace("btcusd", "BTC-USD")

    def list_with(self, feed: str, symbol: str) -> str:
        return ""
