"""EODHD real-time data: trades and quotes of US stocks, currencies and crypto, depending on the URL's path.

Documentation: eodhd.com/financial-apis/new-real-time-data-api-websockets, and the official client; frames and the order
of the login were recorded by others. The key is in the query. The server answers a subscription before ``Authorized``
with an error and closes the connection. Nothing is acknowledged. Numbers of crypto are text. An unknown symbol receives
no data (unverified). At most 50 symbols per key.

Past bars are those of the REST interface, whose symbols end with the market of the URL: ``AAPL.US``, ``EURUSD.FOREX``,
``BTC-USD.CC``. Minute bars are not adjusted and may be hours late. The prices of a day are scaled to its
``adjusted_close``, because a split would look like a crash otherwise. Hourly bars of stocks may begin at any minute, so
they are not requested. An error may be plain text; HTTP status 402 means that the requests of the day are used up.

Units: times are in milliseconds; sizes of trades are shares (``v``) or coins (``q``), sizes of quotes are shares.
``dc`` and ``dd``, the day's change in percent and in price, are not used. Conditions are Massive's numbers. ``ms`` is
the state of the market; a trade in extended hours is a form T trade even if its conditions do not say so. There are no
ids. An empty side of a quote has a price of zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET

from ticker_gui.domain.capability import SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.errors import ConnectionLost, FrameError, KeyRejected
from ticker_gui.domain.events import Bar, Fact, Refusal, Reply, Trade, Updates
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS
from ticker_gui.feeds.derived import with_mid_trade
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryError,
    HistoryOffer,
    HttpRequest,
    HttpResponse,
    Instrument,
    StockHours,
    check_status,
    refusal_error,
)
from ticker_gui.feeds.optional_values import OptionalNumber, quote_of
from ticker_gui.feeds.past_rows import (
    first_and_last,
    iso_text,
    past_bar,
    read_or,
    read_rows,
    reason_text,
    seconds,
    segment,
    url_with,
)
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.requests import with_query
from ticker_gui.feeds.sale_conditions import FORM_T, MASSIVE, REGULAR, Codes, Sale
from ticker_gui.feeds.stock_symbols import US_EXCHANGES, as_typed, currency_pair
from ticker_gui.feeds.well_known import US_STOCKS
from ticker_gui.feeds.wire import epoch_ns, iso_ns, json_reader, to_json

_OK: Final = 200
_MAX_CACHED: Final = 1024
_FORBIDDEN: Final = (401, 403)
_SERVER_ERROR: Final = 500
_MARKET: Final = re.compile(r"(?<=.)\.(?:US|FOREX|CC)\Z")

_REST: Final = "https://eodhd.com"
_INTERVALS: Final = {"1m": "1m", "5m": "5m", "1h": "1h", "1d": "d", "1w": "w", "1M": "m"}
_MAX_BARS: Final = 20_000
_MARKETS: Final = {"us": "US", "us-quote": "US", "forex": "FOREX", "crypto": "CC"}  # by the path of the URL
_LIMIT_OF_DAY: Final = 402
_NOT_OFFERED: Final = ("only eod data", "forbidden")
_ADJUSTED_DIGITS: Final = 6
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
    ap: OptionalNumber = UNSET
    as_: OptionalNumber = msgspec.field(default=UNSET, name="as")
    bp: OptionalNumber = UNSET
    bs: OptionalNumber = UNSET
    a: OptionalNumber = UNSET
    b: OptionalNumber = UNSET
    status_code: int | None = None
    status: int | None = None
    message: str = ""


class _Candle(msgspec.Struct, gc=False):
    """An intraday bar (``timestamp``), or one of a day and longer (``date``)."""

    open: float | None = None
    high: float | None = None
    low: float | None = None
    close: float | None = None
    volume: float | None = None
    adjusted_close: float | None = None
    timestamp: int | None = None
    date: str | None = None


class _Listed(msgspec.Struct):
    Code: str
    Name: str | None = ""
    Exchange: str | None = ""


class _Failure(msgspec.Struct):
    errors: Any = None
    message: Any = None


_read_message = json_reader(_Message)
_read_rows, _read_candle, _read_listed = json_reader(list[msgspec.Raw]), json_reader(_Candle), json_reader(_Listed)
_read_failure = json_reader(_Failure)


class Eodhd(FeedProtocol):
    """Trades or quotes, depending on the path of the URL, and past bars."""

    name: ClassVar = "eodhd"
    title: ClassVar = "EODHD"
    markets: ClassVar = "US stocks, crypto, currencies"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | {Capability.HISTORY}
    data_note: ClassVar = "trades or quotes, depending on the address"
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
    history: ClassVar = HistoryOffer(
        _INTERVALS,
        _MAX_BARS,
        requests_per_second=5.0,
        note="Daily bars are adjusted for splits and dividends. Minutes of the current day may be hours late.",
        stock_hours=StockHours.UNKNOWN,
    )

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

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for the bars; the key is in the query, the only place where it is accepted."""
        symbol = segment(f"{self._own_name(query.symbol)}.{self._market()}")
        first_ns, last_ns = first_and_last(query)
        interval = _INTERVALS[query.timeframe]
        parameters: dict[str, str | int | None]
        if BY_NAME[query.timeframe].width_ns < DAY_NS:
            path = f"/api/intraday/{symbol}"
            parameters = {"interval": interval, "from": seconds(first_ns), "to": seconds(last_ns)}
        else:
            path = f"/api/eod/{symbol}"
            last_ns = BY_NAME[query.timeframe].end_of(last_ns) - 1  # a week may have the date of its last day
            parameters = {"period": interval, "from": _date(first_ns), "to": _date(last_ns)}
        return self._request_with_key(path, parameters)

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Decode the bars; rows without a price are left out."""
        is_currency = self._market() == "FOREX"

        def bar(row: msgspec.Raw) -> Bar | None:
            candle = _read_candle(row)
            opened, high, low, close = candle.open, candle.high, candle.low, candle.close
            if opened is None or high is None or low is None or close is None:
                return None
            prices = _adjusted((opened, high, low, close), candle.adjusted_close)
            return past_bar(query, _start_ns(candle), prices, None if is_currency else candle.volume)

        self._check(response)
        return BarsPage(read_rows(_read_rows(response.body), bar))

    def catalog_request(self) -> HttpRequest:
        """Return the request for all symbols of the market."""
        return self._request_with_key(f"/api/exchange-symbol-list/{self._market()}", {})

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Decode the symbols; their tick sizes are not stated."""

        def instrument(row: msgspec.Raw) -> Instrument:
            listed = _read_listed(row)
            return Instrument(listed.Code, listed.Name or "", listed.Exchange or "")

        self._check(response)
        return read_rows(_read_rows(response.body), instrument)

    def _request_with_key(self, path: str, parameters: Mapping[str, str | int | None]) -> HttpRequest:
        return HttpRequest(url_with(_REST, path, {**parameters, "fmt": "json", "api_token": self.credentials.key}))

    def _market(self) -> str:
        """Return the ending of symbols in the REST interface, which depends on the URL of the feed."""
        name = urlsplit(self.credentials.url or self.url).path.rstrip("/").rpartition("/")[2]
        if name not in _MARKETS:
            raise HistoryError(
                "EODHD has past data for its addresses of US stocks, forex and crypto only.", Refusal.NOT_OFFERED
            )
        return _MARKETS[name]

    def _own_name(self, symbol: str) -> str:
        """Return a symbol as the REST interface has it: share classes have a hyphen."""
        return symbol.replace(".", "-") if self._market() == "US" else symbol

    def _check(self, response: HttpResponse) -> None:
        """Raise an error if a response is one; see `check_status`."""
        failure = read_or(_read_failure, response.body, _Failure())
        is_text = response.body[:1] not in (b"", b"[", b"{", b"<")
        text = response.body[:400].decode(errors="replace") if is_text else _error_text(failure)
        reason = reason_text(self.credentials.redact, text)
        if response.status == _LIMIT_OF_DAY:
            raise refusal_error(self.title, Refusal.RATE_LIMITED, reason, response.retry_after_s)
        if "max period length" in reason.casefold():
            raise refusal_error(self.title, Refusal.OUT_OF_RANGE, reason)
        check_status(self.title, response, reason)
        if reason:
            is_plan = reason.casefold().startswith(_NOT_OFFERED)
            raise refusal_error(self.title, Refusal.NOT_OFFERED if is_plan else Refusal.FAILED, reason)


