"""OKX v5: an acknowledgement per argument, numbers as text, a bare ping, a notice before the end."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import receive, send, wait_until_closed

ACK = '{"event":"subscribe","arg":{"channel":"tickers","instId":"BTC-USDT"},"connId":"a4d3ae55"}'
ERROR = '{"event":"error","msg":"channel:trades,instId:NOPE-USDT doesn\'t exist","code":"60018","connId":"a4d3ae55"}'
TICKER = (
    '{"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"instType":"SPOT","instId":"BTC-USDT",'
    '"last":"61234.5","lastSz":"0.01","askPx":"61234.6","askSz":"3","bidPx":"61234.4","bidSz":"4","open24h":"61000",'
    '"high24h":"61900","low24h":"60100","sodUtc0":"61100","sodUtc8":"61050","volCcy24h":"2620.28","vol24h":"779573",'
    '"ts":"1700000000123"}]}'
)
BARE_TICKER = TICKER.replace('"61234.6"', '""').replace('"askSz":"3"', '"askSz":""')
TRADE = (
    '{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"784912","px":"61234.5",'
    '"sz":"0.25","side":"buy","ts":"1700000000120"}]}'
)
NOTICE = (
    '{"event":"notice","code":"64008","msg":"The connection will soon be closed for a service upgrade. '
    'Please reconnect.","connId":"a4d3ae55"}'
)

FRAMES = [ACK, ERROR, TICKER, BARE_TICKER, TRADE, NOTICE, "pong"]
FLOW = [TICKER, TRADE]
SYMBOLS = "btcusdt,NOPE-USDT"
PATH = "/ws/v5/public"


async def serve(client: ServerConnection) -> None:
    assert await receive(client) == {
        "op": "subscribe",
        "args": [
            {"channel": channel, "instId": symbol}
            for symbol in ("BTC-USDT", "NOPE-USDT")
            for channel in ("tickers", "trades")
        ],
    }
    await send(client, ACK, ERROR, TICKER, TRADE, BARE_TICKER, "pong")
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["btcusdt"]},
    {"event": "reply", "ok": False, "symbols": ["NOPE-USDT"]},
    {"event": "quote", "symbol": "btcusdt", "bid": 61234.4, "ask": 61234.6, "bid_size": 4},
    {"event": "day", "symbol": "btcusdt", "open": 61000, "high": 61900, "volume": 779573},
    {"event": "trade", "symbol": "btcusdt", "price": 61234.5, "time": "2023-11-14T22:13:20.120000Z"},
]
