"""Display latency and event loop pauses under a constant load."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator

from PySide6.QtCore import Qt, QTimer

from tests.benchmarks import harness
from tests.benchmarks.flood_server import symbols

MODULE = "tests.benchmarks.latency"
SYMBOLS = 500
RATE = 5_000
_WARM_UP_S = 2.0
_MIN_LATENCIES = 2  # a busy machine may have no time for more


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure some rounds and take the medians. The latency of a frame is that of its oldest message."""
    seconds, rounds = (0.3, 1) if quick else (10.0, 5)
    results = []
    for _ in range(rounds):
        with harness.flood(SYMBOLS, RATE) as url:
            results.append(harness.run(MODULE, url, seconds))
    p99, gap, median, fps = (statistics.median(one[key] for one in results) for key in ("p99", "gap", "median", "fps"))
    note = f"median {median:.1f} ms, {fps:.0f} frames/s"
    yield harness.Figure("5,000 messages/s: arrival to paint, p99", p99, 34, "ms", note=note)
    worst = max(one["gap"] for one in results)
    yield harness.Figure(
        "5,000 messages/s: longest event loop pause", gap, 50, "ms", note=f"worst round {worst:.0f} ms"
    )


async def main(url: str, seconds: float) -> None:
    """Run the window and read the latencies of its bridge."""
    from tests.benchmarks.window import running_app, until_displayed

    async with running_app(url, symbols(SYMBOLS), height=900) as app:
        await until_displayed(app)
        await asyncio.sleep(min(_WARM_UP_S, seconds))
        app.bridge.latencies_ns.clear()
        gaps: list[float] = []
        last = time.perf_counter()

        def tick() -> None:
            nonlocal last
            now = time.perf_counter()
            gaps.append(1000 * (now - last))
            last = now

        timer = QTimer(interval=1, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(tick)
        timer.start()
        latencies: list[float] = []
        frames, passed, step_s = app.bridge.frames, 0.0, min(1.0, seconds)
        while passed < seconds or len(latencies) < _MIN_LATENCIES:
            await asyncio.sleep(step_s)
            passed += step_s
            latencies += [nanoseconds / 1e6 for nanoseconds in app.bridge.latencies_ns]
            app.bridge.latencies_ns.clear()
        timer.stop()
        cuts = statistics.quantiles(latencies, n=100)
        fps = (app.bridge.frames - frames) / passed
        harness.report(p99=cuts[98], median=cuts[49], gap=max(gaps), fps=fps)


if __name__ == "__main__":
    from tests.benchmarks.window import run_with_qt

    run_with_qt(main(sys.argv[1], float(sys.argv[2])))
