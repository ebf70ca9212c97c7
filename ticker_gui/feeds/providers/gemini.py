"""Gemini, market data v2.

Documentation: docs.gemini.com/websocket (not read; the format is known from captured frames and public clients).
Nothing is acknowledged. The first ``l2_updates`` of a symbol is a snapshot of the order book with the last trades; the
later ones contain changed levels, so the order book is kept here to find the best bid and ask. ``candles_1m_updates``
starts with the bars of about one day, newest first.

Units: quantities and the volumes of bars are in the base currency. ``event_id`` is unique and increases, with gaps. A
``block_trade`` is negotiated outside the order book and updates the volume only. A side is empty when its last level is
removed. There is no ticker, so there are neither day statistics nor a last price before the first trade.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, TypeAlias, get_args

import msgspec

from ticker_gui.domain.capability import SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import Bar, Fact, Reply, Trade, Updates
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.requests import batched
from ticker_gui.feeds.stated import Stated, quote_of
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, tagged_reader, to_json

_CHANNELS: Final = ("l2", "candles_1m")
_SYMBOLS_PER_REQUEST: Final = 50
_BLOCK: Final = ("block_trade",)
_MAX_LEVELS: Final = 50_000
_MAX_SYMBOLS: Final = 10_000


class _Trade(msgspec.Struct, gc=False, tag_field="type", tag="trade"):
    symbol: str
    event_id: int
    timestamp: int
    price: float
    quantity: float


class _BlockTrade(_Trade, gc=False, tag_field="type", tag="block_trade"):
    """A trade negotiated outside the order book."""


class _Updates(msgspec.Struct, tag_field="type", tag="l2_updates"):
    """Levels as side, price and quantity; the quantity 0 removes a level."""

    symbol: str
    changes: list[tuple[str, float, float]] = []
    # In the snapshot only, like the next field.
    trades: list[_Trade | _BlockTrade] | msgspec.UnsetType = msgspec.UNSET
    auction_events: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Candles(msgspec.Struct, tag_field="type", tag="candles_1m_updates"):
    """Rows of time, open, high, low, close and volume."""

    symbol: str
    changes: list[tuple[int, float, float, float, float, float]]


class _Heartbeat(msgspec.Struct, tag_field="type", tag="heartbeat"):
    """Sent about every five seconds."""


class _Error(msgspec.Struct):
    result: str = ""
    reason: str = ""


_Message: TypeAlias = _Trade | _BlockTrade | _Updates | _Candles | _Heartbeat
_read_message: Callable[[bytes], _Message | None] = tagged_reader(*get_args(_Message))
_read_error = json_reader(_Error)


class _Side:
    """One side of an order book, kept to find its best level."""

    def __init__(self, *, is_bid: bool, is_known: bool) -> None:
        self.levels: dict[float, float] = {}
        self.is_known = is_known  # then a side without levels is empty
        self.best: float | None = None
        self._is_bid = is_bid

    def put(self, price: float, quantity: float) -> bool:
        """Set a level, or remove it if the quantity is 0; return whether the best level has changed."""
        levels, best = self.levels, self.best
        if quantity:
            self.is_known = True
            if len(levels) >= _MAX_LEVELS and price not in levels:
                return False
            levels[price] = quantity
            if best is not None and (price < best if self._is_bid else price > best):
                return False
            self.best = price
            return True
        if levels.pop(price, None) is None or price != best:
            return False
        self.best = None if not levels else max(levels) if self._is_bid else min(levels)
        return True

    @property
    def stated(self) -> tuple[Stated, Stated]:
        """Price and quantity of the best level."""
        if self.best is None:
            return (None, None) if self.is_known else (msgspec.UNSET, msgspec.UNSET)
        return self.best, self.levels[self.best]


class Gemini(FeedProtocol):
    """Trades, best bid and ask, and one-minute bars; no key."""

    name: ClassVar = "gemini"
    title: ClassVar = "Gemini"
    markets: ClassVar = "Crypto"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | {Capability.BARS, Capability.HISTORY}
    default_symbols: ClassVar = against("USD")
    url: ClassVar = "wss://api.gemini.com/v2/marketdata"
    provenance: ClassVar = "recorded traffic, other programs"
    exchanges: ClassVar = ("GEMINI",)
    pair_separator: ClassVar = ""
    hosts: ClassVar = ("api.gemini.com", "api.sandbox.gemini.com")

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._books: dict[str, tuple[_Side, _Side]] = {}
        self._forming: dict[str, int] = {}  # start of the newest minute of each symbol

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        if action == "unsubscribe":
            for symbol in symbols:
                self._books.pop(symbol, None)
        return [
            to_json({"type": action, "subscriptions": [{"name": name, "symbols": chunk} for name in _CHANNELS]})
            for chunk in batched(symbols, _SYMBOLS_PER_REQUEST)
        ]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode one message."""
        match _read_message(payload):
            case _Trade() as trade:
                return (_from_trade(trade),)
            case _Updates() as updates:
                return self._from_updates(updates)
            case _Candles() as candles:
                return self._from_candles(candles)
            case None:
                error = _read_error(payload)
                return (Reply((), ok=False, message=error.reason),) if error.result == "error" else ()
            case _:
                return ()

    def _from_updates(self, updates: _Updates) -> list[Fact]:
        is_whole = updates.trades is not msgspec.UNSET or updates.auction_events is not msgspec.UNSET
        book = self._books.get(updates.symbol)
        if book is None and len(self._books) >= _MAX_SYMBOLS:  # a server may send symbols that are not subscribed
            return []
        if book is None or is_whole:  # levels of an earlier subscription are not part of the new book
            book = self._books[updates.symbol] = (
                _Side(is_bid=True, is_known=is_whole),
                _Side(is_bid=False, is_known=is_whole),
            )
        bids, asks = book
        is_moved = is_whole
        for side, price, quantity in updates.changes:
            is_moved |= (bids if side == "buy" else asks).put(price, quantity)
        facts: list[Fact] = []
        if updates.trades:
            facts += map(_from_trade, sorted(updates.trades, key=lambda each: each.timestamp))
        if is_moved:
            facts.append(quote_of(updates.symbol, *bids.stated, *asks.stated))
        return facts

    def _from_candles(self, candles: _Candles) -> list[Fact]:
        """Return the bars, oldest first; all but the newest are closed."""
        rows = sorted(candles.changes)
        if len(self._forming) >= _MAX_SYMBOLS:
            self._forming.clear()
        newest = max([self._forming.get(candles.symbol, 0), *(row[0] for row in rows)])
        self._forming[candles.symbol] = newest
        return [
            Bar(candles.symbol, "1m", epoch_ns(start), opened, high, low, close, volume, is_closed=start < newest)
            for start, opened, high, low, close, volume in rows
        ]


def _from_trade(trade: _Trade) -> Trade:
    time_ns = epoch_ns(trade.timestamp)
    if isinstance(trade, _BlockTrade):
        return Trade(
            trade.symbol,
            trade.price,
            trade.quantity,
            time_ns,
            trade.event_id,
            conditions=_BLOCK,
            updates=Updates.VOLUME,
        )
    return Trade(trade.symbol, trade.price, trade.quantity, time_ns, trade.event_id)
