"""Past data of Binance, requested from its REST interface.

Documentation: github.com/binance/binance-spot-api-docs, rest-api.md. A page of bars holds the oldest of the period.
Trades are requested by the id that follows the last one received, which leaves out none; those of futures need a key
and are not requested. A new address is blocked by a firewall (HTTP 403) and one that ignores the limits (429) is banned
(418) for minutes to days.

Units: the volume is in the base currency, and in contracts for coin-margined futures, as in the streams.
"""

from __future__ import annotations

from typing import ClassVar, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.events import Bar, Refusal, Trade
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryError,
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
    tick_of,
    url_with,
)
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.wire import epoch_ns, json_reader

_PAGE: Final = 1_000
_UNKNOWN_SYMBOL: Final = (-1121, -1100)  # invalid symbol, and characters that no symbol has
_TOO_MANY: Final = -1003
_FIREWALL: Final = 403


class _Site(NamedTuple):
    """The addresses of one of Binance's markets; trades are not public where there is none."""

    bars: str
    trades: str
    catalog: str


_SPOT: Final = _Site(
    "https://data-api.binance.vision/api/v3", "https://api.binance.com/api/v3", "https://data-api.binance.vision/api/v3"
)
_US: Final = "https://api.binance.us/api/v3"
_LINEAR: Final = "https://fapi.binance.com/fapi/v1"
_INVERSE: Final = "https://dapi.binance.com/dapi/v1"
_SITES: Final = {
    "stream.binance.us": _Site(_US, _US, _US),
    "fstream.binance.com": _Site(_LINEAR, "", _LINEAR),
    "dstream.binance.com": _Site(_INVERSE, "", _INVERSE),
}


class _Row(msgspec.Struct, array_like=True, gc=False):
    """The first columns of a bar."""

    start_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class _Execution(msgspec.Struct, gc=False):
    id: int
    price: float
    qty: float
    time: int


class _Filter(msgspec.Struct):
    filterType: str = ""
    tickSize: float | None = None


class _Symbol(msgspec.Struct):
    symbol: str
    baseAsset: str = ""
    quoteAsset: str = ""
    status: str = "TRADING"
    filters: list[_Filter] = []


class _Catalog(msgspec.Struct):
    symbols: list[msgspec.Raw]


class _Failure(msgspec.Struct):
    code: int = 0
    msg: str = ""


_read_array = json_reader(list[msgspec.Raw])
_read_row = json_reader(_Row)
_read_execution = json_reader(_Execution)
_read_catalog = json_reader(_Catalog)
_read_symbol = json_reader(_Symbol)
_read_failure = json_reader(_Failure)


class BinanceHistory(FeedProtocol):
    """The requests for past bars and trades and for the list of symbols."""

    history: ClassVar = HistoryOffer(
        timeframes={
            name: name
            for name in ("1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d", "1w", "1M")
        },
        bars_per_request=_PAGE,
        requests_per_second=5.0,
    )

    @property
    def _site(self) -> _Site:
        return _SITES.get(urlsplit(self.credentials.url).hostname or "", _SPOT)

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for a page of bars; both ends are inclusive."""
        first_ns, last_ns = first_and_last(query)
        parameters = {
            "symbol": query.symbol,
            "interval": self.history.timeframes[query.timeframe],
            "startTime": milliseconds(first_ns),
            "endTime": milliseconds(last_ns),
            "limit": _PAGE,
        }
        return HttpRequest(url_with(self._site.bars, "/klines", parameters))

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars of a page."""
        self._check(response)

        def bar(raw: msgspec.Raw) -> Bar:
            row = _read_row(raw)
            return past_bar(query, epoch_ns(row.start_ms), (row.open, row.high, row.low, row.close), row.volume)

        return BarsPage(read_rows(_read_array(response.body), bar))

    def trades_request(self, query: TradesQuery) -> HttpRequest | None:
        """Return the request for the trades after the last one received, by their ids."""
        if not self._site.trades or not isinstance(query.after_id, int):
            return None
        return self._trades_from(query, query.after_id + 1)

    def _trades_from(self, query: TradesQuery, first_id: int) -> HttpRequest | None:
        limit = min(_PAGE, query.before_id - first_id) if isinstance(query.before_id, int) else _PAGE
        if limit <= 0:
            return None
        parameters = {"symbol": query.symbol, "fromId": first_id, "limit": limit}
        return HttpRequest(url_with(self._site.trades, "/historicalTrades", parameters))

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Return the trades of a page, and the request for the next ones until the gap ends."""
        self._check(response)

        def trade(raw: msgspec.Raw) -> Trade:
            row = _read_execution(raw)
            return past_trade(query.symbol, row.price, row.qty, epoch_ns(row.time), row.id)

        trades = read_rows(_read_array(response.body), trade)
        ids = [each.trade_id for each in trades if isinstance(each.trade_id, int)]
        is_complete = not trades or any((each.time_ns or 0) > query.before_ns for each in trades)
        return TradesPage(trades, None if is_complete else self._trades_from(query, max(ids) + 1))

    def catalog_request(self) -> HttpRequest:
        """Return the request for all symbols that are traded."""
        spot = {"permissions": "SPOT", "symbolStatus": "TRADING", "showPermissionSets": "false"}
        site = self._site
        return HttpRequest(url_with(site.catalog, "/exchangeInfo", spot if site is _SPOT else None))

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the symbols that are traded."""
        self._check(response)

        def instrument(raw: msgspec.Raw) -> Instrument | None:
            row = _read_symbol(raw)
            if row.status != "TRADING":  # some sites ignore the filter in the request
                return None
            ticks = [each.tickSize for each in row.filters if each.filterType == "PRICE_FILTER"]
            tick = tick_of(ticks[0]) if ticks else None
            name = f"{row.baseAsset} / {row.quoteAsset}" if row.baseAsset and row.quoteAsset else ""
            return Instrument(row.symbol, name, self.title, tick)

        return read_rows(_read_catalog(response.body).symbols, instrument)

    def _check(self, response: HttpResponse) -> None:
        """Raise the error of a refused request."""
        if response.status == 200:
            return
        failure = read_or(_read_failure, response.body, _Failure())
        reason = reason_text(self.credentials.redact, failure.msg)
        if failure.code in _UNKNOWN_SYMBOL:
            raise refusal_error(self.title, Refusal.UNKNOWN_SYMBOL, reason)
        if failure.code == _TOO_MANY:
            raise refusal_error(self.title, Refusal.RATE_LIMITED, reason, response.retry_after_s)
        if response.status == _FIREWALL:
            raise HistoryError(f"The firewall of {self.title} blocks requests for past data from this address.")
        check_status(self.title, response, reason)
