"""Tiingo: IEX stocks, crypto or currencies, depending on the URL's path.

Documentation: tiingo.com/documentation/websockets; some frames were captured by others. The key is a part of the
subscription, and later changes must contain the id of the subscription. Data are rows whose fields depend on the
service and on the length of the row: without an agreement with IEX, its rows have three elements, the last of which is
a reference price. Symbols are in lower case. The exact frame of an unsubscription and the shape of errors are
unverified.

Units: sizes are shares, coins or units of the base currency. Prices are computed floats with rounding noise. Times are
nanoseconds, or text with an offset. Trades of IEX have flags instead of letters as sale conditions, and no ids; a break
(``B``) cancels a trade and identifies it only by its price and size; its time is not documented to be that of the
trade. The row of a quote always has both sides, so a side is never unchanged: an empty side is zero or null.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, TypeAlias, get_args
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.capability import SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import Correction, Fact, Reply, Trade
from ticker_gui.feeds.derived import with_mid_trade
from ticker_gui.feeds.optional_values import quote_of
from ticker_gui.feeds.protocol import Action, Credentials
from ticker_gui.feeds.providers.tiingo_history import TiingoHistory
from ticker_gui.feeds.requests import error_reply, key_rejected
from ticker_gui.feeds.sale_conditions import IEX, REGULAR
from ticker_gui.feeds.stock_symbols import US_EXCHANGES, as_typed, currency_pair
from ticker_gui.feeds.symbols import lower, with_hyphened_class
from ticker_gui.feeds.well_known import US_STOCKS
from ticker_gui.feeds.wire import epoch_ns, iso_ns, json_reader, tagged_reader, to_json

_FULL_ROWS: Final = ("Q", "T", "B")
_THRESHOLDS: Final = {"iex": 6, "crypto": 2, "fx": 5}
_Flag: TypeAlias = int | bool | None


class _Reference(msgspec.Struct, gc=False, array_like=True):
    """A row of IEX without an agreement. Full rows start with a letter instead of a time."""

    timestamp: str
    ticker: str
    price: float | None


class _FullQuote(msgspec.Struct, gc=False, array_like=True, tag="Q"):
    timestamp: str
    timestamp_ns: int
    ticker: str
    bid_size: float | None = None
    bid: float | None = None
    mid: float | None = None
    ask: float | None = None
    ask_size: float | None = None


class _FullTrade(msgspec.Struct, gc=False, array_like=True, tag="T"):
    timestamp: str
    timestamp_ns: int
    ticker: str
    bid_size: None
    bid: None
    mid: None
    ask: None
    ask_size: None
    last: float
    last_size: float | None = None
    halted: _Flag = None
    after_hours: _Flag = None
    sweep: _Flag = None
    odd_lot: _Flag = None
    exempt: _Flag = None  # from rule 611 of Regulation NMS


class _FullBreak(msgspec.Struct, gc=False, array_like=True, tag="B"):
    """The cancellation of a trade."""

    timestamp: str
    timestamp_ns: int
    ticker: str
    bid_size: None
    bid: None
    mid: None
    ask: None
    ask_size: None
    last: float | None = None
    last_size: float | None = None


class _CoinTrade(msgspec.Struct, gc=False, array_like=True, tag="T"):
    ticker: str
    timestamp: str
    exchange: str
    size: float
    price: float


class _CoinQuote(msgspec.Struct, gc=False, array_like=True, tag="Q"):
    ticker: str
    timestamp: str
    exchange: str
    bid_size: float | None
    bid: float | None
    mid: float | None
    ask_size: float | None
    ask: float | None


class _CurrencyQuote(msgspec.Struct, gc=False, array_like=True, tag="Q"):
    ticker: str
    timestamp: str
    bid_size: float | None
    bid: float | None
    mid: float | None
    ask_size: float | None
    ask: float | None


class _Iex(msgspec.Struct, gc=False, tag_field="service", tag="iex"):
    data: _Reference


class _FullIex(msgspec.Struct, gc=False):
    data: _FullQuote | _FullTrade | _FullBreak


class _Crypto(msgspec.Struct, gc=False, tag_field="service", tag="crypto_data"):
    data: _CoinTrade | _CoinQuote


class _Fx(msgspec.Struct, gc=False, tag_field="service", tag="fx"):
    data: _CurrencyQuote


class _Response(msgspec.Struct):
    code: int | None = None
    message: str = ""


class _Message(msgspec.Struct):
    """A message without data: ``I`` information, ``H`` heartbeat, ``E`` error."""

    messageType: str
    data: Any = None
    response: _Response | None = None


_Data: TypeAlias = _Iex | _Crypto | _Fx
_read_data: Callable[[bytes], _Data | None] = tagged_reader(*get_args(_Data))
_read_full = json_reader(_FullIex)
_read_message = json_reader(_Message)


class Tiingo(TiingoHistory):
    """Trades and quotes of crypto, quotes of currencies, reference prices of IEX stocks."""

    name: ClassVar = "tiingo"
    title: ClassVar = "Tiingo"
    markets: ClassVar = "US stocks, crypto, currencies"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | {Capability.HISTORY, Capability.CORRECTIONS}
    data_note: ClassVar = "trades and quotes of stocks need an agreement with IEX"
    default_symbols: ClassVar = US_STOCKS
    trades_us_stocks: ClassVar = True
    url: ClassVar = "wss://api.tiingo.com/iex"
    provenance: ClassVar = "documentation, messages recorded by others"
    exchanges: ClassVar = US_EXCHANGES
    hosts: ClassVar = ("api.tiingo.com",)
    needs_key: ClassVar = True
    key_url: ClassVar = "https://www.tiingo.com/account/api/token"
    plan: ClassVar = "free plan"

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._subscription: int | None = None
        market = urlsplit(self.credentials.url).path.strip("/").rpartition("/")[2]
        self._threshold = _THRESHOLDS.get(market, _THRESHOLDS["iex"])

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``BTC-USD`` → ``btcusd``, ``BRK.B`` → ``brk-b``; case does not matter to Tiingo."""
        symbol = as_typed(lower(symbol))
        pair = currency_pair(symbol)
        return lower(with_hyphened_class(symbol) if pair is None else pair.joined())

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        data: dict[str, Any] = {"thresholdLevel": self._threshold, "tickers": symbols}
        if self._subscription is not None:
            data = {"subscriptionId": self._subscription, "tickers": symbols}
        return [to_json({"eventName": action, "authorization": self.credentials.key or "", "eventData": data})]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode one message."""
        found = _read_data(payload)
        if type(found) is _Crypto:  # `type(x) is` is many times cheaper than a class pattern here
            return _from_coin(found.data)
        if type(found) is _Fx:
            return _from_currency(found.data)
        if type(found) is _Iex:
            is_full = found.data.timestamp in _FULL_ROWS
            return _from_full(_read_full(payload).data) if is_full else _from_reference(found.data)
        message = _read_message(payload)
        if message.messageType == "E":
            return (_from_error(message.response or _Response()),)
        return self._from_information(message.data) if message.messageType == "I" else ()

    def _from_information(self, data: Any) -> Sequence[Fact]:
        if not isinstance(data, dict):
            return ()
        number, tickers = data.get("subscriptionId"), data.get("tickers")
        if isinstance(number, int):
            self._subscription = number
        if not isinstance(tickers, list):
            return ()
        symbols = tuple(ticker for ticker in tickers if isinstance(ticker, str))
        return (Reply(symbols, ok=True, message="subscribed"),)


def _from_error(response: _Response) -> Reply:
    if response.code in (401, 403) or "auth" in response.message.lower() or "token" in response.message.lower():
        raise key_rejected("Tiingo")
    return error_reply(response.message, response.code)


def _from_reference(row: _Reference) -> Sequence[Fact]:
    return () if row.price is None else (Trade(row.ticker, _strip_float_noise(row.price), None, iso_ns(row.timestamp)),)


def _from_full(row: _FullQuote | _FullTrade | _FullBreak) -> Sequence[Fact]:
    time_ns = epoch_ns(row.timestamp_ns) if row.timestamp_ns else None
    match row:
        case _FullTrade():
            return (_from_trade(row, time_ns),)
        case _FullQuote():
            return (quote_of(row.ticker, row.bid, row.bid_size, row.ask, row.ask_size, time_ns),)
        case _FullBreak():
            if row.last is None:
                return ()
            return (Correction(row.ticker, original_price=_strip_float_noise(row.last), original_size=row.last_size),)


def _from_trade(row: _FullTrade, time_ns: int | None) -> Trade:
    conditions, updates = REGULAR
    if row.after_hours or row.sweep or row.odd_lot or row.exempt:
        flags = (
            ("after hours", row.after_hours),
            ("intermarket sweep", row.sweep),
            ("odd lot", row.odd_lot),
            ("trade through exempt", row.exempt),
        )
        conditions, updates = IEX.read(tuple(name for name, is_set in flags if is_set))
    return Trade(
        row.ticker, _strip_float_noise(row.last), row.last_size, time_ns, conditions=conditions, updates=updates
    )


def _from_coin(row: _CoinTrade | _CoinQuote) -> Sequence[Fact]:
    time_ns = iso_ns(row.timestamp)
    if type(row) is _CoinTrade:
        return (Trade(row.ticker, _strip_float_noise(row.price), row.size, time_ns),)
    assert isinstance(row, _CoinQuote)
    return (quote_of(row.ticker, row.bid, row.bid_size, row.ask, row.ask_size, time_ns),)


def _from_currency(row: _CurrencyQuote) -> Sequence[Fact]:
    return with_mid_trade(quote_of(row.ticker, row.bid, row.bid_size, row.ask, row.ask_size, iso_ns(row.timestamp)))


def _strip_float_noise(value: float) -> float:
    """Return a computed price without rounding noise: 2509.4449999999997 → 2509.445."""
    return round(value, 9) if value > 1 else value
