"""OKX, WebSocket v5, public channels.

Documentation: okx.com/docs-v5. All numbers are text. The server closes a connection that is idle for 30 seconds, so the
client sends the bare text ``ping`` and the server answers ``pong``; neither is JSON. A notice (64008) is sent 30
seconds before a server goes down. At most 480 requests per hour, so each request has many symbols. The pairs in USDC
were merged into those in USD in 2025 and are refused.

Units: sizes and ``vol24h`` are in the base currency for spot, and in contracts for swaps, futures and options, whose
value differs by instrument and is not sent; ``volCcy24h`` is in the quote currency for spot, and in the base currency
otherwise. A row of ``trades`` may combine several executions of one order and has the id of the last, so ids are unique
and have gaps. Block trades have a channel of their own, which is not subscribed. Empty text, or a size of zero, is an
empty side. ``last`` has no time of its trade: ``ts`` is the time of the ticker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES
from ticker_gui.domain.events import DayStats, Fact, Quote, Reply, Trade
from ticker_gui.feeds.protocol import Action, FeedProtocol
from ticker_gui.feeds.requests import batched, error_reply
from ticker_gui.feeds.stated import Stated, price_of, quote_of
from ticker_gui.feeds.symbols import in_notation, without_exchange, without_perpetual
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json

_CHANNELS: Final = ("tickers", "trades")
_ARGUMENTS_PER_REQUEST: Final = 100
_EXCHANGES: Final = ("OKX",)
_GOING_DOWN: Final = "64008"
_NAMED: Final = re.compile(r"instId:([^\s,]+)")


class _Argument(msgspec.Struct, gc=False):
    channel: str
    instId: str = ""


class _Row(msgspec.Struct, gc=False):
    """A row of ``tickers``, or of ``trades`` (with ``px``, ``sz`` and ``tradeId``)."""

    instId: str
    ts: int
    px: float | None = None
    sz: float | None = None
    tradeId: str | None = None
    last: float | None = None
    askPx: Stated = msgspec.UNSET
    askSz: Stated = msgspec.UNSET
    bidPx: Stated = msgspec.UNSET
    bidSz: Stated = msgspec.UNSET
    open24h: float | None = None
    high24h: float | None = None
    low24h: float | None = None
    vol24h: float | None = None


class _Message(msgspec.Struct):
    arg: _Argument | None = None
    data: list[_Row] = []
    event: str = ""
    code: str = ""
    msg: str = ""


_read_message = json_reader(_Message)


class Okx(FeedProtocol):
    """Trades, best bid and ask, and 24-hour statistics of spot, swaps, futures and options; no key."""

    name: ClassVar = "okx"
    title: ClassVar = "OKX"
    markets: ClassVar = "Crypto"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("-USDT")
    url: ClassVar = "wss://ws.okx.com:8443/ws/v5/public"
    provenance: ClassVar = "partial documentation, other programs"
    exchanges: ClassVar = _EXCHANGES
    hosts: ClassVar = ("ws.okx.com", "wsaws.okx.com", "wspap.okx.com", "wseea.okx.com", "wsus.okx.com")
    messages_per_second: ClassVar = 3.0
    keepalive_s: ClassVar = 20.0

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusdt`` → ``BTC-USDT``, ``OKX:BTCUSDT.P`` → ``BTC-USDT-SWAP``; ``BTC-USD-231229-30000-C`` stays."""
        symbol = without_exchange(symbol, _EXCHANGES)
        pair = without_perpetual(symbol)
        return in_notation(symbol, "-") if pair is None else f"{in_notation(pair, '-')}-SWAP"

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        arguments = [{"channel": channel, "instId": symbol} for symbol in symbols for channel in _CHANNELS]
        return [to_json({"op": action, "args": chunk}) for chunk in batched(arguments, _ARGUMENTS_PER_REQUEST)]

    def keepalive(self) -> Iterable[str]:
        """A ping as bare text, which is not JSON."""
        return ("ping",)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode one message, or the bare ``pong``."""
        if payload == b"pong":
            return ()
        message = _read_message(payload)
        if message.data and message.arg is not None:
            if message.arg.channel == "trades":
                return [
                    Trade(row.instId, row.px, row.sz, epoch_ns(row.ts), row.tradeId)
                    for row in message.data
                    if row.px is not None
                ]
            if message.arg.channel == "tickers":
                return [fact for row in message.data for fact in _from_ticker(row)]
        return self._from_event(message) if message.event else ()

    def _from_event(self, message: _Message) -> Sequence[Fact]:
        match message.event:
            case "subscribe" if message.arg is not None:
                return (Reply((message.arg.instId,), ok=True),)
            case "error":
                named = tuple(name for name in _NAMED.findall(message.msg) if name in self.subscribed)
                return (error_reply(message.msg, message.code, named),)
            case "notice" if message.code == _GOING_DOWN:
                self.is_closing = True
                return ()
            case _:
                return ()


def _from_ticker(row: _Row) -> tuple[Quote, DayStats]:
    time_ns = epoch_ns(row.ts)
    return (
        quote_of(row.instId, row.bidPx, row.bidSz, row.askPx, row.askSz, time_ns),
        DayStats(
            row.instId,
            row.open24h,
            row.high24h,
            row.low24h,
            None,
            row.vol24h,
            time_ns,
            last=price_of(row.last),
        ),
    )
