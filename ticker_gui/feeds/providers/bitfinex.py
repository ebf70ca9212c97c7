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
from typing import Any, ClassVar, Final, TypeVar

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

T = TypeVar("T")

_CHANNELS: Final = ("ticker", "trades")
_LONGEST_JOINED: Final = 3
_MAX_CHANNELS: Final = 20_000
_EXCHANGES: Final = ("BITFINEX",)
# A pair (t) or a currency of the funding market (f), followed by capitals; "tonusd" is the pair TON/USD.
_OWN_NAME: Final = re.compile(r"[tf](?=.*[A-Z]|[^a-z]+\Z)", re.DOTALL)
_OWN_NAMES: Final = {"USDT": "UST", "USDC": "UDC"}
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


class _Ticker(msgspec.Struct, gc=False, array_like=True):
    """The ticker of a pair; sizes are sums over the 25 best levels, not those of the best."""

    bid: float | None
    bid_sizes: float | None
    ask: float | None
    ask_sizes: float | None
    change: float | None
    change_ratio: float | None
    last: float | None
    volume: float | None
    high: float | None
    low: float | None


class _FundingTicker(msgspec.Struct, gc=False, array_like=True):
    """The ticker of a funding currency: rates instead of prices."""

    average_rate: float | None
    bid: float | None
    bid_days: float | None
    bid_sizes: float | None
    ask: float | None
    ask_days: float | None
    ask_sizes: float | None
    change: float | None
    change_ratio: float | None
    last: float | None
    volume: float | None
    high: float | None
    low: float | None


class _Trade(msgspec.Struct, gc=False, array_like=True):
    """A trade; the amount is negative if the taker sold."""

    id: int
    time_ms: int
    amount: float
    price: float


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
    provenance: ClassVar = "documentation, messages recorded by others"
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
            return _from_ticker(symbol, row[1])
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


def _from_ticker(symbol: str, row: list[Any]) -> tuple[Quote, DayStats]:
    is_funding = symbol.startswith("f")
    ticker = _shaped(row, _FundingTicker) if is_funding else _shaped(row, _Ticker)
    last = ticker.last
    return (
        quote_of(symbol, ticker.bid, msgspec.UNSET, ticker.ask, msgspec.UNSET),
        DayStats(
            symbol,
            open_from_change(last, ticker.change),
            ticker.high,
            ticker.low,
            None,
            ticker.volume,
            last=price_of(last),
        ),
    )


def _from_trades(symbol: str, row: list[Any]) -> Sequence[Fact]:
    match row[1]:
        case "te" | "fte":
            return (_from_trade(symbol, row[2] if len(row) > 2 else None),)
        case list() as trades:
            return [_from_trade(symbol, trade) for trade in reversed(trades)]
        case _:  # "tu" repeats an execution, "hb" is a heartbeat
            return ()


def _from_trade(symbol: str, row: Any) -> Trade:
    trade = _shaped(row, _Trade)
    return Trade(symbol, trade.price, abs(trade.amount), epoch_ns(trade.time_ms), trade.id)


def _shaped(row: Any, shape: type[T]) -> T:
    """Return a row as a declared shape.

    Raises:
        FrameError: the row has too few values, or one that is not a number.
    """
    try:
        return msgspec.convert(row, shape)
    except msgspec.ValidationError as error:
        raise FrameError(f"not as documented: {error}") from error
