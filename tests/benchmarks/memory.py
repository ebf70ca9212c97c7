"""Memory after five million messages, against memory after one million."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import harness
from tests.benchmarks.flood_server import symbols

MODULE = "tests.benchmarks.memory"
SYMBOLS = 500
_PAGE = 4096


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure once: it is a count and not a time."""
    first, last = (50_000, 150_000) if quick else (1_000_000, 5_000_000)
    with harness.flood(SYMBOLS) as url:
        told = harness.run(MODULE, url, first, last)
    growth = (told["last"] - told["first"]) / 2**20
    note = f"{told['first'] / 2**20:.0f} MB after {first:,}, {told['last'] / 2**20:.0f} MB after {last:,} messages"
    yield harness.Figure("memory: growth over 500 symbols", growth, 10, "MB", note=note)


def resident() -> int:
    """Return the memory of this process in bytes (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


async def main(url: str, first: int, last: int) -> None:
    """Run the window and look at its memory twice."""
    from tests.benchmarks.window import running_app

    async with running_app(url, symbols(SYMBOLS)) as app:
        session = app.engine.feeds["demo"].session
        told = []
        for count in (first, last):
            while session.frames < count:  # noqa: ASYNC110  # the session tells nobody
                await asyncio.sleep(0.05)
            told.append(resident())
        harness.report(first=told[0], last=told[1])


if __name__ == "__main__":
    from tests.benchmarks.window import run_with_qt

    run_with_qt(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
