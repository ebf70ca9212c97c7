"""Twelve Data, real-time prices of stocks, currencies and crypto.

Documentation: twelvedata.com/docs (WebSocket), and the official client. The key is in the query. The answer to a
subscription lists the symbols that succeeded and those that failed. The client sends ``heartbeat`` every ten seconds.
Three connections per key; another one closes the oldest. The shape of errors is unverified.

Units: times are in seconds; the day's volume is in shares. There are no sizes, no ids and no sale conditions. A side of
a quote that is left out is unchanged, and a price of zero is an empty side. A listing on a foreign exchange has a name
such as ``RY:TSX``; its messages have the symbol and the exchange in separate fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import ClassVar, Final

import msgspec
from msgspec import UNSET

from ticker_gui.domain.capability import Capability
from ticker_gui.domain.events import DayStats, Fact, Reply, Trade
from ticker_gui.feeds.optional_values import OptionalNumber, quote_of
from ticker_gui.feeds.protocol import Action, Credentials
from ticker_gui.feeds.providers.twelvedata_history import TwelveDataHistory
from ticker_gui.feeds.requests import key_rejected, with_query
from ticker_gui.feeds.stock_symbols import US_EXCHANGES, currency_pair
from ticker_gui.feeds.symbols import SymbolResolver, in_capitals
from ticker_gui.feeds.well_known import CURRENCIES, US_STOCKS, against
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json

_MAX_NAMES: Final = 8192
# Exchanges that have the same name in TradingView notation, as a prefix, and at Twelve Data.
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
    bid: OptionalNumber = UNSET
    ask: OptionalNumber = UNSET
    status: str = ""
    success: list[_Listing] | None = None
    fails: list[_Listing | str] | None = None
    message: str = ""


_read_message = json_reader(_Message)


class _Listings:
    """The subscribed symbols that a message belongs to: ``RY`` of the exchange ``TSX`` is ``RY:TSX``."""

    def __init__(self) -> None:
        self._subscribed: dict[str, None] = {}
        self.named = lru_cache(maxsize=_MAX_NAMES)(self._find)

    def add(self, symbols: Iterable[str]) -> None:
        """Add subscribed symbols."""
        self._subscribed.update(dict.fromkeys(symbols))
        self.named.cache_clear()

    def remove(self, symbols: Iterable[str]) -> None:
        """Remove subscribed symbols."""
        for symbol in symbols:
            self._subscribed.pop(symbol, None)
        self.named.cache_clear()

    def _find(self, symbol: str, exchange: str | None, mic_code: str | None) -> tuple[str, ...]:
        """Return the subscribed symbols that a message belongs to, or its own symbol if there are none."""
        names = [f"{symbol}:{venue}" for venue in (exchange, mic_code) if f"{symbol}:{venue}" in self._subscribed]
        if symbol in self._subscribed and (not names or exchange in US_EXCHANGES):
            names.append(symbol)  # a symbol without an exchange is the listing in the US
        if names:
            return tuple(names)
        # The name of the exchange may differ from the subscribed one.
        elsewhere = [name for name in self._subscribed if name.partition(":")[0] == symbol]
        return tuple(elsewhere) if len(elsewhere) == 1 else (symbol,)


class TwelveData(TwelveDataHistory):
    """Last prices, the day's volume, and bid and ask of currencies and crypto."""

    name: ClassVar = "twelvedata"
    title: ClassVar = "Twelve Data"
    markets: ClassVar = "Stocks, crypto, currencies"
    capabilities: ClassVar = frozenset(
        (Capability.TRADES, Capability.QUOTES, Capability.DAY_VOLUME, Capability.HISTORY)
    )
    data_note: ClassVar = "quotes of currencies and crypto only"
    acknowledges: ClassVar = True
    default_symbols: ClassVar = (*US_STOCKS, *CURRENCIES, *against("/USD"))
    trades_us_stocks: ClassVar = True
    url: ClassVar = "wss://ws.twelvedata.com/v1/quotes/price"
    exchanges: ClassVar = US_EXCHANGES
    hosts: ClassVar = ("ws.twelvedata.com",)
    needs_key: ClassVar = True
    key_url: ClassVar = "https://twelvedata.com/account/api-keys"
    plan: ClassVar = "free plan"
    messages_per_second: ClassVar = 1.5
    keepalive_s: ClassVar = 10.0

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._resolver = SymbolResolver()
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
        """Return why the provider cannot have a symbol; ``CME:NASDAQ`` is the symbol CME, not an exchange prefix."""
        return "" if symbol.partition(":")[2] in _EXCHANGES else super().refusal(symbol)

    @property
    def address(self) -> str:
        """The URL with the key in the query, as ``apikey``."""
        return with_query(self.credentials.url, "apikey", self.credentials.key)

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        if action == "subscribe":
            self._resolver.add(symbols)
            self._listings.add(symbols)
        else:
            self._resolver.remove(symbols)
            self._listings.remove(symbols)
        return [to_json({"action": action, "params": {"symbols": ",".join(symbols)}})]

    def keepalive(self) -> Iterable[str]:
        """A heartbeat; the server answers with an event of the same name."""
        return (to_json({"action": "heartbeat"}),)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode one event."""
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
                symbol = self._resolver.match(failed)
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
