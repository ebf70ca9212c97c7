"""Massive: connected, login, auth_success, one acknowledgement per channel, arrays of events."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

from tests.feeds.venues import receive, send, wait_until_closed

CONNECTED = '[{"ev":"status","status":"connected","message":"Connected Successfully"}]'
AUTHENTICATED = '[{"ev":"status","status":"auth_success","message":"authenticated"}]'
ACKS = (
    '[{"ev":"status","status":"success","message":"subscribed to: T.MSFT"},'
    '{"ev":"status","status":"success","message":"subscribed to: Q.MSFT"}]'
)
TRADE = (
    '[{"ev":"T","sym":"MSFT","x":4,"i":"12345","z":3,"p":114.125,"s":100,"c":[14,41],"t":1700000000784,"q":3681328,'
    '"trfi":202,"trft":1700000000783},{"ev":"T","sym":"MSFT","x":11,"i":"12345","z":3,"p":114.13,"s":0,"ds":"0.25",'
    '"c":[37],"t":1700000000784,"q":3681329}]'
)
CONTINGENT = '[{"ev":"T","sym":"MSFT","x":4,"i":"12346","z":3,"p":120.6247,"s":125984,"c":[53,52,41],"t":1700000000790,"q":3681340}]'
CANCELLED = (
    '[{"ev":"T","sym":"MSFT","x":4,"i":"12346","z":3,"p":120.6247,"s":125984,"e":8,"t":1700000000790,"q":3681350}]'
)
QUOTE = (
    '[{"ev":"Q","sym":"MSFT","bx":4,"bp":114.1,"bs":200,"ax":7,"ap":114.15,"as":300,"c":0,"i":[604],"t":1700000000785,'
    '"q":50385480,"z":3},{"ev":"LULD","T":"MSFT","h":218.96,"l":198.11,"i":[21],"z":3,"t":1700000000683746}]'
)
MINUTE = (
    '[{"ev":"AM","sym":"MSFT","v":4110,"av":9470157,"op":113.5,"vw":114.0,"o":114.0,"c":114.1,"h":114.2,"l":113.9,'
    '"a":113.8,"z":685,"s":1699999980000,"e":1700000040000}]'
)
COIN = (
    '[{"ev":"XT","pair":"BTC-USD","p":61234.5,"t":1700000000425,"s":0.01616617,"c":[2],"i":14272084,"x":3},'
    '{"ev":"XQ","pair":"BTC-USD","bp":61234.4,"bs":0.5,"ap":61234.6,"as":0.25,"t":1700000000426,"x":4}]'
)
INDEX = '[{"ev":"V","val":4988.5,"T":"I:SPX","t":1700000000098}]'
CURRENCY = '[{"ev":"C","p":"USD/CNH","x":44,"a":6.8366,"b":6.8364,"t":1700000000204}]'

FRAMES = [CONNECTED, AUTHENTICATED, ACKS, TRADE, CONTINGENT, CANCELLED, QUOTE, MINUTE, COIN, CURRENCY, INDEX]
SYMBOLS = "msft,GHOST"
KEY = "massive-key"
PATH = "/stocks"


async def serve(client: ServerConnection) -> None:
    await send(client, CONNECTED)
    assert await receive(client) == {"action": "auth", "params": "massive-key"}
    await send(client, AUTHENTICATED)
    assert await receive(client) == {
        "action": "subscribe",
        "params": "T.MSFT,Q.MSFT,AM.MSFT,T.GHOST,Q.GHOST,AM.GHOST",
    }
    await send(client, ACKS, TRADE, QUOTE, MINUTE, CONTINGENT, CANCELLED)
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["msft"]},
    {"event": "trade", "symbol": "msft", "price": 114.125, "size": 100, "time": "2023-11-14T22:13:20.784000Z"},
    {"event": "quote", "symbol": "msft", "bid": 114.1, "bid_size": 200, "ask_size": 300},
    {"event": "trade", "symbol": "msft", "price": 114.13, "size": 0.25, "conditions": ["37"], "updates": ["volume"]},
    {"event": "correction", "symbol": "msft", "trade_id": "12346"},
    {"event": "trade", "symbol": "msft", "price": 120.6247, "conditions": ["53", "52", "41"], "updates": ["volume"]},
    {"event": "bar", "symbol": "msft", "timeframe": "1m", "high": 114.2},
    {"event": "day", "symbol": "msft", "open": 113.5, "volume": 9470157},
]
