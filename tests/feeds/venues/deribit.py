"""Deribit: JSON-RPC, a heartbeat that must be answered, a list of the accepted channels."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

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


LINES = [
    {"event": "reply", "ok": True, "symbols": ["btc-usd"]},
    {"event": "reply", "ok": False, "symbols": ["NOPE-PERPETUAL"]},
    {"event": "quote", "symbol": "btc-usd", "bid": 61234.0, "ask": 61234.5},
    {"event": "day", "symbol": "btc-usd", "open": 60000.0, "high": 61900.0, "volume": 75597800.0},
    {"event": "trade", "symbol": "btc-usd", "price": 61234.5, "size": 10.0, "trade_id": "403691824"},
]
