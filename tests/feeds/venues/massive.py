"""Massive: connected, login, auth_success, one acknowledgement per channel, arrays of events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_data import NOW_NS, Answer, figures, starts
from tests.feeds.venues import receive, send, wait_until_closed
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE_NS
from ticker_gui.feeds.providers.massive_history import MassiveHistory

CONNECTED = '[{"ev":"status","status":"connected","message":"Connected Successfully"}]'
AUTHENTICATED = '[{"ev":"status","status":"auth_success","message":"authenticated"}]'
ACKS = (
    '[{"ev":"status","status":"success","message":"subscribed to: T.MSFT"},'
    '{"ev":"status","status":"success","message":"subscribed to: Q.MSFT"}]'
)
TRADE = (
    '[{"ev":"T","sym":"MSFT","x":4,"i":"12345","z":3,"p":114.125,"s":100,"c":[14,41],"t":1700000000784,"q":3681328,'
    '"trfi":202,"trft":1700000000783},{"ev":"T","sym":"MSFT","x":11,"i":"12345","z":3,"p":114.13,"s":0,"ds":"0.25",'
    '"c":[37],"t":1700000000784,"q":3681329}]'
)
CONTINGENT = '[{"ev":"T","sym":"MSFT","x":4,"i":"12346","z":3,"p":120.6247,"s":125984,"c":[53,52,41],"t":1700000000790,"q":3681340}]'
CANCELLED = (
    '[{"ev":"T","sym":"MSFT","x":4,"i":"12346","z":3,"p":120.6247,"s":125984,"e":8,"t":1700000000790,"q":3681350}]'
)
QUOTE = (
    '[{"ev":"Q","sym":"MSFT","bx":4,"bp":114.1,"bs":200,"ax":7,"ap":114.15,"as":300,"c":0,"i":[604],"t":1700000000785,'
    '"q":50385480,"z":3},{"ev":"LULD","T":"MSFT","h":218.96,"l":198.11,"i":[21],"z":3,"t":1700000000683746}]'
)
MINUTE = (
    '[{"ev":"AM","sym":"MSFT","v":4110,"av":9470157,"op":113.5,"vw":114.0,"o":114.0,"c":114.1,"h":114.2,"l":113.9,'
    '"a":113.8,"z":685,"s":1699999980000,"e":1700000040000}]'
)
COIN = (
    '[{"ev":"XT","pair":"BTC-USD","p":61234.5,"t":1700000000425,"s":0.01616617,"c":[2],"i":14272084,"x":3},'
    '{"ev":"XQ","pair":"BTC-USD","bp":61234.4,"bs":0.5,"ap":61234.6,"as":0.25,"t":1700000000426,"x":4}]'
)
INDEX = '[{"ev":"V","val":4988.5,"T":"I:SPX","t":1700000000098}]'
CURRENCY = '[{"ev":"C","p":"USD/CNH","x":44,"a":6.8366,"b":6.8364,"t":1700000000204}]'

FRAMES = [CONNECTED, AUTHENTICATED, ACKS, TRADE, CONTINGENT, CANCELLED, QUOTE, MINUTE, COIN, CURRENCY, INDEX]
SYMBOLS = "msft,GHOST"
KEY = "massive-key"
PATH = "/stocks"


async def serve(client: ServerConnection) -> None:
    await send(client, CONNECTED)
    assert await receive(client) == {"action": "auth", "params": "massive-key"}
    await send(client, AUTHENTICATED)
    assert await receive(client) == {
        "action": "subscribe",
        "params": "T.MSFT,Q.MSFT,AM.MSFT,T.GHOST,Q.GHOST,AM.GHOST",
    }
    await send(client, ACKS, TRADE, QUOTE, MINUTE, CONTINGENT, CANCELLED)
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["msft"]},
    {"event": "trade", "symbol": "msft", "price": 114.125, "size": 100, "time": "2023-11-14T22:13:20.784000Z"},
    {"event": "quote", "symbol": "msft", "bid": 114.1, "bid_size": 200, "ask_size": 300},
    {"event": "trade", "symbol": "msft", "price": 114.13, "size": 0.25, "conditions": ["37"], "updates": ["volume"]},
    {"event": "correction", "symbol": "msft", "trade_id": "12346"},
    {"event": "trade", "symbol": "msft", "price": 120.6247, "conditions": ["53", "52", "41"], "updates": ["volume"]},
    {"event": "bar", "symbol": "msft", "timeframe": "1m", "high": 114.2},
    {"event": "day", "symbol": "msft", "open": 113.5, "volume": 9470157},
]


# The REST API

NEW_YORK_NS = 5 * HOUR_NS
TRADE_PAUSE_NS = 333_000_777
PAGE_TRADES = 40
PAGE_MINUTES = 30  # fewer than the documented limit, so that short tests have several pages
_MS_NS = 1_000_000
_TIMEFRAMES = {text: name for name, text in MassiveHistory.history.timeframes.items()}


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer as ``api.massive.com`` does: both ends included, a limit of minutes and not of rows, and ``next_url``."""
    if headers.get("Authorization") != f"Bearer {KEY}":
        return _json(401, {"status": "ERROR", "error": "Unknown API Key"})
    if path == "/v3/reference/tickers":
        return _found(query)
    kind, ticker = path.split("/")[2], path.split("/")[4 if "aggs" in path else 3]
    if ticker == "PLAN":
        return _json(403, {"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."})
    if kind == "aggs":
        return _bars(path, query)
    numbers = range(
        -(-int(query["timestamp.gte"]) // TRADE_PAUSE_NS), int(query["timestamp.lte"]) // TRADE_PAUSE_NS + 1
    )
    rows = [_trade(number) for number in numbers[:PAGE_TRADES]]
    rest = {**query, "timestamp.gte": numbers[PAGE_TRADES] * TRADE_PAUSE_NS} if numbers[PAGE_TRADES:] else None
    return _json(200, {"status": "OK", "results": rows, **_next(path, rest)})


TICKERS: list[dict[str, object]] = [
    {"ticker": "NIMB", "name": "Nimbus Inc. Common Stock", "market": "stocks", "primary_exchange": "XNAS", "active": True},
    {"ticker": "ZEPH", "name": "Zephyr Corp", "market": "stocks", "active": True},
    {"ticker": "X:NIMBUSD", "name": "Nimbus - United States Dollar", "market": "crypto", "base_currency_symbol": "NIMB", "currency_symbol": "USD"},
    {"ticker": "C:EURUSD", "name": "Euro - United States Dollar", "market": "fx", "base_currency_symbol": "EUR", "currency_symbol": "USD"},
    {"ticker": "I:NIMX", "name": "Nimbus Index", "market": "indices", "source_feed": "Nimbus"},
]  # fmt: skip


def _found(query: Mapping[str, str]) -> Answer:
    """Return the tickers of a market whose ticker or name contains the text; without any, ``results`` is left out."""
    assert query["active"] == "true"
    typed = query["search"].casefold()
    if typed == "plan":
        return _json(403, {"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."})
    found = [
        one
        for one in TICKERS
        if one["market"] == query["market"] and typed in f"{one['ticker']} {one['name']}".casefold()
    ]
    return _json(200, {"status": "OK", "count": len(found), **({"results": found} if found else {})})


def _bars(path: str, query: Mapping[str, str]) -> Answer:
    *_, ticker, _, multiplier, span, from_ms, to_ms = path.split("/")
    timeframe = _TIMEFRAMES[f"{multiplier}/{span}"]
    width_ns = BY_NAME[timeframe].width_ns
    assert int(query["limit"]) >= 1_600
    shift_ns = NEW_YORK_NS if width_ns >= DAY_NS and ":" not in ticker else 0
    first_ns, last_ns = int(from_ms) * _MS_NS, int(to_ms) * _MS_NS
    base_ns = max(MINUTE_NS, DAY_NS if width_ns >= DAY_NS else 0, width_ns if width_ns < MINUTE_NS else 0)
    end_ns = min(last_ns, first_ns + max(PAGE_MINUTES * base_ns, width_ns) - 1)
    rows = []
    for start_ns in starts(timeframe, first_ns - shift_ns, end_ns - shift_ns + 1):
        row = figures(ticker, timeframe, start_ns)
        if row is not None:
            values = {"o": row.open, "h": row.high, "l": row.low, "c": row.close, "v": row.volume, "vw": row.open}
            rows.append({"t": (start_ns + shift_ns) // _MS_NS, **values, "n": 5})
    rest = None
    if end_ns < min(last_ns, NOW_NS):
        path, rest = "/".join([*path.split("/")[:-2], str((end_ns + 1) // _MS_NS), to_ms]), query
    return _json(200, {"ticker": ticker, "status": "OK", **({"results": rows} if rows else {}), **_next(path, rest)})


def _trade(number: int) -> dict[str, object]:
    time_ns = number * TRADE_PAUSE_NS
    return {
        "participant_timestamp": time_ns - 77, "sip_timestamp": time_ns, "price": 100 + number % 9, "size": number % 50 + 1,
        "id": str(number), "exchange": 4, "trf_id": 202, "conditions": [14, 41], "sequence_number": number,
    } | ({"correction": 8} if number % 25 == 0 else {})  # fmt: skip


def _next(path: str, query: Mapping[str, object] | None) -> dict[str, str]:
    return {} if query is None else {"next_url": f"https://api.massive.com{path}?{urlencode(query)}"}


def _json(status: int, body: object) -> Answer:
    return status, json.dumps(body).encode(), {}
