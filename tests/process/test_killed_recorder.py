"""A program that is killed while it stores a market, and started again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.archive.stored import load_bars
from tests.conftest import RunQt
from tests.doubles import NOON_NS, StillClock, until
from tests.engine.answering import AnsweringMarket
from tests.engine.test_archiving import real
from tests.engine.test_earlier_session import receive, session
from ticker_gui.archive.archive import Archive
from ticker_gui.archive.database import check_integrity
from ticker_gui.bars.gaps import NOT_RUNNING
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND_NS

__all__ = ["real"]

RESTART_S = 600


def kill_while_storing(path: Path) -> None:
    command = [sys.executable, "-m", "tests.process.killed_recorder", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert [process.stdout.readline() for _ in range(3)] == ["150\n", "200\n", "250\n"]
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.usefixtures("real")
def test_after_a_kill_the_stored_bars_have_no_hole_but_the_recorded_gap(run: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        path, market, clock = tmp_path / "archive.sqlite3", AnsweringMarket(), StillClock()
        await asyncio.to_thread(kill_while_storing, path)
        assert await asyncio.to_thread(check_integrity, path)
        received = (await Archive(path).load_trades("desk", "A", 10_000)).seq.tolist()
        assert received == list(range(len(received)))
        assert len(received) >= 130
        clock.now_ns = restart_ns = NOON_NS + RESTART_S * SECOND_NS
        async with session(path, market, clock) as engine:
            (state,) = engine.market.states
            receive(market, clock, *range(RESTART_S, RESTART_S + 150))
            await until(lambda: state.backfills.newest)  # the provider has nothing of the gap
        archive = Archive(path)
        assert (await archive.load_trades("desk", "A", 10_000)).seq.tolist() == [
            *received,
            *range(RESTART_S, RESTART_S + 150),
        ]
        (gap,) = [gap for gap in await archive.load_gaps("desk", "A", 0, 2**62) if not gap.symbol]
        assert gap.reason == NOT_RUNNING
        starts = (await load_bars(archive, "desk", "A", "1m", 0, 2**62)).start_ns.tolist()
        assert starts[0] == MINUTE.start_of(NOON_NS)
        holes = [(a + MINUTE_NS, b) for a, b in pairwise(starts) if b > a + MINUTE_NS]
        assert holes == [
            (MINUTE.end_of(MINUTE.start_of(NOON_NS + received[-1] * SECOND_NS)), MINUTE.start_of(restart_ns))
        ]
        assert gap.start_ns <= holes[0][0]
        assert gap.end_ns == restart_ns
        assert await asyncio.to_thread(check_integrity, path)

    run(test())
