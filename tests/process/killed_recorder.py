"""A program that receives and stores a market until it is killed; it prints how many trades it has received."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.archive.stored import load_bars
from tests.doubles import StillClock
from tests.engine.answering import AnsweringMarket
from tests.engine.test_archiving import visit_real_feeds_quickly
from tests.engine.test_earlier_session import receive, session
from ticker_gui.archive.archive import Archive

_STORED = 130  # trades, one per second
_MAX = 400
_STEP = 50


async def main(path: Path) -> None:
    """Receive trades, the first ones at once, and the others while they are being stored."""
    market, clock = AnsweringMarket(), StillClock()
    async with session(path, market, clock):
        receive(market, clock, *range(_STORED))
        archive = Archive(path)
        while len((await load_bars(archive, "desk", "A", "1m", 0, 2**62)).start_ns) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        for number in range(_STORED, _MAX):
            if number % _STEP == 0:
                print(number, flush=True)
            receive(market, clock, number)
            await asyncio.sleep(0.005)
        await asyncio.Event().wait()


if __name__ == "__main__":
    visit_real_feeds_quickly(pytest.MonkeyPatch())
    asyncio.run(main(Path(sys.argv[1])))
