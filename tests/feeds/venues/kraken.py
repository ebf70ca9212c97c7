"""Kraken v2: a status first, acknowledgements per pair, snapshots, refusals at the top level of the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_market import NOW_NS, Answer, Execution, executions, id_after, last_bars
from tests.feeds.venues import receive, send, wait_until_closed

STATUS = (
    '{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2",'
    '"connection_id":9471984923908980762}]}'
)
MAINTENANCE = STATUS.replace("online", "maintenance")
ACK = (
    '{"method":"subscribe","result":{"channel":"ticker","event_trigger":"trades","snapshot":true,"symbol":"BTC/USD"},'
    '"success":true,"time_in":"2023-11-14T22:13:19.828165Z","time_out":"2023-11-14T22:13:19.829217Z"}'
)
REFUSAL = (
    '{"error":"Currency pair not supported NOPE/USD","method":"subscribe","success":false,"symbol":"NOPE/USD",'
    '"time_in":"2023-11-14T22:13:19.996743Z","time_out":"2023-11-14T22:13:19.996775Z"}'
)
TICKER = (
    '{"channel":"ticker","type":"snapshot","data":[{"symbol":"BTC/USD","bid":61234.10,"bid_qty":1.25000000,'
    '"ask":61234.20,"ask_qty":0.50000000,"last":61234.10,"volume":1234.50000000,"vwap":61100.00,"low":60900.00,'
    '"high":61500.00,"change":100.10,"change_pct":0.16,"trades":38144,"timestamp":"2023-11-14T22:13:20.054886Z"}]}'
)
TRADES = (
    '{"channel":"trade","type":"snapshot","data":[{"symbol":"BTC/USD","side":"buy","price":61234.1,"qty":0.02,'
    '"ord_type":"limit","trade_id":10218209,"timestamp":"2023-11-14T22:13:20.440295Z"},{"symbol":"BTC/USD",'
    '"side":"sell","price":61233.9,"qty":0.5,"ord_type":"market","trade_id":10218208,'
    '"timestamp":"2023-11-14T22:13:19.440295Z"}]}'
)
CANDLES = (
    '{"channel":"ohlc","type":"snapshot","data":[{"symbol":"BTC/USD","interval":1,'
    '"interval_begin":"2023-11-14T22:12:00.000000000Z","open":61200.1,"high":61240.0,"low":61199.9,"close":61230.0,'
    '"volume":12.5,"vwap":61220.0,"trades":100},{"symbol":"BTC/USD","interval":1,'
    '"interval_begin":"2023-11-14T22:13:00.000000000Z","open":61230.0,"high":61240.0,"low":61229.9,"close":61234.1,'
    '"volume":2.5,"vwap":61232.0,"trades":12}]}'
)
PONG = '{"method":"pong","req_id":42,"time_in":"2023-11-14T22:13:20.123456Z","time_out":"2023-11-14T22:13:20.123500Z"}'

TRADE = (
    '{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":61234.2,"qty":0.01,'
    '"ord_type":"limit","trade_id":10218210,"timestamp":"2023-11-14T22:13:21.440295Z"}]}'
)
CANDLE = (
    '{"channel":"ohlc","type":"update","data":[{"symbol":"BTC/USD","interval":1,'
    '"interval_begin":"2023-11-14T22:13:00.000000000Z","open":61230.0,"high":61240.0,"low":61229.9,"close":61234.2,'
    '"volume":2.51,"vwap":61232.0,"trades":13}]}'
)

EMPTY = TICKER.replace('"bid":61234.10,"bid_qty":1.25000000', '"bid":0.0,"bid_qty":0.00000000')

FRAMES = [
    EMPTY,
    TRADE,
    CANDLE,
    STATUS,
    MAINTENANCE,
    ACK,
    REFUSAL,
    TICKER,
    TRADES,
    CANDLES,
    PONG,
    '{"channel":"heartbeat"}',
]
FLOW = [TICKER, TRADE, CANDLE]
SYMBOLS = "xbtusd,NOPE-USD"
PATH = "/v2"


async def serve(client: ServerConnection) -> None:
    await send(client, STATUS)
    for channel in ({"channel": "ticker"}, {"channel": "trade"}, {"channel": "ohlc", "interval": 1}):
        assert await receive(client) == {
            "method": "subscribe",
            "params": channel | {"symbol": ["BTC/USD", "NOPE/USD"]},
        }
    await send(client, REFUSAL, ACK, TICKER, TRADES, CANDLES, '{"channel":"heartbeat"}', PONG)
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["xbtusd"]},
    {"event": "reply", "ok": False, "symbols": ["NOPE-USD"], "message": "Currency pair not supported NOPE/USD"},
    {"event": "quote", "symbol": "xbtusd", "bid": 61234.1, "ask_size": 0.5, "time": "2023-11-14T22:13:20.054886Z"},
    {"event": "day", "symbol": "xbtusd", "open": 61134.0, "volume": 1234.5},
    {"event": "trade", "symbol": "xbtusd", "price": 61234.1, "trade_id": "10218209"},
    {"event": "bar", "symbol": "xbtusd", "timeframe": "1m", "close": 61230.0, "closed": True},
    {"event": "bar", "symbol": "xbtusd", "timeframe": "1m", "close": 61234.1, "closed": False},
]


# Past bars on the socket: the newest 720 of an interval as a snapshot, silent ones too, the last one is forming.

_INTERVALS = {1: "1m", 5: "5m", 15: "15m", 30: "30m", 60: "1h", 240: "4h", 1440: "1d"}


def answer(message: str) -> list[str]:
    """Return what the server sends after a request about the ``ohlc`` channel: an acknowledgement and the bars."""
    request = json.loads(message)
    parameters: dict[str, Any] = request["params"]
    (symbol,), interval = parameters["symbol"], parameters["interval"]
    base = {"method": request["method"], "req_id": request["req_id"]}
    if symbol != "BTC/USD":
        return [
            json.dumps(base | {"error": f"Currency pair not supported {symbol}", "success": False, "symbol": symbol})
        ]
    acknowledged = base | {
        "success": True,
        "result": {"channel": "ohlc", "symbol": symbol, "interval": interval, "snapshot": True},
    }
    if request["method"] == "unsubscribe":
        return [json.dumps(acknowledged)]
    bars = [
        {
            "symbol": symbol,
            "interval": interval,
            "interval_begin": f"{datetime.fromtimestamp(bar.start_ns // 1_000_000_000, UTC):%Y-%m-%dT%H:%M:%S}.000000000Z",
            "open": bar.open,
            "high": bar.high,
            "low": bar.low,
            "close": bar.close,
            "volume": bar.volume,
            "vwap": 0.0 if bar.is_silent else bar.open,
            "trades": 0 if bar.is_silent else 9,
        }
        for bar in last_bars(_INTERVALS[interval], NOW_NS, 720)
    ]
    return [json.dumps(acknowledged), json.dumps({"channel": "ohlc", "type": "snapshot", "data": bars})]


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer a request as ``api.kraken.com`` does: errors have HTTP status 200, and pairs have other names."""
    if path.endswith("/AssetPairs"):
        return 200, json.dumps({"error": [], "result": PAIRS}).encode(), {}
    if query["pair"] != "XBTUSD":
        return 200, b'{"error":["EQuery:Unknown asset pair"]}', {}
    first = id_after(int(query["since"]))
    rows = executions(first, first + int(query["count"]) - 1)
    last = rows[-1].time_ns if rows else int(query["since"])
    result = {"XXBTZUSD": [_row(each) for each in rows], "last": str(last)}
    return 200, json.dumps({"error": [], "result": result}).encode(), {}


def _row(each: Execution) -> list[object]:
    return [str(each.price), str(each.size), each.time_ns / 1e9, "b", "l", "", each.id]


PAIRS: dict[str, dict[str, object]] = {
    "XXBTZUSD": {"altname": "XBTUSD", "wsname": "XBT/USD", "pair_decimals": 1, "status": "online"},
    "XDGUSD": {
        "altname": "XDGUSD",
        "wsname": "XDG/USD",
        "pair_decimals": 7,
        "tick_size": "0.00005",
        "status": "online",
    },
    "OLDUSD": {"altname": "OLDUSD", "wsname": "OLD/USD", "pair_decimals": 2, "status": "cancel_only"},
    "ODD": {"altname": "ODD"},
}
LIMITED: Answer = (200, b'{"error":["EGeneral:Too many requests"]}', {})
