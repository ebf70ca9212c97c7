"""EODHD: the key in the query, nothing before Authorized, no acknowledgement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_figures import rows
from tests.feeds.venues import receive, send, wait_until_closed

AUTHORIZED = '{"status_code":200,"message":"Authorized"}'
TRADE = '{"s":"AAPL","p":335.95,"c":[],"v":12,"dp":false,"ms":"open","t":1700000000797}'
CONDITIONS = '{"s":"AAPL","p":341.5,"c":[14,37,41],"v":1,"dp":false,"ms":"open","t":1700000000799}'
EXTENDED = '{"s":"AAPL","p":330.78,"c":[],"v":5,"dp":false,"ms":"extended-hours","t":1700000000800}'
QUOTE = '{"s":"AAPL","ap":335.97,"as":3,"bp":335.94,"bs":1,"t":1700000000801}'
CURRENCY = '{"s":"EURUSD","a":1.0826,"b":1.0824,"dc":"0.06","dd":"0.0007","ppms":true,"t":1700000000001}'
COIN = '{"s":"BTC-USD","p":"61234.5","q":"0.002","dc":"0.2196","dd":"185.7","t":1700000001002}'

FRAMES = [AUTHORIZED, TRADE, CONDITIONS, EXTENDED, QUOTE, CURRENCY, COIN, '{"status":403,"message":"Server error"}']
SYMBOLS = "aapl.us,eur/usd,btcusd,GHOST"
KEY = "eodhd-key"
PATH = "/ws/us"


async def serve(client: ServerConnection) -> None:
    assert client.request is not None
    assert client.request.path == "/ws/us?api_token=eodhd-key"
    await send(client, AUTHORIZED)
    assert await receive(client) == {"action": "subscribe", "symbols": "AAPL,EURUSD,BTC-USD,GHOST"}
    await send(client, TRADE, CONDITIONS, EXTENDED, QUOTE, CURRENCY, COIN)
    await wait_until_closed(client)


LINES = [
    {"event": "trade", "symbol": "aapl.us", "price": 335.95, "size": 12, "time": "2023-11-14T22:13:20.797000Z"},
    {"event": "trade", "symbol": "aapl.us", "price": 341.5, "conditions": ["14", "37", "41"], "updates": ["volume"]},
    {"event": "trade", "symbol": "aapl.us", "price": 330.78, "conditions": ["extended-hours"], "updates": ["volume"]},
    {"event": "quote", "symbol": "aapl.us", "bid": 335.94, "ask": 335.97, "ask_size": 3},
    {"event": "quote", "symbol": "eur/usd", "bid": 1.0824, "ask": 1.0826},
    {"event": "trade", "symbol": "eur/usd", "price": 1.0825},
    {"event": "trade", "symbol": "btcusd", "price": 61234.5, "size": 0.002},
]


# The REST interface: both ends of a period are included, and the key is in the query. Some rows have no prices. Prices of
# days are those of the day itself, before a split to a quarter in `SPLIT`; weeks are stamped on Friday.

SPLIT = "2026-11-20"
MAX_DAYS = {"1m": 120, "5m": 600}
LISTED = [
    {"Code": "AAPL", "Name": "Apple Inc", "Country": "USA", "Exchange": "NASDAQ", "Currency": "USD", "Isin": None},
    {"Code": "NONAME", "Name": None, "Country": "USA", "Exchange": None, "Currency": "USD", "Isin": None},
]


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, bytes, Mapping[str, str]]:
    if query.get("api_token") != KEY:
        return 401, b"Unauthenticated", {}
    kind, symbol = path.removeprefix("/api/").split("/")
    if kind == "exchange-symbol-list":
        return (200, json.dumps(LISTED).encode(), {}) if symbol == "US" else (404, b"Exchange Not Found.", {})
    if symbol not in ("AAPL.US", "EURUSD.FOREX", "BTC-USD.CC"):
        return 404, b"Ticker Not Found.", {}
    if kind == "eod":
        return 200, json.dumps(_days(query, int(symbol == "AAPL.US"))).encode(), {}
    start, end, interval = int(query["from"]), int(query["to"]), query["interval"]
    if end - start > MAX_DAYS[interval] * 86_400:
        text = f"Max period length is {MAX_DAYS[interval]} days"
        return 422, json.dumps({"errors": {"from": [text], "to": [text]}}).encode(), {}
    found: list[dict[str, object]] = [
        {"timestamp": start - start % 60, "gmtoffset": 0, "datetime": "", "open": None, "high": None, "low": None,
         "close": None, "volume": None}
    ]  # fmt: skip
    for row in rows(interval, start, end):
        text = datetime.fromtimestamp(row.time, UTC).strftime("%Y-%m-%d %H:%M:%S")
        found.append({"timestamp": row.time, "gmtoffset": 0, "datetime": text} | row._asdict())
    return 200, json.dumps(found).encode(), {}


def _days(query: Mapping[str, str], is_split: int) -> list[dict[str, object]]:
    timeframe = {"d": "1d", "w": "1w", "m": "1M"}[query["period"]]
    later = 4 * 86_400 if timeframe == "1w" else 0
    first, last = (int(datetime.fromisoformat(f"{query[end]}T00:00+00:00").timestamp()) for end in ("from", "to"))
    found: list[dict[str, object]] = []
    for row in rows(timeframe, first - later, last - later):
        date = datetime.fromtimestamp(row.time + later, UTC).strftime("%Y-%m-%d")
        factor = 4 if is_split and date < SPLIT else 1
        prices = {name: getattr(row, name) * factor for name in ("open", "high", "low", "close")}
        found.append({"date": date, **prices, "adjusted_close": row.close, "volume": row.volume})
    return found
