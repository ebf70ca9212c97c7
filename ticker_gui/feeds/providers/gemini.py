"""Gemini, market data v2.

Documentation: docs.gemini.com/websocket (not read; the format is known from captured frames and public clients).
Nothing is acknowledged. The first ``l2_updates`` of a symbol is a snapshot of the order book with the last trades; the
later ones contain changed levels, so the order book is kept here to find the best bid and ask. ``candles_1m_updates``
starts with the bars of about one day, newest first.

Past bars are the first message of the channel of their timeframe, which cannot be asked for a period: it is subscribed
for them and then unsubscribed. Minute bars, which are subscribed anyway, are sent again after subscribing again.
Past trades are those of the REST interface from a millisecond on, at most 500. Whether these are the oldest or the
newest ones is not documented, so both are expected. Symbols have no names and no tick sizes there.

Units: quantities and the volumes of bars are in the base currency. ``event_id`` is unique and increases, with gaps. A
``block_trade`` is negotiated outside the order book and updates the volume only. A side is empty when its last level is
removed. There is no ticker, so there are neither day statistics nor a last price before the first trade.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, TypeAlias, get_args

import msgspec

from ticker_gui.domain.capability import SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Fact, PastBars, Reply, Trade, Updates
from ticker_gui.feeds.history import BarsQuery, HttpRequest, HttpResponse, Instrument, TradesPage, TradesQuery
from ticker_gui.feeds.optional_values import OptionalNumber, quote_of
from ticker_gui.feeds.past_rows import past_bar, read_rows
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.providers.gemini_history import (
    NAMES,
    OFFER,
    catalog_request,
    read_catalog,
    read_trades,
    trades_request,
)
from ticker_gui.feeds.requests import batched
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, tagged_reader, to_json

_CHANNELS: Final = ("l2", "candles_1m")
_SYMBOLS_PER_REQUEST: Final = 50
_BLOCK: Final = ("block_trade",)
_MAX_LEVELS: Final = 50_000
_MAX_SYMBOLS: Final = 10_000
_MAX_PENDING: Final = 100
_MAX_CHANGED_BARS: Final = 5  # more of them are not a change but the bars of a day
_TIMEFRAMES: Final = {f"candles_{name}_updates": timeframe for timeframe, name in NAMES.items()}


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


class _Other(msgspec.Struct):
    """An error, or past bars."""

    type: str = ""
    symbol: str = ""
    changes: list[msgspec.Raw] = []
    result: str = ""
    reason: str = ""


_Message: TypeAlias = _Trade | _BlockTrade | _Updates | _Candles | _Heartbeat
_read_message: Callable[[bytes], _Message | None] = tagged_reader(*get_args(_Message))
_read_other = json_reader(_Other)
_read_candle = json_reader(tuple[int, float, float, float, float, float])


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
    def stated(self) -> tuple[OptionalNumber, OptionalNumber]:
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
    history: ClassVar = OFFER

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._books: dict[str, tuple[_Side, _Side]] = {}
        self._forming: dict[str, int] = {}  # start of the newest minute of each symbol
        self._past: dict[tuple[str, str], BarsQuery] = {}  # requests for past bars, by symbol and timeframe

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
                bars = self._from_candles(candles)
                if len(bars) > _MAX_CHANGED_BARS and (candles.symbol, "1m") in self._past:
                    rows = _read_other(payload).changes
                    return [*bars, *self._past_bars(candles.symbol, "1m", rows)]
                return bars
            case None:
                return self._from_other(_read_other(payload))
            case _:
                return ()

    def history_request(self, query: BarsQuery) -> list[str]:
        """Return the messages for the past bars, which are all that the provider has of the timeframe."""
        if len(self._past) >= _MAX_PENDING:  # the server does not answer
            del self._past[next(iter(self._past))]
        self._past[query.symbol, query.timeframe] = query
        subscribe = _candles_request("subscribe", query)
        return [_candles_request("unsubscribe", query), subscribe] if self._is_live(query) else [subscribe]

    def trades_request(self, query: TradesQuery) -> HttpRequest:
        """Return the request for the trades since the last one before the gap."""
        return trades_request(query, self.credentials.url)

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Decode the trades; the page after a full one begins with its last trade."""
        return read_trades(query, response, self.credentials)

    def catalog_request(self) -> HttpRequest:
        """Return the request for all symbols."""
        return catalog_request(self.credentials.url)

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Decode the symbols."""
        return read_catalog(response, self.credentials)

    def _is_live(self, query: BarsQuery) -> bool:
        """Return whether the bars are subscribed anyway."""
        return query.timeframe == "1m" and query.symbol in self.subscribed

    def _from_other(self, other: _Other) -> Sequence[Fact]:
        """Return an error, or the past bars that were requested."""
        timeframe = _TIMEFRAMES.get(other.type)
        if timeframe is not None:
            return self._past_bars(other.symbol, timeframe, other.changes)
        return (Reply((), ok=False, message=other.reason),) if other.result == "error" else ()

    def _past_bars(self, symbol: str, timeframe: str, rows: list[msgspec.Raw]) -> Sequence[Reply]:
        """Return the answer to a request for past bars, and end its subscription; nothing if there is no request."""
        query = self._past.pop((symbol, timeframe), None)
        if query is None:
            return ()
        if not self._is_live(query):
            self.outgoing.append(_candles_request("unsubscribe", query))

        def bar(row: msgspec.Raw) -> Bar:
            start, opened, high, low, close, volume = _read_candle(row)
            return past_bar(query, epoch_ns(start), (opened, high, low, close), volume)

        try:
            past = PastBars(symbol, timeframe, tuple(read_rows(rows, bar)))
        except FrameError as error:
            past = PastBars(symbol, timeframe, error=f"Gemini sent past data that cannot be used: {error}.")
        return (Reply((), ok=not past.error, past=past),)

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


def _candles_request(action: Action, query: BarsQuery) -> str:
    """Return the message that subscribes to the bars of a timeframe or unsubscribes from them."""
    channel = {"name": f"candles_{NAMES[query.timeframe]}", "symbols": [query.symbol]}
    return to_json({"type": action, "subscriptions": [channel]})


def _from_trade(trade: _Trade) -> Trade:
    time_ns = epoch_ns(trade.timestamp)
    if type(trade) is _BlockTrade:  # many times cheaper than isinstance here
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
