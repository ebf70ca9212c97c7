"""An archive with trades and bars for tests of commands that read it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ticker_gui.archive.database import open_for_writing
from ticker_gui.archive.records import BarsRecord, TradeRecord
from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.bars.provided_bars import BarSource, from_columns
from ticker_gui.config.loading import Arguments, archive_path
from ticker_gui.domain.events import Trade, Updates
from ticker_gui.domain.timeframe import DAY_NS, MINUTE_NS, SECOND_NS

START_NS = 1_767_225_600 * SECOND_NS  # 2026-01-01
FEED = "coinbase"
SYMBOL = "BTC-USD"
COINBASE = ("--url", "wss://ws-feed.exchange.coinbase.com", "--symbols", "btc/usd")  # as a user may write it
NEW_YEAR = ("--from", "2026-01-01", "--to", "2026-01-02")


def default_archive() -> Path:
    """Return the archive of the default settings, which each test has for itself."""
    return archive_path(Arguments(), {})


def store(trades: int = 0, bars: int = 0, symbol: str = SYMBOL) -> Path:
    """Store trades of each second and minute bars since the new year, and a daily bar; return the file."""
    path = default_archive()
    writer = ArchiveWriter(open_for_writing(path))
    records = [TradeRecord(FEED, trade, START_NS + DAY_NS) for trade in make_trades(trades, symbol)]
    price = np.arange(bars) / 10 + 100
    minutes = START_NS + np.arange(bars) * MINUTE_NS
    volume = np.where(np.arange(bars) % 2 == 0, 0.1, np.nan)
    source = np.arange(bars) % len(BarSource)
    columns = from_columns([minutes, price, np.round(price + 0.1, 1), price, price, volume, source])
    days = [BarsRecord(FEED, symbol, "1d", columns.where(minutes == START_NS))]
    writer.write(records, [BarsRecord(FEED, symbol, "1m", columns), *days])
    writer.connection.close()
    return path


def make_trades(count: int, symbol: str = SYMBOL) -> list[Trade]:
    """Return one trade per second; the second one has a text as its id and sale conditions."""
    made = [
        Trade(symbol, 100 + number / 10, 0.001 * (number % 9 + 1), START_NS + number * SECOND_NS + 123, 7000 + number)
        for number in range(count)
    ]
    if count > 1:
        made[1] = Trade(symbol, 1e-7, 2e9, made[1].time_ns, "a-1", conditions=("@", "I"), updates=Updates.VOLUME)
    return made
