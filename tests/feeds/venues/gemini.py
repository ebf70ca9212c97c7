"""Gemini v2: no acknowledgement; a snapshot of the order book with the last trades, then changes; bars newest first."""

from __future__ import annotations

import json
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_figures import NOW_S, Row, executions, row_at
from tests.feeds.venues import receive, send, wait_until_closed
from ticker_gui.domain.timeframe import BY_NAME, SECOND_NS

BOOK = (
    '{"type":"l2_updates","symbol":"BTCUSD","changes":[["buy","61234.40","1.5"],["buy","61234.30","2"],'
    '["sell","61234.60","0.5"],["sell","61234.70","3"]],"trades":[{"type":"trade","symbol":"BTCUSD","event_id":102,'
    '"timestamp":1700000000200,"price":"61234.50","quantity":"0.25","side":"buy"},{"type":"trade","symbol":"BTCUSD",'
    '"event_id":101,"timestamp":1700000000100,"price":"61234.40","quantity":"0.1","side":"sell"}],"auction_events":[]}'
)
CHANGES = '{"type":"l2_updates","symbol":"BTCUSD","changes":[["buy","61234.40","0"],["sell","61234.55","0.75"]]}'
DEEP = '{"type":"l2_updates","symbol":"BTCUSD","changes":[["buy","61000.00","7"]]}'
TRADE = (
    '{"type":"trade","symbol":"BTCUSD","event_id":45465818387,"timestamp":1700000000759,"price":"61234.55",'
    '"quantity":"0.02","side":"buy"}'
)
CANDLES = (
    '{"type":"candles_1m_updates","symbol":"BTCUSD","changes":[[1699999980000,61230.0,61240.0,61229.9,61234.5,2.5],'
    "[1699999920000,61200.1,61240.0,61199.9,61230.0,12.5]]}"
)
ERROR = '{"result":"error","reason":"InvalidSymbol"}'

CANDLE = (
    '{"type":"candles_1m_updates","symbol":"BTCUSD","changes":[[1699999980000,61230.0,61240.0,61229.9,61234.5,2.75]]}'
)

BLOCK_TRADE = TRADE.replace('"trade"', '"block_trade"')
REMOVED = '{"type":"l2_updates","symbol":"BTCUSD","changes":[["sell","61234.60","0"],["sell","61234.70","0"]]}'

FRAMES = [
    BLOCK_TRADE,
    REMOVED,
    CANDLE,
    BOOK,
    CHANGES,
    DEEP,
    TRADE,
    CANDLES,
    ERROR,
    '{"type":"heartbeat","timestamp":1700000000869}',
]
PRELUDE = [BOOK]
FLOW = [CHANGES, TRADE, CANDLE]
SYMBOLS = "btc-usd"
PATH = "/v2/marketdata"


async def serve(client: ServerConnection) -> None:
    assert await receive(client) == {
        "type": "subscribe",
        "subscriptions": [{"name": name, "symbols": ["BTCUSD"]} for name in ("l2", "candles_1m")],
    }
    await send(client, BOOK, CHANGES, DEEP, TRADE, CANDLES, ERROR)
    await wait_until_closed(client)


LINES = [
    {"event": "trade", "symbol": "btc-usd", "price": 61234.4, "trade_id": "101"},
    {"event": "trade", "symbol": "btc-usd", "price": 61234.5, "trade_id": "102"},
    {"event": "quote", "symbol": "btc-usd", "bid": 61234.4, "bid_size": 1.5, "ask": 61234.6},
    {"event": "quote", "symbol": "btc-usd", "bid": 61234.3, "ask": 61234.55, "ask_size": 0.75},
    {"event": "bar", "symbol": "btc-usd", "close": 61230.0, "closed": True},
    {"event": "bar", "symbol": "btc-usd", "close": 61234.5, "closed": False},
    {"event": "reply", "ok": False, "message": "InvalidSymbol"},
]


# Past bars: the first message of a channel has those of about a day, newest first; minutes without trades have the
# volume 0. Past trades from a millisecond on, newest first; of more than the limit it is the oldest or the newest.

BARS = 1_440
SYMBOL_LIST = ["btcusd", "ethusd", "storjusd"]


def answer(message: str) -> list[str]:
    """Return the answers to a message on the socket."""
    request = json.loads(message)
    (channel,) = request["subscriptions"]
    if request["type"] == "unsubscribe":
        return []
    (symbol,) = channel["symbols"]
    timeframe = channel["name"].removeprefix("candles_")
    width = BY_NAME[timeframe].width_ns // SECOND_NS
    newest = NOW_S - NOW_S % width
    found = []
    for start in range(newest, newest - BARS * width, -width):
        row = row_at(timeframe, start) or Row(start, 100.0, 100.0, 100.0, 100.0, 0.0)
        found.append([row.time * 1000, *row[1:]])
    return [json.dumps({"type": f"{channel['name']}_updates", "symbol": symbol, "changes": found})]


def respond(
    path: str, query: Mapping[str, str], headers: Mapping[str, str], *, newest: bool = False
) -> tuple[int, bytes, Mapping[str, str]]:
    if path == "/v1/symbols":
        return 200, json.dumps(SYMBOL_LIST).encode(), {}
    if path != "/v1/trades/btcusd":
        return 400, b'{"result":"error","reason":"InvalidSymbol","message":"Supplied value is not a valid symbol"}', {}
    limit = min(500, int(query["limit_trades"]))
    found = [each for each in executions() if each.time_ms >= int(query["timestamp"])]
    page = found[-limit:] if newest else found[:limit]
    trades = [
        {
            "timestamp": each.time_ms // 1000, "timestampms": each.time_ms, "tid": each.id, "price": str(each.price),
            "amount": str(each.size), "exchange": "gemini", "type": "block" if each.id % 11 == 0 else "buy",
        }
        for each in reversed(page)
    ]  # fmt: skip
    return 200, json.dumps(trades).encode(), {}
