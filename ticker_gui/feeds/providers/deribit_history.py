"""Past bars, past trades and the list of instruments of Deribit.

Past bars and trades are requested on the same socket. Bars are columns, with a repeated price where nothing was traded;
their ``volume`` is in the base currency and ``cost`` in the other one. Trades are requested by ``trade_seq``, at most
1,000 at once. The list of instruments is large and therefore requested by HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, PastBars, PastTrades, Refusal, Reply, Trade
from ticker_gui.feeds.history import (
    BarsQuery,
    HistoryOffer,
    HttpRequest,
    HttpResponse,
    Instrument,
    TradesQuery,
    check_status,
    refusal_error,
)
from ticker_gui.feeds.past_rows import (
    first_and_last,
    milliseconds,
    past_bar,
    read_or,
    read_rows,
    reason_text,
    tick_of,
    url_with,
)
from ticker_gui.feeds.wire import decimal, epoch_ns, json_reader

T = TypeVar("T")

_RESOLUTIONS: Final = {
    "1m": "1",
    "3m": "3",
    "5m": "5",
    "15m": "15",
    "30m": "30",
    "1h": "60",
    "2h": "120",
    "6h": "360",
    "12h": "720",
    "1d": "1D",
}
_MAX_BARS: Final = 1_000  # of 5,000 that are allowed, because an answer is decoded in one piece
_MAX_TRADES: Final = 1_000
_MAX_PAGES: Final = 10
_MAX_PENDING: Final = 100
_TOO_MANY_REQUESTS: Final = 10028
_TITLE: Final = "Deribit"
OFFER: Final = HistoryOffer(_RESOLUTIONS, _MAX_BARS, requests_per_second=5.0, over_socket=True)


class Failure(msgspec.Struct):
    """An error of the server; ``data`` may have the parameter that it refuses, and the reason."""

    code: int = 0
    message: str = ""
    data: Any = None


class _Chart(msgspec.Struct):
    """Past bars in columns; the times are in milliseconds."""

    ticks: list[Any] = []
    open: list[Any] = []
    high: list[Any] = []
    low: list[Any] = []
    close: list[Any] = []
    volume: list[Any] = []
    cost: list[Any] = []


class _PastTrades(msgspec.Struct):
    trades: list[Any]
    has_more: bool = False


class _Instrument(msgspec.Struct):
    instrument_name: str
    kind: str = ""
    base_currency: str = ""
    quote_currency: str = ""
    tick_size: float | None = None
    is_active: bool = True


class _Catalog(msgspec.Struct):
    result: list[msgspec.Raw] = []
    error: Failure | None = None


class _PendingBars(msgspec.Struct):
    """A request for past bars; ``unit`` is the column with the volume in the unit of the amounts of trades."""

    query: BarsQuery
    unit: str


class _PendingTrades(msgspec.Struct):
    """A request for past trades that may need several pages: the numbers that are missing, and the trades so far."""

    query: TradesQuery
    first: int
    last: int
    pages: int = 1
    trades: dict[int | str | None, Trade] = {}


_read_catalog, _read_instrument = json_reader(_Catalog), json_reader(_Instrument)


class PastRequests:
    """The requests for past data that are not answered yet, by their ids.

    Args:
        call: returns the message that calls a method with parameters, and its id.
        read_trade: decodes the row of a trade.
        redact: removes secrets from the texts of the server.
    """

    def __init__(
        self,
        call: Callable[[str, dict[str, Any]], tuple[int | str, str]],
        read_trade: Callable[[Any], Trade],
        redact: Callable[[str], str],
    ) -> None:
        self.pending: dict[int | str | None, _PendingBars | _PendingTrades] = {}
        self._call, self._read_trade, self._redact = call, read_trade, redact
        self._next: list[str] = []

    def request_bars(self, query: BarsQuery, unit: str) -> str:
        """Return the request for past bars, both ends of which are included."""
        first_ns, last_ns = first_and_last(query)
        parameters = {
            "instrument_name": query.symbol,
            "start_timestamp": milliseconds(first_ns),
            "end_timestamp": milliseconds(last_ns),
            "resolution": _RESOLUTIONS[query.timeframe],
        }
        return self._request("get_tradingview_chart_data", parameters, _PendingBars(query, unit))

    def request_trades(self, query: TradesQuery) -> str | None:
        """Return the request for the trades between two numbers; ``None`` if there are none between."""
        first, last = query.after_id, query.before_id
        if not isinstance(first, int) or not isinstance(last, int) or last - first < 2:
            return None
        return self._request_page(_PendingTrades(query, first + 1, last - 1))

    def next_requests(self) -> list[str]:
        """Return the requests for further pages, once."""
        requests, self._next = self._next, []
        return requests

    def answer(self, identifier: int | str | None, result: Any, failure: Failure | None) -> Sequence[Reply]:
        """Return the past data in an answer to one of ``pending``; nothing if another page is requested."""
        pending = self.pending.pop(identifier)
        error, refusal = "", Refusal.FAILED
        bars: tuple[Bar, ...] = ()
        if failure is not None:
            refusal = _refusal(failure)
            error = str(refusal_error(_TITLE, refusal, _reason(failure, self._redact)))
        else:
            try:
                if isinstance(pending, _PendingBars):
                    bars = _past_bars(pending, result)
                elif self._needs_page(pending, result):
                    return []
            except FrameError as unreadable:
                error = f"{_TITLE} sent past data that cannot be used: {unreadable}."
        if isinstance(pending, _PendingBars):
            query = pending.query
            return [Reply((), ok=not error, past=PastBars(query.symbol, query.timeframe, bars, error, refusal))]
        trades = () if error else tuple(pending.trades.values())
        return [Reply((), ok=not error, past=PastTrades(pending.query.symbol, trades, error, refusal))]

    def _request(self, method: str, parameters: dict[str, Any], pending: _PendingBars | _PendingTrades) -> str:
        if len(self.pending) >= _MAX_PENDING:  # the server does not answer
            del self.pending[next(iter(self.pending))]
        identifier, message = self._call(method, parameters)
        self.pending[identifier] = pending
        return message

    def _request_page(self, pending: _PendingTrades) -> str:
        parameters = {
            "instrument_name": pending.query.symbol,
            "start_seq": pending.first,
            "end_seq": pending.last,
            "count": _MAX_TRADES,
            "sorting": "asc",
        }
        return self._request("get_last_trades_by_instrument", parameters, pending)

    def _needs_page(self, pending: _PendingTrades, result: Any) -> bool:
        """Add a page of trades; request the next one if some are missing, and return whether it was requested.

        Raises:
            FrameError: the page cannot be decoded, or the rest cannot be requested.
        """
        page = converted(result, _PastTrades)
        read = read_rows(page.trades, self._read_trade)
        pending.trades |= {trade.trade_id: trade for trade in read}
        numbers = [trade.trade_id for trade in read if isinstance(trade.trade_id, int)]
        if not page.has_more or not numbers:
            return False
        if min(numbers) <= pending.first:
            pending.first = max(numbers) + 1
        elif max(numbers) >= pending.last:  # the newest came first
            pending.last = min(numbers) - 1
        else:
            raise FrameError("the trades are not those that were requested")
        if pending.first > pending.last:
            return False
        if pending.pages >= _MAX_PAGES:
            raise FrameError("there are too many trades")
        pending.pages += 1
        self._next.append(self._request_page(pending))
        return True


def catalog_request(url: str) -> HttpRequest:
    """Return the request for all instruments, of the test server if the feed is from there."""
    base = f"https://{'test' if urlsplit(url).hostname == 'test.deribit.com' else 'www'}.deribit.com"
    return HttpRequest(url_with(base, "/api/v2/public/get_instruments", {"currency": "any", "expired": "false"}))


def read_catalog(response: HttpResponse, redact: Callable[[str], str]) -> list[Instrument]:
    """Return the instruments that are traded, or raise the error in the answer."""

    def instrument(row: msgspec.Raw) -> Instrument | None:
        each = _read_instrument(row)
        if not each.is_active:
            return None
        name = f"{each.base_currency}/{each.quote_currency} {each.kind}"
        return Instrument(each.instrument_name, name, _TITLE, tick_of(each.tick_size))

    failure = read_or(_read_catalog, response.body, _Catalog()).error
    reason = "" if failure is None else _reason(failure, redact)
    check_status(_TITLE, response, reason)
    if failure is not None:
        raise refusal_error(_TITLE, _refusal(failure), reason)
    return read_rows(_read_catalog(response.body).result, instrument)


def _past_bars(pending: _PendingBars, result: Any) -> tuple[Bar, ...]:
    """Return the bars of an answer."""
    chart = converted(result, _Chart)
    query = pending.query
    volumes = chart.cost if pending.unit == "cost" else chart.volume

    def bar(row: tuple[Any, ...]) -> Bar:
        opened, high, low, close, volume = (decimal(value) for value in row[1:])
        if not isinstance(row[0], int) or opened is None or high is None or low is None or close is None:
            raise FrameError("a value of a past bar is missing")
        return past_bar(query, epoch_ns(row[0]), (opened, high, low, close), volume)

    try:
        rows = list(zip(chart.ticks, chart.open, chart.high, chart.low, chart.close, volumes, strict=True))
    except ValueError as error:
        raise FrameError("the columns differ in length") from error
    return tuple(read_rows(rows, bar))


def _reason(failure: Failure, redact: Callable[[str], str]) -> str:
    """Return an error of the server as text, with the parameter that it refuses."""
    details = failure.data if isinstance(failure.data, dict) else {}
    parts = [failure.message, *(str(details[name]) for name in ("param", "reason") if name in details)]
    return reason_text(redact, f"{': '.join(parts)} (code {failure.code})")


def _refusal(failure: Failure) -> Refusal:
    if failure.code == _TOO_MANY_REQUESTS:
        return Refusal.RATE_LIMITED
    is_unknown = isinstance(failure.data, dict) and failure.data.get("param") == "instrument_name"
    return Refusal.UNKNOWN_SYMBOL if is_unknown else Refusal.FAILED


def converted(value: Any, shape: type[T]) -> T:
    """Return decoded JSON as a declared shape; raise `FrameError` if it does not have that shape."""
    try:
        return msgspec.convert(value, shape, strict=False)
    except msgspec.ValidationError as error:
        raise FrameError(f"not as documented: {error}") from error
