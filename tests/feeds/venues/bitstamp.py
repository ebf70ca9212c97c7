"""Bitstamp: one channel per request, trades with exact text in addition to numbers, complete order books."""

from __future__ import annotations

import json

from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import receive, send, wait_until_closed

TRADE = (
    '{"data":{"id":216000477,"timestamp":"1700000000","amount":0.0792,"amount_str":"0.07920000",'
    '"price":61234.500000000002,"price_str":"61234.5","type":0,"microtimestamp":"1700000000596123",'
    '"buy_order_id":1443875737346049,"sell_order_id":1443875731320832},"channel":"live_trades_btcusd","event":"trade"}'
)
BOOK = json.dumps(
    {
        "data": {
            "timestamp": "1700000000",
            "microtimestamp": "1700000000244908",
            "bids": [[f"{61234.4 - level / 10:.1f}", "3.5"] for level in range(100)],
            "asks": [[f"{61234.6 + level / 10:.1f}", "1.2"] for level in range(100)],
        },
        "channel": "order_book_btcusd",
        "event": "data",
    }
)
ACK = '{"event":"bts:subscription_succeeded","channel":"live_trades_btcusd","data":{}}'
ERROR = '{"event":"bts:error","channel":"","data":{"code":null,"message":"Incorrect JSON format."}}'
RECONNECT = '{"event":"bts:request_reconnect","channel":"","data":""}'

EMPTY = (
    '{"data":{"timestamp":"1700000000","microtimestamp":"1700000000244908","bids":[],"asks":[["61234.6","1.2"]]},'
    '"channel":"order_book_btcusd","event":"data"}'
)

FRAMES = [
    EMPTY,
    TRADE,
    BOOK,
    ACK,
    ERROR,
    RECONNECT,
    '{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}',
]
SYMBOLS = "BTC-USD,ghostusd"


async def serve(client: ServerConnection) -> None:
    for symbol in ("btcusd", "ghostusd"):
        for channel in ("live_trades", "order_book"):
            assert await receive(client) == {"event": "bts:subscribe", "data": {"channel": f"{channel}_{symbol}"}}
    await send(client, ACK, TRADE, BOOK, ERROR)
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["BTC-USD"]},
    {"event": "trade", "symbol": "BTC-USD", "price": 61234.5, "size": 0.0792, "time": "2023-11-14T22:13:20.596123Z"},
    {"event": "quote", "symbol": "BTC-USD", "bid": 61234.4, "bid_size": 3.5, "ask": 61234.6, "ask_size": 1.2},
    {"event": "reply", "ok": False, "symbols": [], "message": "Incorrect JSON format."},
]
