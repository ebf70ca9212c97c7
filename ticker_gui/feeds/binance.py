"""Binance spot market streams.

Documented at github.com/binance/binance-spot-api-docs, web-socket-streams.md; seen in captured traffic of 2021. Raw
streams carry a bare payload, combined ones wrap it as ``{"stream":…,"data":…}``. Stream names are lower case, symbols
in payloads upper case. ``bookTicker`` has neither an event type nor a time. Unknown symbols are accepted and silent.
Times are in milliseconds, or in microseconds where the URL asks for them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

import msgspec

from ticker_gui.domain.events import Bar, DayStats, Fact, Quote, Reply, Trade
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.wire import chunks, epoch_ns, json_reader, to_json

_STREAMS: Final = ("trade", "bookTicker", "ticker")
_SYMBOLS_A_REQUEST: Final = 100


class _Failure(msgspec.Struct):
    code: int = 0
    msg: str = ""


class _Envelope(msgspec.Struct):
    """What tells the kinds of message apart: a combined stream, an event type, or an answer to a request."""

    stream: str = ""
    data: msgspec.Raw = msgspec.Raw()
    e: str = ""
    u: int | None = None  # the order book update of a raw bookTicker
    id: int | str | msgspec.UnsetType | None = msgspec.UNSET
    error: _Failure | None = None
    code: int | None = None
    msg: str = ""


class _Trade(msgspec.Struct, rename={"symbol": "s", "id": "t", "price": "p", "size": "q", "time": "T"}):
    symbol: str
    id: int
    price: float
    size: float
    time: int


class _AggregateTrade(
    msgspec.Struct,
    rename={"symbol": "s", "id": "a", "price": "p", "size": "q", "time": "T", "last_trade": "l"},
):
    """Executions of one order at one price, up to the single trade ``l``."""

    symbol: str
    id: int
    price: float
    size: float
    time: int
    last_trade: int


class _BookTicker(msgspec.Struct, rename={"symbol": "s", "bid": "b", "bid_size": "B", "ask": "a", "ask_size": "A"}):
    symbol: str
    bid: float
    bid_size: float
    ask: float
    ask_size: float


class _Ticker(
    msgspec.Struct,
    rename={"symbol": "s", "time": "E", "open": "o", "high": "h", "low": "l", "volume": "v"},
):
    """``24hrTicker`` and ``24hrMiniTicker``: a rolling window; its last price is told by the trades themselves."""

    symbol: str
    time: int
    open: float
    high: float
    low: float
    volume: float


class _Candle(
    msgspec.Struct,
    rename={
        "start": "t",
        "interval": "i",
        "open": "o",
        "high": "h",
        "low": "l",
        "close": "c",
        "volume": "v",
        "is_closed": "x",
    },
):
    start: int
    interval: str
    open: float
    high: float
    low: float
    close: float
    volume: float
    is_closed: bool


class _Kline(msgspec.Struct, rename={"symbol": "s", "candle": "k"}):
    symbol: str
    candle: _Candle


_read_envelope = json_reader(_Envelope)
_read_list = json_reader(list[msgspec.Raw])
_read_trade = json_reader(_Trade)
_read_aggregate = json_reader(_AggregateTrade)
_read_book = json_reader(_BookTicker)
_read_ticker = json_reader(_Ticker)
_read_kline = json_reader(_Kline)


class Binance(FeedProtocol):
    """Trades, best bid and offer and 24-hour figures of Binance spot; no key."""

    name: ClassVar = "binance"
    title: ClassVar = "Binance spot"
    delivers: ClassVar = "trades, quotes, 24 h figures, bars where the URL asks for them"
    url: ClassVar = "wss://stream.binance.com:9443/ws"
    hosts: ClassVar = ("stream.binance.com", "data-stream.binance.vision", "stream.binance.us")
    messages_per_second: ClassVar = 3.0  # documented: 5 a second, and pongs count

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._requests: dict[int | str, tuple[str, ...]] = {}
        self._told: dict[str, int] = {}

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btc-usdt`` → ``BTCUSDT``."""
        return "".join(character for character in symbol.upper() if character not in "-/_")

    def subscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """Ask for the streams of many symbols at once."""
        return [self._request("SUBSCRIBE", chunk) for chunk in chunks(symbols, _SYMBOLS_A_REQUEST)]

    def unsubscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """Give the streams back."""
        return [self._request("UNSUBSCRIBE", chunk) for chunk in chunks(symbols, _SYMBOLS_A_REQUEST)]

    def _request(self, method: str, symbols: Sequence[str]) -> str:
        identifier = next(self._ids)
        self._requests[identifier] = tuple(symbols)
        streams = [f"{symbol.lower()}@{stream}" for symbol in symbols for stream in _STREAMS]
        return to_json({"method": method, "params": streams, "id": identifier})

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Read one message of a raw or a combined stream, or an answer to a request."""
        if payload[:1] == b"[":  # a raw ``!…@arr`` stream
            return self._read_array(payload)
        envelope = _read_envelope(payload)
        if envelope.stream:
            return self._read_stream(envelope)
        if envelope.e or envelope.u is not None:
            return self._read_event(envelope.e or "bookTicker", payload)
        if envelope.id is not msgspec.UNSET:
            return self._answer(envelope)
        return ()

    def _read_stream(self, envelope: _Envelope) -> Sequence[Fact]:
        kind = envelope.stream.partition("@")[2]  # "btcusdt@kline_1m", "!miniTicker@arr"
        if kind == "arr":
            return self._read_array(envelope.data)
        return self._read_event(kind.partition("_")[0], envelope.data)

    def _read_array(self, payload: bytes | msgspec.Raw) -> Sequence[Fact]:
        return [fact for item in _read_list(payload) for fact in self._read_event(_read_envelope(item).e, item)]

    def _read_event(self, kind: str, payload: bytes | msgspec.Raw) -> Sequence[Fact]:
        match kind:
            case "trade":
                trade = _read_trade(payload)
                if not self._is_new(trade.symbol, trade.id):
                    return ()
                return (Trade(trade.symbol, trade.price, trade.size, epoch_ns(trade.time), trade.id),)
            case "aggTrade":
                joined = _read_aggregate(payload)
                if not self._is_new(joined.symbol, joined.last_trade):
                    return ()
                return (Trade(joined.symbol, joined.price, joined.size, epoch_ns(joined.time), joined.id),)
            case "bookTicker":
                book = _read_book(payload)
                return (Quote(book.symbol, book.bid, book.bid_size, book.ask, book.ask_size),)
            case "ticker" | "miniTicker" | "24hrTicker" | "24hrMiniTicker":
                return (_from_ticker(_read_ticker(payload)),)
            case "kline":
                return (_from_kline(_read_kline(payload)),)
            case _:
                return ()

    def _is_new(self, symbol: str, last_trade: int) -> bool:
        """Return whether executions up to this one are untold: ``trade`` and ``aggTrade`` may both be subscribed."""
        if last_trade <= self._told.get(symbol, -1):
            return False
        self._told[symbol] = last_trade
        return True

    def _answer(self, envelope: _Envelope) -> Sequence[Fact]:
        identifier = envelope.id
        symbols = self._requests.pop(identifier, ()) if isinstance(identifier, int | str) else ()
        # Documented flat, seen wrapped.
        failure = envelope.error or (_Failure(envelope.code, envelope.msg) if envelope.code else None)
        if failure is None:
            return (Reply(symbols, ok=True),)
        return (Reply(symbols, ok=False, message=f"{failure.msg} (code {failure.code})"),)


def _from_ticker(ticker: _Ticker) -> DayStats:
    return DayStats(
        ticker.symbol,
        open=ticker.open,
        high=ticker.high,
        low=ticker.low,
        volume=ticker.volume,
        time_ns=epoch_ns(ticker.time),
    )


def _from_kline(kline: _Kline) -> Bar:
    candle = kline.candle
    return Bar(
        kline.symbol,
        candle.interval,
        epoch_ns(candle.start),
        candle.open,
        candle.high,
        candle.low,
        candle.close,
        candle.volume,
        candle.is_closed,
    )
