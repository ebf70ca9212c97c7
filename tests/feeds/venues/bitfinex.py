"""Bitfinex v2: information first, channels by id, the last trades newest first, te and tu."""

from __future__ import annotations

import json
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_figures import executions, rows
from tests.feeds.venues import receive, send, wait_until_closed

INFO = '{"event":"info","version":2,"serverId":"083bd8d4-aca7-4690-a573-eabfc8103de8","platform":{"status":1}}'
TICKER_ACK = '{"event":"subscribed","channel":"ticker","chanId":232949,"symbol":"tBTCUSD","pair":"BTCUSD"}'
TRADES_ACK = '{"event":"subscribed","channel":"trades","chanId":89,"symbol":"tBTCUSD","pair":"BTCUSD"}'
TICKER = "[232949,[61234.4,60.15,61234.6,48.5,234.5,0.0038,61234.5,1014.5,61900,60100],1]"
SNAPSHOT = "[89,[[382489563,1700000000709,-0.25,61234.5],[382489562,1700000000688,0.01302607,61234]],1,1700000000401]"
TE = '[89,"te",[382489564,1700000000809,0.00705845,61234.75],18,1700000000784]'
TU = '[89,"tu",[382489564,1700000000809,0.00705845,61234.75],19,1700000000834]'
ERROR = '{"channel":"trades","symbol":"tNOPEUSD","event":"error","msg":"symbol: invalid","code":10300,"pair":"NOPEUSD"}'

FUNDING_ACKS = [
    '{"event":"subscribed","channel":"ticker","chanId":7,"symbol":"fUSD","currency":"USD"}',
    '{"event":"subscribed","channel":"trades","chanId":8,"symbol":"fUSD","currency":"USD"}',
]
FUNDING_TICKER = (
    "[7,[0.0003,0.00025,30,21000000,0.00026,2,8000000,-0.00001,-0.04,0.00027,55000000,0.0004,0.0001,null,null,9000000]]"
)
FUNDING_TRADE = '[8,"fte",[133323072,1574694245478,-59.84,0.00023647,2]]'
EMPTY = "[232949,[null,null,61234.6,48.5,null,null,null,0,null,null]]"

PRELUDE = [INFO, TICKER_ACK, TRADES_ACK, *FUNDING_ACKS]
FLOW = [TICKER, TE, TU, '[89,"hb",127]']
FRAMES = [
    *PRELUDE,
    FUNDING_TICKER,
    FUNDING_TRADE,
    EMPTY,
    TICKER,
    SNAPSHOT,
    TE,
    TU,
    ERROR,
    '[89,"hb",127]',
    '{"event":"pong","cid":1,"ts":1700000000000}',
]
SYMBOLS = "btc-usd,tNOPEUSD"
PATH = "/ws/2"


async def serve(client: ServerConnection) -> None:
    await send(client, INFO)
    for symbol in ("tBTCUSD", "tNOPEUSD"):
        for channel in ("ticker", "trades"):
            assert await receive(client) == {"event": "subscribe", "channel": channel, "symbol": symbol}
    await send(client, TICKER_ACK, ERROR, TRADES_ACK, SNAPSHOT, TICKER, TE, TU)
    await send(client, '[89,"hb",127]', '[232949,"hb"]')
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["btc-usd"]},
    {"event": "reply", "ok": False, "symbols": ["tNOPEUSD"], "message": "symbol: invalid (code 10300)"},
    {"event": "quote", "symbol": "btc-usd", "bid": 61234.4, "ask": 61234.6},
    {"event": "day", "symbol": "btc-usd", "open": 61000.0, "high": 61900, "low": 60100, "volume": 1014.5},
    {"event": "trade", "symbol": "btc-usd", "price": 61234, "trade_id": "382489562"},
    {"event": "trade", "symbol": "btc-usd", "price": 61234.5, "size": 0.25},
    {"event": "trade", "symbol": "btc-usd", "price": 61234.75, "time": "2023-11-14T22:13:20.809000Z"},
]


# The REST interface. Columns are time, open, close, high, low and volume; rows are the newest first unless ``sort=1``,
# both ends are included, and there is no row of a minute without trades. An unknown symbol has no rows.

PAIR = "tBTCUSD"
RATE_EXCEEDED = b'["error",11010,"ratelimit: error"]'
CATALOG = [["BTCUSD", "AVAX:USD", "TESTBTC:TESTUSD"], [["BTC", "Bitcoin"], ["AVAX", "Avalanche"], ["UST", "Tether"]]]


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, bytes, Mapping[str, str]]:
    _, version, kind, key, *_ = path.split("/")
    assert version == "v2"
    if kind == "conf":
        assert key == "pub:list:pair:exchange,pub:map:currency:label"
        return 200, json.dumps(CATALOG).encode(), {}
    limit = int(query.get("limit", "100"))
    if limit > 10_000:
        return 500, b'["error",10020,"limit: invalid"]', {}
    start_ms, end_ms = int(query["start"]), int(query["end"])
    found: list[list[float]]
    if kind == "trades":
        found = [
            [each.id, each.time_ms, -each.size if each.id % 2 else each.size, each.price]
            for each in executions()
            if start_ms <= each.time_ms <= end_ms and key == PAIR
        ]
    else:
        _, name, symbol = key.split(":", 2)
        found = [
            [row.time * 1000, row.open, row.close, row.high, row.low, row.volume]
            for row in rows({"1D": "1d"}.get(name, name), -(-start_ms // 1000), end_ms // 1000)
            if symbol == PAIR
        ]
    page = found[:limit] if query.get("sort") == "1" else found[: -limit - 1 : -1]
    return 200, json.dumps(page).encode(), {}