def _error_text(failure: _Failure) -> str:
    """Return the errors of all parameters, or the message of the whole request."""
    errors = failure.errors if isinstance(failure.errors, dict) else {}
    texts = [str(each) for value in errors.values() for each in (value if isinstance(value, list) else [value])]
    return "; ".join(texts) or (str(failure.message) if failure.message else "")


def _date(time_ns: int) -> str:
    """Return the date of a time in UTC, such as ``2026-01-02``."""
    return iso_text(time_ns).partition("T")[0]


def _start_ns(candle: _Candle) -> int:
    if candle.timestamp is not None:
        return epoch_ns(candle.timestamp)
    return iso_ns(f"{candle.date}T00:00Z")


def _adjusted(
    prices: tuple[float, float, float, float], adjusted_close: float | None
) -> tuple[float, float, float, float]:
    """Return the prices of a day in the proportion of its adjusted close to its close."""
    close = prices[3]
    if adjusted_close is None or adjusted_close == close:
        return prices
    if close == 0:
        raise FrameError("a day closed at zero")
    factor = adjusted_close / close
    opened, high, low, close = (round(price * factor, _ADJUSTED_DIGITS) for price in prices)
    return opened, high, low, close


def _from_trade(message: _Message, price: float, time_ns: int | None) -> Trade:
    codes = (message.c,) if isinstance(message.c, int) else message.c
    conditions, updates = MASSIVE.read(codes) if codes else REGULAR
    if message.ms is not None and message.ms.startswith(_EXTENDED_HOURS):
        conditions, updates = _extended_hours(conditions, updates, message.ms[:_MAX_STATE])
    size = message.v if message.v is not None else message.q
    return Trade(message.s, price, size, time_ns, conditions=conditions, updates=updates)


@lru_cache(maxsize=_MAX_CACHED)  # few combinations occur, and to combine flags is slow
def _extended_hours(conditions: tuple[str, ...], updates: Updates, state: str) -> Sale:
    """Return the conditions of a trade outside regular hours, and what it may update."""
    return (*conditions, state), updates & FORM_T
