"""The symbols of all feeds that match a typed text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple, Protocol

from ticker_gui.command_palette.fuzzy import Rank, match
from ticker_gui.feeds.history import Instrument
from ticker_gui.feeds.well_known import spellings, symbol_called
from ticker_gui.watchlist.symbol_search import search

MAX_SYMBOLS: Final = 12


class FeedSymbol(NamedTuple):
    """A symbol of a feed."""

    feed: str
    symbol: str


class ListedSymbol(NamedTuple):
    """A symbol that was found in a provider's list by its symbol or name, and how well it matches."""

    symbol: FeedSymbol
    rank: Rank


class SymbolDirectory(Protocol):
    """The symbols that can be found."""

    def feeds(self) -> Sequence[str]:
        """Return the names of all feeds; a symbol that no feed knows would be added to the first one."""

    def known_symbols(self, feed: str) -> Sequence[str]:
        """Return the known symbols of a feed."""

    def aliases(self) -> Mapping[FeedSymbol, str]:
        """Return the aliases that the user has given to symbols."""

    def search_catalogs(self, query: str, feeds: Sequence[str], limit: int) -> Sequence[ListedSymbol]:
        """Return the symbols in the providers' lists that match by symbol or name, the best first."""

    def instrument(self, feed: str, symbol: str) -> Instrument | None:
        """Return the entry of a symbol in the provider's list, with its name and venue."""

    def wire_symbol(self, feed: str, symbol: str) -> str:
        """Return a symbol in the provider's notation, which is the same for all ways to write it."""

    def list_with(self, feed: str, symbol: str) -> str:
        """Return the name of a list that contains a symbol, or an empty text."""


def find_symbols(typed: str, directory: SymbolDirectory, limit: int = MAX_SYMBOLS) -> list[FeedSymbol]:
    """Return the symbols of all feeds that match, by their names, aliases or what people call them, the best first.

    Known symbols are before those that are only in a provider's list and match as well. ``feed:symbol`` searches one
    feed only.
    """
    feeds, query = split_feed(typed, directory.feeds())
    if not query:
        return []
    aliases: dict[str, FeedSymbol] = {}
    for found, alias in directory.aliases().items():
        if found.feed in feeds:
            aliases.setdefault(alias, found)
    by_alias = [aliases[alias] for alias in search(query, aliases, limit)]
    searched = () if " " in query else feeds  # no symbol contains a space, but an alias may
    by_name = [
        [FeedSymbol(feed, one) for one in search(query, directory.known_symbols(feed), limit)] for feed in searched
    ]
    ranked = [
        (_rank(query, symbol.symbol), order, symbol)
        for found_symbols in by_name
        for order, symbol in enumerate(found_symbols)
    ]
    ranked += [(_rank(query, directory.aliases()[symbol]), order, symbol) for order, symbol in enumerate(by_alias)]
    ranked += [(int(Rank.PREFIX), order, symbol) for order, symbol in enumerate(_find_called(query, feeds, directory))]
    ranked += _find_listed(query, feeds, directory, limit)
    ordered = sorted(ranked, key=lambda one: one[:2])
    found_once: dict[FeedSymbol, FeedSymbol] = {}
    for _, _, symbol in ordered:
        found_once.setdefault(FeedSymbol(symbol.feed, directory.wire_symbol(*symbol)), symbol)
    return list(found_once.values())[:limit]


def _find_listed(
    query: str, feeds: Sequence[str], directory: SymbolDirectory, limit: int
) -> list[tuple[int, int, FeedSymbol]]:
    """Return the symbols in the providers' lists, with the values by which they are sorted."""
    listed = list(directory.search_catalogs(query, feeds, limit))
    if called := symbol_called(query):
        found = directory.search_catalogs(called, feeds, limit)
        spelled = set(spellings(called, (one.symbol.symbol for one in found)))
        listed += [ListedSymbol(one.symbol, Rank.PREFIX) for one in found if one.symbol.symbol in spelled]
    return [(int(one.rank), MAX_SYMBOLS + order, one.symbol) for order, one in enumerate(listed)]


def _find_called(query: str, feeds: Sequence[str], directory: SymbolDirectory) -> list[FeedSymbol]:
    """Return the symbols that people call by a name, which none of them may contain: ``AAPL`` for Apple."""
    if not (called := symbol_called(query)):
        return []
    known = ((feed, spellings(called, directory.known_symbols(feed))) for feed in feeds)
    return [FeedSymbol(feed, one) for feed, found in known for one in islice(found, MAX_SYMBOLS)]


def split_feed(typed: str, feeds: Sequence[str]) -> tuple[Sequence[str], str]:
    """Return the feeds to search, and the text to search in them: one feed for ``feed:symbol``, else all feeds."""
    query = typed.strip()
    name, colon, rest = query.partition(":")
    named = [feed for feed in feeds if feed.casefold() == name.strip().casefold()]
    return (named, rest.strip()) if colon and named else (feeds, query)


def describe_instrument(instrument: Instrument | None) -> str:
    """Return the name and the venue of an instrument, as far as they are known."""
    return "" if instrument is None else " · ".join(filter(None, (instrument.name, instrument.venue)))


def _rank(query: str, name: str) -> int:
    matched = match(query, name)
    return int(Rank.SCATTERED) if matched is None else int(matched.rank)
