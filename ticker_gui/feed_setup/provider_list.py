"""The providers a user can choose from, as texts, and the search among them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from ticker_gui.config.settings import check_url
from ticker_gui.domain.capability import BRIEF, describe_capabilities
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feed_setup.symbol_providers import providers_for
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.registry import AUTO_DETECT, MAPPED, PROVIDERS, provider_of
from ticker_gui.feeds.well_known import NAMES, spellings, symbol_called

_NOT_LISTED: Final = (AUTO_DETECT, MAPPED, "demo")
_GROUPS: Final = ("No key needed", "Free key", "Key from a paid plan")

# How well a format is known, by the best of its sources.
_PROVENANCE: Final = {
    "recorded traffic": "Tested with recorded traffic",
    "partial documentation": "Partly from documentation",
    "documentation": "From documentation",
    "recorded by others": "From recorded messages",
    "other programs": "Unofficial: from other programs",
    "detected": "Detected",
    "settings": "From your settings",
}


class ProviderEntry(NamedTuple):
    """One provider as it appears in the list: ``summary`` is one line, ``details`` is complete.

    ``provenance`` says how well the format of its messages is known, ``sources`` from what.
    """

    name: str
    title: str
    key: str
    summary: str
    details: str
    provenance: str
    sources: str = ""

    @property
    def protocol(self) -> type[FeedProtocol]:
        """The provider's class."""
        return PROVIDERS[self.name]

    @property
    def group(self) -> str:
        """What it costs to use the provider, the heading of its group in the list."""
        return _GROUPS[_cost(self.protocol)]

    @property
    def is_known(self) -> bool:
        """Whether the format is known, and need not be detected."""
        return self.name != AUTO_DETECT


ANY_WEBSOCKET: Final = ProviderEntry(
    AUTO_DETECT,
    "Any other WebSocket",
    "key optional",
    "Paste its address to detect its format",
    "Any market-data feed: its format is detected when you test it.",
    "",
)


def provider_entries() -> tuple[ProviderEntry, ...]:
    """Return the providers with a known format: those without a key, with a free one and with a paid one, by title."""
    listed = (provider for name, provider in PROVIDERS.items() if name not in _NOT_LISTED)
    return tuple(map(_entry, sorted(listed, key=lambda provider: (_cost(provider), provider.title.casefold()))))


def find_entry(name: str) -> ProviderEntry:
    """Return the entry of a provider; that of any other WebSocket if the list has none with this name."""
    is_listed = name in PROVIDERS and name not in (AUTO_DETECT, MAPPED)
    return _entry(PROVIDERS[name]) if is_listed else ANY_WEBSOCKET


def search_providers(text: str, entries: Sequence[ProviderEntry]) -> list[ProviderEntry]:
    """Return the providers that match each word of a text; for an address, the provider at its host.

    Symbols and their common names match, too: the providers that are known to have one come last. If nothing matches
    a symbol in capital letters, the providers of what it seems to be are returned.
    """
    text = text.strip()
    if "://" in text:
        provider = provider_of(text) if is_address(text) else None
        return [entry for entry in entries if provider is not None and entry.name == provider.name]
    words = text.casefold().split()
    found = [entry for entry in entries if all(word in _searchable(entry) for word in words)]
    found += [entry for entry in entries if entry not in found and find_symbol(text, entry)]
    if found or text != text.upper():
        return found
    possible = {provider.name for provider in providers_for(text)}
    return [entry for entry in entries if entry.name in possible]


def find_symbol(text: str, entry: ProviderEntry) -> str:
    """Return a provider's notation of a symbol or of what people call it: ``BTC/USD`` for Bitcoin; empty if unknown."""
    text = text.strip()
    known = entry.protocol.default_symbols
    return _symbol_in(known, NAMES.get(text.casefold(), text.upper())) or _symbol_in(known, symbol_called(text))


def _symbol_in(known: Sequence[str], symbol: str) -> str:
    if not symbol or symbol in known:
        return symbol
    return next(spellings(symbol, known), "")


def is_address(text: str) -> bool:
    """Return whether a text is the address of a WebSocket."""
    try:
        check_url(text.strip())
    except SettingsError:
        return False
    return True


def entry_of_address(address: str) -> ProviderEntry:
    """Return the provider at an address; if none is known there, the entry of any other WebSocket."""
    provider = provider_of(address) if is_address(address) else None
    return ANY_WEBSOCKET if provider is None or provider.name in _NOT_LISTED else _entry(provider)


def key_site(provider: type[FeedProtocol]) -> str:
    """Return the site where an account gets its key, without ``www``; empty if no key is needed."""
    return (urlsplit(provider.key_url).hostname or "").removeprefix("www.").removeprefix("app.")


def _cost(provider: type[FeedProtocol]) -> int:
    """Return the index of a provider's group."""
    return 0 if not provider.needs_key else 1 if provider.plan.startswith("free") else 2


@cache  # it is asked for with each key that is typed
def _entry(provider: type[FeedProtocol]) -> ProviderEntry:
    data = describe_capabilities(provider.capabilities & BRIEF)
    return ProviderEntry(
        provider.name,
        provider.title,
        _key_text(provider),
        _with_markets(provider, data),
        _with_markets(provider, provider.describe_data()),
        next(text for source, text in _PROVENANCE.items() if source in provider.provenance),
        f"The format of its messages is known from: {provider.provenance}.",
    )


def _with_markets(provider: type[FeedProtocol], data: str) -> str:
    """Return which data a provider has, after its markets; those of a desk are unknown."""
    return f"{provider.markets}: {data}" if provider.markets else f"{data[:1].upper()}{data[1:]}"


def _key_text(provider: type[FeedProtocol]) -> str:
    """Return whether a key is needed, in two or three words."""
    if provider.needs_key:
        return f"key, {provider.plan}"
    return "key optional" if provider.key_hint else "no key"


def _searchable(entry: ProviderEntry) -> str:
    hosts = " ".join(entry.protocol.hosts)
    return f"{entry.title} {entry.name} {entry.key} {entry.details} {hosts}".casefold()
