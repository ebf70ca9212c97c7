"""The symbol search of Yahoo Finance, from ``v1/finance/search``; it has no list of all symbols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HttpRequest, HttpResponse, Instrument, check_status, refusal_error
from ticker_gui.feeds.past_rows import read_or, read_rows, reason_text, url_with
from ticker_gui.feeds.providers.yahoo_history import REST, USER_AGENT
from ticker_gui.feeds.wire import json_reader

_TITLE: Final = "Yahoo Finance"
_MAX_QUOTES: Final = 12
_UNAUTHORIZED: Final = 401


class _Quote(msgspec.Struct):
    symbol: str = ""  # left out for companies that are not listed
    shortname: str | None = None
    longname: str | None = None
    exchDisp: str | None = None
    exchange: str | None = None


class _Answer(msgspec.Struct):
    quotes: list[msgspec.Raw]


class _Failure(msgspec.Struct):
    code: str | None = ""
    description: str | None = ""


class _Finance(msgspec.Struct):
    error: _Failure | None = None


class _Refused(msgspec.Struct):
    finance: _Finance = msgspec.field(default_factory=_Finance)


_read_answer = json_reader(_Answer)
_read_quote = json_reader(_Quote)
_read_refused = json_reader(_Refused)


def search_request(typed: str) -> HttpRequest:
    """Return the request for the instruments that match a typed text."""
    parameters = {"q": typed, "quotesCount": _MAX_QUOTES, "newsCount": 0, "listsCount": 0}
    return HttpRequest(url_with(REST, "/v1/finance/search", parameters), USER_AGENT)


def read_search(response: HttpResponse, redact: Callable[[str], str]) -> list[Instrument]:
    """Decode the instruments, the best first; rows without a symbol are of companies that are not listed."""
    if response.status not in range(200, 300):
        failure = read_or(_read_refused, response.body, _Refused()).finance.error or _Failure()
        reason = reason_text(redact, failure.description or failure.code or "")
        if response.status == _UNAUTHORIZED:  # of a cookie that it expects at times, as there is no key
            raise refusal_error(_TITLE, Refusal.FAILED, reason)
        check_status(_TITLE, response, reason)

    def instrument(raw: msgspec.Raw) -> Instrument | None:
        row = _read_quote(raw)
        name, venue = row.longname or row.shortname or "", row.exchDisp or row.exchange or ""
        return Instrument(row.symbol, name, venue) if row.symbol else None

    return read_rows(_read_answer(response.body).quotes, instrument)
