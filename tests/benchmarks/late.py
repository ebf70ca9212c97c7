"""Messages per second with most trades out of order, compared with trades in order."""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import Iterator

from tests.benchmarks import harness
from tests.benchmarks.flood_server import symbols
from tests.loop_monitor import LoopMonitor

MODULE = "tests.benchmarks.late"
SYMBOLS = 50
_WARM_UP_S = 1.0


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure both alternately and take the medians, without the time in which other processes had the core."""
    seconds, rounds = (0.1, 1) if quick else (3.0, 5)
    in_order, late = [], []
    for _ in range(rounds):
        with harness.flood(SYMBOLS) as url:
            in_order.append(harness.run(MODULE, url, seconds))
        with harness.flood(SYMBOLS, 0.0, "--late") as url:
            late.append(harness.run(MODULE, url, seconds))
    ratio = statistics.median(one["rate"] / other["rate"] for one, other in zip(late, in_order, strict=True))
    rate, fps, gap = (statistics.median(one[key] for one in late) for key in ("rate", "frames", "gap"))
    note = f"{rate:,.0f} messages/s"
    yield harness.Figure("late trades: throughput / in order", ratio, 0.5, is_minimum=True, note=note)
    yield harness.Figure("late trades: frames per second", fps, 20, "/s", is_minimum=True)
    worst = max(one["gap"] for one in late)
    yield harness.Figure("late trades: longest event loop pause", gap, 50, "ms", note=f"worst round {worst:.0f} ms")


async def main(url: str, seconds: float) -> None:
    """Run the window and count messages and frames."""
    from tests.benchmarks.window import running_app, until_displayed

    async with running_app(url, symbols(SYMBOLS)) as app:
        session = app.engine.feeds["demo"].session
        await until_displayed(app)
        await harness.wait_own_time(min(_WARM_UP_S, seconds))
        loop_monitor = LoopMonitor()
        monitoring = asyncio.create_task(loop_monitor.run())
        messages, frames = session.frames, app.bridge.frames
        passed = await harness.wait_own_time(seconds, lambda: session.frames)
        monitoring.cancel()
        rate, fps = (session.frames - messages) / passed, (app.bridge.frames - frames) / passed
        harness.report(rate=rate, frames=fps, gap=1000 * loop_monitor.longest_s)


if __name__ == "__main__":
    from tests.benchmarks.window import run_with_qt

    run_with_qt(main(sys.argv[1], float(sys.argv[2])))
