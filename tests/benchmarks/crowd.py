"""Frame rate and event loop pauses with 5,000 symbols, kept sorted, at 10,000 messages per second."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator

from tests.benchmarks import harness
from tests.benchmarks.flood_server import symbols
from tests.loop_monitor import LoopMonitor

MODULE = "tests.benchmarks.crowd"
SYMBOLS, SYMBOLS_IN_QUICK = 5_000, 500
RATE = 10_000
_WARM_UP_S = 4.0
_SCROLL_S = 0.016
_SCROLL_PIXELS = 40


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure some rounds and take the medians. Pauses exclude the time in which other processes had the core."""
    seconds, rounds = (0.2, 1) if quick else (10.0, 5)
    count = SYMBOLS_IN_QUICK if quick else SYMBOLS
    results = []
    for _ in range(rounds):
        with harness.flood(count, RATE) as url:
            results.append(harness.run(MODULE, url, count, seconds))
    fps, gap, scrolled, rate = (
        statistics.median(one[key] for one in results) for key in ("fps", "gap", "scrolled", "rate")
    )
    name = f"{count:,} symbols, kept sorted"
    yield harness.Figure(f"{name}: frames per second", fps, 30, "/s", is_minimum=True, note=f"{rate:,.0f} messages/s")
    yield harness.Figure(f"{name}: frames per second, scrolling", scrolled, 30, "/s", is_minimum=True)
    worst = max(one["gap"] for one in results)
    yield harness.Figure(f"{name}: longest event loop pause", gap, 50, "ms", note=f"worst round {worst:.0f} ms")


async def main(url: str, count: int, seconds: float) -> None:
    """Run the window without input, then scroll up and down."""
    from tests.benchmarks.window import running_app, until_displayed
    from ticker_gui.market.limits import Limits
    from ticker_gui.watchlist.sorting import Sorting

    async with running_app(url, symbols(count), height=1400, limits=Limits(symbols=count)) as app:
        app.window.panel.order.keep_sorted(Sorting("change_percent"))
        session = app.engine.feeds["demo"].session
        await until_displayed(app)
        await asyncio.sleep(min(_WARM_UP_S, 2 * seconds))
        loop_monitor = LoopMonitor()
        monitoring = asyncio.create_task(loop_monitor.run())

        async def rates(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
            began, frames, messages = time.perf_counter(), app.bridge.frames, session.frames
            await work()
            passed = time.perf_counter() - began
            return (app.bridge.frames - frames) / passed, (session.frames - messages) / passed

        async def scroll() -> None:
            bar = app.window.watchlist.verticalScrollBar()
            end, step = time.perf_counter() + seconds, _SCROLL_PIXELS
            while time.perf_counter() < end:
                bar.setValue(bar.value() + step)
                if bar.value() in (bar.minimum(), bar.maximum()):
                    step = -step
                await asyncio.sleep(_SCROLL_S)

        fps, rate = await rates(lambda: asyncio.sleep(seconds))
        scrolled, _ = await rates(scroll)
        monitoring.cancel()
        harness.report(fps=fps, rate=rate, scrolled=scrolled, gap=1000 * loop_monitor.longest_s)


if __name__ == "__main__":
    from tests.benchmarks.window import run_with_qt

    run_with_qt(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
