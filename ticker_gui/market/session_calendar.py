"""Trading sessions: their begin and end, derived from the format of the symbol.

A feed of US stocks often has other symbols as well: coins, currencies, futures, and stocks of other countries, which
trade at other hours. On such a feed, plain tickers and share classes (``AAPL``, ``BRK.B``, ``BAC-PL``) are US stocks.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.domain.trading_days import TradingDays
from ticker_gui.feeds.history import StockHours
from ticker_gui.market.exchange_zones import EXCHANGE_ZONES, INDEX_ZONES, OPENING_MINUTES, SUFFIX_ZONES, US_EXCHANGES
from ticker_gui.market.us_trading_hours import NEW_YORK, OPENS, SATURDAY, us_stocks_are_closed

_NOON: Final = 12
_MAX_CLOSED_DAYS: Final = 10


class SessionCalendar(NamedTuple):
    """Sessions of a day each: they begin at ``begins_hour`` in ``zone``, which is UTC where it is ``None``.

    ``is_rolling`` says that the provider's statistics cover the last 24 hours, so that no session ends them;
    ``is_us_stock`` that the trading hours and holidays of US stock exchanges apply. ``provider_days`` are the days of
    the provider's bars and statistics where those are others, and ``hours_minute`` is described at `TradingDays`.
    """

    zone: tzinfo | None = None
    begins_hour: int = 0
    is_rolling: bool = False
    is_us_stock: bool = False
    rests_at_weekends: bool = False
    provider_days: TradingDays | None = None
    hours_minute: int | None = 0

    @property
    def days(self) -> TradingDays:
        """The days of bars, of statistics and of the change, and the minute at which hours begin."""
        days = self.provider_days or TradingDays(self.zone, self.begins_hour)
        return days._replace(hours_minute=self.hours_minute)

    def describe_days(self) -> str:
        """Return a sentence that says when days begin, and whether that is an assumption."""
        is_assumed = self.zone is None and not self.is_rolling
        return f"Days begin at {self.days}{', because the exchange of this symbol is unknown' if is_assumed else ''}."

    def bounds_ns(self, time_ns: int) -> tuple[int, int]:
        """Return when the session that contains a time begins and ends, in nanoseconds since the epoch."""
        return self.days.bounds_ns(time_ns)

    def dated_ns(self, time_ns: int) -> int:
        """Return a time within the session of its date, because statistics of a date have midnight as their time."""
        if self.begins_hour > _NOON and self.provider_days is None:
            return time_ns
        days = self.days
        number = days.dated_number(time_ns)
        return time_ns if number == days.number_of(time_ns) else days.start_ns(number)

    def _begin_ns(self, day: date) -> int:
        begin = datetime(day.year, day.month, day.day, self.begins_hour, tzinfo=self.zone or UTC)
        return int(begin.timestamp()) * SECOND_NS

    def opens_ns(self, now_ns: int) -> int | None:
        """Return when trading begins again if the market is certainly closed; None if it is open or that is unknown."""
        if not self.begins_hour or not self.why_closed(now_ns):
            return None
        today = local_time(now_ns // SECOND_NS, self.zone or UTC).date()
        begins = (self._begin_ns(today + timedelta(days=ahead)) for ahead in range(_MAX_CLOSED_DAYS))
        return next((begin for begin in begins if begin > now_ns and not self.why_closed(begin)), None)

    def why_closed(self, now_ns: int) -> str:
        """Return a sentence if the market is certainly closed, otherwise an empty text."""
        if self.is_us_stock:
            closed = us_stocks_are_closed(now_ns)
            return f"US markets are closed: it is {closed}." if closed else ""
        if not self.rests_at_weekends or not isinstance(self.zone, ZoneInfo):
            return ""
        there = local_time(now_ns // SECOND_NS, self.zone)
        # A session that begins in the evening belongs to the next day.
        day = there + timedelta(hours=24 - self.begins_hour if self.begins_hour > _NOON else 0)
        if day.weekday() < SATURDAY:
            return ""
        city = self.zone.key.rpartition("/")[2].replace("_", " ")
        return f"The market is closed on weekends: it is {there:%A %H:%M} in {city}."


ROLLING: Final = SessionCalendar(is_rolling=True)
US_STOCKS: Final = SessionCalendar(NEW_YORK, OPENS, is_us_stock=True, rests_at_weekends=True)

_UNKNOWN: Final = SessionCalendar()
_CURRENCIES_BEGIN: Final = 17
_FUTURES_BEGIN: Final = 18
_YAHOO_CURRENCIES: Final = "Europe/London"
# Share classes, preferred shares, warrants, units and rights: ``BRK.B``, ``BAC-PL``; at Massive ``BACpL``.
_CLASS: Final = r"[A-Z]|P[A-Z]|PR\.?[A-Z]?|WS(?:\.?[A-Z])?|WT[A-Z]?|UN|RT|RI|CL|WI"
_US_TICKER: Final = re.compile(rf"[A-Z]{{1,5}}(?:[./ -](?:{_CLASS}))?|[A-Z]{{1,5}}(?:p[A-Z]?|w[A-Z]?|r|rw|wsA?)")
_US_SERIES: Final = re.compile(r"[A-Z]{1,5}\.(?:PR|WS)\.[A-Z]")
_US_OPTION: Final = re.compile(r"[A-Z]{1,6}[0-9]{6}[CP][0-9]{8}")  # in the format of the Options Clearing Corporation
# Exchanges there trade on Sundays.
_NO_WEEKENDS: Final = ("Asia/Riyadh", "Asia/Kuwait", "Asia/Qatar", "Africa/Cairo")
_COIN_PAIR: Final = re.compile(r"[A-Z0-9]{1,15}[-/](?:USD[A-Z0-9]?|EUR|GBP|JPY|AUD|CAD|BTC|ETH|KRW|TRY|BRL)", re.ASCII)
_CURRENCY_PAIR: Final = re.compile(r"(?:EUR|GBP|AUD|NZD|USD|CAD|CHF|JPY)[/_-]?[A-Z]{3}")
_CURRENCIES: Final = frozenset(
    (
        *("USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "TRY"),
        *("ZAR", "MXN", "BRL", "SGD", "HKD", "CNY", "CNH", "INR", "KRW", "THB", "ILS"),
    )
)


@lru_cache(maxsize=4096)
def calendar_of(symbol: str) -> SessionCalendar:
    """Return the calendar of a symbol, in the provider's notation, of a feed with US stocks."""
    if symbol.islower():  # as Tiingo writes them
        symbol = symbol.upper()
    if symbol.startswith("^"):
        return _of_zone(INDEX_ZONES.get(symbol))
    if symbol.endswith("=F"):
        return SessionCalendar(NEW_YORK, _FUTURES_BEGIN, rests_at_weekends=True)
    if symbol.endswith("=X"):  # Yahoo's days of currencies are those of London
        return _of_yahoo_currency()
    if ":" in symbol:
        return _of_qualified(*symbol.split(":", 1))
    ticker, dot, suffix = symbol.rpartition(".")
    if dot and ticker and suffix in SUFFIX_ZONES and not _US_SERIES.fullmatch(symbol):
        return _of_zone(SUFFIX_ZONES[suffix])
    return _of_plain(symbol)


