"""Bybit, WebSocket v5, public channels of spot, linear and inverse contracts and options.

Documentation: bybit-exchange.github.io/docs/v5/websocket. The category is the last part of the URL's path. ``tickers``
of linear and inverse contracts start with a snapshot, followed by changes: a field that is left out is unchanged. Spot
``tickers`` have no bid and ask, so those are read from ``orderbook.1``. A spot request has at most ten topics. All
options of a coin share one topic for trades. One topic that does not exist, or is subscribed already, fails its whole
request, and the error names that topic only. The texts of errors are known from public clients.

Units: sizes and ``volume24h`` are in the base currency for spot, linear contracts and options, and in US dollars
(contracts) for inverse ones; ``turnover24h`` is in the other currency. The documentation states no units; these agree
with the ratios of turnover to volume in its examples. ``prevPrice24h`` is the price 24 hours ago. Trade ids are unique
texts. A block trade (``BT``) is negotiated outside the order book and updates the volume only. Empty text, or a size of
zero, is an empty side. ``lastPrice`` has no time of its trade.

Past data are requested from the REST interface, whose errors are sent with HTTP status 200. It has no bars of options,
and only the newest trades: 60 of spot, 1,000 of contracts. HTTP status 403 means too many requests, for 10 minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import UPDATES_EVERYTHING, Bar, DayStats, Fact, Quote, Refusal, Reply, Trade, Updates
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryError,
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
    milliseconds,
    past_bar,
    past_trade,
    read_or,
    read_rows,
    reason_text,
    tick_of,
    url_with,
)
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.requests import PendingRequests, batched, partial_replies
from ticker_gui.feeds.symbols import in_notation, without_exchange
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json

_TOPICS_PER_SPOT_REQUEST: Final = 10
_TOPICS_PER_REQUEST: Final = 200
_BLOCK: Final = ("BT",)
_NOTHING_STATED: Final = (msgspec.UNSET,) * 4
_EXCHANGES: Final = ("BYBIT",)
_BEFORE_TOPIC: Final = re.compile(r"[\s:\[]")  # in errors, "Invalid symbol :[tickers.X]" and "…,topic:tickers.X"
_DUPLICATE: Final = "already subscribed"

_REST: Final = "https://api.bybit.com"
_OTHER_REST: Final = {
    "stream-testnet.bybit.com": "https://api-testnet.bybit.com",
    "stream.bybit.eu": "https://api.bybit.eu",
}
_CATEGORIES: Final = ("spot", "linear", "inverse", "option")
_BARS_PER_PAGE: Final = 1_000
_SPOT_TRADES: Final = 60
_CONTRACT_TRADES: Final = 1_000
_INVALID: Final = 10001  # a parameter, such as the symbol
_TOO_MANY: Final = 10006
_TOO_FREQUENT: Final = 403
_TOO_FREQUENT_PAUSE_S: Final = 600.0


class _Topic(NamedTuple):
    """A topic, and the symbols that need it."""

    name: str
    symbols: tuple[str, ...]


class _Execution(msgspec.Struct, gc=False):
    T: int  # time
    s: str
    v: float  # size
    p: float
    i: str  # id
    BT: bool = False  # a block trade


_Levels: TypeAlias = list[tuple[float, float]] | msgspec.UnsetType


class _Data(msgspec.Struct, gc=False):
    """The data of ``tickers`` (long names) or of ``orderbook.1`` (short names).

    Options have ``bidPrice`` instead of ``bid1Price``.
    """

    symbol: str = ""
    prevPrice24h: float | None = None
    highPrice24h: float | None = None
    lowPrice24h: float | None = None
    volume24h: float | None = None
    lastPrice: float | None = None
    bid1Price: OptionalNumber = msgspec.UNSET
    bid1Size: OptionalNumber = msgspec.UNSET
    ask1Price: OptionalNumber = msgspec.UNSET
    ask1Size: OptionalNumber = msgspec.UNSET
    bidPrice: OptionalNumber = msgspec.UNSET
    bidSize: OptionalNumber = msgspec.UNSET
    askPrice: OptionalNumber = msgspec.UNSET
    askSize: OptionalNumber = msgspec.UNSET
    s: str = ""
    b: _Levels = msgspec.UNSET
    a: _Levels = msgspec.UNSET

    failTopics: tuple[str, ...] = ()
    successTopics: tuple[str, ...] = ()


class _Message(msgspec.Struct, gc=False):
    topic: str = ""
    type: str = ""
    ts: int | None = None
    data: _Data | list[_Execution] | None = None
    op: str = ""
    success: bool | None = None
    ret_msg: str = ""
    req_id: str = ""


class _PastResult(msgspec.Struct, rename={"rows": "list"}):
    rows: list[msgspec.Raw] = []


class _Past(msgspec.Struct):
    """An answer of the REST interface; a ``retCode`` other than 0 is an error."""

    retCode: int
    retMsg: str = ""
    result: _PastResult = msgspec.field(default_factory=_PastResult)


class _PastRow(msgspec.Struct, array_like=True, gc=False):
    start_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class _PastTrade(msgspec.Struct, gc=False):
    execId: str
    price: float
    size: float
    time: int
    isBlockTrade: bool = False


class _PriceFilter(msgspec.Struct):
    tickSize: float | None = None


class _Symbol(msgspec.Struct):
    symbol: str
    baseCoin: str = ""
    quoteCoin: str = ""
    status: str = "Trading"
    priceFilter: _PriceFilter = msgspec.field(default_factory=_PriceFilter)


_read_message = json_reader(_Message)
_read_past_row, _read_past_trade = json_reader(_PastRow), json_reader(_PastTrade)
_read_past, _read_symbol = json_reader(_Past), json_reader(_Symbol)


class Bybit(FeedProtocol):
    """Trades, best bid and ask, 24-hour statistics and past data; no key."""

    name: ClassVar = "bybit"
    title: ClassVar = "Bybit"
    markets: ClassVar = "Crypto"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.HISTORY}
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("USDT")
    url: ClassVar = "wss://stream.bybit.com/v5/public/spot"
    exchanges: ClassVar = _EXCHANGES
    hosts: ClassVar = ("stream.bybit.com", "stream-testnet.bybit.com", "stream.bybit.eu")
    keepalive_s: ClassVar = 20.0
    history: ClassVar = HistoryOffer(
        timeframes={"1m": "1", "3m": "3", "5m": "5", "15m": "15", "30m": "30"}
        | {"1h": "60", "2h": "120", "4h": "240", "6h": "360", "12h": "720"}
        | {"1d": "D", "1w": "W", "1M": "M"},
        bars_per_request=_BARS_PER_PAGE,
        requests_per_second=10.0,
    )

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._requests = PendingRequests[_Topic](str)
        category = urlsplit(self.credentials.url).path.rstrip("/").rpartition("/")[2]
        self._is_spot, self._is_option = category == "spot", category == "option"
        self._category = category if category in _CATEGORIES else "spot"
        self._max_topics = _TOPICS_PER_SPOT_REQUEST if self._is_spot else _TOPICS_PER_REQUEST

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btc-usdt`` → ``BTCUSDT``; ``BTC-27DEC24`` and ``BTC-26DEC25-100000-C`` stay."""
        return in_notation(without_exchange(symbol, _EXCHANGES), "")

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        # A topic that other symbols need is already subscribed, and remains so: options of a coin share one.
        others = self._topics_of(symbol for symbol in self.subscribed if symbol not in symbols)
        kept = {topic.name for topic in others}
        topics = [topic for topic in self._topics_of(symbols) if topic.name not in kept]
        return [self._message(action, chunk) for chunk in batched(topics, self._max_topics)]

    def _message(self, action: Action, topics: Sequence[_Topic]) -> str:
        identifier = self._requests.add(topics)
        return to_json({"req_id": identifier, "op": action, "args": [topic.name for topic in topics]})

    def _topics_of(self, symbols: Iterable[str]) -> list[_Topic]:
        """Return the topics that these symbols need."""
        topics: dict[str, list[str]] = {}
        for symbol in symbols:
            names = [f"tickers.{symbol}", f"publicTrade.{symbol.partition('-')[0] if self._is_option else symbol}"]
            for name in (*names, f"orderbook.1.{symbol}") if self._is_spot else names:
                topics.setdefault(name, []).append(symbol)
        return [_Topic(name, tuple(served)) for name, served in topics.items()]

    def keepalive(self) -> Iterable[str]:
        """A ping; the answer differs by category and is ignored."""
        return (to_json({"op": "ping"}),)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a message of a topic, or an answer."""
        message = _read_message(payload)
        data = message.data
        if isinstance(data, list):
            return [
                Trade(each.s, each.p, each.v, epoch_ns(each.T), each.i)
                if not each.BT
                else Trade(each.s, each.p, each.v, epoch_ns(each.T), each.i, None, _BLOCK, Updates.VOLUME)
                for each in data
                if not self._is_option or each.s in self.subscribed  # the topic has the trades of all options of a coin
            ]
        if data is not None and message.topic:
            time_ns = None if message.ts is None else epoch_ns(message.ts)
            if message.topic.startswith("tickers."):
                return _from_ticker(data, time_ns)
            if message.topic.startswith("orderbook.1."):
                return (_from_book(data, time_ns, is_whole=message.type != "delta"),)
            return ()
        return self._answer(message)

    def _answer(self, message: _Message) -> Sequence[Fact]:
        if isinstance(message.data, _Data) and message.type == "COMMAND_RESP":
            return _from_option_answer(message.data, message.ret_msg)
        if message.success is None or message.op not in ("subscribe", "unsubscribe"):
            return ()
        topics = self._requests.pop(message.req_id)
        if message.success:
            return (Reply(_symbols_of(topics), ok=True),)
        name = _BEFORE_TOPIC.split(message.ret_msg.rstrip("]"))[-1]
        named = next((topic for topic in topics if topic.name == name), None)
        if named is None:
            return (Reply(_symbols_of(topics), ok=False, message=message.ret_msg),)
        is_duplicate = _DUPLICATE in message.ret_msg
        wanted = self.subscribed.keys() - (() if is_duplicate else named.symbols)
        rest = [topic for topic in topics if topic is not named and not wanted.isdisjoint(topic.symbols)]
        if rest and message.op == "subscribe":
            self.outgoing.append(self._message("subscribe", rest))
        return (Reply(named.symbols, ok=is_duplicate, message="" if is_duplicate else message.ret_msg),)

    def _get(self, path: str, **query: object) -> HttpRequest:
        base = _OTHER_REST.get(urlsplit(self.credentials.url).hostname or "", _REST)
        return HttpRequest(url_with(base, f"/v5/market/{path}", {"category": self._category} | query))

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for the bars of a period."""
        if self._is_option:
            raise HistoryError(f"{self.title} has no past bars of options.", Refusal.NOT_OFFERED)
        first_ns, last_ns = first_and_last(query)
        return self._get(
            "kline",
            symbol=query.symbol,
            interval=self.history.timeframes[query.timeframe],
            start=milliseconds(first_ns),
            end=milliseconds(last_ns),
            limit=_BARS_PER_PAGE,
        )

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars of a period."""

        def bar(raw: msgspec.Raw) -> Bar:
            row = _read_past_row(raw)
            return past_bar(query, epoch_ns(row.start_ms), (row.open, row.high, row.low, row.close), row.volume)

        return BarsPage(read_rows(self._rows(response), bar))

    def trades_request(self, query: TradesQuery) -> HttpRequest | None:
        """Return the request for the newest trades; those of options are not sent by symbol."""
        limit = _SPOT_TRADES if self._category == "spot" else _CONTRACT_TRADES
        return None if self._is_option else self._get("recent-trade", symbol=query.symbol, limit=limit)

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Return the newest trades, or raise an error if they begin after the gap."""

        def trade(raw: msgspec.Raw) -> Trade:
            row, symbol = _read_past_trade(raw), query.symbol
            time_ns = epoch_ns(row.time)
            conditions, updates = (_BLOCK, Updates.VOLUME) if row.isBlockTrade else ((), UPDATES_EVERYTHING)
            return past_trade(symbol, row.price, row.size, time_ns, row.execId, conditions=conditions, updates=updates)

        trades = read_rows(self._rows(response), trade)
        if not any(each.trade_id == query.after_id or (each.time_ns or 0) < query.after_ns for each in trades):
            raise HistoryError(
                f"{self.title} returns only the newest trades, which do not reach back that far.", Refusal.OUT_OF_RANGE
            )
        return TradesPage(trades)

    def catalog_request(self) -> HttpRequest:
        """Return the request for all symbols of the category."""
        return self._get("instruments-info", limit=None if self._category == "spot" else 1_000)

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the symbols that are traded."""

        def instrument(raw: msgspec.Raw) -> Instrument | None:
            row = _read_symbol(raw)
            name = " / ".join(filter(None, (row.baseCoin, row.quoteCoin)))
            tick = tick_of(row.priceFilter.tickSize)
            return Instrument(row.symbol, name, self.title, tick) if row.status == "Trading" else None

        return read_rows(self._rows(response), instrument)

    def _rows(self, response: HttpResponse) -> list[msgspec.Raw]:
        """Return the rows of an answer, or raise its error."""
        is_success = response.status == 200
        answer = _read_past(response.body) if is_success else read_or(_read_past, response.body, _Past(0))
        if is_success and answer.retCode == 0:
            return answer.result.rows
        reason = reason_text(self.credentials.redact, answer.retMsg)
        if answer.retCode == _TOO_MANY or response.status == _TOO_FREQUENT:
            pause_s = _TOO_FREQUENT_PAUSE_S if response.status == _TOO_FREQUENT else response.retry_after_s
            raise refusal_error(self.title, Refusal.RATE_LIMITED, reason, pause_s)
        if answer.retCode == _INVALID and "symbol" in reason.lower():
            raise refusal_error(self.title, Refusal.UNKNOWN_SYMBOL, reason)
        check_status(self.title, response, reason)
        raise refusal_error(self.title, Refusal.FAILED, reason)


def _symbols_of(topics: Iterable[_Topic]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(symbol for topic in topics for symbol in topic.symbols))


def _from_option_answer(data: _Data, reason: str) -> list[Reply]:
    """Return the answer for options, which lists the accepted and the refused topics."""
    accepted, refused = (
        tuple(topic.removeprefix("tickers.") for topic in topics if topic.startswith("tickers."))
        for topics in (data.successTopics, data.failTopics)
    )
    return partial_replies(accepted, refused, reason or "not accepted")


def _from_ticker(data: _Data, time_ns: int | None) -> list[Fact]:
    facts: list[Fact] = []
    sides = data.bid1Price, data.bid1Size, data.ask1Price, data.ask1Size
    if sides == _NOTHING_STATED:
        sides = data.bidPrice, data.bidSize, data.askPrice, data.askSize
    if sides != _NOTHING_STATED:
        facts.append(quote_of(data.symbol, *sides, time_ns=time_ns))
    opened, high, low, volume = data.prevPrice24h, data.highPrice24h, data.lowPrice24h, data.volume24h
    last = price_of(data.lastPrice)
    if not (opened is high is low is volume is last is None):
        facts.append(DayStats(data.symbol, opened, high, low, None, volume, time_ns, last=last))
    return facts


def _from_book(data: _Data, time_ns: int | None, *, is_whole: bool) -> Quote:
    return quote_of(data.s, *_best(data.b, is_whole=is_whole), *_best(data.a, is_whole=is_whole), time_ns)


def _best(levels: _Levels, *, is_whole: bool) -> tuple[OptionalNumber, OptionalNumber]:
    """Return price and size of the first level; ``None`` for an empty side."""
    if isinstance(levels, msgspec.UnsetType) or not (levels or is_whole):
        return msgspec.UNSET, msgspec.UNSET
    return next(((price, size) for price, size in levels if size), (None, None))
