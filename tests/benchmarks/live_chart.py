"""Frame rate with 50,000 messages per second of the symbol on the chart."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator

from tests.benchmarks import harness
from tests.benchmarks.chart import CHOSEN
from tests.benchmarks.flood_server import symbols
from tests.loop_monitor import LoopMonitor

MODULE = "tests.benchmarks.live_chart"
RATE = 50_000
_WARM_UP_S = 3.0


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure some rounds and take the medians. Pauses exclude the time in which other processes had the core."""
    seconds, rounds = (0.2, 1) if quick else (10.0, 3)
    results = []
    for _ in range(rounds):
        with harness.flood(1, RATE) as url:
            results.append(harness.run(MODULE, url, seconds))
    fps, gap, rate = (statistics.median(one[key] for one in results) for key in ("fps", "gap", "rate"))
    lost = max(one["lost"] for one in results)
    name = "live chart at 50,000 messages/s"
    yield harness.Figure(
        f"{name}: frames per second", fps, 30, "/s", is_minimum=True, note=f"{rate:,.0f} messages/s processed"
    )
    yield harness.Figure(f"{name}: longest event loop pause", gap, 50, "ms")
    yield harness.Figure(f"{name}: share of trades missing in bars", lost, 0)


async def main(url: str, seconds: float) -> None:
    """Run the window with candles and indicators, and compare the volume in the bars."""
    from tests.benchmarks.window import running_app, until_displayed
    from ticker_gui.gui.chart.options import ChartOptions

    async with running_app(url, symbols(1), height=800) as app:
        app.window.chart.set_options(ChartOptions(kind="candles", timeframe="1s", indicators=CHOSEN))
        await until_displayed(app)
        await asyncio.sleep(min(_WARM_UP_S, 2 * seconds))
        session = app.engine.feeds["demo"].session
        loop_monitor = LoopMonitor()
        monitoring = asyncio.create_task(loop_monitor.run())
        began, frames, messages = time.perf_counter(), app.bridge.frames, session.frames
        await asyncio.sleep(seconds)
        passed = time.perf_counter() - began
        monitoring.cancel()
        state = app.engine.market.states[0]
        state.bars.aggregate_pending()
        held = state.bars.seconds.column(5).sum() if state.bars.seconds.begin == 0 else float("nan")
        harness.report(
            fps=(app.bridge.frames - frames) / passed,
            rate=(session.frames - messages) / passed,
            gap=1000 * loop_monitor.longest_s,
            lost=abs(float(held) - state.day.observed_volume) / state.day.observed_volume,
        )


if __name__ == "__main__":
    from tests.benchmarks.window import run_with_qt

    run_with_qt(main(sys.argv[1], float(sys.argv[2])))
