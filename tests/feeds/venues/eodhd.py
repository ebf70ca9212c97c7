"""EODHD: the key in the query, nothing before Authorized, no acknowledgement."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

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
