"""Massive, formerly Polygon: stocks, and crypto and currencies by the URL's path.

Documented at massive.com/docs/websocket and in the official client's ``websocket.json``. The server says
``connected``, wants the key, says ``auth_success``, and acknowledges each channel of each symbol. Every frame is an
array. Times are in milliseconds. Sizes of stock quotes are round lots of 100. One connection an account and cluster; a
second one is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final, TypeAlias, get_args
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.errors import ConnectionLost, KeyRejected
from ticker_gui.domain.events import Bar, DayStats, Fact, Quote, Reply, Trade
from ticker_gui.feeds.protocol import Access, FeedProtocol
from ticker_gui.feeds.symbols import split_pair
from ticker_gui.feeds.well_known import US_STOCKS
from ticker_gui.feeds.wire import chunks, epoch_ns, tagged_list_reader, to_json

_CHANNELS: Final = {"crypto": ("XT", "XQ", "XA"), "forex": ("C", "CA")}
_STOCKS: Final = ("T", "Q", "AM")
_LOT: Final = 100.0
_SYMBOLS_A_REQUEST: Final = 200


class _Trade(msgspec.Struct, gc=False, tag_field="ev", tag="T"):
    p: float
    t: int
    s: float | None = None
    i: int | str | None = None
    sym: str = ""
    pair: str = ""


class _CoinTrade(_Trade, gc=False, tag_field="ev", tag="XT"):
    """A trade of crypto, which has a ``pair`` and no ``sym``."""


class _Quote(msgspec.Struct, gc=False, tag_field="ev", tag="Q"):
    t: int
    bp: float | None = None
    bs: float | None = None
    ap: float | None = None
    as_: float | None = msgspec.field(default=None, name="as")
    sym: str = ""
    pair: str = ""


class _CoinQuote(_Quote, gc=False, tag_field="ev", tag="XQ"):
    """A quote of crypto, with sizes in coins and not in lots."""


class _CurrencyQuote(msgspec.Struct, gc=False, tag_field="ev", tag="C"):
    p: str  # the pair
    a: float
    b: float
    t: int


class _Minute(msgspec.Struct, gc=False, tag_field="ev", tag="AM"):
    o: float
    h: float
    l: float  # noqa: E741
    c: float
    v: float
    s: int  # start
    sym: str = ""
    pair: str = ""
    av: float | None = None  # the day's volume
    op: float | None = None  # the day's open


class _CoinMinute(_Minute, gc=False, tag_field="ev", tag="XA"):
    """A minute of crypto."""


class _CurrencyMinute(_Minute, gc=False, tag_field="ev", tag="CA"):
    """A minute of a currency; its volume counts ticks."""


class _Limits(msgspec.Struct, gc=False, tag_field="ev", tag="LULD"):
    """Limit up, limit down; comes with the trades and is not shown yet."""


class _Status(msgspec.Struct, tag_field="ev", tag="status"):
    status: str = ""
    message: str = ""


_Event: TypeAlias = (
    _Trade
    | _CoinTrade
    | _Quote
    | _CoinQuote
    | _CurrencyQuote
    | _Minute
    | _CoinMinute
    | _CurrencyMinute
    | _Limits
    | _Status
)
_read_events: Callable[[bytes], list[_Event]] = tagged_list_reader(*get_args(_Event))


class Massive(FeedProtocol):
    """Trades, quotes and minute bars."""

    name: ClassVar = "massive"
    title: ClassVar = "Massive (Polygon)"
    delivers: ClassVar = "trades, quotes, 1 min bars"
    well_known: ClassVar = US_STOCKS
    trades_us_stocks: ClassVar = True
    url: ClassVar = "wss://socket.massive.com/stocks"
    hosts: ClassVar = ("socket.massive.com", "delayed.massive.com", "socket.polygon.io", "delayed.polygon.io")
    needs_key: ClassVar = True

    def __init__(self, access: Access | None = None) -> None:
        super().__init__(access)
        self.is_ready = False
        market = urlsplit(self.access.url).path.strip("/").rpartition("/")[2]
        self._channels = _CHANNELS.get(market, _STOCKS)
        self._asked: dict[str, str] = {}  # as in messages → as asked

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusd`` → ``BTC-USD``, ``brk-b`` → ``BRK.B``."""
        pair = split_pair(symbol)
        return symbol.upper().replace("-", ".").replace("/", ".") if pair is None else pair.joined("-")

    def subscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """A list of channels with their symbols."""
        self._asked.update((symbol.replace("-", "/"), symbol) for symbol in symbols)
        return self._requests("subscribe", symbols)

    def unsubscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """Likewise."""
        return self._requests("unsubscribe", symbols)

    def _requests(self, action: str, symbols: Sequence[str]) -> list[str]:
        return [
            to_json(
                {"action": action, "params": ",".join(f"{name}.{each}" for each in chunk for name in self._channels)}
            )
            for chunk in chunks(symbols, _SYMBOLS_A_REQUEST)
        ]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Read an array of events."""
        facts: list[Fact] = []
        for event in _read_events(payload):
            match event:
                case _Trade():
                    facts.append(Trade(event.sym or event.pair, event.p, event.s, epoch_ns(event.t), event.i))
                case _Quote():
                    facts.append(_from_quote(event, 1.0 if isinstance(event, _CoinQuote) else _LOT))
                case _CurrencyQuote():
                    facts += self._from_currency(event)
                case _Minute():
                    facts += self._from_minute(event)
                case _Status():
                    facts += self._from_status(event)
        return facts

    def _from_currency(self, quote: _CurrencyQuote) -> Sequence[Fact]:
        symbol, time_ns = self._asked.get(quote.p, quote.p), epoch_ns(quote.t)
        # Currencies have no last price: the middle stands for it.
        return (
            Quote(symbol, quote.b, None, quote.a, None, time_ns),
            Trade(symbol, (quote.a + quote.b) / 2, None, time_ns),
        )

    def _from_minute(self, bar: _Minute) -> Sequence[Fact]:
        symbol = bar.sym or self._asked.get(bar.pair, bar.pair)
        minute = Bar(symbol, "1m", epoch_ns(bar.s), bar.o, bar.h, bar.l, bar.c, bar.v, is_closed=True)
        return (minute,) if bar.av is None else (minute, DayStats(symbol, open=bar.op, volume=bar.av))

    def _from_status(self, event: _Status) -> Sequence[Fact]:
        match event.status:
            case "connected":
                self.outgoing.append(to_json({"action": "auth", "params": self.access.key or ""}))
            case "auth_success":
                self.is_ready = True
            case "auth_failed":
                raise KeyRejected("Massive does not accept the key. Check the key and its plan, then retry.")
            case "auth_timeout":
                raise ConnectionLost("Massive waited for the login in vain.")
            case "max_connections":
                raise ConnectionLost("Massive says that the account has too many connections open.", slowly=True)
            case "success" if event.message.startswith("subscribed to: "):
                symbol = event.message.partition(": ")[2].partition(".")[2]
                return (Reply((symbol,), ok=True, message="subscribed"),)
            case "error":
                return (Reply((), ok=False, message=event.message),)
        return ()


def _from_quote(quote: _Quote, lot: float) -> Quote:
    bid_size, ask_size = (None if lots is None else lots * lot for lots in (quote.bs, quote.as_))
    return Quote(quote.sym or quote.pair, quote.bp, bid_size, quote.ap, ask_size, epoch_ns(quote.t))
