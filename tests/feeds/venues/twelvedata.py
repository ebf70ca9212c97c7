"""Twelve Data: the key in the query, partial success, times in seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_data import NOW_NS, Answer, figures, starts
from tests.feeds.venues import receive, send, wait_until_closed
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS
from ticker_gui.feeds.past_rows import iso_text
from ticker_gui.feeds.providers.twelvedata_history import TwelveDataHistory
from ticker_gui.feeds.wire import iso_ns

STATUS = (
    '{"event":"subscribe-status","status":"ok","success":[{"symbol":"AAPL","exchange":"NASDAQ","country":"United States",'
    '"type":"Common Stock","mic_code":"XNAS"},{"symbol":"EUR/USD","exchange":"PHYSICAL CURRENCY","type":"Physical Currency"}],'
    '"fails":["NOPE is not available"]}'
)
PRICE = (
    '{"event":"price","symbol":"AAPL","currency":"USD","exchange":"NASDAQ","mic_code":"XNGS","type":"Common Stock",'
    '"timestamp":1700000000,"price":175.6997,"day_volume":15991537}'
)
LISTED_ELSEWHERE = (
    '{"event":"price","symbol":"RY","currency":"CAD","exchange":"TSX","mic_code":"XTSE","type":"Common Stock",'
    '"timestamp":1700000001,"price":120.5,"day_volume":15991}'
)
CURRENCY = (
    '{"event":"price","symbol":"EUR/USD","currency_base":"Euro","currency_quote":"US Dollar","type":"Physical Currency",'
    '"timestamp":1700000001,"price":"1.0825","bid":1.0824,"ask":1.0826}'
)

FRAMES = [
    STATUS,
    PRICE,
    CURRENCY,
    LISTED_ELSEWHERE,
    '{"event":"heartbeat","status":"ok"}',
    '{"event":"error","message":"limit reached"}',
]
SYMBOLS = "aapl,eurusd,NOPE,RY:TSX"
KEY = "twelve-key"
PATH = "/v1/quotes/price"


async def serve(client: ServerConnection) -> None:
    assert client.request is not None
    assert client.request.path == "/v1/quotes/price?apikey=twelve-key"
    assert await receive(client) == {"action": "subscribe", "params": {"symbols": "AAPL,EUR/USD,NOPE,RY:TSX"}}
    await send(client, STATUS, PRICE, CURRENCY, LISTED_ELSEWHERE)
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["aapl", "eurusd"]},
    {"event": "reply", "ok": False, "symbols": ["NOPE"], "message": "NOPE is not available"},
    {"event": "trade", "symbol": "aapl", "price": 175.6997, "time": "2023-11-14T22:13:20.000000Z"},
    {"event": "day", "symbol": "aapl", "volume": 15991537},
    {"event": "trade", "symbol": "eurusd", "price": 1.0825},
    {"event": "quote", "symbol": "eurusd", "bid": 1.0824, "ask": 1.0826},
    {"event": "trade", "symbol": "RY:TSX", "price": 120.5},
]


# The REST API

_TIMEFRAMES = {text: name for name, text in TwelveDataHistory.history.timeframes.items()}
CURRENCIES = ("EUR/USD",)  # which have no volume
STOCKS = [
    {"symbol": "AAPL", "name": "Apple Inc", "currency": "USD", "exchange": "NASDAQ", "mic_code": "XNGS"},
    {"symbol": "", "name": "without a symbol"},
    {"name": "without a symbol"},
]

MARKET_STATE = {
    "name": "TSX",
    "code": "XTSE",
    "country": "Canada",
    "is_market_open": True,
    "time_after_open": "02:39:03",
    "time_to_open": "00:00:00",
    "time_to_close": "03:50:57",
}

ANSWERS = {"/stocks": {"data": STOCKS, "status": "ok"}, "/market_state": [MARKET_STATE]}


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer as ``api.twelvedata.com`` does: all errors with status 200, the newest rows, newest first unless asked."""
    if headers.get("Authorization") != f"apikey {KEY}":
        return _error(401, "**apikey** parameter is incorrect or not specified.")
    if path in ANSWERS:
        return 200, json.dumps(ANSWERS[path]).encode(), {}
    symbol = query["symbol"]
    if symbol == "NOPE":
        return _error(404, "**symbol** or **figi** parameter is missing or invalid.")
    if symbol == "RY:TSX":
        return _error(403, "This symbol is available starting with the Grow plan.")
    if symbol == "BUSY":
        return _error(429, "You have run out of API credits for the current minute.")
    assert query["timezone"] == "UTC"
    timeframe = _TIMEFRAMES[query["interval"]]
    is_day = BY_NAME[timeframe].width_ns >= DAY_NS
    rows: list[dict[str, str]] = []
    for start_ns in starts(timeframe, _time(query["start_date"]), min(_time(query["end_date"]) + 1, NOW_NS)):
        row = figures(symbol, timeframe, start_ns)
        if row is not None:
            names = ("open", "high", "low", "close", *(() if symbol in CURRENCIES else ("volume",)))
            values = {name: str(value) for name, value in zip(names, row, strict=False)}
            text = iso_text(start_ns).rstrip("Z").replace("T", " ")
            rows.append({"datetime": text[:10] if is_day else text, **values})
    if not rows:
        return _error(400, "No data is available on the specified dates. Try setting different start/end dates.")
    rows = rows[-int(query.get("outputsize", "30")) :]
    if query.get("order", "DESC").upper() != "ASC":
        rows.reverse()
    body = {"meta": {"symbol": symbol, "interval": query["interval"]}, "values": rows, "status": "ok"}
    return 200, json.dumps(body).encode(), {}


def _time(text: str) -> int:
    return iso_ns(text if ":" in text else f"{text} 00:00")


def _error(code: int, message: str) -> Answer:
    return 200, json.dumps({"code": code, "message": message, "status": "error"}).encode(), {}
