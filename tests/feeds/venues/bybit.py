"""Bybit v5 spot: ten topics per request, best bid and ask from the first level of the order book."""

from __future__ import annotations

import json
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_market import LAST_ID, Answer, execution, last_bars
from tests.feeds.venues import receive, send, wait_until_closed

ACK = '{"success":true,"ret_msg":"subscribe","conn_id":"2324d924-aa4d-45b0-a858-7b8be29ab52b","req_id":"1","op":"subscribe"}'
ERROR = (
    '{"success":false,"ret_msg":"Invalid symbol :[tickers.NOPEUSDT]","conn_id":"cejreas","req_id":"1","op":"subscribe"}'
)
CONTRACT_ERROR = ERROR.replace("Invalid symbol :[tickers.NOPEUSDT]", "error:handler not found,topic:tickers.NOPEUSDT")
DUPLICATE = ERROR.replace("Invalid symbol :[tickers.NOPEUSDT]", "error:already subscribed,topic:tickers.BTCUSDT")
SPOT_TICKER = (
    '{"topic":"tickers.BTCUSDT","ts":1700000000003,"type":"snapshot","cs":2588407389,"data":{"symbol":"BTCUSDT",'
    '"lastPrice":"61234.5","highPrice24h":"61900","lowPrice24h":"60100","prevPrice24h":"61000","volume24h":"6780.86",'
    '"turnover24h":"415946527.22","price24hPcnt":"0.0038","usdIndexPrice":""}}'
)
DELTA = (
    '{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","bid1Price":"61234.40","bid1Size":"21.004",'
    '"ask1Price":""},"cs":9532239500,"ts":1700000000730}'
)
BOOK = (
    '{"topic":"orderbook.1.BTCUSDT","ts":1700000000500,"type":"snapshot","data":{"s":"BTCUSDT","b":[["61234.4","4"]],'
    '"a":[["61234.6","3"]],"u":400,"seq":70961},"cts":1700000000498}'
)
TRADES = (
    '{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1700000000868,"data":[{"T":1700000000865,"s":"BTCUSDT",'
    '"S":"Buy","v":"0.001","p":"61234.50","L":"PlusTick","i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false,'
    '"seq":1783284617}]}'
)
OPTION_TICKER = (
    '{"id":"tickers.BTC-26DEC25-100000-C-2480334983-1700000000074","topic":"tickers.BTC-26DEC25-100000-C",'
    '"ts":1700000000074,"data":{"symbol":"BTC-26DEC25-100000-C","bidPrice":"0","bidSize":"0","bidIv":"0",'
    '"askPrice":"10","askSize":"5.1","askIv":"0.514","lastPrice":"10","highPrice24h":"25","lowPrice24h":"5",'
    '"markPrice":"7.87","indexPrice":"61234.5","volume24h":"26.55","turnover24h":"446802.8"},"type":"snapshot"}'
)
PONGS = (
    '{"success":true,"ret_msg":"pong","conn_id":"0970e817-426e-429a-a679-ff7f55e0b16a","op":"ping"}',
    '{"op":"pong","args":["1700000000157"],"conn_id":"d266a85f"}',
)

BLOCK_TRADE = TRADES.replace('"BT":false', '"BT":true')
EMPTY_BOOK = BOOK.replace('[["61234.4","4"]]', "[]")
OPTION_ANSWER = (
    '{"success":true,"conn_id":"aa01","data":{"failTopics":["tickers.NOPE"],"successTopics":["tickers.BTCUSDT"]},'
    '"type":"COMMAND_RESP"}'
)

ANSWERS = [OPTION_ANSWER, ACK, ERROR, CONTRACT_ERROR, DUPLICATE, *PONGS]
FRAMES = [BLOCK_TRADE, EMPTY_BOOK, SPOT_TICKER, DELTA, BOOK, TRADES, OPTION_TICKER, *ANSWERS]
FLOW = [SPOT_TICKER, BOOK, TRADES]
SYMBOLS = "btc-usdt,SOLUSDT,ETHUSDT,NOPEUSDT"
PATH = "/v5/public/spot"


