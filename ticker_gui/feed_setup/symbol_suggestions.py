"""Suggestions for a typed symbol: the symbols of all feeds, or the providers that may have it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ticker_gui.command_palette.symbols import SymbolDirectory, describe_instrument, find_symbols, split_feed
from ticker_gui.feed_setup.symbol_providers import describe_providers
from ticker_gui.watchlist.symbol_search import search

_PREFIX: Final = re.compile(r"[^\W_][\w.\-]*")  # a feed's name that can stand before a symbol


class SymbolSuggestion(NamedTuple):
    """A suggestion: ``text`` replaces what was typed, ``title`` is displayed, ``note`` stands beside it.

    With ``connects``, no feed has the symbol: the suggestion opens the dialog that connects a feed. ``name`` is that of
    the instrument and its venue; with ``is_by_name``, the symbol itself does not contain what was typed. With
    ``is_note``, it only says something and cannot be chosen.
    """

    text: str
    title: str
    note: str = ""
    connects: bool = False
    name: str = ""
    is_by_name: bool = False
    is_note: bool = False


def suggest_symbols(typed: str, directory: SymbolDirectory) -> list[SymbolSuggestion]:
    """Return the suggestions for a typed symbol, the best first.

    Symbols of the first feed are inserted as they are, those of other feeds as ``feed:symbol``. With ``feed:`` before
    it, a symbol is searched in that feed only.
    """
    feeds = directory.feeds()
    _, query = split_feed(typed, feeds)
    has_prefix = query != typed.strip()
    suggestions = [
        SymbolSuggestion(
            f"{found.feed}:{found.symbol}" if has_prefix or found.feed != feeds[0] else found.symbol,
            found.symbol,
            found.feed if len(feeds) > 1 else "",
            name=describe_instrument(directory.instrument(found.feed, found.symbol)),
            is_by_name=not search(query, [found.symbol]),
        )
        for found in find_symbols(typed, directory)
        if found.feed == feeds[0] or _PREFIX.fullmatch(found.feed)
    ]
    if suggestions or not query or has_prefix:
        return suggestions
    providers = describe_providers(query)
    return [SymbolSuggestion(query, f"{query}: connect {providers}", connects=True)] if providers else []
