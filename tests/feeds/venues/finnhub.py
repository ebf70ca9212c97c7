"""Finnhub: frames in the documented shape, written for these tests."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import expect, send, wait_until_closed

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
