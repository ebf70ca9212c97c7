"""The providers, one line each, and which of them a URL belongs to."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from ticker_gui.feeds.alpaca import Alpaca
from ticker_gui.feeds.binance import Binance
from ticker_gui.feeds.bitfinex import Bitfinex
from ticker_gui.feeds.bitstamp import Bitstamp
from ticker_gui.feeds.bybit import Bybit
from ticker_gui.feeds.coinbase import CoinbaseExchange
from ticker_gui.feeds.coinbase_advanced import CoinbaseAdvanced
from ticker_gui.feeds.demo import Demo
from ticker_gui.feeds.deribit import Deribit
from ticker_gui.feeds.eodhd import Eodhd
from ticker_gui.feeds.finnhub import Finnhub
from ticker_gui.feeds.gemini import Gemini
from ticker_gui.feeds.guess import Guess
from ticker_gui.feeds.kraken import Kraken
from ticker_gui.feeds.mapped import Mapped
from ticker_gui.feeds.massive import Massive
from ticker_gui.feeds.okx import Okx
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.tiingo import Tiingo
from ticker_gui.feeds.twelvedata import TwelveData
from ticker_gui.feeds.yahoo import Yahoo

PROVIDERS: Final[dict[str, type[FeedProtocol]]] = {
    provider.name: provider
    for provider in (
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
        Mapped,
        Guess,
    )
}


def provider_of(url: str) -> type[FeedProtocol] | None:
    """Return the provider that is known to be at a URL's host."""
    host = urlsplit(url).hostname
    return next((provider for provider in PROVIDERS.values() if host in provider.hosts), None)
