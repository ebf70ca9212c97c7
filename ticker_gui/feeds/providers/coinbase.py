"""Coinbase Exchange, the public WebSocket feed.

Documentation: docs.cdp.coinbase.com/exchange/websocket-feed; also captured traffic of 2021. Each execution is sent
twice, in ``ticker`` and in ``match``, with the same ``trade_id``. A subscription must be sent within five seconds of
connecting. An unknown product fails its whole request (unverified), so each product has a request of its own.

Units: sizes and ``volume_24h`` are in the base currency. Trade ids number the trades of a product without gaps. Empty
text, or a size of zero, is an empty side. A ticker is sent for a trade, so its time is that of the last price.

Past data are requested from the REST interface (docs.cdp.coinbase.com/exchange/reference). Both ends of a period of
bars are inclusive, more than 300 bars are refused, and a period without trades has no row. Trades are requested
backwards, from the first one after the gap to the last one before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import Bar, DayStats, Fact, Reply, Trade
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
)
from ticker_gui.feeds.optional_values import OptionalNumber, price_of, quote_of
from ticker_gui.feeds.past_rows import (
    first_and_last,
    iso_text,
    past_bar,
    past_trade,
    read_or,
    read_rows,
    reason_text,
    segment,
    tick_of,
    url_with,
)
from ticker_gui.feeds.protocol import Action, FeedProtocol
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, iso_ns, json_reader, tagged_reader, to_json

_CHANNELS: Final = ("ticker", "matches", "heartbeat")
_REST: Final = "https://api.exchange.coinbase.com"
_SANDBOX_REST: Final = "https://api-public.sandbox.exchange.coinbase.com"
_TRADES_PER_PAGE: Final = 1_000


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
    best_bid: OptionalNumber = msgspec.UNSET
    best_bid_size: OptionalNumber = msgspec.UNSET
    best_ask: OptionalNumber = msgspec.UNSET
    best_ask_size: OptionalNumber = msgspec.UNSET
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


class _Row(msgspec.Struct, array_like=True, gc=False):
    """A past bar; the order of the columns differs from that of most providers."""

    start_s: int
    low: float
    high: float
    open: float
    close: float
    volume: float


class _PastTrade(msgspec.Struct, gc=False):
    trade_id: int
    price: float
    size: float
    time: str


class _Product(msgspec.Struct):
    id: str
    base_currency: str = ""
    quote_currency: str = ""
    quote_increment: float | None = None
    status: str = "online"
    trading_disabled: bool = False


class _Failure(msgspec.Struct):
    message: str = ""


_read_message = tagged_reader(_Ticker, _Match, _LastMatch, _Subscriptions, _Error, _Heartbeat)
_read_array = json_reader(list[msgspec.Raw])
_read_row = json_reader(_Row)
_read_past_trade = json_reader(_PastTrade)
_read_product = json_reader(_Product)
_read_failure = json_reader(_Failure)


class CoinbaseExchange(FeedProtocol):
    """Trades, best bid and ask, 24-hour statistics and past data; no key."""

    name: ClassVar = "coinbase"
    title: ClassVar = "Coinbase Exchange"
    markets: ClassVar = "Crypto, spot only"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.HISTORY}
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
    history: ClassVar = HistoryOffer(
        timeframes={"1m": "60", "5m": "300", "15m": "900", "1h": "3600", "6h": "21600", "1d": "86400"},
        bars_per_request=300,
        requests_per_second=5.0,  # documented: 10 per second and IP address
    )

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

    def _get(self, path: str, **query: object) -> HttpRequest:
        base = _SANDBOX_REST if "sandbox" in (urlsplit(self.credentials.url).hostname or "") else _REST
        return HttpRequest(url_with(base, path, query))

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for the bars of a period; either end alone would be ignored."""
        first_ns, last_ns = first_and_last(query)
        return self._get(
            f"/products/{segment(query.symbol)}/candles",
            granularity=self.history.timeframes[query.timeframe],
            start=iso_text(first_ns),
            end=iso_text(last_ns),
        )

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars, among which may be some before the period."""
        self._check(response)

        def bar(raw: msgspec.Raw) -> Bar:
            row = _read_row(raw)
            return past_bar(query, epoch_ns(row.start_s), (row.open, row.high, row.low, row.close), row.volume)

        return BarsPage(read_rows(_read_array(response.body), bar))

    def trades_request(self, query: TradesQuery) -> HttpRequest:
        """Return the request for the trades before the first one after the gap."""
        return self._trades_before(query, query.before_id)

    def _trades_before(self, query: TradesQuery, before_id: int | str | None) -> HttpRequest:
        path = f"/products/{segment(query.symbol)}/trades"
        return self._get(path, limit=_TRADES_PER_PAGE, after=before_id)  # ``after`` in the order of the pages

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Return the trades of a page, and the request for older ones until the last trade before the gap."""
        self._check(response)

        def trade(raw: msgspec.Raw) -> Trade:
            row = _read_past_trade(raw)
            return past_trade(query.symbol, row.price, row.size, iso_ns(row.time), row.trade_id)

        trades = read_rows(_read_array(response.body), trade)
        oldest = min((each.trade_id for each in trades if isinstance(each.trade_id, int)), default=0)
        if isinstance(query.after_id, int):
            is_complete = oldest <= query.after_id + 1
        else:
            is_complete = any((each.time_ns or 0) < query.after_ns for each in trades)
        is_last = is_complete or oldest <= 1
        return TradesPage(trades, None if is_last else self._trades_before(query, oldest))

    def catalog_request(self) -> HttpRequest:
        """Return the request for all products."""
        return self._get("/products")

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the products that are traded."""
        self._check(response)

        def instrument(raw: msgspec.Raw) -> Instrument | None:
            row = _read_product(raw)
            if row.trading_disabled or row.status != "online":
                return None
            name = " / ".join(filter(None, (row.base_currency, row.quote_currency)))
            return Instrument(row.id, name, self.title, tick_of(row.quote_increment))

        return read_rows(_read_array(response.body), instrument)

    def _check(self, response: HttpResponse) -> None:
        if response.status != 200:
            failure = read_or(_read_failure, response.body, _Failure())
            check_status(self.title, response, reason_text(self.credentials.redact, failure.message))


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
