"""Coinbase Advanced: one channel per request, envelopes with events, data of USDC products with USD names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_market import LAST_ID, Answer, Execution, bars_between, execution, id_after
from tests.feeds.venues import receive, send, wait_until_closed

SUBSCRIPTIONS = (
    '{"channel":"subscriptions","client_id":"","timestamp":"2023-11-14T22:13:19.000000Z","sequence_num":0,"events":[{'
    '"subscriptions":{"ticker":["BTC-USD"],"market_trades":["BTC-USD","ETH-USD"],"heartbeats":["heartbeats"]}}]}'
)
TICKER = (
    '{"channel":"ticker","client_id":"","timestamp":"2023-11-14T22:13:20.500000Z","sequence_num":12,"events":[{'
    '"type":"snapshot","tickers":[{"type":"ticker","product_id":"BTC-USD","price":"61200.00","volume_24_h":"15328.12",'
    '"low_24_h":"60100.00","high_24_h":"61900.00","low_52_w":"25000.00","high_52_w":"73800.00",'
    '"price_percent_chg_24_h":"2","best_bid":"61234.40","best_bid_quantity":"1.5","best_ask":"61234.60",'
    '"best_ask_quantity":"0.5"}]}]}'
)
TRADES = (
    '{"channel":"market_trades","client_id":"","timestamp":"2023-11-14T22:13:20.789012Z","sequence_num":5,"events":[{'
    '"type":"snapshot","trades":[{"trade_id":"995098701","product_id":"BTC-USD","price":"61234.75","size":"0.002",'
    '"side":"BUY","time":"2023-11-14T22:13:20.789012345Z"},{"trade_id":"995098700","product_id":"BTC-USD",'
    '"price":"61234.50","size":"0.0015","side":"SELL","time":"2023-11-14T22:13:20.589012Z"}]}]}'
)
HEARTBEAT = (
    '{"channel":"heartbeats","client_id":"","timestamp":"2023-11-14T22:13:21.000000Z","sequence_num":0,"events":[{'
    '"current_time":"2023-11-14 22:13:21.000000000+00:00","heartbeat_counter":42}]}'
)
ERROR = '{"type":"error","message":"failure to subscribe"}'

FRAMES = [SUBSCRIPTIONS, TICKER, TRADES, HEARTBEAT, ERROR]
SYMBOLS = "btcusdc,ethusd,BTC-USD"


async def serve(client: ServerConnection) -> None:
    for channel in ("ticker", "market_trades"):
        products = ["BTC-USDC", "ETH-USD", "BTC-USD"]
        assert await receive(client) == {"type": "subscribe", "product_ids": products, "channel": channel}
    assert await receive(client) == {"type": "subscribe", "channel": "heartbeats"}
    await send(client, SUBSCRIPTIONS, HEARTBEAT, TICKER, TRADES, ERROR)
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["btcusdc", "BTC-USD", "ethusd"]},
    {"event": "quote", "symbol": "BTC-USD", "bid": 61234.4, "ask_size": 0.5},
    {"event": "trade", "symbol": "BTC-USD", "price": 61234.75},
    {"event": "quote", "symbol": "btcusdc", "bid": 61234.4, "ask_size": 0.5, "time": "2023-11-14T22:13:20.500000Z"},
    {"event": "day", "symbol": "btcusdc", "open": 60000.0, "volume": 15328.12},
    {"event": "trade", "symbol": "btcusdc", "price": 61234.5, "trade_id": "995098700"},
    {"event": "trade", "symbol": "btcusdc", "price": 61234.75, "time": "2023-11-14T22:13:20.789012Z"},
    {"event": "reply", "ok": False, "message": "failure to subscribe"},
]


# The REST interface: rows newest first, bounds in seconds, of which the end is exclusive.

_GRANULARITIES = {"ONE_MINUTE": "1m", "FIVE_MINUTE": "5m", "FIFTEEN_MINUTE": "15m", "THIRTY_MINUTE": "30m"} | {
    "ONE_HOUR": "1h", "TWO_HOUR": "2h", "FOUR_HOUR": "4h", "SIX_HOUR": "6h", "ONE_DAY": "1d"
}  # fmt: skip


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer a request as ``api.coinbase.com`` does."""
    if path.endswith("/products"):
        return 200, json.dumps({"products": PRODUCTS, "num_products": len(PRODUCTS)}).encode(), {}
    if path.split("/")[-2] != "BTC-USD":
        return 404, b'{"error":"NOT_FOUND","error_details":"valid product_id is required","message":"not found"}', {}
    first_ns, end_ns = int(query["start"]) * 1_000_000_000, int(query["end"]) * 1_000_000_000
    if path.endswith("/ticker"):
        trades: list[dict[str, str]] = []
        for number in range(min(LAST_ID, id_after(end_ns - 1) - 1), 0, -1):
            each = execution(number)
            if each.time_ns < first_ns or len(trades) == int(query["limit"]):
                break
            trades.append(_trade(each))
        return 200, json.dumps({"trades": trades, "best_bid": "1", "best_ask": "2"}).encode(), {}
    bars = bars_between(_GRANULARITIES[query["granularity"]], first_ns, end_ns - 1)
    if len(bars) > 350:
        return (
            400,
            b'{"error":"INVALID_ARGUMENT","error_details":"number of candles requested should be less than 350"}',
            {},
        )
    candles = [
        {
            "start": str(bar.start_ns // 1_000_000_000),
            "low": str(bar.low),
            "high": str(bar.high),
            "open": str(bar.open),
            "close": str(bar.close),
            "volume": str(bar.volume),
        }
        for bar in reversed(bars)
    ]
    return 200, json.dumps({"candles": candles}).encode(), {}


def _trade(each: Execution) -> dict[str, str]:
    return {
        "trade_id": str(each.id),
        "product_id": "BTC-USD",
        "price": str(each.price),
        "size": str(each.size),
        "time": f"{datetime.fromtimestamp(each.time_ns // 1_000 / 1e6, UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "side": "SELL",
        "bid": "",
        "ask": "",
    }


PRODUCTS: list[dict[str, object]] = [
    {
        "product_id": "BTC-USD",
        "quote_increment": "0.01",
        "base_name": "Bitcoin",
        "quote_name": "US Dollar",
        "display_name": "BTC-USD",
        "is_disabled": False,
        "status": "online",
    },
    {"product_id": "OLD-USD", "quote_increment": "0.01", "is_disabled": True, "status": "online"},
    {"product_id": "OFF-USD", "quote_increment": "0.01", "is_disabled": False, "status": "delisted"},
    {"product_id": None},
]
LIMITED: Answer = (429, b'{"error":"rate_limit_exceeded","message":"too many requests"}', {})