def provider_calendar(symbol: str, stock_hours: StockHours) -> SessionCalendar:
    """Return the calendar of a symbol, with the minute at which the provider's hourly bars of this symbol begin."""
    calendar = calendar_of(symbol)
    is_all_day = calendar.is_rolling or calendar.begins_hour > _NOON
    if stock_hours is StockHours.ON_THE_HOUR or is_all_day:
        return calendar
    minute = OPENING_MINUTES.get(str(calendar.zone)) if stock_hours is StockHours.WITH_SESSION else None
    return calendar._replace(hours_minute=minute)


def _of_qualified(first: str, second: str) -> SessionCalendar:
    """Return the calendar of ``X:BTCUSD``, ``AAPL:NASDAQ``, ``NASDAQ:AAPL`` or ``OANDA:EUR_USD``."""
    for name in (second, first):
        if name.upper() in US_EXCHANGES:
            return US_STOCKS
        if name.upper() in EXCHANGE_ZONES:
            return _of_zone(EXCHANGE_ZONES[name.upper()])
    if first in {"I", "O"}:  # Massive: indices and options
        return US_STOCKS
    plain = _of_plain(second)
    return plain if not plain.is_us_stock else _UNKNOWN


def _of_plain(symbol: str) -> SessionCalendar:
    if _is_currency_pair(symbol.upper()):
        return SessionCalendar(NEW_YORK, _CURRENCIES_BEGIN, rests_at_weekends=True)
    if _COIN_PAIR.fullmatch(symbol.upper()):
        return ROLLING
    if _US_TICKER.fullmatch(symbol) or _US_OPTION.fullmatch(symbol):
        return US_STOCKS
    return ROLLING if _is_joined_coin_pair(symbol.upper()) else _UNKNOWN


def _is_currency_pair(symbol: str) -> bool:
    return _CURRENCY_PAIR.fullmatch(symbol) is not None and symbol[-3:] in _CURRENCIES


def _is_joined_coin_pair(symbol: str) -> bool:
    return len(symbol) > 5 and symbol.isalnum() and symbol.endswith(("USD", "USDT", "USDC", "EUR", "BTC", "ETH", "GBP"))


def _of_yahoo_currency() -> SessionCalendar:
    days = _of_zone(_YAHOO_CURRENCIES).days
    return SessionCalendar(NEW_YORK, _CURRENCIES_BEGIN, rests_at_weekends=True, provider_days=days)


def _of_zone(key: str | None) -> SessionCalendar:
    if key is None:
        return _UNKNOWN
    try:
        zone = ZoneInfo(key)
    except ZoneInfoNotFoundError:  # the system's time zone data is incomplete
        return _UNKNOWN
    return US_STOCKS if zone is NEW_YORK else SessionCalendar(zone, rests_at_weekends=key not in _NO_WEEKENDS)
