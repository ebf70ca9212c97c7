"""The built-in providers, whose formats automatic detection recognizes. Each is loaded when it is needed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Final

from ticker_gui.feeds import providers
from ticker_gui.feeds.protocol import FeedProtocol

# The classes by the name of the provider, which is also that of its module.
CLASS_NAMES: Final = {
    "finnhub": "Finnhub",
    "alpaca": "Alpaca",
    "massive": "Massive",
    "twelvedata": "TwelveData",
    "tiingo": "Tiingo",
    "yahoo": "Yahoo",
    "eodhd": "Eodhd",
    "binance": "Binance",
    "bitfinex": "Bitfinex",
    "bitstamp": "Bitstamp",
    "bybit": "Bybit",
    "coinbase": "CoinbaseExchange",
    "coinbase_advanced": "CoinbaseAdvanced",
    "deribit": "Deribit",
    "gemini": "Gemini",
    "kraken": "Kraken",
    "okx": "Okx",
    "demo": "Demo",
}


def load_provider(name: str) -> type[FeedProtocol]:
    """Return the class of a built-in provider. All of them would take a twentieth of the time to the first paint."""
    provider: type[FeedProtocol] = getattr(import_module(f"{providers.__name__}.{name}"), CLASS_NAMES[name])
    return provider


@cache
def known_providers() -> Sequence[type[FeedProtocol]]:
    """Return the classes of all built-in providers."""
    return tuple(map(load_provider, CLASS_NAMES))
