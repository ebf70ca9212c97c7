"""CPU usage at everyday message rates, compared with a ticker from stock parts; under an X server if there is Xvfb."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator

from tests.benchmarks import harness
from tests.benchmarks.cpu_share import measured_share
from tests.benchmarks.flood_server import symbols

MODULE = "tests.benchmarks.calm"
STOCK_MODULE = "tests.benchmarks.stock_program"
LOADS = ((50, 100, 1.0), (500, 1_000, 0.6))  # symbols, messages/s, target
_WARM_UP_S = 3.0
_HIDING_S = 2.0


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure both programs alternately and take the medians."""
    seconds, rounds = (0.3, 1) if quick else (8.0, 5)
    with harness.x_server() as display:
        for count, rate, target in LOADS[:1] if quick else LOADS:
            pairs = [_pair(count, rate, seconds, display) for _ in range(rounds)]
            ratio = statistics.median(ours["share"] / stock["share"] for ours, stock in pairs)
            share, stock_share = (
                statistics.median(one["share"] for one in column) for column in zip(*pairs, strict=True)
            )
            note = f"{100 * share:.1f} % of a core against {100 * stock_share:.1f} %"
            yield harness.Figure(f"{rate:,} messages/s: CPU / stock program", ratio, target, note=note)
            p99, fps = (statistics.median(ours[key] for ours, _ in pairs) for key in ("p99", "fps"))
            note = f"{fps:.0f} frames/s"
            yield harness.Figure(f"{rate:,} messages/s: arrival to paint, p99", p99, 50, "ms", note=note)
            if (count, rate, target) == LOADS[0]:
                hidden = 100 * statistics.median(ours["hidden"] for ours, _ in pairs)
                yield harness.Figure(f"{rate:,} messages/s, window hidden: share of a core", hidden, 1.0, "%")


def _pair(count: int, rate: int, seconds: float, display: str) -> tuple[dict[str, float], dict[str, float]]:
    stock = _measure(STOCK_MODULE, count, rate, seconds, display)
    return _measure(MODULE, count, rate, seconds, display), stock


def _measure(module: str, count: int, rate: int, seconds: float, display: str) -> dict[str, float]:
    with harness.flood(count, rate) as url:
        return harness.run(module, url, count, seconds, display=display)


async def main(url: str, count: int, seconds: float) -> None:
    """Run the window, visible and then hidden. Latencies begin when the server sends, because reads may be delayed.

    They are those of the rows in view: a change of another row is not painted.
    """
    from tests.benchmarks.window import running_app, until_displayed

    changed: list[int] = []
    latencies: list[int] = []

    def note_painted() -> None:
        now_ns = time.time_ns()
        latencies.extend(now_ns - sent_ns for sent_ns in changed)
        changed.clear()

    async with running_app(url, symbols(count), height=harness.WINDOW_SIZE[1]) as app:
        await until_displayed(app)
        await harness.wait_own_time(min(_WARM_UP_S, seconds))
        visible = {app.window.model.state(row) for row in app.window.watchlist.visible_rows()}
        app.bridge.changed.connect(
            lambda changes: changed.extend(state.last_ns for state in changes.states if state in visible)
        )
        app.window.painted.connect(note_painted)
        frames = app.bridge.frames
        share = await measured_share(seconds)
        fps = (app.bridge.frames - frames) / seconds
        p99 = sorted(latencies)[int(0.99 * len(latencies))] / 1e6 if latencies else 0.0
        app.window.hide()
        await harness.wait_own_time(min(_HIDING_S, 2 * seconds))
        harness.report(share=share, fps=fps, p99=p99, hidden=await measured_share(seconds))


if __name__ == "__main__":
    from tests.benchmarks.window import run_with_qt

    run_with_qt(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
