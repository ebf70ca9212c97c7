"""A program that stores trades until it is killed: it prints how many are stored, all but the last batch."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.archive.stored import FEED, START_NS, trades
from ticker_gui.archive.archive import FLUSH_S, Archive

_RECHECK_S = 0.01


def main(path: Path, symbol: str) -> None:
    """Store 5,000 trades per second in batches of 250 ms."""
    archive = Archive(path, now_ns=lambda: START_NS)
    archive.start()
    per_batch = int(5000 * FLUSH_S)
    for first in range(0, 100 * per_batch, per_batch):
        for feed, trade, received_ns, _ in trades(range(first, first + per_batch), symbol):
            archive.record_trade(feed, trade, received_ns)
        archive.flush()
        while len(asyncio.run(archive.load_trades(FEED, symbol, first + per_batch)).seq) < first:
            time.sleep(_RECHECK_S)
        print(first, flush=True)
        time.sleep(FLUSH_S)
