"""Massive, formerly Polygon: stocks, crypto, currencies, options or indices, depending on the URL's path.

Documentation: massive.com/docs/websocket, and ``websocket.json`` of the official client. The server sends
``connected``, expects the key, sends ``auth_success``, and acknowledges each channel of each symbol. Every frame is an
array. One connection per account and cluster; the server closes a second one.

Units: times are in milliseconds. Sizes of stock trades are shares: ``ds`` with fractions, ``s`` without. Sizes of stock
quotes are shares since 2025-11-03, before that they were round lots. Sizes of crypto are coins. The volume of a minute
of a currency counts quotes. An empty side of a quote has a price of zero.

Trade ids are unique per ticker, exchange (``x``) and trade reporting facility (``trfi``). Conditions of stocks are sale
conditions; those of crypto are the side of the taker. ``e`` is the trade correction indicator of the tape. Case matters
in tickers: ``AMpB`` is a preferred share. Names with a prefix (``X:BTCUSD``, ``C:EURUSD``, ``I:SPX``) are Massive's
own. Data of crypto and currencies have the name of the pair, however they were subscribed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import ClassVar, Final, TypeAlias, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET

from ticker_gui.domain.capability import SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.errors import ConnectionLost, FrameError
from ticker_gui.domain.events import Bar, Correction, DayStats, Fact, Reply, Trade
from ticker_gui.feeds.derived import with_mid_trade
from ticker_gui.feeds.optional_values import OptionalNumber, quote_of
from ticker_gui.feeds.protocol import Action, Credentials
from ticker_gui.feeds.providers.massive_history import MassiveHistory
from ticker_gui.feeds.requests import batched, key_rejected
from ticker_gui.feeds.sale_conditions import MASSIVE, REGULAR, Codes
from ticker_gui.feeds.stock_symbols import US_EXCHANGES, as_typed, currency_pair, with_dotted_class
from ticker_gui.feeds.symbols import bare
from ticker_gui.feeds.well_known import US_STOCKS
from ticker_gui.feeds.wire import epoch_ns, tagged_list_reader, to_json

_CHANNELS: Final = {"crypto": ("XT", "XQ", "XA"), "forex": ("C", "CA"), "indices": ("V", "AM")}
_STOCKS: Final = ("T", "Q", "AM")
_SYMBOLS_PER_REQUEST: Final = 200

# Values of the trade correction indicator; these mark cancelled or erroneous trades.
_CANCELLED: Final = frozenset((7, 8, 10, 11))
_CORRECTED: Final = 1
_REPEATED: Final = 12  # repeats the values before the correction
_PREFIXED: Final = re.compile(r"\A[A-Z]:")  # X: crypto, C: currencies, I: indices, O: options
_MARKS: Final = re.compile(r"[-/]")
_MAX_PAIRS: Final = 8192


class _Trade(msgspec.Struct, gc=False, tag_field="ev", tag="T"):
    sym: str
    p: float
    t: int
    s: float | None = None
    ds: float | None = None
    i: int | str | None = None
    x: int | None = None
    trfi: int | None = None
    c: Codes | None = None
    e: int | None = None


class _CoinTrade(msgspec.Struct, gc=False, tag_field="ev", tag="XT"):
    """A crypto trade; ids are assigned by the exchange."""

    pair: str
    p: float
    t: int
    s: float | None = None
    i: int | str | None = None
    x: int | None = None


class _Quote(msgspec.Struct, gc=False, tag_field="ev", tag="Q"):
    sym: str
    t: int
    bp: OptionalNumber = UNSET
    bs: OptionalNumber = UNSET
    ap: OptionalNumber = UNSET
    as_: OptionalNumber = msgspec.field(default=UNSET, name="as")


class _CoinQuote(msgspec.Struct, gc=False, tag_field="ev", tag="XQ"):
    pair: str
    t: int
    bp: OptionalNumber = UNSET
    bs: OptionalNumber = UNSET
    ap: OptionalNumber = UNSET
    as_: OptionalNumber = msgspec.field(default=UNSET, name="as")


class _CurrencyQuote(msgspec.Struct, gc=False, tag_field="ev", tag="C"):
    p: str  # the pair
    a: float
    b: float
    t: int


class _IndexValue(msgspec.Struct, gc=False, tag_field="ev", tag="V"):
    val: float
    t: int
    T: str  # the ticker


class _Minute(msgspec.Struct, gc=False, tag_field="ev", tag="AM"):
    o: float
    h: float
    l: float  # noqa: E741
    c: float
    s: int  # start
    v: float = 0.0  # left out for indices
    sym: str = ""
    pair: str = ""
    av: float | None = None  # the day's volume
    op: float | None = None  # the day's open


class _CoinMinute(_Minute, gc=False, tag_field="ev", tag="XA"):
    """A minute bar of crypto."""


class _CurrencyMinute(_Minute, gc=False, tag_field="ev", tag="CA"):
    """A minute bar of a currency."""


class _Limits(msgspec.Struct, gc=False, tag_field="ev", tag="LULD"):
    """Limit up, limit down; sent with the trades and ignored."""


class _Status(msgspec.Struct, tag_field="ev", tag="status"):
    status: str = ""
    message: str = ""


_Event: TypeAlias = (
    _Trade
    | _CoinTrade
    | _Quote
    | _CoinQuote
    | _CurrencyQuote
    | _IndexValue
    | _Minute
    | _CoinMinute
    | _CurrencyMinute
    | _Limits
    | _Status
)
_read_events: Callable[[bytes], list[_Event]] = tagged_list_reader(*get_args(_Event))
_read_conditions = MASSIVE.read


class _SubscribedPairs:
    """The subscribed symbols that a pair in a message belongs to: ``BTC-USD`` belongs to ``X:BTCUSD`` too."""

    def __init__(self) -> None:
        self._subscribed: dict[str, str] = {}  # subscribed symbol → letters and digits of the pair
        self._unneeded: dict[str, None] = {}  # removed symbols whose pair another one needs
        self.named = lru_cache(maxsize=_MAX_PAIRS)(self._find)

    def add(self, symbols: Iterable[str]) -> None:
        """Add subscribed symbols."""
        for symbol in symbols:
            self._subscribed[symbol] = bare(_PREFIXED.sub("", symbol))
            self._unneeded.pop(symbol, None)
        self.named.cache_clear()

    def remove(self, symbols: Iterable[str]) -> list[str]:
        """Remove symbols; return those to unsubscribe: none while another symbol needs the pair."""
        for symbol in symbols:
            self._subscribed.pop(symbol, None)
            self._unneeded[symbol] = None
        self.named.cache_clear()
        needed = {_channel(symbol) for symbol in self._subscribed}
        unneeded = [symbol for symbol in self._unneeded if _channel(symbol) not in needed]
        for symbol in unneeded:
            del self._unneeded[symbol]
        return unneeded

    def acknowledged(self, symbol: str) -> tuple[str, ...]:
        """Return the subscribed symbols that an acknowledgement names, as subscribed or as the pair in messages."""
        return (symbol,) if symbol in self._subscribed else self.named(symbol)

    def _find(self, pair: str) -> tuple[str, ...]:
        """Return the subscribed symbols that a pair in a message belongs to, or the pair itself if there are none."""
        name = bare(_PREFIXED.sub("", pair))
        return tuple(symbol for symbol, its_name in self._subscribed.items() if its_name == name) or (pair,)


def _channel(symbol: str) -> str:
    """Return a name without prefix and separators: equal for two names of a pair, unequal for AMpB and AMPB."""
    return _MARKS.sub("", _PREFIXED.sub("", symbol))


class Massive(MassiveHistory):
    """Trades, quotes and minute bars."""

    name: ClassVar = "massive"
    title: ClassVar = "Massive (Polygon)"
    markets: ClassVar = "US stocks, options, crypto, currencies"
    capabilities: ClassVar = frozenset(
        {*SIZED_TRADES, *SIZED_QUOTES, Capability.DAY_OPEN, Capability.DAY_VOLUME}
        | {Capability.BARS, Capability.HISTORY, Capability.CORRECTIONS}
    )
    acknowledges: ClassVar = True
    default_symbols: ClassVar = US_STOCKS
    trades_us_stocks: ClassVar = True
    url: ClassVar = "wss://socket.massive.com/stocks"
    exchanges: ClassVar = US_EXCHANGES
    hosts: ClassVar = ("socket.massive.com", "delayed.massive.com", "socket.polygon.io", "delayed.polygon.io")
    delay_minutes: ClassVar = 15
    needs_key: ClassVar = True
    key_url: ClassVar = "https://massive.com/dashboard/keys"
    plan: ClassVar = "paid plan"

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self.is_ready = False
        market = urlsplit(self.credentials.url).path.strip("/").rpartition("/")[2]
        self._channels = _CHANNELS.get(market, _STOCKS)
        self._pairs = _SubscribedPairs()

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusd`` → ``BTC-USD``, ``brk-b`` → ``BRK.B``; ``AMpB``, ``X:BTCUSD`` and ``I:SPX`` stay."""
        symbol = as_typed(symbol)
        pair = None if _PREFIXED.match(symbol) else currency_pair(symbol)
        return with_dotted_class(symbol) if pair is None else pair.joined("-")

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        if action == "subscribe":
            self._pairs.add(symbols)
        else:
            symbols = self._pairs.remove(symbols)
        return [
            to_json(
                {"action": action, "params": ",".join(f"{name}.{each}" for each in chunk for name in self._channels)}
            )
            for chunk in batched(symbols, _SYMBOLS_PER_REQUEST)
        ]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode an array of events."""
        facts: list[Fact] = []
        for event in _read_events(payload):  # `type(x) is` is many times cheaper than a class pattern here
            if type(event) is _Trade:
                if event.e:
                    facts += _from_correction(event)
                else:
                    facts.append(_from_trade(event))
            elif type(event) is _Quote:
                time_ns = epoch_ns(event.t) if event.t else None
                facts.append(quote_of(event.sym, event.bp, event.bs, event.ap, event.as_, time_ns))
            else:
                facts += self._from_other(event)
        return facts

    def _from_other(self, event: _Event) -> Iterable[Fact]:
        if type(event) is _CoinTrade:
            return self._from_coin_trade(event)
        if type(event) is _CoinQuote:
            time_ns = epoch_ns(event.t)
            return [
                quote_of(symbol, event.bp, event.bs, event.ap, event.as_, time_ns)
                for symbol in self._pairs.named(event.pair)
            ]
        if type(event) is _CurrencyQuote:
            return self._from_currency(event)
        if type(event) is _IndexValue:
            return (Trade(event.T, event.val, None, epoch_ns(event.t)),)
        if type(event) is _Status:
            return self._from_status(event)
        return self._from_minute(event) if isinstance(event, _Minute) else ()

    def _from_coin_trade(self, trade: _CoinTrade) -> Iterable[Fact]:
        time_ns = epoch_ns(trade.t)
        return [Trade(name, trade.p, trade.s, time_ns, trade.i, trade.x) for name in self._pairs.named(trade.pair)]

    def _from_currency(self, quote: _CurrencyQuote) -> Iterable[Fact]:
        time_ns = epoch_ns(quote.t)
        for symbol in self._pairs.named(quote.p):
            yield from with_mid_trade(quote_of(symbol, quote.b, UNSET, quote.a, UNSET, time_ns))

    def _from_minute(self, bar: _Minute) -> Iterable[Fact]:
        if not bar.s:
            raise FrameError("a bar without a time")
        for symbol in (bar.sym,) if bar.sym else self._pairs.named(bar.pair):
            yield Bar(symbol, "1m", epoch_ns(bar.s), bar.o, bar.h, bar.l, bar.c, bar.v, is_closed=True)
            if bar.av is not None or bar.op is not None:
                yield DayStats(symbol, open=bar.op, volume=bar.av)

    def _from_status(self, event: _Status) -> Sequence[Fact]:
        match event.status:
            case "connected":
                self.outgoing.append(to_json({"action": "auth", "params": self.credentials.key or ""}))
            case "auth_success":
                self.is_ready = True
            case "auth_failed":
                raise key_rejected("Massive")
            case "auth_timeout":
                raise ConnectionLost("Massive timed out waiting for the login.")
            case "max_connections":
                raise ConnectionLost("The Massive account has too many open connections: close one.", slow_backoff=True)
            case "success" if event.message.startswith("subscribed to: "):
                symbol = event.message.partition(": ")[2].partition(".")[2]
                return (Reply(self._pairs.acknowledged(symbol), ok=True, message="subscribed"),)
            case "error":
                return (Reply((), ok=False, message=event.message),)
        return ()


def _from_trade(trade: _Trade) -> Trade:
    conditions, updates = _read_conditions(trade.c) if trade.c else REGULAR
    size = trade.s if trade.ds is None else trade.ds
    # The exchange, and the reporting facility of an off-exchange trade.
    venue = trade.x if trade.trfi is None else f"{trade.x}.{trade.trfi}"
    time_ns = epoch_ns(trade.t) if trade.t else None
    return Trade(trade.sym, trade.p, size, time_ns, trade.i, venue, conditions, updates)


def _from_correction(message: _Trade) -> Sequence[Fact]:
    """Return the events of a trade whose correction indicator is not zero."""
    trade = _from_trade(message)
    if message.e == _REPEATED:
        return ()
    if message.e == _CORRECTED:
        return (
            Correction(
                trade.symbol,
                trade.trade_id,
                trade.price,
                trade.size,
                trade.time_ns,
                trade.venue,
                conditions=trade.conditions,
                updates=trade.updates,
            ),
        )
    if message.e in _CANCELLED:
        cancelled = Correction(
            trade.symbol, trade.trade_id, venue=trade.venue, original_price=trade.price, original_size=trade.size
        )
        return (cancelled,)
    return (trade,)
