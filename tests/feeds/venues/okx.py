"""OKX v5: an acknowledgement per argument, numbers as text, a bare ping, a notice before the end."""

from __future__ import annotations

import json
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_market import NOW_NS, Answer, Execution, Figures, bars_between, executions, last_bars
from tests.feeds.venues import receive, send, wait_until_closed
from ticker_gui.domain.timeframe import BY_NAME

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


# The REST interface: errors with HTTP status 200, rows newest first, exclusive bounds, two addresses for bars.

_RECENT_BARS = 1_440
_BARS = {"6Hutc": "6h", "12Hutc": "12h", "1Dutc": "1d", "1Wutc": "1w", "1Mutc": "1M"} | {
    name: name.lower() for name in ("1m", "3m", "5m", "15m", "30m", "1H", "2H", "4H")
}


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer a request as ``www.okx.com`` does."""
    if path.endswith("/public/instruments"):
        return _rows(INSTRUMENTS)
    if query["instId"] != "BTC-USDT":
        return _failure("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
    if path.endswith("/history-trades"):
        newest = int(query["after"]) - 1
        return _rows([_trade(each) for each in reversed(executions(newest - int(query["limit"]) + 1, newest))])
    if query["bar"] not in _BARS:
        return _failure("51000", "Parameter bar error")
    timeframe = _BARS[query["bar"]]
    first_ns, last_ns = (int(query["before"]) + 1) * 1_000_000, (int(query["after"]) - 1) * 1_000_000
    bars = bars_between(timeframe, first_ns, last_ns)
    if path.endswith("/history-candles"):
        bars = [bar for bar in bars if BY_NAME[timeframe].end_of(bar.start_ns) <= NOW_NS]
    else:
        oldest_ns = last_bars(timeframe, NOW_NS, _RECENT_BARS)[0].start_ns
        bars = [bar for bar in bars if bar.start_ns >= oldest_ns]
    return _rows([_candle(timeframe, bar) for bar in reversed(bars[-min(int(query["limit"]), 300) :])])


def _trade(each: Execution) -> dict[str, str]:
    return {
        "instId": "BTC-USDT",
        "side": "buy",
        "sz": str(each.size),
        "px": str(each.price),
        "tradeId": str(each.id),
        "ts": str(each.time_ns // 1_000_000),
    }


def _candle(timeframe: str, bar: Figures) -> list[str]:
    is_closed = BY_NAME[timeframe].end_of(bar.start_ns) <= NOW_NS
    figures = (bar.start_ns // 1_000_000, bar.open, bar.high, bar.low, bar.close, bar.volume, 1.0, 1.0, int(is_closed))
    return [str(value) for value in figures]


def _rows(rows: object) -> Answer:
    return 200, json.dumps({"code": "0", "msg": "", "data": rows}).encode(), {}


def _failure(code: str, message: str) -> Answer:
    return 200, json.dumps({"code": code, "msg": message, "data": []}).encode(), {}


INSTRUMENTS: list[dict[str, object]] = [
    {
        "instId": "BTC-USDT",
        "baseCcy": "BTC",
        "quoteCcy": "USDT",
        "tickSz": "0.1",
        "lotSz": "0.00000001",
        "state": "live",
    },
    {"instId": "NEW-USDT", "baseCcy": "NEW", "quoteCcy": "USDT", "tickSz": "", "state": "preopen"},
    {"instId": None},
]
LIMITED: Answer = (200, b'{"code":"50011","msg":"Too Many Requests","data":[]}', {})
