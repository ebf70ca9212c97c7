"""Binance spot market streams; those of futures are decoded too, if the URL points to them.

Documentation: github.com/binance/binance-spot-api-docs, web-socket-streams.md; also captured traffic of 2021. Raw
streams send a bare payload, combined streams wrap it as ``{"stream":…,"data":…}``. Stream names are in lower case,
symbols in payloads in upper case, in any script. ``bookTicker`` has neither an event type nor a time, except for
futures. Unknown symbols are accepted and receive no data. Times are in milliseconds, or in microseconds if the URL
requests them.

Units: quantities and the volume ``v`` are in the base currency (``q`` is the quote currency), and in contracts for
coin-margined futures, where ``q`` is the base currency. Trade ids number the trades of a symbol without gaps, and so do
the ids of aggregate trades. ``X`` of futures marks trades outside the order book: those of the insurance fund
(``INSURANCE_FUND``) and of deleveraging (``ADL``) update the volume only. A quantity of zero is an empty side. ``c`` is
the last price, without the time of its trade.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final, TypeAlias, get_args

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import Bar, DayStats, Fact, Quote, Reply, Trade, Updates
from ticker_gui.feeds.optional_values import OptionalNumber, price_of, quote_of
from ticker_gui.feeds.protocol import Action, Credentials
from ticker_gui.feeds.providers.binance_history import BinanceHistory
from ticker_gui.feeds.requests import PendingRequests, batched, error_reply
from ticker_gui.feeds.symbols import lower
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, tagged_list_reader, tagged_reader, to_json

_STREAMS: Final = ("trade", "bookTicker", "ticker")
_SYMBOLS_PER_REQUEST: Final = 100
_IN_BOOK: Final = "MARKET"


class _Trade(msgspec.Struct, gc=False, tag_field="e", tag="trade"):
    s: str  # symbol
    t: int  # trade id
    p: float  # price
    q: float  # quantity
    T: int  # time
    X: str = _IN_BOOK  # the kind of trade; sent for futures only


class _AggregateTrade(msgspec.Struct, gc=False, tag_field="e", tag="aggTrade"):
    """The executions of one order at one price; ids differ from those of single trades."""

    s: str
    a: int  # id of the aggregate
    p: float
    q: float
    T: int
    f: int = 0  # ids of its first and last single trade
    l: int = -1  # noqa: E741


class _Ticker(msgspec.Struct, gc=False, tag_field="e", tag="24hrTicker"):
    """Statistics of the last 24 hours."""

    s: str
    E: int  # time
    o: float  # open
    h: float  # high
    l: float  # noqa: E741  # low
    v: float  # volume, in the unit of trade sizes
    c: float | None = None  # last price


class _MiniTicker(_Ticker, gc=False, tag_field="e", tag="24hrMiniTicker"):
    """The same statistics with fewer fields."""


class _Candle(msgspec.Struct, gc=False):
    t: int  # start
    i: str  # interval
    o: float
    h: float
    l: float  # noqa: E741
    c: float
    v: float
    x: bool  # closed


class _Kline(msgspec.Struct, gc=False, tag_field="e", tag="kline"):
    s: str
    k: _Candle


class _Shutdown(msgspec.Struct, tag_field="e", tag="serverShutdown"):
    """The server will close the connection soon."""


class _BookTicker(msgspec.Struct, gc=False):
    """Best bid and ask, without event type and time; ``u`` is the update id of the order book."""

    u: int
    s: str
    b: OptionalNumber = msgspec.UNSET  # bid
    B: OptionalNumber = msgspec.UNSET  # and its quantity
    a: OptionalNumber = msgspec.UNSET  # ask
    A: OptionalNumber = msgspec.UNSET  # and its quantity


class _FuturesBookTicker(msgspec.Struct, gc=False, tag_field="e", tag="bookTicker"):
    """The best bid and ask of futures, with event type and time."""

    s: str
    T: int  # time
    b: OptionalNumber = msgspec.UNSET
    B: OptionalNumber = msgspec.UNSET
    a: OptionalNumber = msgspec.UNSET
    A: OptionalNumber = msgspec.UNSET


class _Failure(msgspec.Struct):
    code: int = 0
    msg: str = ""


class _Answer(msgspec.Struct):
    """The answer to a request; errors are documented flat, and sent wrapped in ``error`` too."""

    id: int | str | msgspec.UnsetType | None = msgspec.UNSET
    error: _Failure | None = None
    code: int | None = None
    msg: str = ""


class _Envelope(msgspec.Struct, gc=False):
    """The wrapper of a combined stream."""

    data: msgspec.Raw


_Event: TypeAlias = _Trade | _AggregateTrade | _Ticker | _MiniTicker | _FuturesBookTicker | _Kline | _Shutdown
_read_event: Callable[[bytes], _Event | None] = tagged_reader(*get_args(_Event))
_read_events: Callable[[bytes], list[_Event]] = tagged_list_reader(*get_args(_Event))
_read_book = json_reader(_BookTicker)
_read_envelope = json_reader(_Envelope)
_read_answer = json_reader(_Answer)
_read_keys = json_reader(dict[str, msgspec.Raw])


class Binance(BinanceHistory):
    """Trades, best bid and ask, 24-hour statistics and past data; no key."""

    name: ClassVar = "binance"
    title: ClassVar = "Binance spot"
    markets: ClassVar = "Crypto"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.BARS, Capability.HISTORY}
    data_note: ClassVar = "live bars only if the address requests them"
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("USDT")
    has_sequential_trade_ids: ClassVar = True
    url: ClassVar = "wss://stream.binance.com:9443/ws"
    provenance: ClassVar = "documentation, recorded traffic"
    exchanges: ClassVar = ("BINANCE", "BINANCEUS")
    pair_separator: ClassVar = ""
    hosts: ClassVar = ("stream.binance.com", "data-stream.binance.vision", "stream.binance.us")
    max_connection_age_s: ClassVar = 86_400.0
    messages_per_second: ClassVar = 3.0  # documented: 5 per second, including pongs

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._requests = PendingRequests[str]()
        self._with_trades: set[str] = set()  # symbols whose single trades arrive
        self._aggregated: dict[str, tuple[int, int]] = {}  # first and last single trade already counted in aggregates

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        if action == "unsubscribe":
            self._with_trades.difference_update(symbols)
            for symbol in symbols:
                self._aggregated.pop(symbol, None)
        return [
            to_json({"method": action.upper(), "params": _streams(chunk), "id": self._requests.add(chunk)})
            for chunk in batched(symbols, _SYMBOLS_PER_REQUEST)
        ]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a message of a raw or a combined stream, or an answer to a request."""
        # For speed: the documented order of keys is recognized by the first one.
        if payload.startswith(b'{"stream":'):
            payload = bytes(_read_envelope(payload).data)
        if payload.startswith(b'{"e":'):
            return self._facts(_read_event(payload))
        if payload.startswith(b'{"u":'):
            return (_from_book(_read_book(payload)),)
        if payload.startswith(b"["):  # a ``!…@arr`` stream
            return [fact for event in _read_events(payload) for fact in self._facts(event)]
        return self._read_by_keys(payload)

    def _read_by_keys(self, payload: bytes) -> Sequence[Fact]:
        """Decode an answer, or a message whose keys are not in the documented order."""
        keys = _read_keys(payload)
        if "stream" in keys and "data" in keys:
            payload = bytes(keys["data"])
            if payload.startswith(b"["):
                return [fact for event in _read_events(payload) for fact in self._facts(event)]
            keys = _read_keys(payload)
        if "e" in keys:
            return self._facts(_read_event(payload))
        if "u" in keys:
            return (_from_book(_read_book(payload)),)
        return self._answer(_read_answer(payload))

    def _facts(self, event: _Event | None) -> Sequence[Fact]:
        match event:
            case _Trade(s=symbol):
                if symbol not in self._with_trades and symbol in self.subscribed:
                    self._with_trades.add(symbol)
                if self._aggregated and self._was_aggregated(event):
                    return ()
                if event.X != _IN_BOOK:
                    return _from_outside_the_book(event)
                return (Trade(symbol, event.p, event.q, epoch_ns(event.T), event.t),)
            case _AggregateTrade():
                return self._from_aggregate(event)
            case _Ticker():
                return (_from_ticker(event),)
            case _FuturesBookTicker():
                time_ns = epoch_ns(event.T)
                return (quote_of(event.s, event.b, event.B, event.a, event.A, time_ns),)
            case _Kline(s=symbol, k=candle):
                return (_from_candle(symbol, candle),)
            case _Shutdown():
                self.is_closing = True
        return ()

    def _from_aggregate(self, trade: _AggregateTrade) -> Sequence[Fact]:
        """Return an aggregate trade, unless its single trades arrive too: a URL may request both streams."""
        symbol = trade.s
        if symbol in self._with_trades:
            return ()
        if symbol in self.subscribed:  # single trades may still arrive
            first, last = self._aggregated.get(symbol, (trade.f, trade.l))
            self._aggregated[symbol] = min(first, trade.f), max(last, trade.l)
        return (Trade(symbol, trade.p, trade.q, epoch_ns(trade.T), trade.a),)

    def _was_aggregated(self, trade: _Trade) -> bool:
        """Return whether a single trade was already counted in an aggregate trade."""
        first, last = self._aggregated.get(trade.s, (0, -1))
        if trade.t > last:
            self._aggregated.pop(trade.s, None)
        return first <= trade.t <= last

    def _answer(self, answer: _Answer) -> Sequence[Fact]:
        if answer.id is msgspec.UNSET:
            return ()
        symbols = self._requests.pop(answer.id)
        failure = answer.error or (_Failure(answer.code, answer.msg) if answer.code else None)
        if failure is None:
            return (Reply(symbols, ok=True),)
        return (error_reply(failure.msg, failure.code, symbols),)


def _streams(symbols: Iterable[str]) -> list[str]:
    return [f"{lower(symbol)}@{stream}" for symbol in symbols for stream in _STREAMS]


def _from_outside_the_book(trade: _Trade) -> Sequence[Fact]:
    """Return a trade of the insurance fund or of deleveraging, whose price is not from the order book."""
    if not (trade.p and trade.q):  # an id without a trade
        return ()
    time_ns = epoch_ns(trade.T)
    return (Trade(trade.s, trade.p, trade.q, time_ns, trade.t, conditions=(trade.X,), updates=Updates.VOLUME),)


def _from_book(book: _BookTicker) -> Quote:
    return quote_of(book.s, book.b, book.B, book.a, book.A)


def _from_ticker(ticker: _Ticker) -> DayStats:
    time_ns = epoch_ns(ticker.E)
    return DayStats(ticker.s, ticker.o, ticker.h, ticker.l, None, ticker.v, time_ns, last=price_of(ticker.c))


def _from_candle(symbol: str, candle: _Candle) -> Bar:
    return Bar(
        symbol, candle.i, epoch_ns(candle.t), candle.o, candle.h, candle.l, candle.c, candle.v, is_closed=candle.x
    )
