"""Tiingo: the key in the subscription, rows by service and length, lower case."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_data import NOW_NS, Answer, figures, starts
from tests.feeds.venues import receive, send, wait_until_closed
from ticker_gui.domain.timeframe import DAY_NS
from ticker_gui.feeds.past_rows import iso_text
from ticker_gui.feeds.providers.tiingo_history import TiingoHistory
from ticker_gui.feeds.wire import iso_ns

INFO = '{"messageType":"I","data":{"subscriptionId":2563367},"response":{"code":200,"message":"Success"}}'
LISTED = (
    '{"messageType":"I","data":{"subscriptionId":2563367,"tickers":["vym"],"thresholdLevel":"6"},'
    '"response":{"code":200,"message":"Success"}}'
)
REFERENCE = '{"service":"iex","messageType":"A","data":["2023-11-14T17:13:20.383129126-05:00","vym",81.585]}'
FULL_QUOTE = (
    '{"messageType":"A","service":"iex","data":["Q","2023-11-14T17:13:20.383129126-05:00",1700000000383129126,"vym",100,'
    "81.58,81.585,81.59,200,null,null,0,0,null,null,null]}"
)
FULL_TRADE = (
    '{"messageType":"A","service":"iex","data":["T","2023-11-14T17:13:20.594808294-05:00",1700000000594808294,"vym",null,'
    "null,null,null,null,81.6,300,null,0,0,0,0]}"
)
ODD_LOT = (
    '{"messageType":"A","service":"iex","data":["T","2023-11-14T17:13:20.694808294-05:00",1700000000694808294,"vym",null,'
    "null,null,null,null,95.5,7,null,0,1,1,1]}"
)
BREAK = (
    '{"messageType":"A","service":"iex","data":["B","2023-11-14T17:13:21.594808294-05:00",1700000001594808294,"vym",null,'
    "null,null,null,null,81.6,300,null,0,0,0,0]}"
)
COIN_TRADE = (
    '{"service":"crypto_data","messageType":"A","data":["T","btcusd","2023-11-14T22:13:20.371785+00:00","kraken",1.3086,'
    "61234.4449999999997]}"
)
COIN_QUOTE = (
    '{"service":"crypto_data","messageType":"A","data":["Q","btcusd","2023-11-14T22:13:20.477686+00:00","gdax",0.0072,'
    "61234.44,61234.445,0.0055,61234.45]}"
)
CURRENCY = (
    '{"messageType":"A","service":"fx","data":["Q","eurnok","2023-11-14T22:13:20.157000+00:00",5000000.0,9.6764,9.678135,'
    "5000000.0,9.67987]}"
)
HEARTBEAT = '{"messageType":"H","response":{"code":200,"message":"HeartBeat"}}'
ERROR = '{"messageType":"E","response":{"code":400,"message":"thresholdLevel not valid"}}'

FRAMES = [
    INFO,
    LISTED,
    REFERENCE,
    FULL_QUOTE,
    FULL_TRADE,
    ODD_LOT,
    BREAK,
    COIN_TRADE,
    COIN_QUOTE,
    CURRENCY,
    HEARTBEAT,
    ERROR,
]
FLOW = [REFERENCE, COIN_TRADE, COIN_QUOTE, CURRENCY]
SYMBOLS = "VYM,BTC-USD,EUR/NOK"
KEY = "tiingo-key"
PATH = "/iex"


async def serve(client: ServerConnection) -> None:
    assert await receive(client) == {
        "eventName": "subscribe",
        "authorization": "tiingo-key",
        "eventData": {"thresholdLevel": 6, "tickers": ["vym", "btcusd", "eurnok"]},
    }
    await send(client, INFO, LISTED, HEARTBEAT, REFERENCE, COIN_TRADE, COIN_QUOTE, CURRENCY, FULL_TRADE, ODD_LOT, BREAK)
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["VYM"]},
    {"event": "trade", "symbol": "VYM", "price": 81.585, "time": "2023-11-14T22:13:20.383129Z"},
    {"event": "trade", "symbol": "VYM", "price": 81.6, "size": 300},
    {"event": "trade", "symbol": "VYM", "price": 95.5, "size": 7, "updates": ["volume"]},
    {"event": "correction", "symbol": "VYM"},
    {"event": "trade", "symbol": "BTC-USD", "price": 61234.445, "size": 1.3086},
    {"event": "quote", "symbol": "BTC-USD", "bid": 61234.44, "ask": 61234.45, "bid_size": 0.0072},
    {"event": "trade", "symbol": "EUR/NOK", "price": 9.678135},
    {"event": "quote", "symbol": "EUR/NOK", "bid": 9.6764, "ask": 9.67987},
]


# The REST API

MAX_ROWS = 2_000
DIVIDENDS = 2.0  # how many times larger the unadjusted prices of days are
_TIMEFRAMES = {text: name for name, text in TiingoHistory.history.timeframes.items()}
TICKERS = """ticker,exchange,assetType,priceCurrency,startDate,endDate
AAPL,NASDAQ,Stock,USD,1980-12-12,2026-11-27
SPY,NYSE ARCA,ETF,USD,1993-01-29,2026-11-25
GONE,NYSE,Stock,USD,1999-01-04,2004-05-06
FUND,NMFQS,Mutual Fund,USD,1999-01-04,2026-11-27
NEVER,NYSE,Stock,USD,,
"""


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer as ``api.tiingo.com`` does: whole dates, the newest 2,000 rows, and a sentence beyond the limit."""
    if path == "/docs/tiingo/daily/supported_tickers.zip":
        assert not headers
        return 200, packed(TICKERS), {}
    if headers.get("Authorization") != f"Token {KEY}":
        return 401, b'{"detail":"Please supply a token"}', {}
    parts = path.strip("/").split("/")
    symbol = query["tickers"] if "crypto" in parts else parts[-2]
    if symbol == "ghost":
        return 404, b'{"detail":"Error: Ticker \'GHOST\' not found"}', {}
    if symbol == "busy":
        return 200, b"You have run over your hourly request allocation. Please upgrade.", {}
    timeframe = _TIMEFRAMES[query.get("resampleFreq", "1day")]
    has_volume = "fx" not in parts and ("iex" not in parts or "volume" in query.get("columns", ""))
    first_ns, end_ns = iso_ns(f"{query['startDate']} 00:00"), iso_ns(f"{query['endDate']} 00:00") + DAY_NS
    rows = [
        _row(symbol, timeframe, start_ns, has_volume) for start_ns in starts(timeframe, first_ns, min(end_ns, NOW_NS))
    ]
    rows = [row for row in rows if row][-MAX_ROWS:]
    if "daily" in parts:
        rows = [_with_unadjusted(row) for row in rows]
    body = [{"ticker": symbol, "priceData": rows}] if "crypto" in parts else rows
    return 200, json.dumps(body).encode(), {}


def _row(symbol: str, timeframe: str, start_ns: int, has_volume: bool) -> dict[str, object]:
    row = figures(symbol, timeframe, start_ns)
    if row is None:
        return {}
    values = {"open": row.open, "high": row.high, "low": row.low, "close": row.close}
    return {"date": iso_text(start_ns)[:-1] + ".000Z", **values} | ({"volume": row.volume} if has_volume else {})


def _with_unadjusted(row: dict[str, object]) -> dict[str, object]:
    adjusted = {f"adj{name.capitalize()}": value for name, value in row.items() if name != "date"}
    raw = {name: value * DIVIDENDS for name, value in row.items() if isinstance(value, float)}
    return {"date": row["date"], **raw, **adjusted, "divCash": 0.0, "splitFactor": 1.0}


def packed(text: str) -> bytes:
    """Return a text as the only file of an archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("supported_tickers.csv", text)
    return archive.getvalue()
