"""Bitfinex, WebSocket v2, public channels of pairs (``tBTCUSD``) and of the funding market (``fUSD``).

Documentation: docs.bitfinex.com/docs/ws-public; also frames captured by others. Data are rows with the id of a channel
instead of a symbol. The ids differ on every connection; the acknowledgement of a subscription states the symbol.
``trades`` starts with a snapshot, newest first; each execution is then sent as ``te`` and again as ``tu`` (``fte`` and
``ftu`` for funding). Rows may have more fields at their end than documented. Tether is called UST. The error for a
duplicate subscription (10301) may arrive before the acknowledgement of the first one.

Units: amounts and the day's volume are in the base currency; sales have negative amounts. The ticker's sizes are sums
of the 25 best levels, not the sizes of the best bid and ask, so they are not used. The open is calculated: last price
minus the day's change. Prices of the funding market are rates per day. Trade ids are unique and increase, with gaps.
``null`` is an empty side. The ticker has no time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_TRADES, Capability
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import DayStats, Fact, Quote, Reply, Trade
from ticker_gui.feeds.derived import open_from_change
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.requests import error_reply
from ticker_gui.feeds.stated import price_of, quote_of
from ticker_gui.feeds.symbols import exchange_of, in_capitals, typed_pair, without_exchange
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json

_CHANNELS: Final = ("ticker", "trades")
_LONGEST_JOINED: Final = 3
_MAX_CHANNELS: Final = 20_000
_EXCHANGES: Final = ("BITFINEX",)
# A pair (t) or a currency of the funding market (f), followed by capitals; "tonusd" is the pair TON/USD.
_OWN_NAME: Final = re.compile(r"[tf](?=.*[A-Z]|[^a-z]+\Z)", re.DOTALL)
_OWN_NAMES: Final = {"USDT": "UST", "USDC": "UDC"}
_PAIR_FIELDS, _FUNDING_FIELDS, _TRADE_FIELDS = 10, 13, 4
_RECONNECT, _MAINTENANCE_BEGINS, _MAINTENANCE_ENDS = 20051, 20060, 20061
_DUPLICATE: Final = 10301


class _Platform(msgspec.Struct):
    status: int = 1  # 0 is maintenance


class _Event(msgspec.Struct):
    """A message without data: information, acknowledgement, error or pong."""

    event: str = ""
    channel: str = ""
    chanId: int = 0
    symbol: str = ""
    code: int = 0
    msg: str = ""
    platform: _Platform | None = None


_read_event = json_reader(_Event)
_read_row = json_reader(list[Any])


class Bitfinex(FeedProtocol):
    """Trades, best bid and ask, and day statistics; no key."""

    name: ClassVar = "bitfinex"
    title: ClassVar = "Bitfinex"
    markets: ClassVar = "Crypto"
    capabilities: ClassVar = SIZED_TRADES | DAY_STATISTICS | {Capability.QUOTES}
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("USD")
    url: ClassVar = "wss://api-pub.bitfinex.com/ws/2"
    provenance: ClassVar = "documented, captured by others"
    exchanges: ClassVar = _EXCHANGES
    hosts: ClassVar = ("api-pub.bitfinex.com", "api.bitfinex.com")
    messages_per_second: ClassVar = 10.0
    keepalive_s: ClassVar = 20.0

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._channels: dict[int, tuple[str, str]] = {}  # channel id → channel and symbol

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusd`` → ``tBTCUSD``, ``avax-usd`` → ``tAVAX:USD``; ``tTESTBTC:TESTUSD`` and ``fUSD`` stay."""
        symbol = without_exchange(symbol, _EXCHANGES)
        if _OWN_NAME.match(symbol) or exchange_of(symbol) is not None:
            return symbol
        pair = typed_pair(symbol)
        if pair is None:
            return f"t{in_capitals(symbol)}"
        base, quote = (_OWN_NAMES.get(name, name) for name in pair)
        is_long = max(len(base), len(quote)) > _LONGEST_JOINED
        return f"t{base}:{quote}" if is_long else f"t{base}{quote}"

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        if action == "unsubscribe":  # by channel id, which is known once the channel is acknowledged
            numbers = [number for number, (_, symbol) in self._channels.items() if symbol in symbols]
            return [to_json({"event": "unsubscribe", "chanId": number}) for number in numbers]
        return [
            to_json({"event": "subscribe", "channel": channel, "symbol": symbol})
            for symbol in symbols
            for channel in _CHANNELS
        ]

    def keepalive(self) -> Iterable[str]:
        """The server closes a connection without channels after a minute."""
        return (to_json({"event": "ping", "cid": 1}),)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a row of data or an event."""
        if not payload.startswith(b"["):
            return self._from_event(_read_event(payload))
        row = _read_row(payload)
        if len(row) < 2 or not isinstance(row[0], int):
            raise FrameError("a row without channel and data")
        channel, symbol = self._channels.get(row[0], ("", ""))
        if channel == "trades":
            return _from_trades(symbol, row)
        if channel == "ticker" and isinstance(row[1], list):  # not the heartbeat "hb"
            return _from_ticker(symbol, _numbers(row[1]))
        return ()

    def _from_event(self, event: _Event) -> Sequence[Fact]:
        match event.event:
            case "subscribed":
                if len(self._channels) < _MAX_CHANNELS:
                    self._channels[event.chanId] = (event.channel, event.symbol)
                return (Reply((event.symbol,), ok=True),)
            case "unsubscribed":
                self._channels.pop(event.chanId, None)
            case "error" if event.code != _DUPLICATE:
                symbols = (event.symbol,) if event.symbol else ()
                return (error_reply(event.msg, event.code, symbols),)
            case "info" if event.code in (_RECONNECT, _MAINTENANCE_ENDS):
                self.is_closing = True
            case "info" if event.code == _MAINTENANCE_BEGINS or (event.platform and not event.platform.status):
                return (Reply((), ok=False, message="Bitfinex is under maintenance."),)
        return ()


def _from_ticker(symbol: str, row: list[float | None]) -> tuple[Quote, DayStats]:
    is_funding = symbol.startswith("f")
    if len(row) < (_FUNDING_FIELDS if is_funding else _PAIR_FIELDS):
        raise FrameError("a ticker with too few fields")
    if is_funding:
        _, bid, _, _, ask, _, _, change, _, last, volume, high, low = row[:_FUNDING_FIELDS]
    else:
        bid, _, ask, _, change, _, last, volume, high, low = row[:_PAIR_FIELDS]
    quote = quote_of(symbol, bid, msgspec.UNSET, ask, msgspec.UNSET)
    return quote, DayStats(symbol, open_from_change(last, change), high, low, None, volume, last=price_of(last))


def _numbers(row: list[Any]) -> list[float | None]:
    """Return a row as numbers.

    Raises:
        FrameError: a value is neither a number nor ``null``.
    """
    if any(value is not None and type(value) not in (int, float) for value in row):
        raise FrameError("a row with a value that is not a number")
    try:
        return [None if value is None else float(value) for value in row]
    except OverflowError as error:
        raise FrameError("a number that is too large") from error


def _from_trades(symbol: str, row: list[Any]) -> Sequence[Fact]:
    match row[1]:
        case "te" | "fte":
            return (_from_trade(symbol, row[2] if len(row) > 2 else None),)
        case list() as trades:
            return [_from_trade(symbol, trade) for trade in reversed(trades)]
        case _:  # "tu" repeats an execution, "hb" is a heartbeat
            return ()


def _from_trade(symbol: str, row: Any) -> Trade:
    if not isinstance(row, list) or len(row) < _TRADE_FIELDS or type(row[0]) is not int or type(row[1]) is not int:
        raise FrameError("a trade that is not as documented")
    amount, price = _numbers(row[2:_TRADE_FIELDS])
    if amount is None or price is None:
        raise FrameError("a trade without amount or price")
    return Trade(symbol, price, abs(amount), epoch_ns(row[1]), row[0])
