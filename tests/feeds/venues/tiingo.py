"""Tiingo: the key in the subscription, rows by service and length, lower case."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import receive, send, wait_until_closed

INFO = '{"messageType":"I","data":{"subscriptionId":2563367},"response":{"code":200,"message":"Success"}}'
LISTED = (
    '{"messageType":"I","data":{"subscriptionId":2563367,"tickers":["vym"],"thresholdLevel":"6"},'
    '"response":{"code":200,"message":"Success"}}'
)
REFERENCE = '{"service":"iex","messageType":"A","data":["2023-11-14T17:13:20.383129126-05:00","vym",81.585]}'
FULL_QUOTE = (
    '{"messageType":"A","service":"iex","data":["Q","2023-11-14T17:13:20.383129126-05:00",1700000000383129126,"vym",100,'
    "81.58,81.585,81.59,200,null,null,0,0,null,null,null]}"
)
FULL_TRADE = (
    '{"messageType":"A","service":"iex","data":["T","2023-11-14T17:13:20.594808294-05:00",1700000000594808294,"vym",null,'
    "null,null,null,null,81.6,300,null,0,0,0,0]}"
)
ODD_LOT = (
    '{"messageType":"A","service":"iex","data":["T","2023-11-14T17:13:20.694808294-05:00",1700000000694808294,"vym",null,'
    "null,null,null,null,95.5,7,null,0,1,1,1]}"
)
BREAK = (
    '{"messageType":"A","service":"iex","data":["B","2023-11-14T17:13:21.594808294-05:00",1700000001594808294,"vym",null,'
    "null,null,null,null,81.6,300,null,0,0,0,0]}"
)
COIN_TRADE = (
    '{"service":"crypto_data","messageType":"A","data":["T","btcusd","2023-11-14T22:13:20.371785+00:00","kraken",1.3086,'
    "61234.4449999999997]}"
)
COIN_QUOTE = (
    '{"service":"crypto_data","messageType":"A","data":["Q","btcusd","2023-11-14T22:13:20.477686+00:00","gdax",0.0072,'
    "61234.44,61234.445,0.0055,61234.45]}"
)
CURRENCY = (
    '{"messageType":"A","service":"fx","data":["Q","eurnok","2023-11-14T22:13:20.157000+00:00",5000000.0,9.6764,9.678135,'
    "5000000.0,9.67987]}"
)
HEARTBEAT = '{"messageType":"H","response":{"code":200,"message":"HeartBeat"}}'
ERROR = '{"messageType":"E","response":{"code":400,"message":"thresholdLevel not valid"}}'

FRAMES = [
    INFO,
    LISTED,
    REFERENCE,
    FULL_QUOTE,
    FULL_TRADE,
    ODD_LOT,
    BREAK,
    COIN_TRADE,
    COIN_QUOTE,
    CURRENCY,
    HEARTBEAT,
    ERROR,
]
FLOW = [REFERENCE, COIN_TRADE, COIN_QUOTE, CURRENCY]
SYMBOLS = "VYM,BTC-USD,EUR/NOK"
KEY = "tiingo-key"
PATH = "/iex"


async def serve(client: ServerConnection) -> None:
    assert await receive(client) == {
        "eventName": "subscribe",
        "authorization": "tiingo-key",
        "eventData": {"thresholdLevel": 6, "tickers": ["vym", "btcusd", "eurnok"]},
    }
    await send(client, INFO, LISTED, HEARTBEAT, REFERENCE, COIN_TRADE, COIN_QUOTE, CURRENCY, FULL_TRADE, ODD_LOT, BREAK)
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["VYM"]},
    {"event": "trade", "symbol": "VYM", "price": 81.585, "time": "2023-11-14T22:13:20.383129Z"},
    {"event": "trade", "symbol": "VYM", "price": 81.6, "size": 300},
    {"event": "trade", "symbol": "VYM", "price": 95.5, "size": 7, "updates": ["volume"]},
    {"event": "correction", "symbol": "VYM"},
    {"event": "trade", "symbol": "BTC-USD", "price": 61234.445, "size": 1.3086},
    {"event": "quote", "symbol": "BTC-USD", "bid": 61234.44, "ask": 61234.45, "bid_size": 0.0072},
    {"event": "trade", "symbol": "EUR/NOK", "price": 9.678135},
    {"event": "quote", "symbol": "EUR/NOK", "bid": 9.6764, "ask": 9.67987},
]
