"""Coinbase Exchange: frames in the documented shape, written for these tests."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import receive, send, wait_until_closed

TICKER = (
    '{"type":"ticker","sequence":333938798,"product_id":"BTC-USD","price":"61234.51","open_24h":"61000.00",'
    '"volume_24h":"9438.12800000","low_24h":"60100.11","high_24h":"61900.99","volume_30d":"229557.5",'
    '"best_bid":"61234.50","best_bid_size":"0.5","best_ask":"61234.52","best_ask_size":"0.7","side":"buy",'
    '"time":"2023-11-14T22:13:20.123456Z","trade_id":881613,"last_size":"0.04"}'
)
MATCH = (
    '{"type":"match","trade_id":881614,"maker_order_id":"2a0da34e","taker_order_id":"3c82abaa","side":"sell",'
    '"size":"0.25","price":"61234.50","product_id":"BTC-USD","sequence":333938799,'
    '"time":"2023-11-14T22:13:21.000001Z"}'
)
SUBSCRIPTIONS = (
    '{"type":"subscriptions","channels":[{"name":"ticker","product_ids":["BTC-USD","ETH-USD"]},'
    '{"name":"heartbeat","product_ids":["BTC-USD"]}]}'
)
HEARTBEAT = '{"type":"heartbeat","sequence":90,"last_trade_id":20,"product_id":"BTC-USD","time":"2023-11-14T22:13:20Z"}'
ERROR = '{"type":"error","message":"Failed to subscribe","reason":"NOPE-USD is not a valid product"}'

EMPTY = TICKER.replace('"61234.50","best_bid_size":"0.5"', '"","best_bid_size":""')

FRAMES = [EMPTY, TICKER, MATCH, SUBSCRIPTIONS, HEARTBEAT, ERROR]
FLOW = [TICKER, MATCH]

SYMBOLS = "btcusd,NOPE-USD"


async def serve(client: ServerConnection) -> None:
    for product in ("BTC-USD", "NOPE-USD"):
        assert await receive(client) == {
            "type": "subscribe",
            "product_ids": [product],
            "channels": ["ticker", "matches", "heartbeat"],
        }
    await send(client, SUBSCRIPTIONS, HEARTBEAT, TICKER, MATCH.replace("881614", "881613"), MATCH, ERROR)
    await wait_until_closed(client)


LINES = [
    {"event": "trade", "symbol": "btcusd", "price": 61234.51, "size": 0.04, "trade_id": "881613"},
    {"event": "quote", "symbol": "btcusd", "bid": 61234.5, "ask": 61234.52},
    {"event": "day", "symbol": "btcusd", "open": 61000.0, "volume": 9438.128},
    {"event": "trade", "symbol": "btcusd", "price": 61234.5, "time": "2023-11-14T22:13:21.000001Z"},
    {"event": "reply", "ok": False, "symbols": ["NOPE-USD"]},
]
