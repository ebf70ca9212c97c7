"""Coinbase Exchange: frames in the documented shape, written for these tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_market import LAST_ID, Answer, bars_between, executions
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


# The REST interface: bars newest first, without rows for silent ones, and one from before the period.


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer a request as ``api.exchange.coinbase.com`` does."""
    parts = path.strip("/").split("/")
    if parts == ["products"]:
        return 200, json.dumps(PRODUCTS).encode(), {}
    if parts[1] != "BTC-USD":
        return 404, b'{"message":"NotFound"}', {}
    return _trades(query) if parts[2] == "trades" else _candles(query)


def _trades(query: Mapping[str, str]) -> Answer:
    newest = int(query["after"]) - 1 if "after" in query else LAST_ID
    rows = [
        {
            "trade_id": each.id,
            "side": "buy",
            "size": str(each.size),
            "price": str(each.price),
            "time": f"{datetime.fromtimestamp(each.time_ns // 1_000 / 1e6, UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        }
        for each in reversed(executions(newest - int(query["limit"]) + 1, newest))
    ]
    return 200, json.dumps(rows).encode(), {"cb-after": str(rows[-1]["trade_id"]) if rows else ""}


def _candles(query: Mapping[str, str]) -> Answer:
    widths = {"60": "1m", "300": "5m", "900": "15m", "3600": "1h", "21600": "6h", "86400": "1d"}
    if query["granularity"] not in widths:
        return 400, b'{"message":"Unsupported granularity"}', {}
    first_ns, last_ns = (
        round(datetime.fromisoformat(query[end]).timestamp()) * 1_000_000_000 for end in ("start", "end")
    )
    width_ns = int(query["granularity"]) * 1_000_000_000
    if (last_ns - first_ns) // width_ns + 1 > 300:
        return 400, b'{"message":"granularity too small for the requested time range"}', {}
    bars = bars_between(widths[query["granularity"]], first_ns - width_ns, last_ns)
    rows = [
        [bar.start_ns // 1_000_000_000, bar.low, bar.high, bar.open, bar.close, bar.volume]
        for bar in reversed(bars)
        if not bar.is_silent
    ]
    return 200, json.dumps(rows).encode(), {}


PRODUCTS = [
    {
        "id": "BTC-USD",
        "base_currency": "BTC",
        "quote_currency": "USD",
        "quote_increment": "0.01",
        "display_name": "BTC-USD",
        "status": "online",
        "trading_disabled": False,
    },
    {"id": "OLD-USD", "quote_increment": "0.1", "status": "delisted", "trading_disabled": False},
    {"id": "OFF-USD", "quote_increment": "0.1", "status": "online", "trading_disabled": True},
    {"id": 5},
]
LIMITED: Answer = (429, b'{"message":"Public rate limit exceeded"}', {})
