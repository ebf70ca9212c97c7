"""Coinbase Advanced Trade, public channels.

Documentation: docs.cdp.coinbase.com (advanced trade WebSocket), and the official client. A request has one channel; the
first must be sent within five seconds. Most channels close after a minute without updates, so ``heartbeats`` is
subscribed too. ``market_trades`` starts with a snapshot. Products in USDC share the order book of those in USD, and
their data have the name of the product in USD, except USDT-USDC and EURC-USDC. The texts of errors are unverified.

Units: sizes and ``volume_24_h`` are in the base currency, and in contracts for futures. The open is calculated from the
change in percent. Trade ids number the trades of an order book without gaps. Empty text, or a quantity of zero, is an
empty side. ``price`` of a ticker is the last price, without the time of its trade.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, TypeAlias, get_args

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES
from ticker_gui.domain.events import DayStats, Fact, Quote, Reply, Trade
from ticker_gui.feeds.derived import open_from_percent
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.requests import batched
from ticker_gui.feeds.stated import Stated, price_of, quote_of
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import iso_ns, json_reader, tagged_reader, to_json

_CHANNELS: Final = ("ticker", "market_trades")
_PRODUCTS_PER_REQUEST: Final = 50
_OWN_BOOKS: Final = ("USDT-USDC", "EURC-USDC")  # the products in USDC with an order book of their own, as documented


class _Execution(msgspec.Struct, gc=False):
    trade_id: int
    product_id: str
    price: float
    size: float
    time: str


class _Summary(msgspec.Struct, gc=False):
    product_id: str
    price: float | None = None
    volume_24_h: float | None = None
    low_24_h: float | None = None
    high_24_h: float | None = None
    price_percent_chg_24_h: float | None = None
    best_bid: Stated = msgspec.UNSET
    best_bid_quantity: Stated = msgspec.UNSET
    best_ask: Stated = msgspec.UNSET
    best_ask_quantity: Stated = msgspec.UNSET


class _TradesEvent(msgspec.Struct, gc=False):
    trades: list[_Execution] = []


class _TickerEvent(msgspec.Struct, gc=False):
    tickers: list[_Summary] = []


class _ListEvent(msgspec.Struct):
    """The complete list of subscriptions by channel."""

    subscriptions: dict[str, list[str]] = {}


class _Trades(msgspec.Struct, gc=False, tag_field="channel", tag="market_trades"):
    events: list[_TradesEvent]


class _Ticker(msgspec.Struct, gc=False, tag_field="channel", tag="ticker"):
    events: list[_TickerEvent]
    timestamp: str | None = None


class _Subscriptions(msgspec.Struct, tag_field="channel", tag="subscriptions"):
    events: list[_ListEvent]


class _Heartbeat(msgspec.Struct, tag_field="channel", tag="heartbeats"):
    """Sent once per second."""


class _Error(msgspec.Struct):
    type: str = ""
    message: str = ""


_Message: TypeAlias = _Trades | _Ticker | _Subscriptions | _Heartbeat
_read_message: Callable[[bytes], _Message | None] = tagged_reader(*get_args(_Message))
_read_error = json_reader(_Error)


class _Books:
    """The subscribed products by order book: data of an order book belong to all products that share it.

    Data of a product in USDC have the name of the product in USD. If data arrive with the name of the product in USDC,
    that product has an order book of its own.
    """

    def __init__(self) -> None:
        self._own = set(_OWN_BOOKS)  # products in USDC with an order book of their own
        self._sharing: dict[str, tuple[str, ...]] = {}  # name of an order book in the data → its products
        self._subscribed: dict[str, tuple[str, ...]] = {}  # … → the products in the requests sent

    def _book(self, product: str) -> str:
        return product.removesuffix("C") if product.endswith("-USDC") and product not in self._own else product

    def add(self, product: str) -> None:
        """Add a subscribed product."""
        book = self._book(product)
        for products in (self._sharing, self._subscribed):
            if product not in products.get(book, ()):
                products[book] = (*products.get(book, ()), product)

    def remove(self, product: str) -> tuple[str, ...]:
        """Remove a product; return the products to unsubscribe: none while another one needs the order book."""
        book = self._book(product)
        rest = tuple(each for each in self._sharing.get(book, ()) if each != product)
        if rest:
            self._sharing[book] = rest
            return ()
        self._sharing.pop(book, None)
        return self._subscribed.pop(book, ())

    def sharing(self, product: str) -> tuple[str, ...]:
        """Return the subscribed products that share the order book of this one, or itself if there are none."""
        return self._sharing.get(self._book(product), (product,))

    def delivered_to(self, product: str) -> tuple[str, ...]:
        """Return the products that data with this name belong to."""
        symbols = self._sharing.get(product)
        if symbols is not None:
            return symbols
        book = self._book(product)
        if book != product and product in self._sharing.get(book, ()):
            for products in (self._sharing, self._subscribed):
                products[book] = tuple(each for each in products[book] if each != product)
            self._own.add(product)
            self.add(product)
        return (product,)


class CoinbaseAdvanced(FeedProtocol):
    """Trades, best bid and ask, and 24-hour statistics; no key."""

    name: ClassVar = "coinbase_advanced"
    title: ClassVar = "Coinbase Advanced Trade"
    markets: ClassVar = "Crypto, crypto futures"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("-USD")
    has_sequential_trade_ids: ClassVar = True
    url: ClassVar = "wss://advanced-trade-ws.coinbase.com"
    exchanges: ClassVar = ("COINBASE",)
    pair_separator: ClassVar = "-"
    hosts: ClassVar = ("advanced-trade-ws.coinbase.com", "advanced-trade-ws-sandbox.coinbase.com")
    messages_per_second: ClassVar = 6.0  # documented: 8 per second and IP address

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._books = _Books()
        self._has_heartbeats = False

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        heartbeats = []
        if action == "unsubscribe":
            symbols = [product for symbol in symbols for product in self._books.remove(symbol)]
        else:
            for symbol in symbols:
                self._books.add(symbol)
            if not self._has_heartbeats:
                heartbeats.append(to_json({"type": "subscribe", "channel": "heartbeats"}))
                self._has_heartbeats = True
        requests = [
            to_json({"type": action, "product_ids": chunk, "channel": channel})
            for chunk in batched(symbols, _PRODUCTS_PER_REQUEST)
            for channel in _CHANNELS
        ]
        return requests + heartbeats

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode one message."""
        match _read_message(payload):
            case _Trades(events=events):
                trades = [trade for event in events for each in event.trades for trade in self._from_execution(each)]
                if len(trades) > 1:
                    trades.sort(key=lambda trade: trade.time_ns or 0)  # a snapshot is sorted newest first
                return trades
            case _Ticker(events=events, timestamp=timestamp):
                time_ns = None if timestamp is None else iso_ns(timestamp)
                return [
                    fact for event in events for each in event.tickers for fact in self._from_summary(each, time_ns)
                ]
            case _Subscriptions(events=events):
                names = dict.fromkeys(
                    name for event in events for channel in _CHANNELS for name in event.subscriptions.get(channel, ())
                )
                symbols = tuple(dict.fromkeys(symbol for name in names for symbol in self._books.sharing(name)))
                return (Reply(symbols, ok=True, message="subscribed"),) if symbols else ()
            case None:
                error = _read_error(payload)
                return (Reply((), ok=False, message=error.message),) if error.type == "error" else ()
            case _:
                return ()

    def _from_execution(self, each: _Execution) -> list[Trade]:
        time_ns = iso_ns(each.time)
        return [
            Trade(symbol, each.price, each.size, time_ns, each.trade_id)
            for symbol in self._books.delivered_to(each.product_id)
        ]

    def _from_summary(self, each: _Summary, time_ns: int | None) -> list[Fact]:
        symbols = self._books.delivered_to(each.product_id)
        return [fact for symbol in symbols for fact in _from_summary(symbol, each, time_ns)]


def _from_summary(symbol: str, each: _Summary, time_ns: int | None) -> tuple[Quote, DayStats]:
    return (
        quote_of(symbol, each.best_bid, each.best_bid_quantity, each.best_ask, each.best_ask_quantity, time_ns),
        DayStats(
            symbol,
            open_from_percent(each.price, each.price_percent_chg_24_h),
            each.high_24_h,
            each.low_24_h,
            None,
            each.volume_24_h,
            time_ns,
            last=price_of(each.price),
        ),
    )
