"""Alerts: what four price levels on each of 500 symbols cost, compared in one process."""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
from collections.abc import Iterator

from tests.benchmarks import harness
from tests.benchmarks.flood_server import symbols
from tests.doubles import until

MODULE = "tests.benchmarks.alerts"
SYMBOLS = 500
DISTANCES = (-0.01, -0.005, 0.005, 0.01)  # of the levels from the price
_RATE = 10_000  # messages per second of the realistic load
_WARM_UP_S = 0.5


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure with and without alerts alternately."""
    seconds, rounds = (0.1, 2) if quick else (0.5, 40)
    name = f"alerts: throughput with / without {SYMBOLS * len(DISTANCES):,} levels"
    with harness.flood(SYMBOLS, _RATE) as url:
        usual = harness.run(MODULE, url, seconds, rounds)
    yield harness.Figure(f"{name}, {_RATE:,}/s", usual["ratio"], 0.97, is_minimum=True, note=_note(usual))
    if not quick:
        with harness.flood(SYMBOLS) as url:
            flood = harness.run(MODULE, url, seconds, rounds)
        yield harness.Figure(f"{name}, flood", flood["ratio"], 0.95, is_minimum=True, note=_note(flood))


def _note(result: dict[str, float]) -> str:
    return f"{result['with']:.2f} against {result['without']:.2f} µs of processor time per message"


async def measure(url: str, seconds: float, rounds: int) -> None:
    """Measure the processor time per message with and without alerts alternately, which other programs hardly affect."""
    from ticker_gui.alerts.alert import Alert, Repeat
    from ticker_gui.alerts.book import AlertBook
    from ticker_gui.config.settings import Feed
    from ticker_gui.engine.alerting import Alerting
    from ticker_gui.engine.engine import Engine

    engine = Engine([Feed(url, tuple(symbols(SYMBOLS)), "demo", "demo")])
    book = AlertBook()
    alerting = Alerting(engine, book)
    tasks = [asyncio.create_task(engine.run()), asyncio.create_task(alerting.run())]
    session = engine.feeds["demo"].session
    await until(lambda: session.frames)
    await harness.wait_own_time(_WARM_UP_S)

    async def measured() -> float:
        used, frames = time.process_time(), session.frames
        await harness.wait_own_time(seconds, lambda: session.frames)
        return 1e6 * (time.process_time() - used) / (session.frames - frames)

    results: dict[bool, list[float]] = {True: [], False: []}
    for number in range(2 * rounds):
        has_alerts = number % 4 in (1, 2)  # neither is always the later one
        book.remove([record.alert.id for record in book.records])
        if has_alerts:
            prices = [(state.symbol, state.last or 500.0) for state in engine.market.states]
            book.add(
                Alert(f"{symbol}{distance}", f"last crosses {price * (1 + distance)}", symbol, repeat=Repeat.EVERY_TIME)
                for symbol, price in prices
                for distance in DISTANCES
            )
        await asyncio.sleep(0.1)
        results[has_alerts].append(await measured())
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    medians = {name: statistics.median(results[key]) for name, key in (("with", True), ("without", False))}
    harness.report(ratio=medians["without"] / medians["with"], **medians)


if __name__ == "__main__":
    gc.disable()  # as in the window, which collects at times of its own
    asyncio.run(measure(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
