"""Past trades and the list of symbols of Gemini, and the timeframes of its past bars."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from ticker_gui.domain.events import UPDATES_EVERYTHING, Refusal, Trade, Updates
from ticker_gui.feeds.history import (
    HistoryOffer,
    HttpRequest,
    HttpResponse,
    Instrument,
    TradesPage,
    TradesQuery,
    check_status,
    refusal_error,
)
from ticker_gui.feeds.past_rows import milliseconds, past_trade, read_or, read_rows, reason_text, segment, url_with
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.wire import epoch_ns, json_reader

NAMES: Final = {name: name for name in ("1m", "5m", "15m", "30m", "1h", "6h", "1d")}
_TITLE: Final = "Gemini"
_HOSTS: Final = ("api.gemini.com", "api.sandbox.gemini.com")
_MAX_BARS: Final = 1_440
_MAX_TRADES: Final = 500
_UNKNOWN_SYMBOL: Final = "InvalidSymbol"
OFFER: Final = HistoryOffer(
    NAMES,
    _MAX_BARS,
    requests_per_second=1.0,
    newest_bars=_MAX_BARS,
    note="Gemini keeps about one day of one-minute bars. Longer timeframes reach further back.",
    over_socket=True,
)


class _Execution(msgspec.Struct, gc=False):
    timestampms: int
    tid: int
    price: float
    amount: float
    type: str = ""


class _Failure(msgspec.Struct):
    result: str = ""
    reason: str | None = ""
    message: str | None = ""


_read_rows, _read_execution, _read_failure = (
    json_reader(list[msgspec.Raw]),
    json_reader(_Execution),
    json_reader(_Failure),
)
_read_names = json_reader(list[str])


def trades_request(query: TradesQuery, url: str) -> HttpRequest:
    """Return the request for the trades from the last one before the gap on."""
    return _from_time(query, _base(url), milliseconds(query.after_ns) - 1)


def read_trades(query: TradesQuery, response: HttpResponse, credentials: Credentials) -> TradesPage:
    """Return a page of trades.

    A full page may not have all trades. If it begins where the request does, the next page begins with its last
    trade; otherwise it has the newest trades, and the older ones cannot be requested.

    Raises:
        HistoryError: the provider refused the request, or older trades are missing.
        FrameError: the answer cannot be decoded.
    """
    _check(response, credentials)
    rows = _read_rows(response.body)
    executions = read_rows(rows, _read_execution)
    trades = read_rows(executions, lambda each: _from_execution(query.symbol, each))
    if len(rows) < _MAX_TRADES or not executions:
        return TradesPage(trades)
    times = [each.timestampms for each in executions]
    from_ms = _requested_ms(query, response.url)
    if min(times) > from_ms + 1:
        raise refusal_error(_TITLE, Refusal.OUT_OF_RANGE, "it returns the newest trades only")
    if max(times) >= milliseconds(query.before_ns):
        return TradesPage(trades)
    if max(times) - 1 <= from_ms:
        raise refusal_error(_TITLE, Refusal.OUT_OF_RANGE, "too many trades at one time")
    return TradesPage(trades, _from_time(query, _base(response.url), max(times) - 1))


def catalog_request(url: str) -> HttpRequest:
    """Return the request for all symbols."""
    return HttpRequest(url_with(_base(url), "/v1/symbols"))


def read_catalog(response: HttpResponse, credentials: Credentials) -> list[Instrument]:
    """Return the symbols, which have neither names nor tick sizes, or raise the error in the answer."""
    _check(response, credentials)
    return [Instrument(name.upper(), venue=_TITLE) for name in _read_names(response.body)]


def _base(url: str) -> str:
    """Return the beginning of addresses on the host of a feed or of a request."""
    host = urlsplit(url).hostname
    return f"https://{host if host in _HOSTS else _HOSTS[0]}"


def _from_time(query: TradesQuery, base: str, from_ms: int) -> HttpRequest:
    parameters: dict[str, str | int | None] = {"timestamp": from_ms, "limit_trades": _MAX_TRADES}
    return HttpRequest(url_with(base, f"/v1/trades/{segment(query.symbol.lower())}", parameters))


def _requested_ms(query: TradesQuery, url: str) -> int:
    """Return the time from which on trades were requested, in milliseconds."""
    (text,) = parse_qs(urlsplit(url).query).get("timestamp", [""])
    return int(text) if text.isdecimal() else milliseconds(query.after_ns) - 1


def _from_execution(symbol: str, each: _Execution) -> Trade:
    is_block = each.type == "block"
    return past_trade(
        symbol,
        each.price,
        each.amount,
        epoch_ns(each.timestampms),
        each.tid,
        conditions=("block_trade",) if is_block else (),
        updates=Updates.VOLUME if is_block else UPDATES_EVERYTHING,
    )


def _check(response: HttpResponse, credentials: Credentials) -> None:
    """Raise an error if a response is one; see `check_status`."""
    failure = read_or(_read_failure, response.body, _Failure())
    reason = reason_text(credentials.redact, failure.message or failure.reason or "")
    if failure.reason == _UNKNOWN_SYMBOL:
        raise refusal_error(_TITLE, Refusal.UNKNOWN_SYMBOL, reason)
    check_status(_TITLE, response, reason)
    if failure.result == "error":
        raise refusal_error(_TITLE, Refusal.FAILED, reason)
