"""The providers that are built in, whose formats automatic detection recognizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

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

KNOWN_PROVIDERS: Final[Sequence[type[FeedProtocol]]] = (
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
