"""An unknown feed that expects a message from the settings first."""

from __future__ import annotations

import gzip

from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import receive, send, wait_until_closed

DEALS = (
    '{"ch":"market.btcusdt.deals","ts":1700000000123,"tick":{"data":'
    '[{"amount":0.5,"ts":1700000000120,"price":61234.5},{"amount":0.25,"ts":1700000000121,"price":61235.5}]}}'
)
OTHER = (
    '{"ch":"market.ethusdt.deals","ts":1700000000123,"tick":{"data":[{"amount":1,"ts":1700000000120,"price":3200}]}}'
)

FRAMES = [DEALS, OTHER, '{"ping":1700000000123}', '{"status":"ok","subbed":"market.btcusdt.deals"}']

SETTINGS = """
[feeds.mapping]
subscribe = '{"sub":"market.$SYMBOL.deals"}'
unsubscribe = '{"unsub":"market.$SYMBOL.deals"}'
"""
SYMBOLS = "btcusdt,ethusdt"


async def serve(client: ServerConnection) -> None:
    assert [await receive(client), await receive(client)] == [
        {"sub": "market.btcusdt.deals"},
        {"sub": "market.ethusdt.deals"},
    ]
    await send(client, *(gzip.compress(frame.encode()) for frame in (FRAMES[3], FRAMES[2], DEALS, OTHER)))
    await wait_until_closed(client)


LINES = [
    {"event": "trade", "symbol": "btcusdt", "price": 61234.5, "size": 0.5, "time": "2023-11-14T22:13:20.120000Z"},
    {"event": "trade", "symbol": "btcusdt", "price": 61235.5, "size": 0.25},
    {"event": "trade", "symbol": "ethusdt", "price": 3200},
]
