"""The demo market: frames in the documented shape, written for these tests."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import receive, send, wait_until_closed

FRAMES = [
    '{"event":"trade","symbol":"NIMB","price":184.2,"size":100,"time_ns":1700000000000000000,"trade_id":7}',
    '{"event":"quote","symbol":"NIMB","bid":184.1,"bid_size":100,"ask":184.3,"ask_size":50,"time_ns":1}',
    '{"event":"day","symbol":"NIMB","open":180,"high":190,"low":179,"previous_close":181,"volume":1000}',
    '{"event":"reply","symbols":["NIMB"],"ok":true,"message":"subscribed"}',
]

PAST = (
    '{"event":"reply","symbols":[],"ok":true,"past":{"event":"past_bars","symbol":"NIMB","timeframe":"1m","bars":['
    '{"event":"bar","symbol":"NIMB","timeframe":"1m","start_ns":60,"open":1,"high":3,"low":1,"close":2,"volume":7,'
    '"is_closed":true}],"error":""}}'
)

SYMBOLS = "nimb"


async def serve(client: ServerConnection) -> None:
    assert await receive(client) == {"op": "subscribe", "symbols": ["NIMB"]}
    await send(client, *FRAMES)
    await wait_until_closed(client)


LINES = [
    {"event": "trade", "symbol": "nimb", "price": 184.2, "size": 100, "trade_id": "7"},
    {"event": "quote", "symbol": "nimb", "bid": 184.1},
    {"event": "day", "symbol": "nimb", "previous_close": 181},
    {"event": "reply", "symbols": ["nimb"], "ok": True},
]
