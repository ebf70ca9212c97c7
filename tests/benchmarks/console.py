"""Frame rate and loop pauses with the console open at 5,000 messages per second."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator

from tests.benchmarks import harness
from tests.benchmarks.flood_server import symbols
from tests.loop_monitor import LoopMonitor

MODULE = "tests.benchmarks.console"
RATE = 5_000
_WARM_UP_S = 6.0  # then the ring is full
_SYMBOLS = 50


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure some rounds and take the medians, while following, and then while a search runs through the ring."""
    seconds, rounds = (0.2, 1) if quick else (8.0, 3)
    measured = []
    for _ in range(rounds):
        with harness.flood(_SYMBOLS, RATE) as url:
            measured.append(harness.run(MODULE, url, seconds))
    for name in ("following", "searching"):
        results = [one[name] for one in measured]
        fps, gap, rate, held = (
            statistics.median(one[key] for one in results) for key in ("fps", "gap", "rate", "held")
        )
        note = f"{rate:,.0f} messages/s processed, {held:,.0f} frames held"
        yield harness.Figure(
            f"console at 5,000 messages/s, {name}: frames per second", fps, 30, "/s", is_minimum=True, note=note
        )
        yield harness.Figure(f"console at 5,000 messages/s, {name}: longest event loop pause", gap, 50, "ms")
        missed = max(one["missed"] for one in results)
        yield harness.Figure(f"console at 5,000 messages/s, {name}: frames not recorded", missed, 0)


async def main(url: str, seconds: float) -> None:
    """Run the window with the console open, and count how often the table of frames is painted."""
    from PySide6.QtCore import QEvent, QObject

    from tests.benchmarks.window import running_app

    class PaintCounter(QObject):
        count = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.count += event.type() == QEvent.Type.Paint
            return False

    async with running_app(url, symbols(_SYMBOLS), height=1000) as app:
        window, console = app.window, app.window.console.panel
        window.docks.open(window.console)
        ring = console.traffic.ring
        await asyncio.sleep(min(_WARM_UP_S, 2 * seconds))
        paints = PaintCounter()
        console.table.viewport().installEventFilter(paints)
        session = app.engine.feeds["demo"].session

        async def measured(*, is_searching: bool) -> dict[str, float]:
            loop_monitor = LoopMonitor()
            monitoring = asyncio.create_task(loop_monitor.run())
            began, painted, messages, end = time.perf_counter(), paints.count, session.frames, ring.end
            for part in range(4):
                if is_searching:
                    console.head.search.setText(f"$.contains(symbol, '{part}')")
                await asyncio.sleep(seconds / 4)
            passed = time.perf_counter() - began
            monitoring.cancel()
            received = session.frames - messages
            return {
                "fps": (paints.count - painted) / passed,
                "rate": received / passed,
                "gap": 1000 * loop_monitor.longest_s,
                "held": len(ring),
                "missed": received - (ring.end - end),
            }

        following = await measured(is_searching=False)
        harness.report(following=following, searching=await measured(is_searching=True))


if __name__ == "__main__":
    from tests.benchmarks.window import run_with_qt

    run_with_qt(main(sys.argv[1], float(sys.argv[2])))
