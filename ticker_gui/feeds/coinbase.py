"""Coinbase Exchange, the public WebSocket feed.

Documented at docs.cdp.coinbase.com/exchange/websocket-feed; seen in captured traffic of 2021. One execution is told
twice, in ``ticker`` and in ``match``, under the same ``trade_id``. A subscription must be sent within five seconds of
opening. One product that does not exist fails the whole request it is in (unverified), so each product is asked for
in a request of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

import msgspec

from ticker_gui.domain.events import DayStats, Fact, Quote, Reply, Trade
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.wire import datetime_ns, json_reader, to_json


class _Kind(msgspec.Struct):
    type: str = ""


class _Match(msgspec.Struct):
    """``match``, and ``last_match`` once at the beginning."""

    product_id: str
    price: float
    size: float
    time: datetime
    trade_id: int


class _Ticker(msgspec.Struct):
    """``ticker``, sent with every match; a product that never traded has no trade in it."""

    product_id: str
    price: float | None = None
    last_size: float | None = None
    trade_id: int | None = None
    time: datetime | None = None
    best_bid: float | None = None
    best_bid_size: float | None = None
    best_ask: float | None = None
    best_ask_size: float | None = None
    open_24h: float | None = None
    high_24h: float | None = None
    low_24h: float | None = None
    volume_24h: float | None = None


class _Channel(msgspec.Struct):
    name: str
    product_ids: tuple[str, ...] = ()


class _Subscriptions(msgspec.Struct):
    """``subscriptions``: everything that is subscribed now."""

    channels: list[_Channel]


class _Error(msgspec.Struct):
    message: str = ""
    reason: str = ""


_read_kind = json_reader(_Kind)
_read_match = json_reader(_Match)
_read_ticker = json_reader(_Ticker)
_read_subscriptions = json_reader(_Subscriptions)
_read_error = json_reader(_Error)


class CoinbaseExchange(FeedProtocol):
    """Trades, best bid and offer and 24-hour figures of Coinbase Exchange; no key."""

    name: ClassVar = "coinbase"
    title: ClassVar = "Coinbase Exchange"
    delivers: ClassVar = "trades, quotes, 24 h figures"
    url: ClassVar = "wss://ws-feed.exchange.coinbase.com"
    hosts: ClassVar = (
        "ws-feed.exchange.coinbase.com",
        "ws-feed-public.sandbox.exchange.coinbase.com",
        "ws-feed.pro.coinbase.com",
    )
    messages_per_second: ClassVar = 50.0  # documented: 100 messages a second from one address

    def __init__(self) -> None:
        self._asked: set[str] = set()

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btc/usd`` → ``BTC-USD``."""
        return symbol.upper().replace("/", "-").replace("_", "-")

    def subscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """Ask for each product in a message of its own."""
        self._asked.update(symbols)
        return [self._request("subscribe", symbol) for symbol in symbols]

    def unsubscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """Give back each product in a message of its own."""
        self._asked.difference_update(symbols)
        return [self._request("unsubscribe", symbol) for symbol in symbols]

    @staticmethod
    def _request(kind: str, symbol: str) -> str:
        # heartbeat comes once a second and tells a quiet market from a dead line.
        channels = ["ticker", "matches", "heartbeat"]
        return to_json({"type": kind, "product_ids": [symbol], "channels": channels})

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Read one message; types that are not ours are ignored, as the documentation asks."""
        match _read_kind(payload).type:
            case "ticker":
                return _from_ticker(_read_ticker(payload))
            case "match" | "last_match":
                return (_from_match(_read_match(payload)),)
            case "subscriptions":
                channels = _read_subscriptions(payload).channels
                products = dict.fromkeys(product for channel in channels for product in channel.product_ids)
                return (Reply(tuple(products), ok=True, message="subscribed"),)
            case "error":
                return (self._from_error(_read_error(payload)),)
            case _:
                return ()

    def _from_error(self, error: _Error) -> Reply:
        # ``"reason": "GIBBERISH-USD is not a valid product"``
        named = tuple(word for word in error.reason.split() if word in self._asked)
        return Reply(named, ok=False, message=": ".join(filter(None, (error.message, error.reason))))


def _from_match(match: _Match) -> Trade:
    return Trade(match.product_id, match.price, match.size, datetime_ns(match.time), match.trade_id)


def _from_ticker(ticker: _Ticker) -> Sequence[Fact]:
    symbol = ticker.product_id
    time_ns = None if ticker.time is None else datetime_ns(ticker.time)
    quote = Quote(symbol, ticker.best_bid, ticker.best_bid_size, ticker.best_ask, ticker.best_ask_size, time_ns)
    day = DayStats(
        symbol,
        open=ticker.open_24h,
        high=ticker.high_24h,
        low=ticker.low_24h,
        volume=ticker.volume_24h,
        time_ns=time_ns,
    )
    if ticker.price is None or ticker.trade_id is None:
        return quote, day
    return Trade(symbol, ticker.price, ticker.last_size, time_ns, ticker.trade_id), quote, day
