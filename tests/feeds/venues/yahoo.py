"""Yahoo's streamer: protobuf as base64, in JSON or bare; no acknowledgement."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping
from typing import Any

from websockets.asyncio.server import ServerConnection

from tests.feeds.past_figures import DAY_S, FIRST_S, NOW_S, rows
from tests.feeds.venues import receive, send, wait_until_closed

PLAIN = (
    "quote_type",
    "market_hours",
)  # int32, all other integers are zigzag


def pricing(**fields: Any) -> str:
    """Return pricing data as base64, encoded by hand as the protobuf documentation describes."""
    numbers = {"id": 1, "price": 2, "time": 3, "currency": 4, "quote_type": 6, "market_hours": 7, "day_volume": 9, "day_high": 10, "day_low": 11, "change": 12,
               "open_price": 15, "previous_close": 16, "last_size": 22, "bid": 23, "bid_size": 24, "ask": 25, "ask_size": 26, "vol_24hr": 28}  # fmt: skip
    message = b""
    for name, value in fields.items():
        number = numbers[name]
        if isinstance(value, str):
            message += varint(number << 3 | 2) + varint(len(value)) + value.encode()
        elif isinstance(value, float):
            message += varint(number << 3 | 5) + struct.pack("<f", value)
        else:
            message += varint(number << 3) + varint(
                value if name in PLAIN else value << 1 if value >= 0 else (-value << 1) - 1
            )
    return base64.b64encode(message).decode()


def varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


COIN = pricing(
    id="BTC-USD", price=61234.5, time=1_700_000_000_123, currency="USD", day_volume=59_712_028_672, day_high=61900.25,
    day_low=60100.1, change=234.5, open_price=61000.0, last_size=5,
)  # fmt: skip
STOCK = pricing(
    id="DKNG",
    price=24.535,
    time=1_700_000_001_000,
    day_volume=6_719_763,
    change=1.095,
    bid=24.53,
    ask=24.54,
    ask_size=300,
)

AFTER_HOURS = pricing(id="DKNG", price=25.0, time=1_700_000_002_000, market_hours=2, change=0.46)

FRAMES = [
    json.dumps({"type": "pricing", "message": COIN}),
    json.dumps({"type": "pricing", "message": STOCK}),
    COIN,
    AFTER_HOURS,
]
SYMBOLS = "btcusd,dkng,^GSPC"
PATH = "/?version=2"


async def serve(client: ServerConnection) -> None:
    assert await receive(client) == {"subscribe": ["BTC-USD", "DKNG", "^GSPC"]}
    await send(client, *FRAMES[:2])
    await wait_until_closed(client)


LINES = [
    {"event": "trade", "symbol": "btcusd", "price": 61234.5, "size": 5, "time": "2023-11-14T22:13:20.123000Z"},
    {"event": "day", "symbol": "btcusd", "high": 61900.25, "low": 60100.1, "previous_close": 61000.0},
    {"event": "trade", "symbol": "dkng", "price": 24.535},
    {"event": "quote", "symbol": "dkng", "bid": 24.53, "ask": 24.54, "ask_size": 300},
]


# The REST interface. Prices have 32 bits; a minute without trades is null in all columns; days are stamped at the opening
# in New York. The last row is the price of now, at any time, also if the period ends earlier.

OPENING_S = 14 * 3600 + 30 * 60
INTERVALS = {"1m": 7, "2m": 60, "5m": 60, "15m": 60, "1d": 30_000}  # and the oldest day
META = {
    "AAPL": {
        "currency": "USD", "symbol": "AAPL", "instrumentType": "EQUITY", "gmtoffset": -18000, "priceHint": 2,
        "exchangeTimezoneName": "America/New_York",
    },
    "EURUSD=X": {
        "currency": "USD", "symbol": "EURUSD=X", "instrumentType": "CURRENCY", "gmtoffset": 0, "priceHint": 4,
        "exchangeTimezoneName": "Europe/London",
    },
}  # fmt: skip


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, bytes, Mapping[str, str]]:
    if not headers.get("User-Agent", "").startswith("Mozilla/5.0"):
        return 429, b"Too Many Requests\r\n", {}
    return _found(query) if path == "/v1/finance/search" else _chart(path, query)


def _chart(path: str, query: Mapping[str, str]) -> tuple[int, bytes, Mapping[str, str]]:
    symbol, interval = path.removeprefix("/v8/finance/chart/"), query["interval"]
    if symbol not in META:
        return 404, _failure("Not Found", "No data found, symbol may be delisted"), {}
    start, end, is_day = int(query["period1"]), int(query["period2"]), interval == "1d"
    if not is_day and start < FIRST_S:
        text = f"{interval} data not available for startTime={start} and endTime={end}. The requested range must be "
        return 422, _failure("Unprocessable Entity", f"{text}within the last 60 days."), {}
    shift = 0 if not is_day else OPENING_S if symbol == "AAPL" else 0
    width = {"1m": 60, "2m": 120, "5m": 300, "15m": 900, "1d": DAY_S}[interval]
    served = {row.time: row for row in rows(interval, start - shift, end - shift - 1)}
    times = range(-(-(start - shift) // width) * width, min(end - shift, NOW_S - shift), width)
    columns: dict[str, list[float | None]] = {name: [] for name in ("open", "high", "low", "close", "volume")}
    for time in times:
        row = served.get(time)
        for name, column in columns.items():
            value = None if row is None else getattr(row, name)
            if value is not None and name == "volume":
                value = 0 if symbol == "EURUSD=X" else value
            column.append(value)
    stamps = [time + shift for time in times]
    if not is_day:
        stamps.append(NOW_S)
        for name, column in columns.items():
            column.append(0 if name == "volume" else 101.5)
    result = {"meta": META[symbol], "indicators": {"quote": [columns], "adjclose": [{"adjclose": columns["close"]}]}}
    if stamps:
        result["timestamp"] = stamps
    return 200, json.dumps({"chart": {"result": [result], "error": None}}).encode(), {}


QUOTES: list[dict[str, object]] = [
    {"symbol": "NIMB", "shortname": "Nimbus Inc", "longname": "Nimbus Incorporated", "exchDisp": "NASDAQ", "quoteType": "EQUITY", "isYahooFinance": True},
    {"symbol": "NIMB-USD", "shortname": "Nimbus USD", "exchange": "CCC", "quoteType": "CRYPTOCURRENCY", "isYahooFinance": True},
    {"index": "crunchbase", "name": "Nimbus Labs", "permalink": "nimbus-labs", "isYahooFinance": False},
    {"symbol": "ZEPH.DE", "shortname": "ZEPHYR AG", "exchDisp": "XETRA", "quoteType": "EQUITY", "isYahooFinance": True},
]  # fmt: skip


def _found(query: Mapping[str, str]) -> tuple[int, bytes, Mapping[str, str]]:
    """Return the quotes of which a field contains the text, and news that nobody asked for."""
    assert query["newsCount"] == "0"
    typed = query["q"].casefold()
    if typed == "limited":
        return 429, b"Too Many Requests\r\n", {}
    if typed == "cookie":
        error = {"code": "Unauthorized", "description": "Invalid Crumb"}
        return 401, json.dumps({"finance": {"result": None, "error": error}}).encode(), {}
    quotes = [one for one in QUOTES if typed in str(one).casefold()][: int(query["quotesCount"])]
    return (
        200,
        json.dumps({"explains": [], "count": len(quotes), "quotes": quotes, "news": [], "lists": []}).encode(),
        {},
    )


def _failure(code: str, description: str) -> bytes:
    return json.dumps({"chart": {"result": None, "error": {"code": code, "description": description}}}).encode()
