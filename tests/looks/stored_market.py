"""A market that an earlier session has stored, and its server, which sends nothing of most symbols yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from websockets.asyncio.server import ServerConnection

from tests.servers import receive_forever
from ticker_gui.archive.archive import Archive
from ticker_gui.archive.records import BarsRecord, DayRecord
from ticker_gui.bars.provided_bars import ProvidedColumns, from_columns
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND_NS

FEED: Final = "coinbase"
PRICES: Final = {
    "BTC-USD": 67_123.45, "ETH-USD": 3_456.78, "SOL-USD": 187.65, "XRP-USD": 0.6123, "DOGE-USD": 0.12345,
    "LTC-USD": 91.23, "ADA-USD": 0.4567, "AVAX-USD": 38.21, "LINK-USD": 17.894, "DOT-USD": 7.213,
}  # fmt: skip
LIVE: Final = ("ETH-USD", "SOL-USD", "LINK-USD")
_MINUTES: Final = 600
_DAYS_AGO: Final = {"ADA-USD": 3, "DOT-USD": 17}  # the others were traded yesterday


def store(file: Path) -> None:
    """Store what was known at 22:01 yesterday, or some days earlier."""
    archive, random = Archive(file), np.random.default_rng(7)
    archive.start()
    for symbol, price in PRICES.items():
        last_ns = _evening_ns(_DAYS_AGO.get(symbol, 1)) + int(random.integers(0, 50)) * SECOND_NS
        bars = _bars(random, price, last_ns)
        low, high = float(bars.low.min()), float(bars.high.max())
        day = DayRecord(FEED, symbol, last_ns, float(bars.open[0]), high, low, None, 4e6 / price, price, last_ns)
        archive.record(day)
        archive.record(BarsRecord(FEED, symbol, MINUTE.name, bars))
    archive.close()


def _evening_ns(days: int) -> int:
    """Return 22:01 of some days ago in the local time zone."""
    evening = (datetime.now() - timedelta(days=days)).replace(hour=22, minute=1, second=0, microsecond=0)
    return int(evening.timestamp()) * SECOND_NS


def _bars(random: np.random.Generator, last: float, last_ns: int) -> ProvidedColumns:
    """Return minute bars of a random walk that ends at a price."""
    walk = np.exp(np.cumsum(random.normal(0, 0.0012, _MINUTES + 1)))
    prices = walk * (last / walk[-1])
    opens, closes = prices[:-1], prices[1:]
    spread = last * 0.0008 * random.random((2, _MINUTES))
    highs, lows = np.maximum(opens, closes) + spread[0], np.minimum(opens, closes) - spread[1]
    starts = MINUTE.start_of(last_ns) + np.arange(1 - _MINUTES, 1, dtype=np.int64) * MINUTE_NS
    volumes = 4e3 / last * random.random(_MINUTES)
    return from_columns([starts, opens, highs, lows, closes, volumes, np.zeros(_MINUTES, np.int64)])


async def serve(client: ServerConnection) -> None:
    """Confirm subscriptions and send a price of each of the `LIVE` symbols."""
    symbols: Sequence[str] = ()
    while not set(PRICES).issubset(symbols):
        requested = json.loads(await client.recv()).get("product_ids", ())
        symbols = (*symbols, *requested)
        await client.send(
            json.dumps({"type": "subscriptions", "channels": [{"name": "ticker", "product_ids": symbols}]})
        )
    for number, symbol in enumerate(LIVE):
        price = PRICES[symbol] * 1.0123
        await client.send(json.dumps(_ticker(symbol, number, price)))
    await receive_forever(client)


def _ticker(symbol: str, number: int, price: float) -> dict[str, object]:
    text = f"{price:.2f}"
    return {
        "type": "ticker", "sequence": number, "product_id": symbol, "price": text, "open_24h": f"{price * 0.97:.2f}",
        "low_24h": f"{price * 0.96:.2f}", "high_24h": f"{price * 1.01:.2f}", "volume_24h": f"{4e6 / price:.2f}",
        "best_bid": text, "best_ask": text, "side": "buy", "trade_id": number, "last_size": "0.5",
        "time": datetime.now(UTC).isoformat(),
    }  # fmt: skip
