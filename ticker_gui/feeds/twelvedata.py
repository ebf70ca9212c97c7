"""Twelve Data, real-time prices of stocks, currencies and crypto.

Documented at twelvedata.com/docs (WebSocket) and in the official client. The key stands in the query. A subscription is
answered with what succeeded and what failed, and part of it may fail. Times are in seconds. The client says
``heartbeat`` every ten seconds. Three connections a key; another one closes the oldest. The shape of errors on the line
is unverified.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import msgspec

from ticker_gui.domain.errors import KeyRejected
from ticker_gui.domain.events import DayStats, Fact, Quote, Reply, Trade
from ticker_gui.feeds.protocol import Access, FeedProtocol
from ticker_gui.feeds.symbols import Spellings, split_pair
from ticker_gui.feeds.well_known import CURRENCIES, US_STOCKS, against
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json, with_query


class _Listing(msgspec.Struct):
    symbol: str


class _Message(msgspec.Struct, gc=False):
    event: str = ""
    symbol: str = ""
    timestamp: int | None = None
    price: float | None = None
    day_volume: float | None = None
    bid: float | None = None
    ask: float | None = None
    status: str = ""
    success: list[_Listing] | None = None
    fails: list[_Listing | str] | None = None
    message: str = ""


_read_message = json_reader(_Message)


class TwelveData(FeedProtocol):
    """The last price, as events; bid and ask of currencies and coins. No day figures but the volume."""

    name: ClassVar = "twelvedata"
    title: ClassVar = "Twelve Data"
    delivers: ClassVar = "prices, volume, quotes of currencies"
    well_known: ClassVar = (*US_STOCKS, *CURRENCIES, *against("/USD"))
    trades_us_stocks: ClassVar = True
    url: ClassVar = "wss://ws.twelvedata.com/v1/quotes/price"
    hosts: ClassVar = ("ws.twelvedata.com",)
    needs_key: ClassVar = True
    messages_per_second: ClassVar = 1.5
    keepalive_s: ClassVar = 10.0

    def __init__(self, access: Access | None = None) -> None:
        super().__init__(access)
        self._spellings = Spellings()

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``eurusd`` → ``EUR/USD``."""
        pair = split_pair(symbol)
        return symbol.upper() if pair is None else pair.joined("/")

    @property
    def address(self) -> str:
        """The key stands in the query, as ``apikey``."""
        return with_query(self.access.url, "apikey", self.access.key)

    def subscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """One message for all."""
        self._spellings.ask(symbols)
        return self._request("subscribe", symbols)

    def unsubscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """One message for all."""
        self._spellings.forget(symbols)
        return self._request("unsubscribe", symbols)

    @staticmethod
    def _request(action: str, symbols: Sequence[str]) -> list[str]:
        return [to_json({"action": action, "params": {"symbols": ",".join(symbols)}})] if symbols else []

    def keepalive(self) -> Iterable[str]:
        """Answered with an event of that name."""
        return (to_json({"action": "heartbeat"}),)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Read one event."""
        message = _read_message(payload)
        match message.event:
            case "price":
                return _from_price(message)
            case "subscribe-status":
                return self._from_status(message)
            case "error":
                if "apikey" in message.message.lower() or "api key" in message.message.lower():
                    raise KeyRejected("Twelve Data does not accept the key. Check the key and its plan, then retry.")
                return (Reply((), ok=False, message=message.message),)
            case _:
                return ()

    def _from_status(self, message: _Message) -> list[Fact]:
        replies: list[Fact] = []
        if message.success:
            replies.append(Reply(tuple(each.symbol for each in message.success), ok=True))
        for failed in message.fails or ():
            text = failed if isinstance(failed, str) else failed.symbol  # "UNKNOWN is not available"
            symbol = self._spellings.match(text)
            reason = text if isinstance(failed, str) else "not available"
            replies.append(Reply((symbol,) if symbol else (), ok=False, message=reason))
        return replies


def _from_price(message: _Message) -> list[Fact]:
    facts: list[Fact] = []
    time_ns = None if message.timestamp is None else epoch_ns(message.timestamp)
    if message.price is not None:
        facts.append(Trade(message.symbol, message.price, None, time_ns))
    if message.bid is not None or message.ask is not None:
        facts.append(Quote(message.symbol, message.bid, None, message.ask, None, time_ns))
    if message.day_volume is not None:
        facts.append(DayStats(message.symbol, volume=message.day_volume, time_ns=time_ns))
    return facts
