"""Binance: frames in the documented shape, written for these tests."""

from __future__ import annotations

import json
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_market import Answer, bars_between, executions
from tests.feeds.venues import receive, send, wait_until_closed
from ticker_gui.domain.timeframe import BY_NAME

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


# The REST interface: bars from the oldest of the period on, with rows for silent ones.

_EMPTY: dict[str, str] = {}


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer a request as ``data-api.binance.vision`` and ``api.binance.com`` do."""
    endpoint = path.rpartition("/")[2]
    if endpoint == "exchangeInfo":
        return 200, json.dumps({"timezone": "UTC", "symbols": SYMBOL_LIST}).encode(), _EMPTY
    if query.get("symbol") != "BTCUSDT":
        return 400, b'{"code":-1121,"msg":"Invalid symbol."}', _EMPTY
    limit = min(int(query.get("limit", 500)), 1_000)
    if endpoint == "historicalTrades":
        first = int(query["fromId"])
        trades = [
            {
                "id": each.id,
                "price": str(each.price),
                "qty": str(each.size),
                "quoteQty": "1.0",
                "time": each.time_ns // 1_000_000,
                "isBuyerMaker": True,
                "isBestMatch": True,
            }
            for each in executions(first, first + limit - 1)
        ]
        return 200, json.dumps(trades).encode(), _EMPTY
    interval = query["interval"]
    if interval not in BY_NAME:
        return 400, b'{"code":-1120,"msg":"Invalid interval."}', _EMPTY
    first_ns, last_ns = int(query["startTime"]) * 1_000_000, int(query["endTime"]) * 1_000_000
    rows = [
        [
            bar.start_ns // 1_000_000,
            *(f"{value:.8f}" for value in (bar.open, bar.high, bar.low, bar.close, bar.volume)),
            BY_NAME[interval].end_of(bar.start_ns) // 1_000_000 - 1,
            *("0.0", 0 if bar.is_silent else 12, "0.0", "0.0", "0"),
        ]
        for bar in bars_between(interval, first_ns, last_ns, limit)
    ]
    return 200, json.dumps(rows).encode(), {"x-mbx-used-weight-1m": "2"}


SYMBOL_LIST = [
    {
        "symbol": "BTCUSDT",
        "status": "TRADING",
        "baseAsset": "BTC",
        "quoteAsset": "USDT",
        "filters": [
            {"filterType": "LOT_SIZE", "minQty": "0.00001000"},
            {"filterType": "PRICE_FILTER", "minPrice": "0.01000000", "tickSize": "0.01000000"},
        ],
    },
    {"symbol": "币安人生USDT", "status": "TRADING", "baseAsset": "币安人生", "quoteAsset": "USDT", "filters": []},
    {"symbol": "OLDUSDT", "status": "BREAK", "baseAsset": "OLD", "quoteAsset": "USDT", "filters": []},
    {"symbol": None},
]
LIMITED: Answer = (429, b'{"code":-1003,"msg":"Too much request weight used."}', {"retry-after": "40"})
BANNED: Answer = (418, b'{"code":-1003,"msg":"Way too many requests; IP banned."}', {"retry-after": "120"})
