"""Past bars and trades of Massive.

Bars of stocks are adjusted for splits. ``limit`` counts the minutes or days from which bars are made, and the rest of a
period is at ``next_url``, of which only path and query are used, so that the key is sent to no other host. A period
without trades has no row. Days and months of stocks begin at midnight in New York. Weeks are not requested, because
they begin on Sunday there.

Times of past trades are cut to milliseconds, as those of live trades are. Names of pairs have a prefix: ``X:BTCUSD``
where the stream says ``BTC-USD``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar, Final
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Refusal, Trade
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryOffer,
    HttpRequest,
    HttpResponse,
    Instrument,
    TradesPage,
    TradesQuery,
    check_status,
    refusal_error,
)
from ticker_gui.feeds.past_rows import (
    first_and_last,
    milliseconds,
    past_bar,
    past_trade,
    read_or,
    read_rows,
    reason_text,
    segment,
    url_with,
)
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.providers.massive_search import read_search, search_request
from ticker_gui.feeds.sale_conditions import MASSIVE, REGULAR, Codes
from ticker_gui.feeds.wire import json_reader

_TITLE: Final = "Massive"
_MAX_ROWS: Final = 50_000
_SPANS: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day", "M": "month"}
_NAMES: Final = ("1s", "5s", "15s", "30s", "1m", "2m", "3m", "5m", "15m", "30m", "1h", "1d", "1M")
_TIMEFRAMES: Final = {name: f"{name[:-1]}/{_SPANS[name[-1]]}" for name in _NAMES}
_PREFIXED: Final = re.compile(r"\A[A-Z]:")
_PREFIXES: Final = {"crypto": "X:", "forex": "C:", "indices": "I:"}
_MARKS: Final = re.compile(r"[-/]")
_MS_NS: Final = 1_000_000
_MAX_TIME_NS: Final = 2**63 - 1
_INVALID: Final = frozenset((7, 8, 10, 11, 12))  # trades that were cancelled, or that repeat former values
_REFUSED: Final = ("ERROR", "NOT_AUTHORIZED")
_OF_PERIOD: Final = ("today", "timeframe", "time frame")  # words about the period of a request, not about the plan


class _Row(msgspec.Struct, gc=False):
    t: int
    o: float
    h: float
    l: float  # noqa: E741
    c: float
    v: float | None = None  # left out for indices


class _TradeRow(msgspec.Struct, gc=False):
    price: float
    size: float | None = None
    participant_timestamp: int | None = None  # of the exchange
    sip_timestamp: int | None = None  # of the tape, which is the time of live trades
    id: int | str | None = None
    exchange: int | None = None
    trf_id: int | None = None  # the reporting facility of a trade outside exchanges
    conditions: Codes | None = None
    correction: int | None = None


class _Page(msgspec.Struct):
    status: str = ""
    results: list[msgspec.Raw] | None = None
    next_url: str | None = None
    error: str | None = None
    message: str | None = None

    @property
    def reason(self) -> str:
        return self.error or self.message or ""


_read_page: Callable[[bytes | msgspec.Raw], _Page] = json_reader(_Page)
_read_row: Callable[[bytes | msgspec.Raw], _Row] = json_reader(_Row)
_read_trade_row: Callable[[bytes | msgspec.Raw], _TradeRow] = json_reader(_TradeRow)


class MassiveHistory(FeedProtocol):
    """The part of Massive's protocol that concerns past data."""

    history: ClassVar = HistoryOffer(_TIMEFRAMES, 1_600, 5.0, note="The plan limits how old bars may be.")

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for past bars."""
        first, last = first_and_last(query)
        timeframe = BY_NAME[query.timeframe]
        if timeframe.width_ns >= DAY_NS:  # days are stamped some hours after midnight UTC
            last = timeframe.end_of(last) - _MS_NS
        return HttpRequest(
            url_with(
                self._base,
                f"/v2/aggs/ticker/{segment(self._ticker(query.symbol))}/range/{_TIMEFRAMES[query.timeframe]}"
                f"/{milliseconds(first)}/{milliseconds(last)}",
                {"adjusted": "true", "sort": "asc", "limit": _MAX_ROWS},
            ),
            self._key_headers,
        )

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars of one page."""
        page = self._checked_page(response)
        has_volume = not self._ticker(query.symbol).startswith("C:")  # of currencies, it counts quotes
        bars = read_rows(page.results or (), lambda row: _bar_of(query, row, has_volume))
        return BarsPage(bars, self._next_request(page))

    def trades_request(self, query: TradesQuery) -> HttpRequest | None:
        """Return the request for the trades of a period; ``None`` for currencies and indices, which have none."""
        ticker = self._ticker(query.symbol)
        if ticker.startswith(("C:", "I:")):
            return None
        parameters: dict[str, str | int | None] = {
            "timestamp.gte": query.after_ns,
            "timestamp.lte": query.before_ns + _MS_NS - 1,  # the time of a live trade has no fraction of a millisecond
            "order": "asc",
            "sort": "timestamp",
            "limit": _MAX_ROWS,
        }
        return HttpRequest(url_with(self._base, f"/v3/trades/{segment(ticker)}", parameters), self._key_headers)

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Return the trades of one page, without those that were cancelled since."""
        page = self._checked_page(response)
        has_conditions = not self._ticker(query.symbol).startswith("X:")  # of crypto, they are the side of the taker
        trades = read_rows(page.results or (), lambda row: _trade_of(query, row, has_conditions))
        return TradesPage(trades, self._next_request(page))

    def search_request(self, typed: str) -> HttpRequest | None:
        """Return the request for the symbols that match a typed text."""
        return search_request(typed, self.credentials.url, self._base, self._key_headers)

    def decode_search(self, response: HttpResponse) -> list[Instrument]:
        """Return the symbols that match."""
        return read_search(self._checked_page(response).results or [])

    @property
    def _base(self) -> str:
        """The REST API that belongs to the address of the feed, under the present name or the former one."""
        is_former = (urlsplit(self.credentials.url).hostname or "").endswith(".polygon.io")
        return f"https://api.{'polygon.io' if is_former else 'massive.com'}"

    @property
    def _key_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.credentials.key or ''}"}

    def _ticker(self, symbol: str) -> str:
        """``BTC-USD`` → ``X:BTCUSD`` with the stream of crypto; stocks, options and names with a prefix stay."""
        market = urlsplit(self.credentials.url).path.strip("/").rpartition("/")[2]
        prefix = _PREFIXES.get(market)
        if prefix is None or _PREFIXED.match(symbol):
            return symbol
        return prefix + _MARKS.sub("", symbol)

    def _next_request(self, page: _Page) -> HttpRequest | None:
        if not page.next_url:
            return None
        try:
            parts = urlsplit(page.next_url)
        except ValueError as error:
            raise FrameError("the address of the next page is not a URL") from error
        if not parts.path.startswith(("/v2/aggs/", "/v3/trades/")):
            raise FrameError("the address of the next page belongs to something else")
        return HttpRequest(f"{self._base}{parts.path}?{parts.query}", self._key_headers)

    def _checked_page(self, response: HttpResponse) -> _Page:
        """Return the page; raise an error for a refusal, which may have the status of success."""
        if response.status in range(200, 300):
            page = _read_page(response.body)
            if page.status not in _REFUSED:
                return page
        else:
            page = read_or(_read_page, response.body, _Page())
        reason = reason_text(self.credentials.redact, page.reason)
        if any(word in reason.lower() for word in _OF_PERIOD):
            raise refusal_error(_TITLE, Refusal.OUT_OF_RANGE, reason)
        if page.status == "NOT_AUTHORIZED":
            raise refusal_error(_TITLE, Refusal.NOT_OFFERED, reason)
        check_status(_TITLE, response, reason)
        raise refusal_error(_TITLE, Refusal.FAILED, reason)


def _bar_of(query: BarsQuery, raw: msgspec.Raw, has_volume: bool) -> Bar:
    row = _read_row(raw)
    return past_bar(query, _checked_time(row.t * _MS_NS), (row.o, row.h, row.l, row.c), row.v if has_volume else None)


def _trade_of(query: TradesQuery, raw: msgspec.Raw, has_conditions: bool) -> Trade | None:
    row = _read_trade_row(raw)
    if row.correction in _INVALID:
        return None
    time_ns = row.sip_timestamp or row.participant_timestamp
    if time_ns is None:
        raise FrameError("a past trade without a time")
    venue = row.exchange if row.trf_id is None else f"{row.exchange}.{row.trf_id}"
    conditions, updates = MASSIVE.read(row.conditions) if row.conditions and has_conditions else REGULAR
    return past_trade(
        query.symbol,
        row.price,
        row.size,
        _checked_time(time_ns // _MS_NS * _MS_NS),
        row.id,
        venue=venue,
        conditions=conditions,
        updates=updates,
    )


def _checked_time(time_ns: int) -> int:
    if not 0 <= time_ns <= _MAX_TIME_NS:
        raise FrameError("the time of a row is impossible")
    return time_ns
