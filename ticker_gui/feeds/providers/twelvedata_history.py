"""Past bars of Twelve Data, its list of US stocks, and the opening hours of exchanges.

The state of an exchange says how long it has been open, and how long it is until it opens or closes. Times are UTC only
if that is requested; daily bars have a date without a time. Hourly bars of stocks begin with the session, at half past
for US stocks. Bars of currencies have no volume. Errors are in the body, also with the status of success; a period
without data is one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from typing import ClassVar, Final

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Refusal
from ticker_gui.domain.sanitize import quoted
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryOffer,
    HttpRequest,
    HttpResponse,
    Instrument,
    StockHours,
    check_status,
    refusal_error,
)
from ticker_gui.feeds.past_rows import first_and_last, iso_text, past_bar, read_or, read_rows, reason_text, url_with
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.wire import iso_ns, json_reader

_TITLE: Final = "Twelve Data"
_BASE: Final = "https://api.twelvedata.com"
_MAX_ROWS: Final = 5_000
_PER_SECOND: Final = 0.13  # 8 requests a minute with the free plan
_TIMEFRAMES: Final = {
    "1m": "1min",
    "5m": "5min",
    "15m": "15min",
    "30m": "30min",
    "1h": "1h",
    "1d": "1day",
    "1w": "1week",
    "1M": "1month",
}
_DATE_LENGTH: Final = len("2026-01-02")
_MIC: Final = re.compile(r"X(?!ETR)[A-Z0-9]{3}")  # ISO 10383; XETR is the name of the exchange, too
_DURATION: Final = re.compile(r"([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])")  # of weekends, more than a day
_NO_DATA: Final = "no data is available"
_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403
_TOO_MANY: Final = 429
_MINUTE_S: Final = 60.0  # until there are new credits for requests
_HOUR_S: Final = 3_600.0  # between attempts when those of the day are used


class _Row(msgspec.Struct, gc=False):
    datetime: str
    open: float
    high: float
    low: float
    close: float
    volume: float | None = None


class _Values(msgspec.Struct):
    values: list[msgspec.Raw] | None = None
    status: str = ""
    code: int = 200
    message: str = ""


class _Stock(msgspec.Struct, gc=False):
    symbol: str
    name: str | None = None
    exchange: str | None = None


class _Stocks(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    status: str = ""
    code: int = 200
    message: str = ""


class _MarketState(msgspec.Struct):
    """Whether an exchange is open. Times are ``HH:MM:SS``; those that do not apply are zero."""

    is_market_open: bool
    time_after_open: str
    time_to_open: str
    time_to_close: str


class _Failure(msgspec.Struct):
    status: str = ""
    code: int = 200
    message: str = ""


_read_values: Callable[[bytes | msgspec.Raw], _Values] = json_reader(_Values)
_read_row: Callable[[bytes | msgspec.Raw], _Row] = json_reader(_Row)
_read_stocks: Callable[[bytes | msgspec.Raw], _Stocks] = json_reader(_Stocks)
_read_stock: Callable[[bytes | msgspec.Raw], _Stock] = json_reader(_Stock)


_read_market_states: Callable[[bytes], list[_MarketState]] = json_reader(list[_MarketState])
_read_failure: Callable[[bytes], _Failure] = json_reader(_Failure)


class TwelveDataHistory(FeedProtocol):
    """The part of Twelve Data's protocol that concerns past data."""

    history: ClassVar = HistoryOffer(
        _TIMEFRAMES,
        _MAX_ROWS - 1,  # the bar after the period may be sent, too
        _PER_SECOND,
        note="The free plan allows 8 requests a minute and 800 a day.",
        stock_hours=StockHours.WITH_SESSION,
    )

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for past bars."""
        first, last = first_and_last(query)
        timeframe = query.bars
        length = _DATE_LENGTH if timeframe.width_ns >= DAY_NS else None
        parameters: dict[str, str | int | None] = {
            "symbol": query.symbol,
            "interval": _TIMEFRAMES[query.timeframe],
            "start_date": iso_text(first)[:length].rstrip("Z").replace("T", " "),
            "end_date": iso_text(timeframe.end_of(last))[:length].rstrip("Z").replace("T", " "),
            "timezone": "UTC",
            "order": "ASC",
            "outputsize": _MAX_ROWS,
        }
        return HttpRequest(url_with(_BASE, "/time_series", parameters), self._key_headers)

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars; none if the period has no data."""
        is_error = response.status not in range(200, 300)
        answer = read_or(_read_values, response.body, _Values()) if is_error else _read_values(response.body)
        if _NO_DATA in answer.message.lower():
            return BarsPage([])
        self._check(response, answer.status, answer.code, answer.message)
        return BarsPage(read_rows(answer.values or (), lambda row: _bar_of(query, row)))

    def catalog_request(self) -> HttpRequest:
        """Return the request for the list of US stocks."""
        return HttpRequest(url_with(_BASE, "/stocks", {"country": "United States"}), self._key_headers)

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the US stocks."""
        is_error = response.status not in range(200, 300)
        answer = read_or(_read_stocks, response.body, _Stocks()) if is_error else _read_stocks(response.body)
        self._check(response, answer.status, answer.code, answer.message)
        return read_rows(answer.data or (), _instrument_of)

    def hours_group(self, symbol: str) -> str:
        """The exchange of ``RY:TSX``; a symbol without one is a US stock, a coin or a currency."""
        return symbol.partition(":")[2]

    def hours_request(self, symbol: str) -> HttpRequest:
        """Return the request for the state of the exchange of a symbol."""
        exchange = symbol.partition(":")[2]
        parameter = "code" if _MIC.fullmatch(exchange) else "exchange"
        return HttpRequest(url_with(_BASE, "/market_state", {parameter: exchange}), self._key_headers, _PER_SECOND)

    def decode_hours(self, response: HttpResponse, now_ns: int) -> TradingPeriod | None:
        """Return the trading period; ``None`` if the exchange is unknown, or has several markets with other hours."""
        if response.status not in range(200, 300) or not response.body.lstrip().startswith(b"["):
            failure = read_or(_read_failure, response.body, _Failure())
            self._check(response, failure.status, failure.code, failure.message)
        periods = {_period_of(state, now_ns) for state in _read_market_states(response.body)}
        return periods.pop() if len(periods) == 1 else None

    @property
    def _key_headers(self) -> dict[str, str]:
        return {"Authorization": f"apikey {self.credentials.key or ''}"}

    def _check(self, response: HttpResponse, status: str, code: int, message: str) -> None:
        """Raise an error for a refusal; the code in the body takes precedence over the status of the response."""
        if status != "error" and response.status in range(200, 300):
            return
        code = code if status == "error" else response.status
        reason = reason_text(self.credentials.redact, message)
        if code == _TOO_MANY:
            pause_s = response.retry_after_s or (_MINUTE_S if "minute" in reason else _HOUR_S)
            raise refusal_error(_TITLE, Refusal.RATE_LIMITED, reason, pause_s)
        if code in (_BAD_REQUEST, _FORBIDDEN) and "symbol" in reason.lower():  # it exists in other plans, or not at all
            raise refusal_error(_TITLE, Refusal.UNKNOWN_SYMBOL, reason)
        check_status(_TITLE, HttpResponse(code, b"", retry_after_s=response.retry_after_s), reason)
        raise refusal_error(_TITLE, Refusal.FAILED, reason)


def _period_of(state: _MarketState, now_ns: int) -> TradingPeriod | None:
    if state.is_market_open:
        opens_ns = now_ns - _duration_ns(state.time_after_open)
        return TradingPeriod(opens_ns, now_ns + _duration_ns(state.time_to_close), UTC)
    wait_ns = _duration_ns(state.time_to_open)
    return TradingPeriod(now_ns + wait_ns, None, UTC) if wait_ns else None


def _duration_ns(text: str) -> int:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise FrameError(f"not a duration: {quoted(text)}")
    hours, minutes, seconds = map(int, match.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * SECOND_NS


def _bar_of(query: BarsQuery, raw: msgspec.Raw) -> Bar:
    row = _read_row(raw)
    text = f"{row.datetime} 00:00" if len(row.datetime) == _DATE_LENGTH else row.datetime
    return past_bar(query, iso_ns(text), (row.open, row.high, row.low, row.close), row.volume)


def _instrument_of(raw: msgspec.Raw) -> Instrument | None:
    stock = _read_stock(raw)
    return Instrument(stock.symbol, stock.name or "", stock.exchange or "") if stock.symbol else None
