"""Helpers for tests of the archive: trades, bars and an open file."""

from __future__ import annotations

import numpy as np

from ticker_gui.archive import reading
from ticker_gui.archive.archive import Archive
from ticker_gui.archive.records import TradeRecord
from ticker_gui.bars.provided_bars import NO_BARS, ProvidedColumns, from_columns
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS

START_NS = 1_790_000_000 * SECOND_NS
FEED, SYMBOL = "kraken", "BTC/USD"


def trades(numbers: range, symbol: str = SYMBOL, *, with_ids: bool = True) -> list[TradeRecord]:
    """Return one trade per number, 10 ms apart."""
    return [
        TradeRecord(
            FEED,
            Trade(
                symbol,
                60_000 + number % 100 / 100,
                1 + number % 7,
                START_NS + number * 10_000_000,
                number if with_ids else None,
            ),
            START_NS + number * 10_000_000 + 1,
        )
        for number in numbers
    ]


def bars(numbers: range, source: int = 0, close: float = 10.0) -> ProvidedColumns:
    """Return minute bars."""
    start = np.array([START_NS + number * MINUTE_NS for number in numbers], np.int64)
    price = np.full(len(numbers), close)
    return from_columns([start, price, price + 1, price - 1, price, price * 2, np.full(len(numbers), source, np.int64)])


async def load_bars(
    archive: Archive, feed: str, symbol: str, timeframe: str, start_ns: int, end_ns: int
) -> ProvidedColumns:
    """Return the stored bars of exactly this timeframe, as they are in the file."""
    return await archive._read(NO_BARS, reading.read_bars, feed, symbol, timeframe, start_ns, end_ns)
