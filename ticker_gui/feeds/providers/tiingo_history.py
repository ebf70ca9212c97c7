"""Past bars of Tiingo, and its list of stocks.

A period is requested by dates, both of which are included, and an answer has the newest 2,000 rows only; therefore a
period is split into dates with fewer rows. Intraday bars of stocks are those of IEX; days are of all exchanges, and
adjusted for splits and dividends. Columns of IEX must be named, or the volume is missing; currencies have none. Beyond
the limit of requests, the answer is a sentence instead of JSON, with the status of success.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Callable
from typing import ClassVar, Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Refusal
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS
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
from ticker_gui.feeds.past_rows import (
    first_and_last,
    iso_text,
    past_bar,
    read_or,
    read_rows,
    reason_text,
    segment,
    url_with,
)
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.wire import iso_ns, json_reader

_TITLE: Final = "Tiingo"
_BASE: Final = "https://api.tiingo.com"
_LIST_BASE: Final = "https://apimedia.tiingo.com"
_MAX_ROWS: Final = 2_000
_TIMEFRAMES: Final = {"1m": "1min", "5m": "5min", "15m": "15min", "30m": "30min", "1h": "1hour", "1d": "1day"}
_DATE_LENGTH: Final = len("2026-01-02")
_PAUSE_S: Final = 3_600.0  # the limits are those of an hour, a day and a month
_MAX_LIST_BYTES: Final = 32 << 20  # the list when it is unpacked
_COMPRESSIONS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others need any amount of memory
_MAX_REASON: Final = 120
_LISTED_DAYS: Final = 10  # since the last price of a stock that is still listed
_STOCK_KINDS: Final = ("Stock", "ETF")


class _Row(msgspec.Struct, gc=False, rename="camel"):
    date: str
    open: float | None = None
    high: float | None = None
    low: float | None = None
    close: float | None = None
    volume: float | None = None
    adj_open: float | None = None
    adj_high: float | None = None
    adj_low: float | None = None
    adj_close: float | None = None
    adj_volume: float | None = None


class _Pair(msgspec.Struct, rename="camel"):
    ticker: str = ""
    price_data: list[msgspec.Raw] | None = None


class _Error(msgspec.Struct):
    detail: str = ""


_read_rows: Callable[[bytes | msgspec.Raw], list[msgspec.Raw]] = json_reader(list[msgspec.Raw])
_read_row: Callable[[bytes | msgspec.Raw], _Row] = json_reader(_Row)
_read_pairs: Callable[[bytes | msgspec.Raw], list[_Pair]] = json_reader(list[_Pair])
_read_error: Callable[[bytes | msgspec.Raw], _Error] = json_reader(_Error)


class TiingoHistory(FeedProtocol):
    """The part of Tiingo's protocol that concerns past data."""

    history: ClassVar = HistoryOffer(
        _TIMEFRAMES,
        _MAX_ROWS,
        0.5,
        note="The free plan allows 50 requests an hour. Intraday bars of stocks contain only trades on IEX.",
        stock_hours=StockHours.UNKNOWN,
    )

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for the first dates of a period."""
        return self._bars_request(query, _date(first_and_last(query)[0]))

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars of one page; the next one has the following dates."""
        self._check(response)
        if self._market == "crypto":
            pairs = [pair for pair in _read_pairs(response.body) if pair.ticker.lower() == query.symbol.lower()]
            rows = [row for pair in pairs for row in pair.price_data or ()]
        else:
            rows = _read_rows(response.body)
        bars = read_rows(rows, lambda row: _bar_of(query, row))
        end = parse_qs(urlsplit(response.url).query).get("endDate", [""])[0]
        if not end or end >= _date(first_and_last(query)[1]):
            return BarsPage(bars)
        return BarsPage(bars, self._bars_request(query, _date(_midnight(end) + DAY_NS)))

    def catalog_request(self) -> HttpRequest | None:
        """Return the request for the list of stocks, which needs no key; ``None`` for crypto and currencies."""
        if self._market != "iex":
            return None
        return HttpRequest(f"{_LIST_BASE}/docs/tiingo/daily/supported_tickers.zip")

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the stocks that are still listed."""
        check_status(_TITLE, response)
        rows = [row for row in _unpacked(response.body) if row.get("assetType") in _STOCK_KINDS and row.get("endDate")]
        try:
            last_ns = max((_midnight(row["endDate"]) for row in rows), default=0)
            since = _date(max(last_ns - _LISTED_DAYS * DAY_NS, 0))
        except FrameError as error:
            raise FrameError("the list of stocks has no dates") from error
        return [
            Instrument(row["ticker"], venue=row.get("exchange") or "")
            for row in rows
            if row["endDate"] >= since and row.get("ticker")
        ]

    @property
    def _market(self) -> str:
        """``iex``, ``crypto`` or ``fx``, as in the path of the feed's URL."""
        market = urlsplit(self.credentials.url).path.strip("/").rpartition("/")[2]
        return market if market in ("crypto", "fx") else "iex"

    def _bars_request(self, query: BarsQuery, start_date: str) -> HttpRequest:
        dates_per_page = max(1, _MAX_ROWS * BY_NAME[query.timeframe].width_ns // DAY_NS)
        last_date = _date(first_and_last(query)[1])
        end_date = min(_date(_midnight(start_date) + (dates_per_page - 1) * DAY_NS), last_date)
        is_stock, symbol = self._market == "iex", segment(query.symbol)
        path = {"crypto": "/tiingo/crypto/prices", "fx": f"/tiingo/fx/{symbol}/prices"}.get(
            self._market, f"/tiingo/daily/{symbol}/prices" if query.timeframe == "1d" else f"/iex/{symbol}/prices"
        )
        is_intraday_stock = path.startswith("/iex/")
        parameters = {
            "tickers": query.symbol if self._market == "crypto" else None,
            "startDate": start_date,
            "endDate": max(end_date, start_date),
            "resampleFreq": None if is_stock and not is_intraday_stock else _TIMEFRAMES[query.timeframe],
            "columns": "open,high,low,close,volume" if is_intraday_stock else None,
        }
        headers = {"Authorization": f"Token {self.credentials.key or ''}"}
        return HttpRequest(url_with(_BASE, path, parameters), headers)

    def _check(self, response: HttpResponse) -> None:
        """Raise an error for a refusal, which may be a sentence with the status of success."""
        body = response.body.lstrip()
        is_success = response.status in range(200, 300)
        if is_success and body.startswith(b"["):
            return
        is_object = body.startswith(b"{")
        text = read_or(_read_error, body, _Error()).detail if is_object else body[:400].decode("utf-8", "replace")
        reason = reason_text(self.credentials.redact, text)
        if "not found" in reason.lower() or "not supported" in reason.lower():
            raise refusal_error(_TITLE, Refusal.UNKNOWN_SYMBOL, reason)
        if "run over" in reason.lower() or "limit" in reason.lower():
            raise refusal_error(_TITLE, Refusal.RATE_LIMITED, reason, response.retry_after_s or _PAUSE_S)
        if "permission" in reason.lower():
            raise refusal_error(_TITLE, Refusal.NOT_OFFERED, reason)
        if "token" in reason.lower():
            raise refusal_error(_TITLE, Refusal.KEY_REFUSED, reason)
        check_status(_TITLE, response, "" if body.startswith(b"<") else reason)
        raise refusal_error(_TITLE, Refusal.FAILED, reason)


def _bar_of(query: BarsQuery, raw: msgspec.Raw) -> Bar | None:
    """Return the bar of a row; ``None`` if nothing was traded in it."""
    row = _read_row(raw)
    prices = (row.adj_open, row.adj_high, row.adj_low, row.adj_close)
    volume = row.adj_volume
    if None in prices:
        prices, volume = (row.open, row.high, row.low, row.close), row.volume
    opened, high, low, close = prices
    if opened is None or high is None or low is None or close is None:
        return None
    text = f"{row.date} 00:00" if len(row.date) == _DATE_LENGTH else row.date
    return past_bar(query, iso_ns(text), (opened, high, low, close), volume)


def _date(time_ns: int) -> str:
    return iso_text(time_ns)[:_DATE_LENGTH]


def _midnight(date: str) -> int:
    return iso_ns(f"{date} 00:00")


def _unpacked(body: bytes) -> list[dict[str, str]]:
    """Return the rows of the first file of an archive, which is CSV."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            first = archive.infolist()[0]
            if first.compress_type not in _COMPRESSIONS:
                raise FrameError("the list of stocks is compressed in an unknown way")
            with archive.open(first) as file:
                content = file.read(_MAX_LIST_BYTES + 1)
        if len(content) > _MAX_LIST_BYTES:
            raise FrameError("the list of stocks is too long")
        return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
    except (zipfile.BadZipFile, zlib.error, IndexError, ValueError, csv.Error, EOFError, OSError) as error:
        raise FrameError(f"the list of stocks cannot be unpacked: {sanitize_text(str(error), _MAX_REASON)}") from error
    except (RuntimeError, NotImplementedError) as error:  # with a password, or in another way of compression
        raise FrameError("the list of stocks cannot be unpacked") from error
