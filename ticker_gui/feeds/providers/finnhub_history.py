"""Past bars of Finnhub, which the free plan does not have, and its list of US stocks, which it has.

Bars are columns, and ``s`` is ``no_data`` for a period without trades. Stocks, crypto and currencies have addresses of
their own. Hourly bars of stocks may begin with the session, so they are made of half-hour bars.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Refusal
from ticker_gui.domain.timeframe import SECOND_NS
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
from ticker_gui.feeds.past_rows import (
    first_and_last,
    past_bar,
    read_or,
    read_rows,
    reason_text,
    seconds,
    url_with,
)
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.wire import decimal, json_reader

_TITLE: Final = "Finnhub"
_BASE: Final = "https://finnhub.io"
_TIMEFRAMES: Final = {"1m": "1", "5m": "5", "15m": "15", "30m": "30", "1h": "60", "1d": "D", "1w": "W", "1M": "M"}
# The prefixes of sources of currencies; other prefixes are those of crypto exchanges.
_CURRENCY_SOURCES: Final = frozenset(("OANDA", "FXCM", "FOREX.COM", "FXPRO", "ICMTRADER", "PEPPERSTONE", "IC MARKETS"))
_FORBIDDEN: Final = 403
_MAX_TIME_S: Final = 2**33

_Number = int | float | str | None


class _Columns(msgspec.Struct):
    s: str = ""
    t: list[_Number] | None = None
    o: list[_Number] | None = None
    h: list[_Number] | None = None
    l: list[_Number] | None = None  # noqa: E741
    c: list[_Number] | None = None
    v: list[_Number] | None = None


class _Stock(msgspec.Struct, gc=False):
    symbol: str
    description: str | None = None
    mic: str | None = None


class _Error(msgspec.Struct):
    error: str = ""


_read_columns: Callable[[bytes | msgspec.Raw], _Columns] = json_reader(_Columns)
_read_stocks: Callable[[bytes | msgspec.Raw], list[msgspec.Raw]] = json_reader(list[msgspec.Raw])
_read_stock: Callable[[bytes | msgspec.Raw], _Stock] = json_reader(_Stock)
_read_error: Callable[[bytes | msgspec.Raw], _Error] = json_reader(_Error)


class FinnhubHistory(FeedProtocol):
    """The part of Finnhub's protocol that concerns past data."""

    history: ClassVar = HistoryOffer(
        _TIMEFRAMES,
        5_000,
        1.0,  # 60 a minute with the free plan
        note="The free plan has no past bars.",
        stock_hours=StockHours.UNKNOWN,
    )

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for past bars."""
        first, last = first_and_last(query)
        parameters: dict[str, str | int | None] = {
            "symbol": query.symbol,
            "resolution": _TIMEFRAMES[query.timeframe],
            "from": seconds(first),
            "to": seconds(last),
        }
        return HttpRequest(url_with(_BASE, f"/api/v1/{_kind(query.symbol)}/candle", parameters), self._key_headers)

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars in the columns."""
        self._check(response)
        answer = _read_columns(response.body)
        if answer.s == "no_data":
            return BarsPage([])
        if answer.s != "ok":
            error = read_or(_read_error, response.body, _Error()).error
            raise refusal_error(_TITLE, Refusal.FAILED, reason_text(self.credentials.redact, error))
        times, opens, highs, lows, closes = (
            column or [] for column in (answer.t, answer.o, answer.h, answer.l, answer.c)
        )
        has_volume = answer.v is not None and _kind(query.symbol) != "forex"  # of currencies, it counts quotes
        volumes = (answer.v or []) if has_volume else [None] * len(times)
        try:
            rows = list(zip(times, opens, highs, lows, closes, volumes, strict=True))
        except ValueError as error:
            raise FrameError("the columns of past bars have different lengths") from error
        return BarsPage(read_rows(rows, lambda row: _bar_of(query, *row)))

    def catalog_request(self) -> HttpRequest:
        """Return the request for the list of US stocks."""
        return HttpRequest(url_with(_BASE, "/api/v1/stock/symbol", {"exchange": "US"}), self._key_headers)

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the US stocks."""
        self._check(response)
        return read_rows(_read_stocks(response.body), _instrument_of)

    @property
    def _key_headers(self) -> dict[str, str]:
        return {"X-Finnhub-Token": self.credentials.key or ""}

    def _check(self, response: HttpResponse) -> None:
        reason = reason_text(self.credentials.redact, read_or(_read_error, response.body, _Error()).error)
        if response.status == _FORBIDDEN:
            said = f": {reason}" if reason else ""
            raise HistoryError(f"The Finnhub plan of this key does not include this data{said}.", Refusal.NOT_OFFERED)
        check_status(_TITLE, response, reason)


def _kind(symbol: str) -> str:
    """``AAPL`` → ``stock``, ``BINANCE:BTCUSDT`` → ``crypto``, ``OANDA:EUR_USD`` → ``forex``."""
    source, colon, _ = symbol.partition(":")
    if not colon:
        return "stock"
    return "forex" if source in _CURRENCY_SOURCES else "crypto"


def _bar_of(
    query: BarsQuery, time: _Number, opened: _Number, high: _Number, low: _Number, close: _Number, volume: _Number
) -> Bar | None:
    """Return the bar of a row; ``None`` if nothing was traded in it."""
    prices = (decimal(opened), decimal(high), decimal(low), decimal(close))
    if prices[0] is None or prices[1] is None or prices[2] is None or prices[3] is None:
        return None
    if not isinstance(time, int) or not 0 <= time <= _MAX_TIME_S:
        raise FrameError("the time of a past bar is impossible")
    return past_bar(query, time * SECOND_NS, (prices[0], prices[1], prices[2], prices[3]), decimal(volume))


def _instrument_of(raw: msgspec.Raw) -> Instrument | None:
    stock = _read_stock(raw)
    return Instrument(stock.symbol, stock.description or "", stock.mic or "") if stock.symbol else None
