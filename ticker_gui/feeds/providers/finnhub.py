"""Finnhub: trades of stocks, currencies and crypto.

Documentation: finnhub.io/docs/api/websocket-trades (not read; the format is known from captured frames and public
clients). The key is in the URL's query. Nothing is acknowledged: a symbol receives no data until it trades. The server
sends ``{"type":"ping"}`` about once per minute and expects no answer.

Units: times are in milliseconds; volumes are shares, coins or units of the base currency. Exchanges of currencies and
crypto without trades send price updates with a volume of zero, which is not a size. Conditions are Finnhub's own
numbers of the sale conditions. There are no ids, no quotes and no day statistics.

Trading hours: messages do not state them. The request ``/stock/market-status`` says only whether an exchange is open at
the moment, not until when, so that its answer is soon out of date; it is not used. The hours of US stocks are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from ticker_gui.domain.capability import SIZED_TRADES
from ticker_gui.domain.events import Fact, Reply, Trade
from ticker_gui.feeds.protocol import Action
from ticker_gui.feeds.providers.finnhub_history import FinnhubHistory
from ticker_gui.feeds.requests import key_rejected, with_query
from ticker_gui.feeds.sale_conditions import FINNHUB, REGULAR, Codes
from ticker_gui.feeds.stock_symbols import as_typed
from ticker_gui.feeds.well_known import US_STOCKS
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json


class _Trade(
    msgspec.Struct, gc=False, rename={"symbol": "s", "price": "p", "time": "t", "size": "v", "conditions": "c"}
):
    """One execution; its list of conditions may be left out, null or empty."""

    symbol: str
    price: float
    time: int
    size: float | None = None
    conditions: Codes | None = None


class _Message(msgspec.Struct):
    type: str = ""
    data: list[_Trade] | None = None
    msg: str = ""


_read_message = json_reader(_Message)


class Finnhub(FinnhubHistory):
    """Trades, and past bars with a paid plan. At most 50 symbols and one connection per key."""

    name: ClassVar = "finnhub"
    title: ClassVar = "Finnhub"
    markets: ClassVar = "US stocks, crypto, currencies"
    capabilities: ClassVar = SIZED_TRADES
    data_note: ClassVar = "past bars need a paid plan"
    default_symbols: ClassVar = (*US_STOCKS, "BINANCE:BTCUSDT", "BINANCE:ETHUSDT", "OANDA:EUR_USD")
    trades_us_stocks: ClassVar = True
    has_exchange_prefixes: ClassVar = True
    url: ClassVar = "wss://ws.finnhub.io"
    provenance: ClassVar = "messages recorded by others"
    hosts: ClassVar = ("ws.finnhub.io",)
    needs_key: ClassVar = True
    key_url: ClassVar = "https://finnhub.io/dashboard"
    plan: ClassVar = "free plan"

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``aapl`` → ``AAPL``, ``NASDAQ:AAPL`` → ``AAPL``; ``BINANCE:BTCUSDT`` and ``OANDA:EUR_USD`` stay."""
        return as_typed(symbol)

    @property
    def address(self) -> str:
        """The URL with the key in the query, as ``token``."""
        return with_query(self.credentials.url, "token", self.credentials.key)

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        return [to_json({"type": action, "symbol": symbol}) for symbol in symbols]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a batch of trades of any symbols, or an error, which names no symbol."""
        message = _read_message(payload)
        if message.type == "trade":
            return [_from_trade(trade) for trade in message.data or ()]
        if message.type == "error":
            if "api key" in message.msg.lower() or "token" in message.msg.lower():
                raise key_rejected(self.title)
            return (Reply((), ok=False, message=message.msg),)
        return ()


def _from_trade(trade: _Trade) -> Trade:
    conditions, updates = FINNHUB.read(trade.conditions) if trade.conditions else REGULAR
    time_ns = epoch_ns(trade.time) if trade.time else None
    return Trade(trade.symbol, trade.price, trade.size or None, time_ns, conditions=conditions, updates=updates)
