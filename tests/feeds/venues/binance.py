"""Binance: frames in the documented shape, written for these tests."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import receive, send, wait_until_closed

TRADE = (
    '{"e":"trade","E":1700000000123,"s":"BTCUSDT","t":12345,"p":"61234.50000000","q":"0.00250000",'
    '"T":1700000000120,"m":true,"M":true}'
)
AGGREGATE = (
    '{"e":"aggTrade","E":1700000000223,"s":"BTCUSDT","a":777,"p":"61235.00000000","q":"0.50000000",'
    '"f":12346,"l":12349,"T":1700000000220,"m":false,"M":true}'
)
BOOK = '{"u":400900217,"s":"BTCUSDT","b":"61234.40000000","B":"3.10000000","a":"61234.60000000","A":"4.20000000"}'
TICKER = (
    '{"e":"24hrTicker","E":1700000001000,"s":"BTCUSDT","p":"100.0","P":"0.16","w":"61100.0","x":"61130.0",'
    '"c":"61234.5","Q":"0.01","b":"61234.4","B":"3.1","a":"61234.6","A":"4.2","o":"61134.5","h":"61500.0",'
    '"l":"60900.0","v":"12345.678","q":"755000000","O":1699913601000,"C":1700000001000,"F":1,"L":18150,"n":18150}'
)
MINI = (
    '{"e":"24hrMiniTicker","E":1700000001000,"s":"BTCUSDT","c":"61234.5","o":"61134.5","h":"61500.0",'
    '"l":"60900.0","v":"12345.678","q":"755000000"}'
)
KLINE = (
    '{"e":"kline","E":1700000001000,"s":"BTCUSDT","k":{"t":1699999980000,"T":1700000039999,"s":"BTCUSDT",'
    '"i":"1m","f":100,"L":200,"o":"61200.1","c":"61234.5","h":"61240.0","l":"61199.9","v":"12.5","n":100,'
    '"x":false,"q":"765000","V":"6.1","Q":"370000","B":"0"}}'
)

FUTURES_BOOK = (
    '{"e":"bookTicker","u":400900217,"E":1700000000002,"T":1700000000001,"s":"BTCUSDT","b":"61234.4","B":"3.1",'
    '"a":"61234.6","A":"4.2"}'
)
FUND = TRADE.replace('"m":true', '"X":"INSURANCE_FUND","m":true')

FRAMES = [
    TRADE,
    FUND,
    FUTURES_BOOK,
    AGGREGATE,
    BOOK,
    TICKER,
    MINI,
    KLINE,
    f'{{"stream":"btcusdt@trade","data":{TRADE}}}',
    f'{{"stream":"btcusdt@bookTicker","data":{BOOK}}}',
    f'{{"stream":"btcusdt@kline_1m","data":{KLINE}}}',
    f'{{"stream":"!miniTicker@arr","data":[{MINI}]}}',
    f"[{MINI},{MINI}]",
    '{"result":null,"id":1}',
    '{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":1}',
    '{"code":2,"msg":"Invalid request","id":1}',
    '{"e":"serverShutdown","E":1700000000000}',
]

FLOW = [TRADE, BOOK, TICKER]
SYMBOLS = "btc-usdt"
PATH = "/ws"


async def serve(client: ServerConnection) -> None:
    assert await receive(client) == {
        "method": "SUBSCRIBE",
        "params": ["btcusdt@trade", "btcusdt@bookTicker", "btcusdt@ticker"],
        "id": 1,
    }
    await send(client, '{"result":null,"id":1}', TRADE, BOOK, TICKER, f'{{"stream":"btcusdt@trade","data":{TRADE}}}')
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["btc-usdt"]},
    {"event": "trade", "symbol": "btc-usdt", "price": 61234.5, "time": "2023-11-14T22:13:20.120000Z"},
    {"event": "quote", "symbol": "btc-usdt", "bid": 61234.4, "ask_size": 4.2},
    {"event": "day", "symbol": "btc-usdt", "volume": 12345.678},
]
