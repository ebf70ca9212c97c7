"""Coinbase Advanced Trade, public channels.

Documentation: docs.cdp.coinbase.com (advanced trade WebSocket), and the official client. A request has one channel; the
first must be sent within five seconds. Most channels close after a minute without updates, so ``heartbeats`` is
subscribed too. ``market_trades`` starts with a snapshot. Products in USDC share the order book of those in USD, and
their data have the name of the product in USD, except USDT-USDC and EURC-USDC. The texts of errors are unverified.

Units: sizes and ``volume_24_h`` are in the base currency, and in contracts for futures. The open is calculated from the
change in percent. Trade ids number the trades of an order book without gaps. Empty text, or a quantity of zero, is an
empty side. ``price`` of a ticker is the last price, without the time of its trade.

Past data are requested from the public paths of the REST interface. The bounds of a period are whole seconds; whether
its end is inclusive is not documented, so that requests work either way. Trades are requested backwards by time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, TypeAlias, get_args

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import Bar, DayStats, Fact, Quote, Refusal, Reply, Trade
from ticker_gui.domain.timeframe import BY_NAME
from ticker_gui.feeds.derived import open_from_percent
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryOffer,
    HttpRequest,
    HttpResponse,
    Instrument,
    TradesPage,
    TradesQuery,
    check_status,
    refusal_error,
)
from ticker_gui.feeds.optional_values import OptionalNumber, price_of, quote_of
from ticker_gui.feeds.past_rows import (
    first_and_last,
    past_bar,
    past_trade,
    read_or,
    read_rows,
    reason_text,
    seconds,
    segment,
    tick_of,
    url_with,
)
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.requests import batched
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, iso_ns, json_reader, tagged_reader, to_json

_CHANNELS: Final = ("ticker", "market_trades")
_PRODUCTS_PER_REQUEST: Final = 50
_OWN_BOOKS: Final = ("USDT-USDC", "EURC-USDC")  # the products in USDC with an order book of their own, as documented

_REST: Final = "https://api.coinbase.com/api/v3/brokerage/market/products"
_BARS_PER_PAGE: Final = 350
_TRADES_PER_PAGE: Final = 1_000
_INVALID: Final = 400


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
    best_bid: OptionalNumber = msgspec.UNSET
    best_bid_quantity: OptionalNumber = msgspec.UNSET
    best_ask: OptionalNumber = msgspec.UNSET
    best_ask_quantity: OptionalNumber = msgspec.UNSET


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


class _PastBar(msgspec.Struct, gc=False):
    start: int
    low: float
    high: float
    open: float
    close: float
    volume: float


class _PastBars(msgspec.Struct):
    candles: list[msgspec.Raw]


class _PastTrade(msgspec.Struct, gc=False):
    trade_id: int
    price: float
    size: float
    time: str


class _PastTrades(msgspec.Struct):
    trades: list[msgspec.Raw]


class _Product(msgspec.Struct):
    product_id: str
    quote_increment: float | None = None
    base_name: str = ""
    quote_name: str = ""
    is_disabled: bool = False
    status: str = "online"


class _Products(msgspec.Struct):
    products: list[msgspec.Raw]


class _Failure(msgspec.Struct):
    error: str = ""
    message: str = ""
    error_details: str = ""


_Message: TypeAlias = _Trades | _Ticker | _Subscriptions | _Heartbeat
_read_message: Callable[[bytes], _Message | None] = tagged_reader(*get_args(_Message))
_read_error = json_reader(_Error)
_read_past_bars = json_reader(_PastBars)
_read_past_bar = json_reader(_PastBar)
_read_past_trades = json_reader(_PastTrades)
_read_past_trade = json_reader(_PastTrade)
_read_products = json_reader(_Products)
_read_product = json_reader(_Product)
_read_failure = json_reader(_Failure)


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
    """Trades, best bid and ask, 24-hour statistics and past data; no key."""

    name: ClassVar = "coinbase_advanced"
    title: ClassVar = "Coinbase Advanced Trade"
    markets: ClassVar = "Crypto, crypto futures"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.HISTORY}
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("-USD")
    has_sequential_trade_ids: ClassVar = True
    url: ClassVar = "wss://advanced-trade-ws.coinbase.com"
    exchanges: ClassVar = ("COINBASE",)
    pair_separator: ClassVar = "-"
    hosts: ClassVar = ("advanced-trade-ws.coinbase.com", "advanced-trade-ws-sandbox.coinbase.com")
    messages_per_second: ClassVar = 6.0  # documented: 8 per second and IP address
    history: ClassVar = HistoryOffer(
        timeframes={"1m": "ONE_MINUTE", "5m": "FIVE_MINUTE", "15m": "FIFTEEN_MINUTE", "30m": "THIRTY_MINUTE"}
        | {"1h": "ONE_HOUR", "2h": "TWO_HOUR", "4h": "FOUR_HOUR", "6h": "SIX_HOUR", "1d": "ONE_DAY"},
        bars_per_request=_BARS_PER_PAGE,
        requests_per_second=5.0,
    )

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
        message = _read_message(payload)
        if type(message) is _Trades:  # `type(x) is` is many times cheaper than a class pattern here
            return self._from_trades(message)
        if type(message) is _Ticker:
            return self._from_ticker(message)
        match message:
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

    def _from_trades(self, message: _Trades) -> list[Trade]:
        trades: list[Trade] = []
        for event in message.events:
            for each in event.trades:
                time_ns = iso_ns(each.time)
                for symbol in self._books.delivered_to(each.product_id):  # a comprehension would be a call per trade
                    trades.append(Trade(symbol, each.price, each.size, time_ns, each.trade_id))  # noqa: PERF401
        if len(trades) > 1:
            trades.sort(key=lambda trade: trade.time_ns or 0)  # a snapshot is sorted newest first
        return trades

    def _from_ticker(self, message: _Ticker) -> list[Fact]:
        time_ns, facts = None if message.timestamp is None else iso_ns(message.timestamp), list[Fact]()
        for event in message.events:
            for each in event.tickers:
                for symbol in self._books.delivered_to(each.product_id):
                    facts += _from_summary(symbol, each, time_ns)
        return facts

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for the bars of a period; it ends just before the next bar."""
        first_ns, last_ns = first_and_last(query)
        parameters = {
            "start": seconds(first_ns),
            "end": seconds(BY_NAME[query.timeframe].end_of(last_ns)) - 1,
            "granularity": self.history.timeframes[query.timeframe],
            "limit": _BARS_PER_PAGE,
        }
        return HttpRequest(url_with(_REST, f"/{segment(query.symbol)}/candles", parameters))

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars of a period."""
        self._check(response)

        def bar(raw: msgspec.Raw) -> Bar:
            row = _read_past_bar(raw)
            return past_bar(query, epoch_ns(row.start), (row.open, row.high, row.low, row.close), row.volume)

        return BarsPage(read_rows(_read_past_bars(response.body).candles, bar))

    def trades_request(self, query: TradesQuery) -> HttpRequest:
        """Return the request for the newest trades of the gap."""
        return self._trades_until(query, query.before_ns)

    def _trades_until(self, query: TradesQuery, end_ns: int) -> HttpRequest:
        bounds = {"start": seconds(query.after_ns), "end": seconds(end_ns) + 1}
        return HttpRequest(url_with(_REST, f"/{segment(query.symbol)}/ticker", {"limit": _TRADES_PER_PAGE} | bounds))

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Return the trades of a page, and the request for older ones until the gap begins."""
        self._check(response)

        def trade(raw: msgspec.Raw) -> Trade:
            row = _read_past_trade(raw)
            return past_trade(query.symbol, row.price, row.size, iso_ns(row.time), row.trade_id)

        rows = _read_past_trades(response.body).trades
        trades = read_rows(rows, trade)
        times = [each.time_ns or 0 for each in trades]
        is_last = (
            not trades
            or len(rows) < _TRADES_PER_PAGE  # there are no older ones in the period
            or any(isinstance(each.trade_id, int) and each.trade_id == query.after_id for each in trades)
            or seconds(min(times)) == seconds(max(times))  # and the next page would be the same
        )
        return TradesPage(trades, None if is_last else self._trades_until(query, min(times)))

    def catalog_request(self) -> HttpRequest:
        """Return the request for all spot products."""
        return HttpRequest(url_with(_REST, "", {"product_type": "SPOT"}))

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the products that are traded."""
        self._check(response)

        def instrument(raw: msgspec.Raw) -> Instrument | None:
            row = _read_product(raw)
            if row.is_disabled or row.status not in ("", "online"):
                return None
            name = " / ".join(filter(None, (row.base_name, row.quote_name)))
            return Instrument(row.product_id, name, self.title, tick_of(row.quote_increment))

        return read_rows(_read_products(response.body).products, instrument)

    def _check(self, response: HttpResponse) -> None:
        if response.status == 200:
            return
        failure = read_or(_read_failure, response.body, _Failure())
        reason = reason_text(self.credentials.redact, failure.error_details or failure.message or failure.error)
        if response.status == _INVALID and "product" in reason.lower():
            raise refusal_error(self.title, Refusal.UNKNOWN_SYMBOL, reason)
        check_status(self.title, response, reason)


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
