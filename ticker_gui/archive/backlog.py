"""What waits to be written to the archive: what the disk has no space for is kept, and written later."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from ticker_gui.archive.records import Record, TradeRecord

RETRY_S: Final = 5.0


class Batch(NamedTuple):
    """What is written in one transaction."""

    trades: Sequence[TradeRecord]
    records: Sequence[Record]

    @property
    def size(self) -> int:
        """The number of its trades and records."""
        return len(self.trades) + len(self.records)


class Backlog:
    """The batches that are not written yet, oldest first; only the writing thread changes it."""

    def __init__(self) -> None:
        self._batches: list[Batch] = []
        self._retry_s = 0.0

    @property
    def is_failing(self) -> bool:
        """Whether the last attempt failed, so that it is repeated after a while."""
        return self._retry_s > 0

    @property
    def is_due(self) -> bool:
        """Whether there is anything to write now."""
        return bool(self._batches) and time.monotonic() >= self._retry_s

    def add(self, batch: Batch) -> None:
        """Add a batch; an empty one changes nothing."""
        if batch.size:
            self._batches.append(batch)

    def joined(self) -> Batch:
        """Return everything as one batch."""
        if len(self._batches) == 1:
            return self._batches[0]
        trades = [trade for batch in self._batches for trade in batch.trades]
        return Batch(trades, [record for batch in self._batches for record in batch.records])

    def postpone(self) -> None:
        """Keep everything for the next attempt after a while."""
        self._retry_s = time.monotonic() + RETRY_S

    def retry_now(self) -> None:
        """Let the next attempt be due at once."""
        self._retry_s = min(self._retry_s, time.monotonic())

    def clear(self) -> int:
        """Forget everything, because it is written or lost; return the number of its trades and records."""
        size = sum(batch.size for batch in self._batches)
        self._batches.clear()
        self._retry_s = 0.0
        return size
