"""EODHD real-time data: trades and quotes of US stocks, currencies and crypto, by the URL's path.

Documented at eodhd.com/financial-apis/new-real-time-data-api-websockets and in the official client; frames and the
order of the login were measured by others. The key stands in the query; a subscription that comes before ``Authorized``
is answered with an error and the end of the line. Nothing is acknowledged. Numbers of crypto are text. An unknown
symbol is silent (unverified). At most 50 symbols a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.errors import ConnectionLost, KeyRejected
from ticker_gui.domain.events import Fact, Quote, Reply, Trade
from ticker_gui.feeds.protocol import Access, FeedProtocol
from ticker_gui.feeds.symbols import split_pair
from ticker_gui.feeds.well_known import US_STOCKS
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json, with_query

_OK: Final = 200
_FORBIDDEN: Final = (401, 403)
_SERVER_ERROR: Final = 500


class _Message(msgspec.Struct, gc=False):
    """A trade (``p`` with ``v`` or ``q``), a quote of stocks (``ap``, ``bp``) or of a currency (``a``, ``b``)."""

    s: str = ""
    t: int | None = None
    p: float | None = None
    v: float | None = None
    q: float | None = None
    ap: float | None = None
    as_: float | None = msgspec.field(default=None, name="as")
    bp: float | None = None
    bs: float | None = None
    a: float | None = None
    b: float | None = None
    status_code: int | None = None
    status: int | None = None
    message: str = ""


_read_message = json_reader(_Message)


class Eodhd(FeedProtocol):
    """Trades or quotes, whichever the path asks for."""

    name: ClassVar = "eodhd"
    title: ClassVar = "EODHD"
    delivers: ClassVar = "trades, or quotes with /us-quote and /forex"
    well_known: ClassVar = US_STOCKS
    trades_us_stocks: ClassVar = True
    url: ClassVar = "wss://ws.eodhistoricaldata.com/ws/us"
    source: ClassVar = "documented, measured by others"
    hosts: ClassVar = ("ws.eodhistoricaldata.com", "ws.eodhd.com")
    needs_key: ClassVar = True

    def __init__(self, access: Access | None = None) -> None:
        super().__init__(access)
        self.is_ready = False

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusd`` → ``BTC-USD`` for coins, ``eur/usd`` → ``EURUSD`` for currencies, ``aapl.us`` → ``AAPL``."""
        pair = split_pair(symbol)
        if pair is None:
            return symbol.upper().removesuffix(".US")
        return pair.joined("" if pair.is_fiat else "-")

    @property
    def address(self) -> str:
        """The key stands in the query, as ``api_token``."""
        return with_query(self.access.url, "api_token", self.access.key)

    def subscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """One message for all."""
        return self._request("subscribe", symbols)

    def unsubscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """One message for all."""
        return self._request("unsubscribe", symbols)

    @staticmethod
    def _request(action: str, symbols: Sequence[str]) -> list[str]:
        return [to_json({"action": action, "symbols": ",".join(symbols)})] if symbols else []

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Read one trade, quote, or what the server says about the login."""
        message = _read_message(payload)
        if not message.s:
            return self._from_status(message)
        symbol, time_ns = message.s, None if message.t is None else epoch_ns(message.t)
        if message.p is not None:
            size = message.v if message.v is not None else message.q
            return (Trade(symbol, message.p, size, time_ns),)
        if message.ap is not None or message.bp is not None:
            return (Quote(symbol, message.bp, message.bs, message.ap, message.as_, time_ns),)
        if message.a is not None and message.b is not None:
            # Currencies have no last price: the middle stands for it.
            middle = (message.a + message.b) / 2
            return Quote(symbol, message.b, None, message.a, None, time_ns), Trade(symbol, middle, None, time_ns)
        return ()

    def _from_status(self, message: _Message) -> Sequence[Fact]:
        if message.status_code == _OK:
            self.is_ready = True
            return ()
        status = message.status if message.status is not None else message.status_code
        if status in _FORBIDDEN:
            market = urlsplit(self.access.url).path.rpartition("/")[2]
            raise KeyRejected(f"EODHD does not accept the key for {market or 'this feed'}. Check the key and its plan.")
        if status == _SERVER_ERROR:
            raise ConnectionLost("EODHD had an error and hangs up.")
        return () if status is None else (Reply((), ok=False, message=f"{message.message} (status {status})"),)