async def serve(client: ServerConnection) -> None:
    topics = [
        f"{channel}.{symbol}"
        for symbol in ("BTCUSDT", "SOLUSDT", "ETHUSDT", "NOPEUSDT")
        for channel in ("tickers", "publicTrade", "orderbook.1")
    ]
    assert await receive(client) == {"req_id": "1", "op": "subscribe", "args": topics[:10]}
    assert await receive(client) == {"req_id": "2", "op": "subscribe", "args": topics[10:]}
    await send(client, ERROR)  # one wrong topic fails its whole request
    assert await receive(client) == {"req_id": "3", "op": "subscribe", "args": topics[:9]}
    second = ERROR.replace("tickers", "publicTrade").replace('"1"', '"2"')
    await send(client, second, ACK.replace('"1"', '"3"'), SPOT_TICKER, BOOK, TRADES, *PONGS)
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": False, "symbols": ["NOPEUSDT"], "message": "Invalid symbol :[tickers.NOPEUSDT]"},
    {"event": "reply", "ok": False, "symbols": ["NOPEUSDT"], "message": "Invalid symbol :[publicTrade.NOPEUSDT]"},
    {"event": "reply", "ok": True, "symbols": ["btc-usdt", "SOLUSDT", "ETHUSDT"]},
    {"event": "day", "symbol": "btc-usdt", "open": 61000, "high": 61900, "volume": 6780.86},
    {"event": "quote", "symbol": "btc-usdt", "bid": 61234.4, "ask": 61234.6, "ask_size": 3},
    {"event": "trade", "symbol": "btc-usdt", "price": 61234.5, "size": 0.001},
]


# The REST interface: errors with HTTP status 200, bars newest first and at most 1,000, only the newest trades.

_INTERVALS = {"1": "1m", "3": "3m", "5": "5m", "15": "15m", "30": "30m", "60": "1h", "120": "2h", "240": "4h"} | {
    "360": "6h", "720": "12h", "D": "1d", "W": "1w", "M": "1M"
}  # fmt: skip


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer a request as ``api.bybit.com`` does."""
    assert query["category"] == "spot"  # without it, contracts are meant
    if path.endswith("/instruments-info"):
        return _answer(INSTRUMENTS)
    if query["symbol"] != "BTCUSDT":
        return 200, b'{"retCode":10001,"retMsg":"Not supported symbols","result":{},"retExtInfo":{},"time":1}', {}
    if path.endswith("/recent-trade"):
        newest = (execution(LAST_ID - number) for number in range(min(int(query["limit"]), 60)))
        return _answer(
            [
                {
                    "execId": str(each.id),
                    "symbol": "BTCUSDT",
                    "price": str(each.price),
                    "size": str(each.size),
                    "side": "Sell",
                    "time": str(each.time_ns // 1_000_000),
                    "isBlockTrade": each.id % 10 == 0,
                    "seq": str(each.id),
                }
                for each in newest
            ]
        )
    if query["interval"] not in _INTERVALS:
        return 200, b'{"retCode":10001,"retMsg":"Invalid period!","result":{},"retExtInfo":{},"time":1}', {}
    first_ns, last_ns = int(query["start"]) * 1_000_000, int(query["end"]) * 1_000_000
    bars = last_bars(_INTERVALS[query["interval"]], last_ns, min(int(query.get("limit", "200")), 1_000))
    figures = [
        (bar.start_ns // 1_000_000, bar.open, bar.high, bar.low, bar.close, bar.volume, 1.0)
        for bar in reversed(bars)
        if bar.start_ns >= first_ns
    ]
    return _answer([[str(value) for value in row] for row in figures])


def _answer(rows: object) -> Answer:
    answer = {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": rows}, "retExtInfo": {}, "time": 1}
    return 200, json.dumps(answer).encode(), {}


INSTRUMENTS: list[dict[str, object]] = [
    {
        "symbol": "BTCUSDT",
        "baseCoin": "BTC",
        "quoteCoin": "USDT",
        "status": "Trading",
        "priceFilter": {"tickSize": "0.01"},
    },
    {"symbol": "OLDUSDT", "baseCoin": "OLD", "quoteCoin": "USDT", "status": "Closed", "priceFilter": {}},
    {"symbol": None},
]
LIMITED: Answer = (403, b"access too frequent", {})
