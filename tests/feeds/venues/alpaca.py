"""Alpaca: connected, login, authenticated, the complete list as an answer, arrays of events."""

from __future__ import annotations

import msgspec
from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import receive, send, wait_until_closed

TRADE = '[{"T":"t","i":96921,"S":"AAPL","x":"D","p":126.55,"s":1,"t":"2023-11-14T22:13:20.335689322Z","c":["@","I"],"z":"C"}]'
CHANGES = (
    '[{"T":"c","S":"AAPL","x":"D","oi":96921,"op":126.55,"os":1,"oc":["@","I"],"ci":96922,"cp":126.5,"cs":2,"cc":["@","I"],'
    '"z":"C","t":"2023-11-14T22:13:30.5Z"},{"T":"x","S":"AAPL","i":96922,"x":"D","p":126.5,"s":2,"a":"C","z":"C",'
    '"t":"2023-11-14T22:13:31.5Z"}]'
)
QUOTE = (
    '[{"T":"q","S":"AAPL","bx":"U","bp":126.5,"bs":1,"ax":"Q","ap":126.6,"as":4,"t":"2023-11-14T22:13:20.5Z",'
    '"c":["R"],"z":"C"},{"T":"s","S":"AAPL","sc":"H","sm":"Trading Halt","t":"2023-11-14T22:13:21Z"}]'
)
BARS = (
    '[{"T":"b","S":"AAPL","o":126.1,"h":126.9,"l":126.0,"c":126.5,"v":49378,"t":"2023-11-14T22:12:00Z","n":12,"vw":126.4},'
    '{"T":"d","S":"AAPL","o":125.1,"h":127.9,"l":124.0,"c":126.5,"v":4937800,"t":"2023-11-14T05:00:00Z"}]'
)
SUBSCRIPTION = '[{"T":"subscription","trades":["AAPL","GHOST"],"quotes":["AAPL"],"bars":["AAPL"],"dailyBars":[]}]'
LIMIT = '[{"T":"error","code":405,"msg":"symbol limit exceeded"}]'
CONNECTED, AUTHENTICATED = '[{"T":"success","msg":"connected"}]', '[{"T":"success","msg":"authenticated"}]'
PACKED_TRADE = msgspec.msgpack.encode(
    [
        {
            "T": "t",
            "S": "AAPL",
            "p": 126.75,
            "s": 2,
            "i": 2**60 + 1,
            "t": msgspec.msgpack.Ext(-1, (1_700_000_000).to_bytes(4, "big")),
        }
    ]
)

FRAMES = [CONNECTED, AUTHENTICATED, SUBSCRIPTION, TRADE, CHANGES, QUOTE, BARS, LIMIT, PACKED_TRADE]
SYMBOLS = "aapl,GHOST"
KEY = "alpaca-key:alpaca-secret"
PATH = "/v2/iex"


async def serve(client: ServerConnection) -> None:
    await send(client, CONNECTED)
    assert await receive(client) == {"action": "auth", "key": "alpaca-key", "secret": "alpaca-secret"}
    await send(client, AUTHENTICATED)
    assert await receive(client) == {
        "action": "subscribe",
        **{channel: ["AAPL", "GHOST"] for channel in ("trades", "quotes", "bars", "dailyBars")},
    }
    await send(client, SUBSCRIPTION, TRADE, QUOTE, BARS, LIMIT, PACKED_TRADE, CHANGES)
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["aapl", "GHOST"]},
    {
        "event": "trade",
        "symbol": "aapl",
        "price": 126.55,
        "time": "2023-11-14T22:13:20.335689Z",
        "trade_id": "96921",
        "updates": ["volume"],
    },
    {"event": "quote", "symbol": "aapl", "bid": 126.5, "ask": 126.6, "ask_size": 4},
    {"event": "bar", "symbol": "aapl", "timeframe": "1m", "open": 126.1, "closed": True},
    {"event": "day", "symbol": "aapl", "open": 125.1, "volume": 4937800, "last": 126.5},
    {"event": "reply", "ok": False, "symbols": [], "message": "symbol limit exceeded (code 405)"},
    {"event": "trade", "symbol": "aapl", "price": 126.75, "trade_id": str(2**60 + 1)},
    {"event": "correction", "symbol": "aapl", "trade_id": "96921", "price": 126.5, "size": 2},
    {"event": "correction", "symbol": "aapl", "trade_id": "96922"},
]
