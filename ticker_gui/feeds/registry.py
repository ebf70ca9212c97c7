"""The list of providers, and the provider of a URL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.feeds.generic.mapped import Mapped
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.providers.alpaca import Alpaca
from ticker_gui.feeds.providers.binance import Binance
from ticker_gui.feeds.providers.bitfinex import Bitfinex
from ticker_gui.feeds.providers.bitstamp import Bitstamp
from ticker_gui.feeds.providers.bybit import Bybit
from ticker_gui.feeds.providers.coinbase import CoinbaseExchange
from ticker_gui.feeds.providers.coinbase_advanced import CoinbaseAdvanced
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.providers.deribit import Deribit
from ticker_gui.feeds.providers.eodhd import Eodhd
from ticker_gui.feeds.providers.finnhub import Finnhub
from ticker_gui.feeds.providers.gemini import Gemini
from ticker_gui.feeds.providers.kraken import Kraken
from ticker_gui.feeds.providers.massive import Massive
from ticker_gui.feeds.providers.okx import Okx
from ticker_gui.feeds.providers.tiingo import Tiingo
from ticker_gui.feeds.providers.twelvedata import TwelveData
from ticker_gui.feeds.providers.yahoo import Yahoo

_KNOWN: Final[Sequence[type[FeedProtocol]]] = (
    Finnhub,
    Alpaca,
    Massive,
    TwelveData,
    Tiingo,
    Yahoo,
    Eodhd,
    Binance,
    Bitfinex,
    Bitstamp,
    Bybit,
    CoinbaseExchange,
    CoinbaseAdvanced,
    Deribit,
    Gemini,
    Kraken,
    Okx,
    Demo,
)

# Automatic detection tries the formats of all known providers first.
AutoDetect.known_providers = _KNOWN

_ALL: Final[Sequence[type[FeedProtocol]]] = (*_KNOWN, Mapped, AutoDetect)

PROVIDERS: Final[dict[str, type[FeedProtocol]]] = {provider.name: provider for provider in _ALL}


def provider_of(url: str) -> type[FeedProtocol] | None:
    """Return the provider that has the host of a URL; ``None`` if no provider has it."""
    host = urlsplit(url).hostname
    return next((provider for provider in PROVIDERS.values() if host in provider.hosts), None)
