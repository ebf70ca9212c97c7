"""Twelve Data, real-time prices of stocks, currencies and crypto.

Documented at twelvedata.com/docs (WebSocket) and in the official client. The key stands in the query. A subscription is
answered with what succeeded and what failed, and part of it may fail. The client sends ``heartbeat`` every ten seconds.
Three connections per key; another one closes the oldest. The shape of errors on the connection is unverified.

Units: times are in seconds; the day's volume is in shares. There are no sizes, no ids and no sale conditions. A side of
a quote that is left out is unchanged, and a price of zero is an empty side. A listing elsewhere is named
``RY:TSX``; its messages have the symbol and the exchange apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

import msgspec
from msgspec import UNSET

from ticker_gui.domain.capability import Capability
from ticker_gui.domain.events import DayStats, Fact, Reply, Trade
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.requests import key_rejected, with_query
from ticker_gui.feeds.stated import Stated, quote_of
from ticker_gui.feeds.stock_symbols import US_EXCHANGES, currency_pair
from ticker_gui.feeds.symbols import SymbolResolver, in_capitals
from ticker_gui.feeds.well_known import CURRENCIES, US_STOCKS, against
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json

_MAX_NAMES: Final = 8192
# The exchanges that TradingView, which writes them before a symbol, and Twelve Data name alike.
_EXCHANGES: Final = (
    *US_EXCHANGES,
    *("TSX", "TSXV", "LSE", "XETR", "EURONEXT", "SIX", "ASX", "NSE", "BSE", "HKEX"),
)


class _Listing(msgspec.Struct):
    symbol: str
    exchange: str | None = None
    mic_code: str | None = None


class _Message(msgspec.Struct, gc=False):
    event: str = ""
    symbol: str = ""
    exchange: str | None = None
    mic_code: str | None = None
    timestamp: int | None = None
    price: float | None = None
    day_volume: float | None = None
    bid: Stated = UNSET
    ask: Stated = UNSET
    status: str = ""
    success: list[_Listing] | None = None
    fails: list[_Listing | str] | None = None
    message: str = ""


_read_message = json_reader(_Message)


class _Listings:
    """Which subscribed symbols a message is about: ``RY`` of the exchange ``TSX`` is ``RY:TSX``."""

    def __init__(self) -> None:
        self._subscribed: dict[str, None] = {}
        self._named: dict[tuple[str, str | None, str | None], tuple[str, ...]] = {}

    def add(self, symbols: Iterable[str]) -> None:
        """Expect these symbols in messages."""
        self._subscribed.update(dict.fromkeys(symbols))
        self._named.clear()

    def remove(self, symbols: Iterable[str]) -> None:
        """No longer expect these symbols."""
        for symbol in symbols:
            self._subscribed.pop(symbol, None)
        self._named.clear()

    def named(self, symbol: str, exchange: str | None, mic_code: str | None) -> tuple[str, ...]:
        """Return the subscribed symbols that a message names, or its symbol if there is none."""
        known = self._named.get((symbol, exchange, mic_code))
        if known is None:
            if len(self._named) >= _MAX_NAMES:
                self._named.clear()
            known = self._named[symbol, exchange, mic_code] = self._find(symbol, exchange, mic_code)
        return known

    def _find(self, symbol: str, exchange: str | None, mic_code: str | None) -> tuple[str, ...]:
        names = [f"{symbol}:{place}" for place in (exchange, mic_code) if f"{symbol}:{place}" in self._subscribed]
        if symbol in self._subscribed and (not names or exchange in US_EXCHANGES):
            names.append(symbol)  # without an exchange it is the listing in the US
        if names:
            return tuple(names)
        # The exchange may be written in another way than it was subscribed.
        elsewhere = [name for name in self._subscribed if name.partition(":")[0] == symbol]
        return tuple(elsewhere) if len(elsewhere) == 1 else (symbol,)


class TwelveData(FeedProtocol):
    """The last price, as events; bid and ask of currencies and coins. No day figures but the volume."""

    name: ClassVar = "twelvedata"
    title: ClassVar = "Twelve Data"
    capabilities: ClassVar = frozenset((Capability.TRADES, Capability.QUOTES, Capability.DAY_VOLUME))
    data_note: ClassVar = "quotes of currencies and crypto only"
    acknowledges: ClassVar = True
    well_known: ClassVar = (*US_STOCKS, *CURRENCIES, *against("/USD"))
    trades_us_stocks: ClassVar = True
    url: ClassVar = "wss://ws.twelvedata.com/v1/quotes/price"
    exchanges: ClassVar = US_EXCHANGES
    hosts: ClassVar = ("ws.twelvedata.com",)
    needs_key: ClassVar = True
    messages_per_second: ClassVar = 1.5
    keepalive_s: ClassVar = 10.0

    def __init__(self, access: Credentials | None = None) -> None:
        super().__init__(access)
        self._spellings = SymbolResolver()
        self._listings = _Listings()

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``eurusd`` → ``EUR/USD``, ``NASDAQ:AAPL`` → ``AAPL:NASDAQ``; ``RY:TSX`` stays."""
        symbol = in_capitals(symbol)
        before, _, after = symbol.partition(":")
        if before in _EXCHANGES and after and after not in US_EXCHANGES:
            return f"{after}:{before}"
        pair = None if after in _EXCHANGES else currency_pair(symbol)
        return symbol if pair is None else pair.joined("/")

    def refusal(self, symbol: str) -> str:
        """Refuse an exchange in the place of a symbol, which ``CME:NASDAQ`` does not have."""
        return "" if symbol.partition(":")[2] in _EXCHANGES else super().refusal(symbol)

    @property
    def address(self) -> str:
        """The key stands in the query, as ``apikey``."""
        return with_query(self.access.url, "apikey", self.access.key)

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        if action == "subscribe":
            self._spellings.ask(symbols)
            self._listings.add(symbols)
        else:
            self._spellings.forget(symbols)
            self._listings.remove(symbols)
        return [to_json({"action": action, "params": {"symbols": ",".join(symbols)}})]

    def keepalive(self) -> Iterable[str]:
        """Answered with an event of that name."""
        return (to_json({"action": "heartbeat"}),)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Read one event."""
        message = _read_message(payload)
        match message.event:
            case "price":
                names = self._listings.named(message.symbol, message.exchange, message.mic_code)
                return _from_price(names, message)
            case "subscribe-status":
                return self._from_status(message)
            case "error":
                if "apikey" in message.message.lower() or "api key" in message.message.lower():
                    raise key_rejected(self.title)
                return (Reply((), ok=False, message=message.message),)
            case _:
                return ()

    def _from_status(self, message: _Message) -> list[Fact]:
        replies: list[Fact] = []
        if message.success:
            named = (self._listings.named(each.symbol, each.exchange, each.mic_code) for each in message.success)
            replies.append(Reply(tuple(name for names in named for name in names), ok=True))
        for failed in message.fails or ():
            if isinstance(failed, str):  # "UNKNOWN is not available"
                symbol = self._spellings.match(failed)
                replies.append(Reply((symbol,) if symbol else (), ok=False, message=failed))
            else:
                names = self._listings.named(failed.symbol, failed.exchange, failed.mic_code)
                replies.append(Reply(names, ok=False, message="not available"))
        return replies


def _from_price(names: tuple[str, ...], message: _Message) -> list[Fact]:
    facts: list[Fact] = []
    time_ns = epoch_ns(message.timestamp) if message.timestamp else None
    for name in names:
        if message.price is not None:
            facts.append(Trade(name, message.price, None, time_ns))
        if message.bid is not UNSET or message.ask is not UNSET:
            facts.append(quote_of(name, message.bid, UNSET, message.ask, UNSET, time_ns))
        if message.day_volume is not None:
            facts.append(DayStats(name, volume=message.day_volume, time_ns=time_ns))
    return facts
