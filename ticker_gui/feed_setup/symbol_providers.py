"""The providers that may have a symbol, decided from their default symbols, markets and capabilities."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from typing import Final

from ticker_gui.domain.capability import Capability
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.feeds.stock_symbols import US_EXCHANGES
from ticker_gui.feeds.symbols import exchange_of, typed_pair
from ticker_gui.feeds.well_known import COINS, NAMES, symbol_called

_PRICES: Final = frozenset((Capability.TRADES, Capability.QUOTES))
_US_TICKER: Final = re.compile(r"[A-Z]{1,5}(?:[.-][AB])?")
_FOREIGN_TICKER: Final = re.compile(r"[A-Z0-9]{1,6}\.[A-Z]{1,3}")
_SHOWN: Final = 3


class AssetClass(Enum):
    """A kind of instrument; the value is the word in `FeedProtocol.markets`."""

    US_STOCKS = "us stocks"
    STOCKS = "stocks"  # of all countries
    CRYPTO = "crypto"
    CURRENCIES = "currencies"
    INDICES = "indices"
    FUTURES = "futures"
    OPTIONS = "options"


# Words in the markets of a provider, with the classes that they stand for.
_WORDS: Final[Mapping[str, Collection[AssetClass]]] = {
    **{one.value: (one,) for one in AssetClass},
    AssetClass.STOCKS.value: (AssetClass.STOCKS, AssetClass.US_STOCKS),
    "crypto options and futures": (AssetClass.CRYPTO,),
    "crypto futures": (AssetClass.CRYPTO,),
    "spot only": (),
    "simulated": (),
}


def asset_classes(provider: type[FeedProtocol]) -> frozenset[AssetClass]:
    """Return the kinds of instruments that a provider has."""
    words = (word.strip() for word in provider.markets.casefold().split(","))
    return frozenset(one for word in words for one in _WORDS.get(word, ()))


def classify(symbol: str) -> frozenset[AssetClass]:
    """Return what a typed symbol may be; nothing if its form does not show that."""
    name = symbol.strip().upper()
    exchange = exchange_of(name)
    if exchange is not None:
        return frozenset((AssetClass.US_STOCKS,)) if exchange in US_EXCHANGES else frozenset()
    if name.startswith("^"):
        return frozenset((AssetClass.INDICES,))
    if name.endswith("=F"):
        return frozenset((AssetClass.FUTURES,))
    if name in COINS:
        return frozenset((AssetClass.CRYPTO,))
    pair = None if _US_TICKER.fullmatch(name) else typed_pair(name.removesuffix("=X"))
    if pair is not None:
        return frozenset((AssetClass.CURRENCIES if pair.is_fiat else AssetClass.CRYPTO,))
    if _US_TICKER.fullmatch(name):
        return frozenset((AssetClass.US_STOCKS,))
    return frozenset((AssetClass.STOCKS,)) if _FOREIGN_TICKER.fullmatch(name) else frozenset()


def providers_for(symbol: str) -> list[type[FeedProtocol]]:
    """Return the providers that may have a symbol: those known to have it first, then those that need no key.

    It may also be what people call a symbol, such as Bitcoin.
    """
    name = _symbol_of(symbol)
    classes = classify(name)
    exchange = exchange_of(name)
    found = [
        provider
        for provider in PROVIDERS.values()
        if provider is not Demo
        and provider.capabilities & _PRICES
        and (name in provider.default_symbols or exchange in provider.exchanges or classes & asset_classes(provider))
    ]
    return sorted(found, key=lambda one: (name not in one.default_symbols, one.needs_key, one.title.casefold()))


def _symbol_of(text: str) -> str:
    """Return the symbol of a name; capital letters are a symbol even if a name begins with them."""
    typed = text.strip()
    called = symbol_called(typed) if typed != typed.upper() else NAMES.get(typed.casefold(), "")
    return called or typed.upper()


def describe_providers(symbol: str) -> str:
    """Return the titles of the first providers that may have a symbol; empty if none is known."""
    titles = [provider.title for provider in providers_for(symbol)]
    return f"{', '.join(titles[:_SHOWN])}{'…' if len(titles) > _SHOWN else ''}"


def describe_missing(symbols: Sequence[str]) -> str:
    """Return that the built-in market does not have these symbols, and which feeds may have the first one."""
    first = sanitize_text(symbols[0], 40)
    providers = describe_providers(symbols[0]).removesuffix("…")
    more = f" and {len(symbols) - 1:,} more are" if len(symbols) > 1 else " is"
    it = first if len(symbols) > 1 else "it"
    may = f"Feeds that may have {it}: {providers}." if providers else f"Connect a feed that has {it}."
    return f"{first}{more} not in the demo market. {may}"


def describe_no_feed(symbol: str) -> str:
    """Return that no connected feed has a symbol, and which providers may have it."""
    providers = describe_providers(symbol)
    end = "" if providers.endswith("…") else "."
    connect = f"Connect {providers}{end}" if providers else "Connect a feed that has it."
    return f"No connected feed has {sanitize_text(symbol, 40)}. {connect}"
