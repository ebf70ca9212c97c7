"""A program that stores trades until it is killed: it prints the number of those that were handed over."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.archive.stored import START_NS, trades
from ticker_gui.archive.archive import FLUSH_S, Archive


def main(path: Path, symbol: str) -> None:
    """Store 5,000 trades per second in batches of 250 ms."""
    archive = Archive(path, now_ns=lambda: START_NS)
    archive.start()
    per_batch = int(5000 * FLUSH_S)
    for first in range(0, 100 * per_batch, per_batch):
        for feed, trade, received_ns, _ in trades(range(first, first + per_batch), symbol):
            archive.record_trade(feed, trade, received_ns)
        archive.flush()
        print(first, flush=True)  # by now, what was handed over before this batch is older than a quarter second
        time.sleep(FLUSH_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
