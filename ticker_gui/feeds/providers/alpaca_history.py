"""Past bars and trades of Alpaca, and its list of symbols.

The REST API has the rows of the market whose stream the feed uses: with the stream of IEX, bars and trades are those of
IEX alone, so that the volumes of past and live bars are comparable. Bars of stocks are adjusted for splits, because the
live prices are those of today's shares. Both ends of a period are included; a minute without trades has no row, and for
crypto one with a volume of zero. Daily bars of stocks begin at midnight in New York. Those of crypto begin in the
morning UTC, so they are made of hourly bars instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Refusal, Trade
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, SECOND_NS
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
    iso_text,
    past_bar,
    past_trade,
    read_or,
    read_rows,
    reason_text,
    tick_of,
    url_with,
)
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.sale_conditions import REGULAR, TAPES, UNKNOWN_TAPE, Codes
from ticker_gui.feeds.wire import iso_ns, json_reader

_TITLE: Final = "Alpaca"
_MAX_ROWS: Final = 10_000
_MINUTES: Final = ("1m", "2m", "3m", "5m", "15m", "30m")
_TIMEFRAMES: Final = {
    **{name: f"{name[:-1]}Min" for name in _MINUTES},
    "1h": "1Hour",
    "1d": "1Day",
    "1w": "1Week",
    "1M": "1Month",
}
_FEEDS: Final = ("iex", "sip", "boats", "otc")  # the streams that the REST API has under the same name
_PAPER_KEY: Final = "PK"  # how the keys of accounts for paper trading begin
_INVALID: Final = ("cancelled", "canceled", "incorrect")  # trades that do not count
_BAD_REQUEST: Final = (400, 422)
_FORBIDDEN: Final = 403


class _Row(msgspec.Struct, gc=False):
    t: str
    o: float
    h: float
    l: float  # noqa: E741
    c: float
    v: float | None = None


class _TradeRow(msgspec.Struct, gc=False):
    t: str
    p: float
    s: float | None = None
    i: int | str | None = None  # id
    x: str | None = None  # exchange
    c: Codes | None = None  # conditions
    z: str | None = None  # tape
    u: str | None = None  # the status of the trade, such as corrected


class _Bars(msgspec.Struct):
    bars: dict[str, list[msgspec.Raw] | None] | None
    next_page_token: str | None = None


class _Trades(msgspec.Struct):
    trades: dict[str, list[msgspec.Raw] | None] | None
    next_page_token: str | None = None


class _Asset(msgspec.Struct, gc=False):
    symbol: str
    name: str | None = None
    exchange: str | None = None
    tradable: bool = True
    price_increment: float | None = None


class _Error(msgspec.Struct):
    message: str = ""


_read_bars: Callable[[bytes | msgspec.Raw], _Bars] = json_reader(_Bars)
_read_trades: Callable[[bytes | msgspec.Raw], _Trades] = json_reader(_Trades)
_read_row: Callable[[bytes | msgspec.Raw], _Row] = json_reader(_Row)
_read_trade_row: Callable[[bytes | msgspec.Raw], _TradeRow] = json_reader(_TradeRow)
_read_assets: Callable[[bytes | msgspec.Raw], list[msgspec.Raw]] = json_reader(list[msgspec.Raw])
_read_asset: Callable[[bytes | msgspec.Raw], _Asset] = json_reader(_Asset)
_read_error: Callable[[bytes | msgspec.Raw], _Error] = json_reader(_Error)


_OFFER: Final = HistoryOffer(
    _TIMEFRAMES,
    _MAX_ROWS,
    3.0,  # 200 requests a minute with the free plan
    note="With the IEX stream, past bars contain only trades on IEX, a few percent of all trades.",
)
_OFFER_OF_CRYPTO: Final = HistoryOffer(
    {name: text for name, text in _TIMEFRAMES.items() if not text.endswith(("Day", "Week", "Month"))}, _MAX_ROWS, 3.0
)


class AlpacaHistory(FeedProtocol):
    """The part of Alpaca's protocol that concerns past data."""

    history: ClassVar = _OFFER

    @property
    def history_offer(self) -> HistoryOffer:
        """The past bars of stocks or of crypto."""
        return _OFFER_OF_CRYPTO if self._is_crypto else _OFFER

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for past bars."""
        return self._bars_request(query, None)

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars of one page."""
        self._check(response)
        page = _read_bars(response.body)
        bars = read_rows((page.bars or {}).get(query.symbol) or (), lambda row: _bar_of(query, row))
        token = page.next_page_token
        return BarsPage(bars, self._bars_request(query, token) if token else None)

    def trades_request(self, query: TradesQuery) -> HttpRequest | None:
        """Return the request for the trades of a period, which has those at its ends, too."""
        return self._trades_request(query, None) if self._path else None

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Return the trades of one page, without those that were cancelled since."""
        self._check(response)
        page = _read_trades(response.body)
        trades = read_rows((page.trades or {}).get(query.symbol) or (), lambda row: _trade_of(query, row))
        token = page.next_page_token
        return TradesPage(trades, self._trades_request(query, token) if token else None)

    def catalog_request(self) -> HttpRequest:
        """Return the request for all stocks or all pairs; it goes to the API for trading, which has the same keys."""
        kind = "paper-api" if (self.credentials.key or "").startswith(_PAPER_KEY) else "api"
        asset_class = "crypto" if self._is_crypto else "us_equity"
        query = {"status": "active", "asset_class": asset_class}
        return HttpRequest(url_with(f"https://{kind}.alpaca.markets", "/v2/assets", query), self._key_headers)

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the symbols that can be traded."""
        self._check(response)
        return read_rows(_read_assets(response.body), _instrument_of)

    @property
    def _is_crypto(self) -> bool:
        return "crypto" in self._stream

    @property
    def _stream(self) -> list[str]:
        """The parts of the path of the feed's URL: ``v2``, ``iex`` or ``v1beta3``, ``crypto``, ``us``."""
        return urlsplit(self.credentials.url or self.url).path.strip("/").split("/")

    @property
    def _path(self) -> str:
        """The path of past data; empty for the stream of test data, which has none."""
        if self._is_crypto:
            return f"/v1beta3/crypto/{self._stream[-1]}"
        return "" if self._stream[-1] == "test" else "/v2/stocks"

    @property
    def _key_headers(self) -> dict[str, str]:
        key, _, secret = (self.credentials.key or "").partition(":")
        return {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret}

    def _bars_request(self, query: BarsQuery, page_token: str | None) -> HttpRequest:
        if not self._path:
            raise refusal_error(_TITLE, Refusal.NOT_OFFERED, "the stream of test data has no past data")
        first, last = first_and_last(query)
        timeframe = BY_NAME[query.timeframe]
        if timeframe.width_ns >= DAY_NS:  # days are stamped some hours after midnight UTC
            last = timeframe.end_of(last) - SECOND_NS
        parameters = {"timeframe": _TIMEFRAMES[query.timeframe], "start": iso_text(first), "end": iso_text(last)}
        if not self._is_crypto:
            parameters["adjustment"] = "split"
        return self._request_for("bars", query.symbol, parameters, page_token)

    def _trades_request(self, query: TradesQuery, page_token: str | None) -> HttpRequest:
        # Microseconds, so that the end is the next one.
        parameters = {"start": iso_text(query.after_ns), "end": iso_text(query.before_ns + 999)}
        return self._request_for("trades", query.symbol, parameters, page_token)

    def _request_for(self, kind: str, symbol: str, parameters: dict[str, str], page_token: str | None) -> HttpRequest:
        feed = self._stream[-1]
        query = {
            "symbols": symbol,
            **parameters,
            "limit": _MAX_ROWS,
            "feed": feed if feed in _FEEDS and not self._is_crypto else None,
            "sort": "asc",
            "page_token": page_token,
        }
        is_sandbox = ".sandbox." in (urlsplit(self.credentials.url).hostname or "")
        base = f"https://data{'.sandbox' if is_sandbox else ''}.alpaca.markets"
        return HttpRequest(url_with(base, f"{self._path}/{kind}", query), self._key_headers)

    def _check(self, response: HttpResponse) -> None:
        """Raise an error for a refusal; the body has the reason."""
        if response.status in range(200, 300):
            return
        reason = reason_text(self.credentials.redact, read_or(_read_error, response.body, _Error()).message)
        if response.status in _BAD_REQUEST and "symbol" in reason.lower():
            raise refusal_error(_TITLE, Refusal.UNKNOWN_SYMBOL, reason)
        if response.status == _FORBIDDEN and "recent" in reason.lower():
            raise HistoryError(
                f"The Alpaca plan does not include the last 15 minutes of all exchanges: {reason}.",
                Refusal.OUT_OF_RANGE,
            )
        check_status(_TITLE, response, reason)


def _bar_of(query: BarsQuery, raw: msgspec.Raw) -> Bar | None:
    row = _read_row(raw)
    return past_bar(query, iso_ns(row.t), (row.o, row.h, row.l, row.c), row.v)


def _trade_of(query: TradesQuery, raw: msgspec.Raw) -> Trade | None:
    row = _read_trade_row(raw)
    if row.u in _INVALID:
        return None
    conditions, updates = TAPES.get(row.z, UNKNOWN_TAPE).read(row.c) if row.c else REGULAR
    return past_trade(
        query.symbol, row.p, row.s, iso_ns(row.t), row.i, venue=row.x, conditions=conditions, updates=updates
    )


def _instrument_of(raw: msgspec.Raw) -> Instrument | None:
    asset = _read_asset(raw)
    if not asset.symbol:
        raise FrameError("an asset without a symbol")
    if not asset.tradable:
        return None
    return Instrument(asset.symbol, asset.name or "", asset.exchange or "", tick_of(asset.price_increment))
