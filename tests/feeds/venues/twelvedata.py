"""Twelve Data: the key in the query, partial success, times in seconds."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import receive, send, wait_until_closed

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
