"""Kraken spot, WebSocket v2.

Documentation: docs.kraken.com/api/docs/websocket-v2; also a dated public log of frames. Prices are JSON numbers with
trailing zeros, which show the tick size. Every pair is acknowledged or refused separately for each channel. The
``trade`` channel starts with the last trades and ``ohlc`` with recent bars; a bar has no closed flag and ends when the
next one begins. ``XBT`` and ``XDG``, the names of the REST interface, are refused. Case matters in names: ``AAPLx/USD``
is a tokenized stock.

Units: quantities, ``volume`` of the last 24 hours and the volumes of bars are in the base currency. The open is
calculated: last price minus change. Trade ids number the trades of a pair without gaps. No price, or a quantity of
zero, is an empty side. ``last`` of a ticker has no time of its trade.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, DayStats, Fact, Quote, Reply, Trade
from ticker_gui.domain.timeframe import MINUTE
from ticker_gui.feeds.derived import open_from_change
from ticker_gui.feeds.optional_values import OptionalNumber, price_of, quote_of
from ticker_gui.feeds.protocol import Action, Credentials
from ticker_gui.feeds.providers.kraken_history import FEED_INTERVAL, Candle, KrakenHistory
from ticker_gui.feeds.requests import batched
from ticker_gui.feeds.symbols import in_notation, without_exchange
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import iso_ns, json_reader, tagged_reader, to_json

_CHANNELS: Final[tuple[dict[str, object], ...]] = (
    {"channel": "ticker"},
    {"channel": "trade"},
    {"channel": "ohlc", "interval": FEED_INTERVAL},
)
_PAIRS_PER_REQUEST: Final = 50
_MAX_SYMBOLS: Final = 10_000
_EXCHANGES: Final = ("KRAKEN",)
_NO_PRICE: Final = (b"", b"null")  # without the digits of a zero
_MODERN: Final = {"XBT": "BTC", "XDG": "DOGE"}


class _Summary(msgspec.Struct, gc=False):
    symbol: str
    bid: OptionalNumber = msgspec.UNSET
    ask: OptionalNumber = msgspec.UNSET
    last: float | None = None
    bid_qty: OptionalNumber = msgspec.UNSET
    ask_qty: OptionalNumber = msgspec.UNSET
    volume: float | None = None
    low: float | None = None
    high: float | None = None
    change: float | None = None
    timestamp: str | None = None


class _Written(msgspec.Struct):
    """Prices as written, with their trailing zeros."""

    bid: msgspec.Raw = msgspec.Raw()
    ask: msgspec.Raw = msgspec.Raw()
    last: msgspec.Raw = msgspec.Raw()


class _WrittenTicker(msgspec.Struct):
    data: list[_Written]


class _Execution(msgspec.Struct, gc=False):
    symbol: str
    price: float
    qty: float
    trade_id: int
    timestamp: str


class _Health(msgspec.Struct):
    system: str


class _Ticker(msgspec.Struct, tag_field="channel", tag="ticker"):
    data: list[_Summary]


class _Trades(msgspec.Struct, tag_field="channel", tag="trade"):
    data: list[_Execution]


class _Candles(msgspec.Struct, tag_field="channel", tag="ohlc"):
    data: list[Candle]
    type: str = ""


class _Status(msgspec.Struct, tag_field="channel", tag="status"):
    data: list[_Health]


class _Heartbeat(msgspec.Struct, tag_field="channel", tag="heartbeat"):
    """Sent about once per second if there is no other message."""


class _Result(msgspec.Struct):
    symbol: str = ""
    channel: str = ""


class _Answer(msgspec.Struct):
    """The answer to a request, for one pair; a refusal has its pair at the top level."""

    method: str = ""
    success: bool | None = None
    error: str = ""
    symbol: str = ""
    result: _Result | None = None
    req_id: int | None = None


_read_message = tagged_reader(_Ticker, _Trades, _Candles, _Status, _Heartbeat)
_read_answer = json_reader(_Answer)
_read_written = json_reader(_WrittenTicker)


class Kraken(KrakenHistory):
    """Trades, best bid and ask, 24-hour statistics, one-minute bars and past data; no key."""

    name: ClassVar = "kraken"
    title: ClassVar = "Kraken spot"
    markets: ClassVar = "Crypto"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.BARS, Capability.HISTORY}
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("/USD")
    has_sequential_trade_ids: ClassVar = True
    url: ClassVar = "wss://ws.kraken.com/v2"
    exchanges: ClassVar = _EXCHANGES
    hosts: ClassVar = ("ws.kraken.com",)
    keepalive_s: ClassVar = 30.0

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._forming: dict[str, Bar] = {}
        self._digits: dict[str, int] = {}  # the number of decimals of each pair, which never changes

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``xbtusd`` → ``BTC/USD``; ``AAPLx/USD`` stays."""
        named = in_notation(without_exchange(symbol, _EXCHANGES), "/")
        return "/".join(_MODERN.get(currency, currency) for currency in named.split("/"))

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        return [
            to_json({"method": action, "params": channel | {"symbol": chunk}})
            for chunk in batched(symbols, _PAIRS_PER_REQUEST)
            for channel in _CHANNELS
        ]

    def keepalive(self) -> Iterable[str]:
        """The server closes a connection without subscriptions after about a minute."""
        return (to_json({"method": "ping"}),)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a message of a channel, or an answer."""
        try:
            message = _read_message(payload)
        except FrameError:
            past = self._past_bars_of_damaged(payload) if self._past else []
            if not past:
                raise
            return past
        match message:
            case _Ticker(data=summaries):
                return self._from_summaries(summaries, payload)
            case _Trades(data=executions):
                if len(executions) > 1:
                    executions.sort(key=lambda each: each.trade_id)
                return [
                    Trade(each.symbol, each.price, each.qty, iso_ns(each.timestamp), each.trade_id)
                    for each in executions
                ]
            case _Candles(data=candles, type=kind):
                past = self._past_bars(candles) if self._past and kind == "snapshot" else []
                return [*past, *self._from_candles([each for each in candles if each.interval == FEED_INTERVAL])]
            case _Status(data=[_Health(system=system), *_]) if system != "online":
                return (Reply((), ok=False, message=f"Kraken's system status is {system}."),)
            case None:
                return self._from_answer(_read_answer(payload))
            case _:
                return ()

    def _from_summaries(self, summaries: list[_Summary], payload: bytes) -> Sequence[Fact]:
        if any(summary.symbol not in self._digits for summary in summaries):
            if len(self._digits) >= _MAX_SYMBOLS:  # a server may send symbols that are not subscribed
                self._digits.clear()
            written = _read_written(payload).data
            self._digits |= {
                summary.symbol: digits
                for summary, each in zip(summaries, written, strict=True)
                if (digits := _digits(each)) is not None
            }
        if len(summaries) == 1:
            return _from_summary(summaries[0], self._digits.get(summaries[0].symbol))
        return [fact for summary in summaries for fact in _from_summary(summary, self._digits.get(summary.symbol))]

    def _from_candles(self, candles: list[Candle]) -> list[Fact]:
        """Return the bars, each closed once the next one has begun."""
        bars: list[Fact] = []
        # All are decoded before any is stored, because an invalid bar rejects the whole frame.
        read = [_from_candle(candle) for candle in candles]
        if len(read) > 1:
            read.sort(key=lambda bar: bar.start_ns)
        if len(self._forming) >= _MAX_SYMBOLS:
            self._forming.clear()
        for bar in read:
            before = self._forming.get(bar.symbol)
            if before is not None and before.start_ns < bar.start_ns:
                bars.append(msgspec.structs.replace(before, is_closed=True))
            if before is None or before.start_ns <= bar.start_ns:
                self._forming[bar.symbol] = bar
        symbols = dict.fromkeys(bar.symbol for bar in read)
        return [*bars, *(self._forming[symbol] for symbol in symbols)]

    def _from_answer(self, answer: _Answer) -> Sequence[Fact]:
        if answer.method not in ("subscribe", "unsubscribe") or answer.success is None:
            return ()
        past = self._past_acknowledged(answer.req_id, "" if answer.success else answer.error or "refused")
        if past is not None:
            return past
        symbol = answer.symbol or (answer.result.symbol if answer.result is not None else "")
        return (Reply((symbol,) if symbol else (), ok=answer.success, message=answer.error),)


def _digits(written: _Written) -> int | None:
    """Return the number of decimals of the prices; ``None`` without a price, as before the first order of a pair."""
    prices = [bytes(raw).strip(b'"') for raw in (written.bid, written.ask, written.last)]
    return max((len(text.partition(b".")[2]) for text in prices if text.strip(b"0.") not in _NO_PRICE), default=None)


def _from_summary(summary: _Summary, digits: int | None) -> tuple[Quote, DayStats]:
    time_ns = None if summary.timestamp is None else iso_ns(summary.timestamp)
    return (
        quote_of(summary.symbol, summary.bid, summary.bid_qty, summary.ask, summary.ask_qty, time_ns, digits),
        DayStats(
            summary.symbol,
            open_from_change(summary.last, summary.change, digits),
            summary.high,
            summary.low,
            None,
            summary.volume,
            time_ns,
            last=price_of(summary.last),
        ),
    )


def _from_candle(candle: Candle) -> Bar:
    return Bar(
        candle.symbol,
        MINUTE.name,
        iso_ns(candle.interval_begin),
        candle.open,
        candle.high,
        candle.low,
        candle.close,
        candle.volume,
        is_closed=False,
    )
