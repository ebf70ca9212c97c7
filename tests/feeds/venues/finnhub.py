"""Finnhub: frames in the documented shape, written for these tests."""

from __future__ import annotations

import json
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_data import Answer, figures, starts
from tests.feeds.venues import expect, send, wait_until_closed
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.providers.finnhub_history import FinnhubHistory

TRADES = (
    '{"data":[{"c":["1","8"],"p":122.1,"s":"TSLA","t":1700000000187,"v":1},'
    '{"c":null,"p":129.575,"s":"AAPL","t":1700000000785,"v":0.5},{"p":1.0825,"s":"OANDA:EUR_USD","t":1700000000900,"v":0},'
    '{"c":["1","24","12"],"p":150.5,"s":"AAPL","t":1700000000950,"v":3}],'
    '"type":"trade"}'
)
ERROR = '{"msg":"Subscribing to too many symbols","type":"error"}'

FRAMES = [TRADES, ERROR, '{"type":"ping"}']

SYMBOLS = "tsla,AAPL,GHOST"
KEY = "finnhub-key"


async def serve(client: ServerConnection) -> None:
    assert client.request is not None
    assert client.request.path == "/?token=finnhub-key"
    await expect(client, *({"type": "subscribe", "symbol": symbol} for symbol in ("TSLA", "AAPL", "GHOST")))
    await send(client, '{"type":"ping"}', TRADES, ERROR)
    await wait_until_closed(client)


LINES = [
    {"event": "trade", "symbol": "tsla", "price": 122.1, "size": 1, "time": "2023-11-14T22:13:20.187000Z"},
    {"event": "trade", "symbol": "AAPL", "price": 129.575},
    {
        "event": "trade",
        "symbol": "AAPL",
        "price": 150.5,
        "size": 3,
        "conditions": ["1", "24", "12"],
        "updates": ["volume"],
    },
    {"event": "reply", "ok": False, "symbols": [], "message": "Subscribing to too many symbols"},
]


# The REST API

FREE_KEY = "free-key"
_TIMEFRAMES = {text: name for name, text in FinnhubHistory.history.timeframes.items()}
STOCKS = [
    {"symbol": "AAPL", "displaySymbol": "AAPL", "description": "APPLE INC", "type": "Common Stock", "mic": "XNAS"},
    {"description": "without a symbol"},
]


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer as ``finnhub.io`` does: columns, both ends included, and no past bars for a free key."""
    key = headers.get("X-Finnhub-Token")
    if key not in (KEY, FREE_KEY):
        return _json(401, {"error": "Invalid API key."})
    if path == "/api/v1/stock/symbol":
        return _json(200, STOCKS)
    if key == FREE_KEY:
        return _json(403, {"error": "You don't have access to this resource."})
    symbol, timeframe = query["symbol"], _TIMEFRAMES[query["resolution"]]
    assert path == f"/api/v1/{ {'BINANCE': 'crypto', 'OANDA': 'forex'}.get(symbol.split(':')[0], 'stock') }/candle"
    if symbol == "BUSY":
        return _json(429, {"error": "API limit reached. Please try again later."})
    rows = []
    for start_ns in starts(timeframe, int(query["from"]) * SECOND_NS, int(query["to"]) * SECOND_NS + 1):
        row = figures(symbol, timeframe, start_ns)
        if row is not None:
            rows.append((start_ns // SECOND_NS, *row))
    if not rows:
        return _json(200, {"s": "no_data"})
    return _json(200, {"s": "ok", **dict(zip("tohlcv", map(list, zip(*rows, strict=True)), strict=True))})


def _json(status: int, body: object) -> Answer:
    return status, json.dumps(body).encode(), {}
