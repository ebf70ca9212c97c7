"""EODHD real-time data: trades and quotes of US stocks, currencies and crypto, depending on the URL's path.

Documentation: eodhd.com/financial-apis/new-real-time-data-api-websockets, and the official client; frames and the order
of the login were recorded by others. The key is in the query. The server answers a subscription before ``Authorized``
with an error and closes the connection. Nothing is acknowledged. Numbers of crypto are text. An unknown symbol receives
no data (unverified). At most 50 symbols per key.

Units: times are in milliseconds; sizes of trades are shares (``v``) or coins (``q``), sizes of quotes are shares.
``dc`` and ``dd``, the day's change in percent and in price, are not used. Conditions are Massive's numbers. ``ms`` is
the state of the market; a trade in extended hours is a form T trade even if its conditions do not contain that. There
are no ids. An empty side of a quote has a price of zero.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET

from ticker_gui.domain.capability import SIZED_QUOTES, SIZED_TRADES
from ticker_gui.domain.errors import ConnectionLost, KeyRejected
from ticker_gui.domain.events import Fact, Reply, Trade
from ticker_gui.feeds.derived import with_mid_trade
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.requests import with_query
from ticker_gui.feeds.sale_conditions import FORM_T, MASSIVE, REGULAR, Codes
from ticker_gui.feeds.stated import Stated, quote_of
from ticker_gui.feeds.stock_symbols import US_EXCHANGES, as_typed, currency_pair
from ticker_gui.feeds.well_known import US_STOCKS
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json

_OK: Final = 200
_FORBIDDEN: Final = (401, 403)
_SERVER_ERROR: Final = 500
_MARKET: Final = re.compile(r"(?<=.)\.(?:US|FOREX|CC)\Z")


_EXTENDED_HOURS: Final = "extended"
_MAX_STATE: Final = len("extended hours")


class _Message(msgspec.Struct, gc=False):
    """A trade (``p`` with ``v`` or ``q``), a quote of stocks (``ap``, ``bp``) or of a currency (``a``, ``b``)."""

    s: str = ""
    t: int | None = None
    p: float | None = None
    v: float | None = None
    q: float | None = None
    c: Codes | int | None = None
    ms: str | None = None
    ap: Stated = UNSET
    as_: Stated = msgspec.field(default=UNSET, name="as")
    bp: Stated = UNSET
    bs: Stated = UNSET
    a: Stated = UNSET
    b: Stated = UNSET
    status_code: int | None = None
    status: int | None = None
    message: str = ""


_read_message = json_reader(_Message)


class Eodhd(FeedProtocol):
    """Trades or quotes, depending on the path of the URL."""

    name: ClassVar = "eodhd"
    title: ClassVar = "EODHD"
    markets: ClassVar = "US stocks, crypto, currencies"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES
    data_note: ClassVar = "one of the two, depending on the address"
    default_symbols: ClassVar = US_STOCKS
    trades_us_stocks: ClassVar = True
    url: ClassVar = "wss://ws.eodhistoricaldata.com/ws/us"
    provenance: ClassVar = "documentation, messages recorded by others"
    exchanges: ClassVar = US_EXCHANGES
    hosts: ClassVar = ("ws.eodhistoricaldata.com", "ws.eodhd.com")
    needs_key: ClassVar = True
    key_url: ClassVar = "https://eodhd.com/cp/dashboard"
    plan: ClassVar = "paid plan"
    is_distinctive: ClassVar = False  # many feeds use the names s, p and t

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self.is_ready = False

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusd`` → ``BTC-USD`` for coins, ``eur/usd`` → ``EURUSD`` for currencies, ``aapl.us`` → ``AAPL``.

        ``EURUSD.FOREX`` and ``BTC-USD.CC`` are their names in other services of EODHD.
        """
        symbol = _MARKET.sub("", as_typed(symbol))
        pair = currency_pair(symbol)
        if pair is None:
            return symbol
        return pair.joined("" if pair.is_fiat else "-")

    @property
    def address(self) -> str:
        """The URL with the key in the query, as ``api_token``."""
        return with_query(self.credentials.url, "api_token", self.credentials.key)

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        return [to_json({"action": action, "symbols": ",".join(symbols)})]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a trade, a quote, or an answer to the login."""
        message = _read_message(payload)
        if not message.s:
            return self._from_status(message)
        symbol, time_ns = message.s, epoch_ns(message.t) if message.t else None
        if message.p is not None:
            return (_from_trade(message, message.p, time_ns),)
        if message.ap is not UNSET or message.bp is not UNSET:
            return (quote_of(symbol, message.bp, message.bs, message.ap, message.as_, time_ns),)
        if message.a is UNSET and message.b is UNSET:
            return ()
        return with_mid_trade(quote_of(symbol, message.b, UNSET, message.a, UNSET, time_ns))

    def _from_status(self, message: _Message) -> Sequence[Fact]:
        if message.status_code == _OK:
            self.is_ready = True
            return ()
        status = message.status if message.status is not None else message.status_code
        if status in _FORBIDDEN:
            market = urlsplit(self.credentials.url).path.rpartition("/")[2]
            raise KeyRejected(
                f"EODHD rejected the API key for {market or 'this feed'}. Check the key and its plan, then retry."
            )
        if status == _SERVER_ERROR:
            raise ConnectionLost("EODHD had an internal error and closed the connection.")
        return () if status is None else (Reply((), ok=False, message=f"{message.message} (status {status})"),)


def _from_trade(message: _Message, price: float, time_ns: int | None) -> Trade:
    codes = (message.c,) if isinstance(message.c, int) else message.c
    conditions, updates = MASSIVE.read(codes) if codes else REGULAR
    if message.ms is not None and message.ms.startswith(_EXTENDED_HOURS):
        conditions, updates = (*conditions, message.ms[:_MAX_STATE]), updates & FORM_T
    size = message.v if message.v is not None else message.q
    return Trade(message.s, price, size, time_ns, conditions=conditions, updates=updates)
