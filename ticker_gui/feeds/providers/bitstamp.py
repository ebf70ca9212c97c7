"""Bitstamp, WebSocket v2, public channels.

Documentation: www.bitstamp.net/websocket/v2 (not read; the format is known from captured frames and public clients).
There is no ticker, so there are neither day statistics nor a last price before the first trade. Trades are those of
``live_trades``; the best bid and ask are the first levels of ``order_book``. Prices are sent as numbers and as text;
the text is exact. Times are text in microseconds. An error does not name its channel.

Units: amounts are in the base currency, also those of perpetual contracts (``btcusd-perp``). Trade ids are unique and
increase, with gaps. An empty list is an empty side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final, TypeAlias, get_args

import msgspec

from ticker_gui.domain.capability import SIZED_QUOTES, SIZED_TRADES
from ticker_gui.domain.events import Fact, Quote, Reply, Trade
from ticker_gui.feeds.protocol import Action, FeedProtocol
from ticker_gui.feeds.requests import error_reply
from ticker_gui.feeds.stated import Stated, quote_of
from ticker_gui.feeds.symbols import in_notation, lower, without_exchange
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, tagged_reader, to_json

_CHANNELS: Final = ("live_trades", "order_book")
_EXCHANGES: Final = ("BITSTAMP",)


class _Execution(msgspec.Struct, gc=False):
    id: int
    price_str: float
    amount_str: float
    microtimestamp: int


class _Levels(msgspec.Struct, gc=False):
    microtimestamp: int
    bids: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    asks: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


class _Problem(msgspec.Struct):
    code: int | None = None
    message: str = ""


class _Trade(msgspec.Struct, gc=False, tag_field="event", tag="trade"):
    channel: str
    data: _Execution


class _Book(msgspec.Struct, gc=False, tag_field="event", tag="data"):
    """The best 100 levels of each side."""

    channel: str
    data: _Levels


class _Subscribed(msgspec.Struct, tag_field="event", tag="bts:subscription_succeeded"):
    channel: str


class _Error(msgspec.Struct, tag_field="event", tag="bts:error"):
    data: _Problem


class _ReconnectRequest(msgspec.Struct, tag_field="event", tag="bts:request_reconnect"):
    """The server will close the connection soon."""


_Message: TypeAlias = _Trade | _Book | _Subscribed | _Error | _ReconnectRequest
_read_message: Callable[[bytes], _Message | None] = tagged_reader(*get_args(_Message))
_read_level = json_reader(tuple[float, float])


class Bitstamp(FeedProtocol):
    """Trades, best bid and ask; no key."""

    name: ClassVar = "bitstamp"
    title: ClassVar = "Bitstamp"
    markets: ClassVar = "Crypto"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("USD")
    url: ClassVar = "wss://ws.bitstamp.net"
    provenance: ClassVar = "recorded traffic, other programs"
    exchanges: ClassVar = _EXCHANGES
    hosts: ClassVar = ("ws.bitstamp.net",)
    keepalive_s: ClassVar = 20.0

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``BTC-USD`` → ``btcusd``, ``BTC/USD-PERP`` → ``btcusd-perp``. All names are in small letters."""
        return lower(in_notation(without_exchange(symbol, _EXCHANGES).replace("/", ""), ""))

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        return [
            to_json({"event": f"bts:{action}", "data": {"channel": f"{channel}_{symbol}"}})
            for symbol in symbols
            for channel in _CHANNELS
        ]

    def keepalive(self) -> Iterable[str]:
        """A heartbeat; the answer is ignored."""
        return (to_json({"event": "bts:heartbeat"}),)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode one message."""
        match _read_message(payload):
            case _Trade(channel=channel, data=trade):
                time_ns = epoch_ns(trade.microtimestamp)
                return (Trade(_symbol(channel), trade.price_str, trade.amount_str, time_ns, trade.id),)
            case _Book(channel=channel, data=levels) if channel.startswith("order_book_"):
                return (_from_levels(_symbol(channel), levels),)
            case _Subscribed(channel=channel):
                return (Reply((_symbol(channel),), ok=True),)
            case _Error(data=problem):
                return (error_reply(problem.message, problem.code),)
            case _ReconnectRequest():
                self.is_closing = True
                return ()
            case _:
                return ()


def _symbol(channel: str) -> str:
    """Return the symbol of a channel: ``btcusd`` for ``live_trades_btcusd``."""
    return next((channel.removeprefix(f"{name}_") for name in _CHANNELS if channel.startswith(f"{name}_")), "")


def _from_levels(symbol: str, levels: _Levels) -> Quote:
    """Return the best bid and ask; for speed, only these two of up to 200 levels are decoded."""
    return quote_of(symbol, *_best(levels.bids), *_best(levels.asks), epoch_ns(levels.microtimestamp))


def _best(levels: list[msgspec.Raw] | msgspec.UnsetType) -> tuple[Stated, Stated]:
    """Return price and size of the first level; ``None`` for an empty side."""
    if isinstance(levels, msgspec.UnsetType):
        return msgspec.UNSET, msgspec.UNSET
    return _read_level(levels[0]) if levels else (None, None)
