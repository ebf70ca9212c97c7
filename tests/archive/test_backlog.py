"""What could not be written is kept in order, and due again after a while."""

from __future__ import annotations

import pytest

from tests.archive.stored import FEED, trades
from ticker_gui.archive import backlog
from ticker_gui.archive.backlog import Backlog, Batch
from ticker_gui.archive.records import RecordedUntil


def test_batches_are_joined_in_order_until_they_are_written() -> None:
    waiting, mark = Backlog(), RecordedUntil(FEED, 1)
    assert not waiting.is_due
    waiting.add(Batch((), ()))
    assert not waiting.is_due
    waiting.add(Batch(trades(range(3)), ()))
    waiting.add(Batch(trades(range(3, 5)), (mark,)))
    assert waiting.is_due
    assert waiting.joined() == Batch(trades(range(5)), [mark])
    assert waiting.clear() == 6
    assert not waiting.is_due


def test_a_failed_attempt_is_repeated_after_a_while_or_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "RETRY_S", 1_000.0)
    waiting = Backlog()
    waiting.add(Batch(trades(range(3)), ()))
    waiting.postpone()
    assert waiting.is_failing
    assert not waiting.is_due
    waiting.retry_now()
    assert waiting.is_due
    assert waiting.clear() == 3
    assert not waiting.is_failing
