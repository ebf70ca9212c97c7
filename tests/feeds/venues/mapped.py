"""A feed with a mapping: rows in an envelope, a login in the subscription, times as text."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import receive, send, wait_until_closed

TICKS = (
    '{"kind":"tick","rows":[["EUR/USD","1.0825","1.0827","2023-11-14T22:13:20.5Z"],'
    '["USD/JPY",151.25,151.27,"2023-11-14T22:13:21Z"]]}'
)
DEAL = '{"kind":"deal","rows":[["EUR/USD","1.0826",null,"2023-11-14T22:13:22Z",5000,991]]}'
NEWS = '{"kind":"news","rows":[["EUR/USD","quiet",null,null]]}'

FRAMES = [TICKS, DEAL, NEWS, '{"kind":"ack"}']

SETTINGS = """
[feeds.mapping]
subscribe = '{"op":"sub","key":"$KEY","list":$SYMBOLS}'
unsubscribe = '{"op":"unsub","list":$SYMBOLS}'
items = "rows[]"
when = "$.kind == 'tick'"
symbol = "[0]"
bid = "[1]"
ask = "[2]"
price = "[1]"
time = "[3]"
"""
SYMBOLS = "eurusd,usd-jpy"
KEY = "desk-key"


async def serve(client: ServerConnection) -> None:
    assert await receive(client) == {"op": "sub", "key": "desk-key", "list": ["eurusd", "usd-jpy"]}
    await send(client, '{"kind":"ack"}', NEWS, TICKS)
    await wait_until_closed(client)


LINES = [
    {"event": "trade", "symbol": "eurusd", "price": 1.0825, "time": "2023-11-14T22:13:20.500000Z"},
    {"event": "quote", "symbol": "eurusd", "bid": 1.0825, "ask": 1.0827},
    {"event": "quote", "symbol": "usd-jpy", "bid": 151.25, "ask": 151.27},
]
