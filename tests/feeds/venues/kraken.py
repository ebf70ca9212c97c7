"""Kraken v2: a status first, acknowledgements per pair, snapshots, refusals at the top level of the answer."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

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
