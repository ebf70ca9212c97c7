"""Memory growth from one million to five million messages."""

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
    """Measure once, because memory does not depend on the load of the machine."""
    first, last = (10_000, 20_000) if quick else (1_000_000, 5_000_000)
    with harness.flood(SYMBOLS) as url:
        results = harness.run(MODULE, url, first, last, can_fork=False)
    growth = (results["last"] - results["first"]) / 2**20
    note = (
        f"{results['first'] / 2**20:.0f} MB after {first:,}, {results['last'] / 2**20:.0f} MB after {last:,} messages"
    )
    yield harness.Figure("memory: growth with 500 symbols", growth, 10, "MB", note=note)


def resident() -> int:
    """Return the resident memory of this process in bytes (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


async def main(url: str, first: int, last: int) -> None:
    """Run the window and measure its memory twice."""
    from tests.benchmarks.window import running_app

    async with running_app(url, symbols(SYMBOLS)) as app:
        session = app.engine.feeds["demo"].session
        results = []
        for count in (first, last):
            while session.frames < count:  # noqa: ASYNC110  # the session has no signal for it
                await asyncio.sleep(0.05)
            results.append(resident())
        harness.report(first=results[0], last=results[1])


if __name__ == "__main__":
    from tests.benchmarks.window import run_with_qt

    run_with_qt(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
