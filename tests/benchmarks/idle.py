"""CPU usage while connected without market data."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator

from tests.benchmarks import harness
from tests.benchmarks.cpu_share import measured_share
from tests.benchmarks.flood_server import symbols
from tests.doubles import until

MODULE = "tests.benchmarks.idle"
SYMBOLS = 50
_WARM_UP_S = 3.0


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure some rounds and take the median."""
    seconds, rounds = (1.0, 1) if quick else (15.0, 3)
    shares = []
    for _ in range(rounds):
        with harness.flood(SYMBOLS, 0.001) as url:
            shares.append(harness.run(MODULE, url, seconds)["share"])
    yield harness.Figure("connected, no data: share of a core", 100 * statistics.median(shares), 1.0, "%")


async def main(url: str, seconds: float) -> None:
    """Run the window without market data."""
    from tests.benchmarks.window import running_app

    async with running_app(url, symbols(SYMBOLS)) as app:
        await until(lambda: app.engine.feeds["demo"].state.is_connected)
        await harness.wait_own_time(min(_WARM_UP_S, seconds))
        harness.report(share=await measured_share(seconds))


if __name__ == "__main__":
    from tests.benchmarks.window import run_with_qt

    run_with_qt(main(sys.argv[1], float(sys.argv[2])))
