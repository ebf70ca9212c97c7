"""Bybit, WebSocket v5, public channels of spot, linear and inverse contracts and options.

Documentation: bybit-exchange.github.io/docs/v5/websocket. The category is the last part of the URL's path. ``tickers``
of linear and inverse contracts start with a snapshot, followed by changes: a field that is left out is unchanged. Spot
``tickers`` have no bid and ask, so those are read from ``orderbook.1``. A spot request has at most ten topics. All
options of a coin share one topic for trades. The texts of errors are known from public clients only.

Units: sizes and ``volume24h`` are in the base currency for spot, linear contracts and options, and in US dollars
(contracts) for inverse ones; ``turnover24h`` is in the other currency. The documentation states no units; these agree
with the ratios of turnover to volume in its examples. ``prevPrice24h`` is the price 24 hours ago. Trade ids are unique
texts. A block trade (``BT``) is negotiated outside the order book and updates the volume only. Empty text, or a size of
zero, is an empty side. ``lastPrice`` has no time of its trade.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final, TypeAlias
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES
from ticker_gui.domain.events import DayStats, Fact, Quote, Reply, Trade, Updates
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.requests import PendingRequests, batched, partial_replies
from ticker_gui.feeds.stated import Stated, price_of, quote_of
from ticker_gui.feeds.symbols import in_notation, without_exchange
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json

_TOPICS_PER_SPOT_REQUEST: Final = 10
_TOPICS_PER_REQUEST: Final = 200
_BLOCK: Final = ("BT",)
_NOTHING_STATED: Final = (msgspec.UNSET,) * 4
_EXCHANGES: Final = ("BYBIT",)


class _Execution(msgspec.Struct, gc=False):
    T: int  # time
    s: str
    v: float  # size
    p: float
    i: str  # id
    BT: bool = False  # a block trade


_Levels: TypeAlias = list[tuple[float, float]] | msgspec.UnsetType


class _Data(msgspec.Struct, gc=False):
    """The data of ``tickers`` (long names) or of ``orderbook.1`` (short names).

    Options have ``bidPrice`` instead of ``bid1Price``.
    """

    symbol: str = ""
    prevPrice24h: float | None = None
    highPrice24h: float | None = None
    lowPrice24h: float | None = None
    volume24h: float | None = None
    lastPrice: float | None = None
    bid1Price: Stated = msgspec.UNSET
    bid1Size: Stated = msgspec.UNSET
    ask1Price: Stated = msgspec.UNSET
    ask1Size: Stated = msgspec.UNSET
    bidPrice: Stated = msgspec.UNSET
    bidSize: Stated = msgspec.UNSET
    askPrice: Stated = msgspec.UNSET
    askSize: Stated = msgspec.UNSET
    s: str = ""
    b: _Levels = msgspec.UNSET
    a: _Levels = msgspec.UNSET

    failTopics: tuple[str, ...] = ()
    successTopics: tuple[str, ...] = ()


class _Message(msgspec.Struct, gc=False):
    topic: str = ""
    type: str = ""
    ts: int | None = None
    data: _Data | list[_Execution] | None = None
    op: str = ""
    success: bool | None = None
    ret_msg: str = ""
    req_id: str = ""


_read_message = json_reader(_Message)


class Bybit(FeedProtocol):
    """Trades, best bid and ask, and 24-hour statistics; no key."""

    name: ClassVar = "bybit"
    title: ClassVar = "Bybit"
    markets: ClassVar = "Crypto"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("USDT")
    url: ClassVar = "wss://stream.bybit.com/v5/public/spot"
    exchanges: ClassVar = _EXCHANGES
    hosts: ClassVar = ("stream.bybit.com", "stream-testnet.bybit.com", "stream.bybit.eu")
    keepalive_s: ClassVar = 20.0

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._requests = PendingRequests(str)
        category = urlsplit(self.credentials.url).path.rstrip("/").rpartition("/")[2]
        self._is_spot, self._is_option = category == "spot", category == "option"
        self._max_topics = _TOPICS_PER_SPOT_REQUEST if self._is_spot else _TOPICS_PER_REQUEST

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btc-usdt`` → ``BTCUSDT``; ``BTC-27DEC24`` and ``BTC-26DEC25-100000-C`` stay."""
        return in_notation(without_exchange(symbol, _EXCHANGES), "")

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        # A topic that other symbols need is already subscribed, and stays so: options of a coin share one.
        others = self._topics_of(symbol for symbol in self.subscribed if symbol not in symbols)
        topics = {topic: served for topic, served in self._topics_of(symbols).items() if topic not in others}
        messages = []
        for chunk in batched(list(topics), self._max_topics):
            identifier = self._requests.add(list(dict.fromkeys(symbol for topic in chunk for symbol in topics[topic])))
            messages.append(to_json({"req_id": identifier, "op": action, "args": chunk}))
        return messages

    def _topics_of(self, symbols: Iterable[str]) -> dict[str, list[str]]:
        """Return the topics that these symbols need, each with its symbols."""
        topics: dict[str, list[str]] = {}
        for symbol in symbols:
            trades = symbol.partition("-")[0] if self._is_option else symbol
            names = [f"tickers.{symbol}", f"publicTrade.{trades}"]
            for name in (*names, f"orderbook.1.{symbol}") if self._is_spot else names:
                topics.setdefault(name, []).append(symbol)
        return topics

    def keepalive(self) -> Iterable[str]:
        """A ping; the answer differs by category and is ignored."""
        return (to_json({"op": "ping"}),)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a message of a topic, or an answer."""
        message = _read_message(payload)
        data = message.data
        if isinstance(data, list):
            return [
                Trade(each.s, each.p, each.v, epoch_ns(each.T), each.i)
                if not each.BT
                else Trade(each.s, each.p, each.v, epoch_ns(each.T), each.i, None, _BLOCK, Updates.VOLUME)
                for each in data
                if not self._is_option or each.s in self.subscribed  # the topic has the trades of all options of a coin
            ]
        if data is not None and message.topic:
            time_ns = None if message.ts is None else epoch_ns(message.ts)
            if message.topic.startswith("tickers."):
                return _from_ticker(data, time_ns)
            if message.topic.startswith("orderbook.1."):
                return (_from_book(data, time_ns, is_whole=message.type != "delta"),)
            return ()
        return self._answer(message)

    def _answer(self, message: _Message) -> Sequence[Fact]:
        if isinstance(message.data, _Data) and message.type == "COMMAND_RESP":
            return _from_option_answer(message.data, message.ret_msg)
        if message.success is None or message.op not in ("subscribe", "unsubscribe"):
            return ()
        symbols = self._requests.pop(message.req_id)
        if message.success:
            return (Reply(symbols, ok=True),)
        # One wrong topic fails the whole request; the text names the topic.
        named = tuple(symbol for symbol in symbols if message.ret_msg.endswith(f".{symbol}"))
        return (Reply(named or symbols, ok=False, message=message.ret_msg),)


def _from_option_answer(data: _Data, reason: str) -> list[Reply]:
    """Return the answer for options, which lists the accepted and the refused topics."""
    accepted, refused = (
        tuple(topic.removeprefix("tickers.") for topic in topics if topic.startswith("tickers."))
        for topics in (data.successTopics, data.failTopics)
    )
    return partial_replies(accepted, refused, reason or "not accepted")


def _from_ticker(data: _Data, time_ns: int | None) -> list[Fact]:
    facts: list[Fact] = []
    sides = data.bid1Price, data.bid1Size, data.ask1Price, data.ask1Size
    if sides == _NOTHING_STATED:
        sides = data.bidPrice, data.bidSize, data.askPrice, data.askSize
    if sides != _NOTHING_STATED:
        facts.append(quote_of(data.symbol, *sides, time_ns=time_ns))
    opened, high, low, volume = data.prevPrice24h, data.highPrice24h, data.lowPrice24h, data.volume24h
    last = price_of(data.lastPrice)
    if not (opened is high is low is volume is last is None):
        facts.append(DayStats(data.symbol, opened, high, low, None, volume, time_ns, last=last))
    return facts


def _from_book(data: _Data, time_ns: int | None, *, is_whole: bool) -> Quote:
    return quote_of(data.s, *_best(data.b, is_whole=is_whole), *_best(data.a, is_whole=is_whole), time_ns)


def _best(levels: _Levels, *, is_whole: bool) -> tuple[Stated, Stated]:
    """Return price and size of the first level; ``None`` for an empty side."""
    if isinstance(levels, msgspec.UnsetType) or not (levels or is_whole):
        return msgspec.UNSET, msgspec.UNSET
    return next(((price, size) for price, size in levels if size), (None, None))
