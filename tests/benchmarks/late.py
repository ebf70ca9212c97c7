"""Messages per second where most trades are out of order, against a flood in order."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator

from tests.benchmarks import harness
from tests.benchmarks.flood_server import symbols
from tests.faults.program import LoopWatch

MODULE = "tests.benchmarks.late"
SYMBOLS = 50
_WARM_UP_S = 1.0


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure both floods by turns; the medians count. Gaps are without the time that others had the core."""
    seconds, rounds = (0.5, 1) if quick else (3.0, 5)
    in_order, late = [], []
    for _ in range(rounds):
        with harness.flood(SYMBOLS) as url:
            in_order.append(harness.run(MODULE, url, seconds))
        with harness.flood(SYMBOLS, 0.0, "--late") as url:
            late.append(harness.run(MODULE, url, seconds))
    ratio = statistics.median(one["rate"] / other["rate"] for one, other in zip(late, in_order, strict=True))
    rate, fps, gap = (statistics.median(one[key] for one in late) for key in ("rate", "frames", "gap"))
    note = f"{rate:,.0f} messages/s"
    yield harness.Figure("late trades: throughput / in order", ratio, 0.5, is_least=True, note=note)
    yield harness.Figure("late trades: painted frames per second", fps, 20, "/s", is_least=True)
    worst = max(one["gap"] for one in late)
    yield harness.Figure("late trades: longest gap of the loop", gap, 50, "ms", note=f"worst round {worst:.0f} ms")


async def main(url: str, seconds: float) -> None:
    """Run the window and count what it takes in and paints."""
    from tests.benchmarks.window import running_app

    async with running_app(url, symbols(SYMBOLS)) as app:
        session = app.engine.feeds["demo"].session
        await asyncio.sleep(min(_WARM_UP_S, 2 * seconds))
        watch = LoopWatch()
        watching = asyncio.create_task(watch.run())
        began, messages, frames = time.perf_counter(), session.frames, app.bridge.frames
        await asyncio.sleep(seconds)
        passed = time.perf_counter() - began
        watching.cancel()
        rate, fps = (session.frames - messages) / passed, (app.bridge.frames - frames) / passed
        harness.report(rate=rate, frames=fps, gap=1000 * watch.longest_s)


if __name__ == "__main__":
    from tests.benchmarks.window import run_with_qt

    run_with_qt(main(sys.argv[1], float(sys.argv[2])))
