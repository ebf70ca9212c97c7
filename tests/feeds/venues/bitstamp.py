"""Bitstamp: one channel per request, trades with exact text in addition to numbers, complete order books."""

from __future__ import annotations

import json
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_figures import NOW_S, Row, executions, row_at
from tests.feeds.venues import receive, send, wait_until_closed
from ticker_gui.domain.timeframe import BY_NAME, SECOND_NS

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


# The REST interface. Bars are limited by their end alone if start and end are given. Minutes without trades have a bar
# of volume 0. Trades are those of a period up to now, newest first, in whole seconds.

PAIR = "btcusd"
NOT_FOUND = b'{"status": "error", "reason": "Invalid currency pair", "code": "API0001"}'
MARKETS = [
    {
        "name": "BTC/USD", "market_symbol": "btcusd", "base_currency": "BTC", "base_decimals": 8,
        "counter_decimals": 0, "description": "Bitcoin / U.S. dollar", "trading": "Enabled", "market_type": "SPOT",
    },
    {
        "name": "XRP/EUR", "market_symbol": "xrpeur", "base_currency": "XRP", "base_decimals": 8,
        "counter_decimals": 5, "description": "XRP / Euro", "trading": "Enabled", "market_type": "SPOT",
    },
    {
        "name": "OLD/EUR", "market_symbol": "oldeur", "base_currency": "OLD", "base_decimals": 8,
        "counter_decimals": 5, "description": "Old / Euro", "trading": "Disabled", "market_type": "SPOT",
    },
]  # fmt: skip


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, bytes, Mapping[str, str]]:
    kind, _, pair = path.removeprefix("/api/v2/").strip("/").partition("/")
    if kind == "markets":
        return 200, json.dumps(MARKETS).encode(), {}
    if pair != PAIR:
        return 404, NOT_FOUND, {}
    if kind == "transactions":
        return 200, json.dumps(_transactions(query.get("time", "hour"))).encode(), {}
    steps = {str(BY_NAME[name].width_ns // SECOND_NS): name for name in ("1m", "5m", "1h", "4h", "1d")}
    limit = int(query["limit"])
    if query["step"] not in steps or not 0 < limit <= 1000:
        return 400, b'{"status": "error", "reason": {"limit": ["Not a valid choice"]}, "code": "API0011"}', {}
    step, end = int(query["step"]), min(int(query["end"]), NOW_S)
    timeframe = steps[query["step"]]
    found = []
    for start in range(end - end % step - (limit - 1) * step, end + 1, step):
        row = row_at(timeframe, start) or Row(start, 100.0, 100.0, 100.0, 100.0, 0.0)
        found.append({name: str(value) for name, value in row._asdict().items() if name != "time"})
        found[-1]["timestamp"] = str(start)
    return 200, json.dumps({"data": {"pair": "BTC/USD", "ohlc": found}}).encode(), {}


def _transactions(period: str) -> list[dict[str, str]]:
    oldest_ms = NOW_S * 1000 - {"minute": 60_000, "hour": 3_600_000, "day": 86_400_000}[period]
    return [
        {
            "amount": str(each.size), "date": str(each.time_ms // 1000), "price": str(each.price),
            "tid": str(each.id), "type": "1",
        }
        for each in reversed(executions()) if each.time_ms >= oldest_ms
    ]  # fmt: skip
