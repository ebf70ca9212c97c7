"""Fifty thousand messages a second of the one symbol that is on the chart."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator

from tests.benchmarks import harness
from tests.benchmarks.chart import CHOSEN
from tests.benchmarks.flood_server import symbols
from tests.faults.program import LoopWatch

MODULE = "tests.benchmarks.live_chart"
RATE = 50_000
_WARM_UP_S = 3.0


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure some rounds; the medians count. Gaps are without the time that others on the machine had the core."""
    seconds, rounds = (0.5, 1) if quick else (10.0, 3)
    told = []
    for _ in range(rounds):
        with harness.flood(1, RATE) as url:
            told.append(harness.run(MODULE, url, seconds))
    fps, gap, rate = (statistics.median(one[key] for one in told) for key in ("fps", "gap", "rate"))
    lost = max(one["lost"] for one in told)
    name = "live chart at 50,000 messages/s"
    yield harness.Figure(
        f"{name}: frames per second", fps, 30, "/s", is_least=True, note=f"{rate:,.0f} messages/s taken in"
    )
    yield harness.Figure(f"{name}: longest gap of the loop", gap, 50, "ms")
    yield harness.Figure(f"{name}: trades that are in no bar", lost, 0)


async def main(url: str, seconds: float) -> None:
    """Run the window on candles with indicators, and count what is in the bars."""
    from tests.benchmarks.window import running_app
    from ticker_gui.gui.chart.options import ChartOptions

    async with running_app(url, symbols(1), height=800) as app:
        app.window.chart.set_options(ChartOptions(kind="candles", timeframe="1s", indicators=CHOSEN))
        await asyncio.sleep(min(_WARM_UP_S, 2 * seconds))
        session = app.engine.feeds["demo"].session
        watch = LoopWatch()
        watching = asyncio.create_task(watch.run())
        began, frames, messages = time.perf_counter(), app.bridge.frames, session.frames
        await asyncio.sleep(seconds)
        passed = time.perf_counter() - began
        watching.cancel()
        state = app.engine.market.states[0]
        state.bars.aggregate_pending()
        held = state.bars.seconds.column(5).sum() if state.bars.seconds.begin == 0 else float("nan")
        harness.report(
            fps=(app.bridge.frames - frames) / passed,
            rate=(session.frames - messages) / passed,
            gap=1000 * watch.longest_s,
            lost=abs(float(held) - state.day.observed_volume) / state.day.observed_volume,
        )


if __name__ == "__main__":
    from tests.benchmarks.window import run_with_qt

    run_with_qt(main(sys.argv[1], float(sys.argv[2])))
