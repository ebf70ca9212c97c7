"""The symbol search of Massive, from ``v3/reference/tickers``; its list of all symbols has many pages.

Tickers of currencies have a prefix and no separator (``X:BTCUSD``); the stream expects their parts with a hyphen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from ticker_gui.feeds.history import HttpRequest, Instrument
from ticker_gui.feeds.past_rows import read_rows, url_with
from ticker_gui.feeds.wire import json_reader

_MAX_TICKERS: Final = 12
_MARKETS: Final = {"stocks": "stocks", "crypto": "crypto", "forex": "fx", "indices": "indices"}
_PAIRS: Final = ("X:", "C:")


class _Ticker(msgspec.Struct):
    ticker: str
    name: str | None = None
    primary_exchange: str | None = None
    base_currency_symbol: str | None = None
    currency_symbol: str | None = None


_read_ticker = json_reader(_Ticker)


def search_request(typed: str, url: str, base: str, headers: Mapping[str, str]) -> HttpRequest | None:
    """Return the request for the tickers that match a typed text; ``None`` for options, which are not listed there.

    Args:
        typed: the text.
        url: the address of the feed, whose path names the market.
        base: the REST API.
        headers: those with the key.
    """
    market = _MARKETS.get(urlsplit(url).path.strip("/").rpartition("/")[2])
    if market is None:
        return None
    parameters = {"market": market, "active": "true", "search": typed, "limit": _MAX_TICKERS, "sort": "ticker"}
    return HttpRequest(url_with(base, "/v3/reference/tickers", parameters), headers)


def read_search(rows: list[msgspec.Raw]) -> list[Instrument]:
    """Return the instruments in the rows of an answer, in the notation of the stream."""

    def instrument(raw: msgspec.Raw) -> Instrument:
        row = _read_ticker(raw)
        symbol = row.ticker
        if symbol.startswith(_PAIRS) and row.base_currency_symbol and row.currency_symbol:
            symbol = f"{row.base_currency_symbol}-{row.currency_symbol}"
        return Instrument(symbol, row.name or "", row.primary_exchange or "")

    return read_rows(rows, instrument)
