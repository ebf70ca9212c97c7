"""Past bars and trading hours of Yahoo Finance, from ``v8/finance/chart``.

The answer has columns with ``null`` for minutes without trades. Prices have 32 bits and are adjusted for splits; days
are stamped at the opening of the exchange. A last row with the current price may have any time. Bars of 30 minutes are
wrong, and weeks begin on any weekday, so these are not requested. Hourly bars of stocks begin with the session. Some
hours after a close, ``currentTradingPeriod`` is the next period. Clients whose ``User-Agent`` names a library are
refused.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Refusal
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryOffer,
    HttpRequest,
    HttpResponse,
    StockHours,
    check_status,
    refusal_error,
)
from ticker_gui.feeds.past_rows import (
    first_and_last,
    past_bar,
    read_or,
    read_rows,
    reason_text,
    seconds,
    segment,
    url_with,
)
from ticker_gui.feeds.wire import decimal, epoch_ns, json_reader

_TITLE: Final = "Yahoo Finance"
REST: Final = "https://query2.finance.yahoo.com"
USER_AGENT: Final = {"User-Agent": "Mozilla/5.0 (compatible; ticker-gui)"}
_INTERVALS: Final = {"1m": "1m", "2m": "2m", "5m": "5m", "15m": "15m", "1h": "60m", "1d": "1d"}
_MAX_BARS: Final = 7_200  # five days of minutes
# The age of the oldest bar, with some hours in reserve.
_DEPTH_S: Final = {"1m": 29.8 * 86_400, **dict.fromkeys(("2m", "5m", "15m"), 59.8 * 86_400), "1h": 729.8 * 86_400}
_OUT_OF_RANGE: Final = ("data not available for", "data doesn't exist for")
_UNAUTHORIZED: Final = 401
_MAX_FLOAT32: Final = 3e38
_FLOAT32: Final = struct.Struct("f")
_WITHOUT_VOLUME: Final = "CURRENCY"
_MAX_PERIOD_S: Final = 2 * 86_400
_MAX_TIME_S: Final = 4_000_000_000
OFFER: Final = HistoryOffer(
    _INTERVALS,
    _MAX_BARS,
    requests_per_second=1.0,
    depth_s=_DEPTH_S,
    note="Yahoo keeps one-minute bars for 30 days, hours for two years, and others of less than a day for 60 days.",
    stock_hours=StockHours.WITH_SESSION,
)


class _Failure(msgspec.Struct):
    code: str | None = ""
    description: str | None = ""


class _Period(msgspec.Struct):
    start: int = 0
    end: int = 0


class _Periods(msgspec.Struct):
    """Early, regular and late trading; an exchange without early or late trading has empty periods."""

    pre: _Period = msgspec.field(default_factory=_Period)
    regular: _Period = msgspec.field(default_factory=_Period)
    post: _Period = msgspec.field(default_factory=_Period)


class _Meta(msgspec.Struct):
    exchangeTimezoneName: str = ""
    gmtoffset: int = 0
    currentTradingPeriod: _Periods | None = None
    instrumentType: str = ""


class _Columns(msgspec.Struct):
    open: list[Any] = []
    high: list[Any] = []
    low: list[Any] = []
    close: list[Any] = []
    volume: list[Any] | None = None


class _Indicators(msgspec.Struct):
    quote: list[_Columns] = []


class _Result(msgspec.Struct):
    meta: _Meta
    indicators: _Indicators
    timestamp: list[Any] = []


class _Chart(msgspec.Struct):
    result: list[_Result] | None = None
    error: _Failure | None = None


class _Answer(msgspec.Struct):
    chart: _Chart = msgspec.field(default_factory=_Chart)


_read_answer = json_reader(_Answer)


def chart_request(query: BarsQuery) -> HttpRequest:
    """Return the request for the bars; the row of a day may be stamped up to a day before or after midnight."""
    first_ns, last_ns = first_and_last(query)
    width_ns = query.bars.width_ns
    margin_ns = DAY_NS if width_ns >= DAY_NS else 0
    parameters: dict[str, str | int | None] = {
        "interval": _INTERVALS[query.timeframe],
        "period1": max(0, seconds(first_ns - margin_ns)),
        "period2": seconds(last_ns + width_ns + margin_ns),
        "includePrePost": "false",
    }
    return HttpRequest(url_with(REST, f"/v8/finance/chart/{segment(query.symbol)}", parameters), USER_AGENT)


def hours_request(symbol: str) -> HttpRequest:
    """Return the request for the smallest chart, whose answer states the current trading period, or the next one."""
    parameters: dict[str, str | int | None] = {"interval": "1d", "range": "1d"}
    url = url_with(REST, f"/v8/finance/chart/{segment(symbol)}", parameters)
    return HttpRequest(url, USER_AGENT, OFFER.requests_per_second)


def read_hours(response: HttpResponse, redact: Callable[[str], str]) -> TradingPeriod | None:
    """Decode the trading period, from the start of pre-market trading to the end of after-hours trading."""
    answer = read_or(_read_answer, response.body, _Answer())
    _check(response, answer.chart.error, redact)
    results = _read_answer(response.body).chart.result
    stated = results[0].meta.currentTradingPeriod if results else None
    if not results or stated is None:
        return None
    periods = [each for each in (stated.pre, stated.regular, stated.post) if 0 < each.start < each.end]
    if stated.regular not in periods:
        return None
    opens_s, closes_s = min(each.start for each in periods), max(each.end for each in periods)
    if closes_s - opens_s > _MAX_PERIOD_S or closes_s > _MAX_TIME_S:
        raise FrameError(f"not a trading period: {opens_s} to {closes_s}")
    return TradingPeriod(opens_s * SECOND_NS, closes_s * SECOND_NS, _zone(results[0].meta))


def read_chart(query: BarsQuery, response: HttpResponse, redact: Callable[[str], str]) -> BarsPage:
    """Decode the bars; rows of ``null`` are minutes without trades."""
    answer = read_or(_read_answer, response.body, _Answer())
    _check(response, answer.chart.error, redact)
    results = _read_answer(response.body).chart.result
    return BarsPage([] if not results else _bars(query, results[0]))


def _check(response: HttpResponse, failure: _Failure | None, redact: Callable[[str], str]) -> None:
    """Raise an error if a response is one, whatever its status is; see `check_status`."""
    code, text = ("", "") if failure is None else (failure.code or "", failure.description or "")
    reason = reason_text(redact, text)
    if any(sign in reason.casefold() for sign in _OUT_OF_RANGE):
        raise refusal_error(_TITLE, Refusal.OUT_OF_RANGE, reason)
    if response.status == _UNAUTHORIZED:  # of a cookie that it expects at times, as there is no key
        raise refusal_error(_TITLE, Refusal.FAILED, reason)
    if code == "Not Found":
        raise refusal_error(_TITLE, Refusal.UNKNOWN_SYMBOL, reason)
    check_status(_TITLE, response, reason)
    if failure is not None:
        raise refusal_error(_TITLE, Refusal.FAILED, reason)


def _bars(query: BarsQuery, result: _Result) -> list[Bar]:
    """Return the bars of an answer."""
    if not result.timestamp:
        return []
    columns = (result.indicators.quote or [_Columns()])[0]
    volumes = columns.volume
    if volumes is None or result.meta.instrumentType == _WITHOUT_VOLUME:
        volumes = [None] * len(result.timestamp)
    timeframe = query.bars
    is_day = timeframe.width_ns >= DAY_NS
    zone = _zone(result.meta) if is_day else UTC

    def bar(row: tuple[Any, ...]) -> Bar | None:
        time_s, opened, high, low, close = (decimal(value) for value in row[:5])
        if time_s is None or opened is None or high is None or low is None or close is None:
            return None
        time_ns = epoch_ns(_whole(time_s))
        prices = _rounded(opened), _rounded(high), _rounded(low), _rounded(close)
        return past_bar(query, _date_ns(time_ns, zone) if is_day else time_ns, prices, decimal(row[5]))

    try:
        rows = list(zip(result.timestamp, columns.open, columns.high, columns.low, columns.close, volumes, strict=True))
    except ValueError as error:
        raise FrameError("the columns of the past bars differ in length") from error
    last_s = rows[-1][0]
    if (
        isinstance(last_s, int) and not is_day and (last_s * SECOND_NS - timeframe.offset_ns) % timeframe.width_ns
    ):  # the price of now
        rows.pop()
    return read_rows(rows, bar)


def _whole(time_s: float) -> int:
    if not math.isfinite(time_s):
        raise FrameError(f"not a time: {time_s}")
    return int(time_s)


def _rounded(price: float) -> float:
    """Return a price without the noise of 32 bits, if it has that precision.

    An answer may have 30,000 prices, for which `float32_to_shortest` is too slow.
    """
    if not math.isfinite(price):
        raise FrameError(f"not a price: {price}")
    short = float(f"{price:.7g}")
    if short == price or abs(price) > _MAX_FLOAT32 or _in_32_bits(price) != price:
        return price
    if _in_32_bits(short) == price:
        return short
    longer = float(f"{price:.8g}")
    return longer if _in_32_bits(longer) == price else price


def _in_32_bits(price: float) -> float:
    (rounded,) = _FLOAT32.unpack(_FLOAT32.pack(price))
    return float(rounded)


def _zone(meta: _Meta) -> tzinfo:
    """Return the time zone of an exchange."""
    try:
        return ZoneInfo(meta.exchangeTimezoneName)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown, or not a name
        return timezone(timedelta(seconds=meta.gmtoffset)) if abs(meta.gmtoffset) < DAY_NS // SECOND_NS else UTC


def _date_ns(time_ns: int, zone: tzinfo) -> int:
    """Return a time of the same date and time of day in UTC."""
    there = local_time(time_ns // SECOND_NS, zone)
    return int(there.replace(tzinfo=UTC).timestamp()) * SECOND_NS
