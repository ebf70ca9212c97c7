"""Alpaca market data: stocks (v2 ``iex``, ``sip``, ``test``) and crypto (``v1beta3/crypto/us``).

Documentation: docs.alpaca.markets (real-time stock and crypto data). The server sends ``connected``, expects the key
and the secret, sends ``authenticated``, and answers each change of the subscription with the complete list. Every frame
is an array. With the header ``Content-Type: application/msgpack`` all frames are msgpack, with timestamps in its
format. An unknown symbol is listed and receives no data (unverified). A request beyond the symbol limit of the plan is
refused as a whole, so it is repeated in parts. One connection per account; after an unsubscription some data still
arrives.

Units: sizes of trades are shares, or coins. Sizes of stock quotes are documented as round lots (page of 2026-01), while
the tapes themselves have sent shares since 2025-11-03 and a round lot has 1 to 100 shares; they are used as sent. An
empty side of a quote has a price of zero. Daily bars follow the rules of the tapes; their close is the last price.
``0001-01-01T00:00:00Z`` means no time.

Trade ids are assigned by the exchange ``x``. Conditions are the letters of the tape ``z``. Corrections (``c``) and
cancellations (``x``) arrive with the trades; ``t`` is the time of the correction, not that of the trade.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, TypeAlias, get_args

import msgspec
from msgspec import UNSET

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError, KeyRejected
from ticker_gui.domain.events import Bar, Correction, DayStats, Fact, Reply, Trade
from ticker_gui.feeds.optional_values import OptionalNumber, quote_of
from ticker_gui.feeds.protocol import Action, Credentials, Message
from ticker_gui.feeds.providers.alpaca_history import AlpacaHistory
from ticker_gui.feeds.requests import error_reply
from ticker_gui.feeds.sale_conditions import REGULAR, TAPES, UNKNOWN_TAPE, Codes
from ticker_gui.feeds.stock_symbols import US_EXCHANGES, as_typed, currency_pair, with_dotted_class
from ticker_gui.feeds.well_known import US_STOCKS
from ticker_gui.feeds.wire import iso_ns, tagged_list_reader, to_json

_MSGPACK: Final = "application/msgpack"
_CHANNELS: Final = ("trades", "quotes", "bars", "dailyBars")

_NO_TIME: Final = "0001-01-01T00:00:00"

# The documented codes of errors that remain after a reconnect.
_WRONG_KEY: Final = 402
_FATAL: Final = {
    _WRONG_KEY: "Alpaca rejected the API key. Write it as KEY:SECRET, check both parts, then retry.",
    408: "The Alpaca account is not enabled for this feed. Check the permissions of the account, then retry.",
    409: "The Alpaca subscription does not include this feed. Choose another feed, such as iex, or another plan.",
    411: "The Alpaca key has no permission to read market data. Check the permissions of the key, then retry.",
}
_TOO_MANY_SYMBOLS: Final = 405
_TOO_MANY_CONNECTIONS: Final = 406
_TEMPORARY: Final = {
    404: "timed out waiting for the login",
    407: "disconnected this client because it is too slow",
    500: "had an internal error",
}


class _Trade(msgspec.Struct, gc=False, tag_field="T", tag="t"):
    S: str  # symbol
    p: float
    s: float  # size
    t: str
    i: int | str | None = None  # id
    x: str | None = None  # exchange
    c: Codes | None = None  # conditions
    z: str | None = None  # tape


class _Cancellation(msgspec.Struct, gc=False, tag_field="T", tag="x"):
    S: str
    i: int | str | None = None
    x: str | None = None
    p: float | None = None
    s: float | None = None


class _Correction(msgspec.Struct, gc=False, tag_field="T", tag="c"):
    S: str
    cp: float  # corrected values
    cs: float | None = None
    ci: int | str | None = None
    cc: Codes | None = None
    oi: int | str | None = None  # original values
    op: float | None = None
    os: float | None = None
    x: str | None = None
    z: str | None = None


class _Quote(msgspec.Struct, gc=False, tag_field="T", tag="q"):
    S: str
    t: str
    bp: OptionalNumber = UNSET
    ap: OptionalNumber = UNSET
    bs: OptionalNumber = UNSET
    as_: OptionalNumber = msgspec.field(default=UNSET, name="as")


class _Bar(msgspec.Struct, gc=False, tag_field="T", tag="b"):
    """A minute bar."""

    S: str
    o: float
    h: float
    l: float  # noqa: E741
    c: float
    v: float
    t: str


class _UpdatedBar(_Bar, gc=False, tag_field="T", tag="u"):
    """A minute bar again, now with late trades."""


class _DayBar(_Bar, gc=False, tag_field="T", tag="d"):
    """The bar of the current day."""


class _Status(msgspec.Struct, gc=False, tag_field="T", tag="s"):
    """Trading halts and similar; ignored."""


class _Limits(msgspec.Struct, gc=False, tag_field="T", tag="l"):
    """Limit up, limit down; ignored."""


class _Success(msgspec.Struct, tag_field="T", tag="success"):
    msg: str = ""


class _Subscription(msgspec.Struct, tag_field="T", tag="subscription"):
    """The complete list of subscriptions."""

    trades: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()


class _Error(msgspec.Struct, tag_field="T", tag="error"):
    code: int = 0
    msg: str = ""


_Event: TypeAlias = (
    _Trade
    | _Cancellation
    | _Correction
    | _Quote
    | _Bar
    | _UpdatedBar
    | _DayBar
    | _Status
    | _Limits
    | _Success
    | _Subscription
    | _Error
)
_KINDS: Final = {kind.__struct_config__.tag: kind for kind in get_args(_Event)}
_read_json: Callable[[bytes], list[_Event]] = tagged_list_reader(*get_args(_Event))
_unpack: Final = msgspec.msgpack.Decoder(list[dict[str, Any]]).decode


class Alpaca(AlpacaHistory):
    """Trades, quotes, minute bars and daily bars of stocks or crypto, depending on the URL."""

    name: ClassVar = "alpaca"
    title: ClassVar = "Alpaca"
    markets: ClassVar = "US stocks"
    capabilities: ClassVar = (
        SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.BARS, Capability.HISTORY, Capability.CORRECTIONS}
    )
    acknowledges: ClassVar = True
    default_symbols: ClassVar = US_STOCKS
    trades_us_stocks: ClassVar = True
    url: ClassVar = "wss://stream.data.alpaca.markets/v2/iex"
    exchanges: ClassVar = US_EXCHANGES
    hosts: ClassVar = ("stream.data.alpaca.markets", "stream.data.sandbox.alpaca.markets")
    delay_minutes: ClassVar = 15
    needs_key: ClassVar = True
    key_url: ClassVar = "https://app.alpaca.markets/dashboard/overview"
    plan: ClassVar = "free plan"
    key_hint: ClassVar = "Key ID and secret key, with a colon between them"

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self.is_ready = False
        self._is_packed = _MSGPACK in self.credentials.headers.values()
        self._requested = deque[tuple[str, ...]]()  # the symbols of each request that is not answered yet
        self._waiting: list[tuple[str, ...]] = []  # parts of a refused request, the next one last

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusd`` → ``BTC/USD``, ``brk-b`` → ``BRK.B``."""
        symbol = as_typed(symbol)
        pair = currency_pair(symbol)
        return with_dotted_class(symbol) if pair is None else pair.joined("/")

    def _request(self, action: Action, symbols: Sequence[str]) -> list[Message]:
        self._requested.append(tuple(symbols) if action == "subscribe" else ())
        return [self._packed({"action": action, **dict.fromkeys(_CHANNELS, symbols)})]

    def _request_waiting(self) -> None:
        """Request the next waiting part, without the symbols that were removed in the meantime."""
        while self._waiting:
            if symbols := [symbol for symbol in self._waiting.pop() if symbol in self.subscribed]:
                self.outgoing += self._request("subscribe", symbols)
                return

    def _packed(self, message: dict[str, Any]) -> Message:
        return msgspec.msgpack.encode(message) if self._is_packed else to_json(message)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode an array of events, in JSON or msgpack."""
        events = _read_json(payload) if payload.startswith(b"[") else _read_msgpack(payload)
        facts: list[Fact] = []
        for event in events:  # `type(x) is` is many times cheaper than a class pattern here
            if type(event) is _Trade:
                conditions, updates = TAPES.get(event.z, UNKNOWN_TAPE).read(event.c) if event.c else REGULAR
                time_ns = _time_ns(event.t)
                facts.append(Trade(event.S, event.p, event.s, time_ns, event.i, event.x, conditions, updates))
            elif type(event) is _Quote:
                facts.append(quote_of(event.S, event.bp, event.bs, event.ap, event.as_, _time_ns(event.t)))
            else:
                facts.extend(self._read_other(event))
        return facts

    def _read_other(self, event: _Event) -> Sequence[Fact]:
        match event:
            case _DayBar():
                time_ns = _time_ns(event.t)
                return (DayStats(event.S, event.o, event.h, event.l, volume=event.v, time_ns=time_ns, last=event.c),)
            case _Bar():
                start_ns = iso_ns(event.t)
                bar = Bar(event.S, "1m", start_ns, event.o, event.h, event.l, event.c, event.v, is_closed=True)
                return (bar,)
            case _Cancellation():
                return (Correction(event.S, event.i, venue=event.x, original_price=event.p, original_size=event.s),)
            case _Correction():
                return (_from_correction(event),)
            case _Success(msg="connected"):
                key, _, secret = (self.credentials.key or "").partition(":")
                self.outgoing.append(self._packed({"action": "auth", "key": key, "secret": secret}))
            case _Success(msg="authenticated"):
                self.is_ready = True
            case _Subscription():
                self._pop_requested()
                self._request_waiting()
                listed = {*event.trades, *event.quotes} & self.subscribed.keys()
                return (Reply(tuple(sorted(listed)), ok=True, message="subscribed"),) if listed else ()
            case _Error(code=code, msg=message):
                _raise_if_final(code)
                return self._read_refusal(code, message)
        return ()

    def _read_refusal(self, code: int, message: str) -> Sequence[Reply]:
        """Read an error that answers the oldest request; split a request that exceeds the symbol limit."""
        symbols = self._pop_requested()
        if code == _TOO_MANY_SYMBOLS and len(symbols) > 1:
            middle = len(symbols) // 2
            self._waiting += (symbols[middle:], symbols[:middle])
            self._request_waiting()
            return ()
        if code == _TOO_MANY_SYMBOLS:  # not even one more symbol fits
            symbols += tuple(symbol for part in reversed(self._waiting) for symbol in part)
            self._waiting.clear()
        self._request_waiting()
        return (error_reply(message, code, symbols),)

    def _pop_requested(self) -> tuple[str, ...]:
        return self._requested.popleft() if self._requested else ()


def _from_correction(message: _Correction) -> Correction:
    conditions, updates = TAPES.get(message.z, UNKNOWN_TAPE).read(message.cc) if message.cc else REGULAR
    return Correction(
        message.S,
        message.oi,
        message.cp,
        message.cs,
        venue=message.x,
        new_trade_id=message.ci,
        original_price=message.op,
        original_size=message.os,
        conditions=conditions,
        updates=updates,
    )


def _time_ns(text: str) -> int | None:
    return None if text.startswith(_NO_TIME) else iso_ns(text)


def _raise_if_final(code: int) -> None:
    """Raise an error for a code that ends the connection."""
    if code in _FATAL:
        raise (KeyRejected if code == _WRONG_KEY else FeedRejected)(_FATAL[code])
    if code == _TOO_MANY_CONNECTIONS:
        raise ConnectionLost("The Alpaca account already has an open connection. Close it.", slow_backoff=True)
    if code in _TEMPORARY:
        raise ConnectionLost(f"Alpaca {_TEMPORARY[code]} (code {code}).")


def _read_msgpack(payload: bytes) -> list[_Event]:
    try:
        return [
            msgspec.convert(_with_text_time(event), kind, strict=False)
            for event in _unpack(payload)
            if (kind := _KINDS.get(event.get("T"))) is not None
        ]
    except (msgspec.MsgspecError, RecursionError, ValueError, TypeError) as error:
        raise FrameError(f"not as documented: {error}") from error


def _with_text_time(event: dict[str, Any]) -> dict[str, Any]:
    """Convert a timestamp of msgpack to the text that JSON has."""
    time = event.get("t")
    return event | {"t": time.isoformat()} if isinstance(time, datetime) else event
