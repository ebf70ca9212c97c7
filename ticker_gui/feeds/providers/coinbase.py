"""Coinbase Exchange, the public WebSocket feed.

Documentation: docs.cdp.coinbase.com/exchange/websocket-feed; also captured traffic of 2021. Each execution is sent
twice, in ``ticker`` and in ``match``, with the same ``trade_id``. A subscription must be sent within five seconds of
connecting. An unknown product fails its whole request (unverified), so each product has a request of its own.

Units: sizes and ``volume_24h`` are in the base currency. Trade ids number the trades of a product without gaps. Empty
text, or a size of zero, is an empty side. A ticker is sent for a trade, so its time is that of the last price.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES
from ticker_gui.domain.events import DayStats, Fact, Reply, Trade
from ticker_gui.feeds.protocol import Action, FeedProtocol
from ticker_gui.feeds.stated import Stated, price_of, quote_of
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import iso_ns, tagged_reader, to_json

_CHANNELS: Final = ("ticker", "matches", "heartbeat")


class _Match(msgspec.Struct, gc=False, tag_field="type", tag="match"):
    product_id: str
    price: float
    size: float
    time: str
    trade_id: int


class _LastMatch(_Match, gc=False, tag_field="type", tag="last_match"):
    """The last match before the subscription."""


class _Ticker(msgspec.Struct, gc=False, tag_field="type", tag="ticker"):
    """Sent with every match; without the fields of a trade if the product has never traded."""

    product_id: str
    price: float | None = None
    last_size: float | None = None
    trade_id: int | None = None
    time: str | None = None
    best_bid: Stated = msgspec.UNSET
    best_bid_size: Stated = msgspec.UNSET
    best_ask: Stated = msgspec.UNSET
    best_ask_size: Stated = msgspec.UNSET
    open_24h: float | None = None
    high_24h: float | None = None
    low_24h: float | None = None
    volume_24h: float | None = None


class _Channel(msgspec.Struct):
    name: str
    product_ids: tuple[str, ...] = ()


class _Subscriptions(msgspec.Struct, tag_field="type", tag="subscriptions"):
    """The complete list of subscriptions."""

    channels: list[_Channel]


class _Error(msgspec.Struct, tag_field="type", tag="error"):
    message: str = ""
    reason: str = ""


class _Heartbeat(msgspec.Struct, tag_field="type", tag="heartbeat"):
    """Sent once per second, so that a quiet market differs from a dead connection."""


_read_message = tagged_reader(_Ticker, _Match, _LastMatch, _Subscriptions, _Error, _Heartbeat)


class CoinbaseExchange(FeedProtocol):
    """Trades, best bid and ask, and 24-hour statistics; no key."""

    name: ClassVar = "coinbase"
    title: ClassVar = "Coinbase Exchange"
    markets: ClassVar = "Crypto, spot only"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("-USD")
    has_sequential_trade_ids: ClassVar = True
    url: ClassVar = "wss://ws-feed.exchange.coinbase.com"
    provenance: ClassVar = "documentation, recorded traffic"
    exchanges: ClassVar = ("COINBASE",)
    pair_separator: ClassVar = "-"
    hosts: ClassVar = (
        "ws-feed.exchange.coinbase.com",
        "ws-feed-public.sandbox.exchange.coinbase.com",
        "ws-feed.pro.coinbase.com",
    )
    messages_per_second: ClassVar = 90.0  # documented: 100 messages per second and IP address

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        return [to_json({"type": action, "product_ids": [symbol], "channels": _CHANNELS}) for symbol in symbols]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode one message; unknown types are ignored, as the documentation demands."""
        match _read_message(payload):
            case _Ticker() as ticker:
                return _from_ticker(ticker)
            case _Match() as match:
                return (_from_match(match),)
            case _Subscriptions(channels=channels):
                products = dict.fromkeys(product for channel in channels for product in channel.product_ids)
                return (Reply(tuple(products), ok=True, message="subscribed"),)
            case _Error() as error:
                return (self._from_error(error),)
            case _:
                return ()

    def _from_error(self, error: _Error) -> Reply:
        # ``"reason": "GIBBERISH-USD is not a valid product"``
        named = tuple(word for word in error.reason.split() if word in self.subscribed)
        return Reply(named, ok=False, message=": ".join(filter(None, (error.message, error.reason))))


def _from_match(match: _Match) -> Trade:
    return Trade(match.product_id, match.price, match.size, iso_ns(match.time), match.trade_id)


def _from_ticker(ticker: _Ticker) -> Sequence[Fact]:
    symbol = ticker.product_id
    time_ns = None if ticker.time is None else iso_ns(ticker.time)
    quote = quote_of(symbol, ticker.best_bid, ticker.best_bid_size, ticker.best_ask, ticker.best_ask_size, time_ns)
    last = price_of(ticker.price)
    day = DayStats(
        symbol,
        ticker.open_24h,
        ticker.high_24h,
        ticker.low_24h,
        None,
        ticker.volume_24h,
        time_ns,
        last,
        None if last is None else time_ns,
    )
    if last is None or ticker.trade_id is None:
        return quote, day
    return Trade(symbol, last, ticker.last_size, time_ns, ticker.trade_id), quote, day
