"""Deribit: JSON-RPC, a heartbeat that must be answered, a list of the accepted channels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_figures import Execution, executions, rows
from tests.feeds.venues import receive, send, wait_until_closed

TICKER = (
    '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.BTC-PERPETUAL.100ms","data":{'
    '"timestamp":1700000000174,"stats":{"volume_usd":75597800.0,"volume":1234.5,"price_change":2.0,"low":60100.0,"high":61900.0},'
    '"state":"open","last_price":61200.0,"instrument_name":"BTC-PERPETUAL","index_price":61233.9,"mark_price":61234.1,'
    '"best_bid_price":61234.0,"best_bid_amount":13340.0,"best_ask_price":61234.5,"best_ask_amount":9970.0}}}'
)
QUOTE = (
    '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"quote.BTC-PERPETUAL","data":{"timestamp":1700000000767,'
    '"instrument_name":"BTC-PERPETUAL","best_ask_price":61234.5,"best_bid_price":0.0,"best_ask_amount":99.0,'
    '"best_bid_amount":0.0}}}'
)
TRADES = (
    '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.BTC-PERPETUAL.100ms","data":[{'
    '"timestamp":1700000000452,"price":61234.5,"amount":10.0,"direction":"sell","index_price":61230.1,'
    '"instrument_name":"BTC-PERPETUAL","trade_seq":271252854,"mark_price":61231.1,"tick_direction":2,"contracts":1.0,'
    '"trade_id":"403691824"}]}}'
)
TEST_REQUEST = '{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}'
ACK = (
    '{"jsonrpc":"2.0","id":2,"result":["trades.BTC-PERPETUAL.100ms","ticker.BTC-PERPETUAL.100ms"],"testnet":true,'
    '"usIn":1700000000000000,"usOut":1700000000001000,"usDiff":1000}'
)
ERROR = '{"jsonrpc":"2.0","id":1,"error":{"code":10028,"message":"too_many_requests","data":null}}'

BLOCK_TRADE = TRADES.replace(
    '"contracts":1.0', '"block_trade_id":"BLOCK-61","block_rfq_id":7,"combo_id":"BTC-FS-27DEC24_PERP","liquidation":"T"'
)

FRAMES = [
    BLOCK_TRADE,
    TICKER,
    QUOTE,
    TRADES,
    TEST_REQUEST,
    ACK,
    ERROR,
    '{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"heartbeat"}}',
]
SYMBOLS = "btc-usd,NOPE-PERPETUAL"
PATH = "/ws/api/v2"


async def serve(client: ServerConnection) -> None:
    heartbeat = await receive(client)
    assert (heartbeat["method"], heartbeat["params"]) == ("public/set_heartbeat", {"interval": 30})
    await send(client, {"jsonrpc": "2.0", "id": heartbeat["id"], "result": "ok"})
    request = await receive(client)
    assert (request["id"], request["method"]) == (2, "public/subscribe")
    assert request["params"]["channels"] == [
        f"{channel}.{symbol}.100ms"
        for symbol in ("BTC-PERPETUAL", "NOPE-PERPETUAL")
        for channel in ("ticker", "trades")
    ]
    await send(client, ACK, TEST_REQUEST)
    assert (await receive(client))["method"] == "public/test"
    await send(client, TICKER, TRADES, QUOTE)
    await wait_until_closed(client)


# Past data on the same socket. Both ends of a period are included; a minute without trades repeats the price before.

INSTRUMENT = "BTC-PERPETUAL"
UNKNOWN = {"code": -32602, "message": "Invalid params", "data": {"reason": "not found", "param": "instrument_name"}}
INSTRUMENTS = [
    {"instrument_name": "BTC-PERPETUAL", "kind": "future", "base_currency": "BTC", "quote_currency": "USD",
     "tick_size": 0.5, "is_active": True},
    {"instrument_name": "SOL_USDC", "kind": "spot", "base_currency": "SOL", "quote_currency": "USDC",
     "tick_size": 0.01, "is_active": True},
    {"instrument_name": "BTC-1JAN26", "kind": "future", "base_currency": "BTC", "quote_currency": "USD",
     "tick_size": 2.5, "is_active": False},
]  # fmt: skip


def answer(message: str, *, count: int = 1_000, newest_first: bool = False) -> str:
    """Return the answer to a request for past data, with at most ``count`` trades."""
    request = json.loads(message)
    parameters, method = request["params"], request["method"].removeprefix("public/")
    envelope = {"jsonrpc": "2.0", "id": request["id"], "testnet": False}
    if parameters["instrument_name"] not in (INSTRUMENT, "SOL_USDC"):
        return json.dumps(envelope | {"error": UNKNOWN})
    if method == "get_tradingview_chart_data":
        return json.dumps(envelope | {"result": _chart(parameters)})
    assert method == "get_last_trades_by_instrument"
    assert parameters["count"] == 1_000
    found = [each for each in executions() if parameters["start_seq"] <= each.seq <= parameters["end_seq"]]
    if newest_first:
        found.reverse()
    page = [_trade(each) for each in found[:count]]
    return json.dumps(envelope | {"result": {"trades": page, "has_more": len(found) > count}})


def _chart(parameters: dict[str, Any]) -> dict[str, Any]:
    timeframe = {"1": "1m", "3": "3m", "60": "1h", "720": "12h", "1D": "1d"}[parameters["resolution"]]
    found = rows(timeframe, -(-parameters["start_timestamp"] // 1000), parameters["end_timestamp"] // 1000)
    if not found:
        return {
            "status": "no_data",
            "ticks": [],
            "open": [],
            "high": [],
            "low": [],
            "close": [],
            "volume": [],
            "cost": [],
        }
    columns = {name: [getattr(row, name) for row in found] for name in ("open", "high", "low", "close")}
    inverse = parameters["instrument_name"] == INSTRUMENT
    main = [row.volume for row in found]
    other = [row.volume / row.close for row in found]
    units = {"cost": main, "volume": other} if inverse else {"cost": other, "volume": main}
    return {"status": "ok", "ticks": [row.time * 1000 for row in found], **columns, **units}


def _trade(each: Execution) -> dict[str, Any]:
    return {
        "timestamp": each.time_ms, "price": each.price, "amount": each.size, "direction": "buy", "index_price": 100.0,
        "instrument_name": INSTRUMENT, "trade_seq": each.seq, "trade_id": str(each.id), "mark_price": 100.0,
        "tick_direction": 0, "contracts": 1.0,
    }  # fmt: skip


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, bytes, Mapping[str, str]]:
    """Answer as the HTTP interface, which has the same methods; only the list of instruments is requested there."""
    assert path == "/api/v2/public/get_instruments"
    if query.get("currency") != "any":
        error = {"code": -32602, "message": "Invalid params", "data": {"reason": "wrong", "param": "currency"}}
        return 400, json.dumps({"jsonrpc": "2.0", "error": error}).encode(), {}
    return 200, json.dumps({"jsonrpc": "2.0", "result": INSTRUMENTS}).encode(), {}


LINES = [
    {"event": "reply", "ok": True, "symbols": ["btc-usd"]},
    {"event": "reply", "ok": False, "symbols": ["NOPE-PERPETUAL"]},
    {"event": "quote", "symbol": "btc-usd", "bid": 61234.0, "ask": 61234.5},
    {"event": "day", "symbol": "btc-usd", "open": 60000.0, "high": 61900.0, "volume": 75597800.0},
    {"event": "trade", "symbol": "btc-usd", "price": 61234.5, "size": 10.0, "trade_id": "271252854"},
]
