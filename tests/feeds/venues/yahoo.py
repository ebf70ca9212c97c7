"""Yahoo's streamer: protobuf as base64, in JSON or bare; no acknowledgement."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

from websockets.asyncio.server import ServerConnection

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
