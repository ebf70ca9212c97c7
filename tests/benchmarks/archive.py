"""The archive: reading stored bars and trades, and what storing 5,000 trades per second costs the event loop."""

from __future__ import annotations

import asyncio
import gc
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks import harness

if TYPE_CHECKING:
    from ticker_gui.archive.archive import Archive

MODULE = "tests.benchmarks.archive"
_RATE = 5000  # trades per second
_SYMBOLS = 20
_STEP_S = 0.01
_DAYS, _DAYS_IN_QUICK = 30, 3
_TRADES, _TRADES_IN_QUICK = 100_000, 10_000
_BATCH = 2_000
_MAX_PAUSE_S = 1.0


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure reading and storing."""
    rounds, days, trades = (1, _DAYS_IN_QUICK, _TRADES_IN_QUICK) if quick else (7, _DAYS, _TRADES)
    reading = harness.run(MODULE, "read", rounds, days * 1440, trades)
    name = f"archive: {days} days of minute bars"
    yield harness.Figure(name, reading["bars_ms"], 150, "ms", note=f"{days * 1440:,} bars, CPU time")
    yield harness.Figure(f"archive: {trades:,} trades", reading["trades_ms"], 60, "ms", note="CPU time")
    yield harness.Figure("archive: loop delay while reading", reading["late_ms"], 8, "ms")
    storing = harness.run(MODULE, "store", *((1, 0.5) if quick else (7, 4.0)))
    assert not storing["lost"]
    yield harness.Figure(f"archive: storing {_RATE:,} trades/s", storing["cpu"], 5, "%", note="of a core")
    note = (
        f"{storing['idle_ms']:.1f} ms without storing; p99 {storing['p99_ms']:.2f} and {storing['idle_p99_ms']:.2f} ms"
    )
    yield harness.Figure("archive: loop delay while storing", storing["late_ms"], 8, "ms", note=note)


def cpu_s() -> float:
    """Return the CPU time of all threads of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class LoopDelay:
    """By how much a timer of one millisecond was late, without the time in which no core was free."""

    def __init__(self) -> None:
        self.delays_s: list[float] = []

    @property
    def longest_s(self) -> float:
        """The longest delay."""
        return max(self.delays_s, default=0.0)

    @property
    def p99_s(self) -> float:
        """The delay that 99 % of the others do not exceed."""
        return sorted(self.delays_s)[len(self.delays_s) * 99 // 100] if self.delays_s else 0.0

    async def run(self) -> None:
        """Measure until cancelled."""
        before, waited = time.perf_counter(), harness.waited_for_core_s()
        while True:
            await asyncio.sleep(0.001)
            now, waits = time.perf_counter(), harness.waited_for_core_s()
            self.delays_s.append(now - before - 0.001 - (waits - waited))
            before, waited = now, waits


async def read(folder: Path, rounds: int, bar_count: int, trade_count: int) -> None:
    """Read the bars and the trades of a symbol in turn."""
    from tests.archive.stored import FEED, START_NS, SYMBOL, bars, load_bars, trades
    from ticker_gui.archive.archive import Archive
    from ticker_gui.archive.records import BarsRecord

    archive = Archive(folder / "archive.sqlite3", now_ns=lambda: START_NS)
    archive.start()
    archive.record(BarsRecord(FEED, SYMBOL, "1m", bars(range(bar_count))))
    for first in range(0, trade_count, _BATCH):
        for feed, trade, received_ns, _ in trades(range(first, first + _BATCH)):
            archive.record_trade(feed, trade, received_ns)
        archive.flush()
    archive.close(60)
    delay = LoopDelay()
    measuring = asyncio.create_task(delay.run())
    bars_s, trades_s = [], []
    for _ in range(rounds):
        began = cpu_s()
        assert len((await load_bars(archive, FEED, SYMBOL, "1m", 0, 2**62)).start_ns) == bar_count
        bars_s.append(cpu_s() - began)
        began = cpu_s()
        assert len((await archive.load_trades(FEED, SYMBOL, trade_count)).times_ns) == trade_count
        trades_s.append(cpu_s() - began)
    measuring.cancel()
    harness.report(bars_ms=min(bars_s) * 1000, trades_ms=min(trades_s) * 1000, late_ms=delay.longest_s * 1000)


class Costs(NamedTuple):
    """What a round cost: the CPU time per second, and the delays of the event loop."""

    cpu: float
    longest_s: float
    p99_s: float


async def make_trades(archive: Archive | None, seconds: float, first: int) -> tuple[Costs, int]:
    """Make trades for some seconds and store them in an archive, if there is one; return the number of the next."""
    from tests.archive.stored import START_NS
    from ticker_gui.domain.events import Trade

    delay = LoopDelay()
    measuring = asyncio.create_task(delay.run())
    began_s, cpu = time.perf_counter(), cpu_s()
    made = first
    while (passed := time.perf_counter() - began_s) < seconds:
        due = first + int(passed * _RATE)
        for number in range(made, due):
            time_ns = START_NS + number * 200_000
            trade = Trade(f"S{number * number % _SYMBOLS}", 100 + number % 977 / 100, number % 31 / 8, time_ns, number)
            if archive is not None:
                archive.record_trade("feed", trade, time_ns)
        made = due
        await asyncio.sleep(_STEP_S)
    measuring.cancel()
    return Costs((cpu_s() - cpu) / passed, delay.longest_s, delay.p99_s), made


async def store_and_compare(folder: Path, rounds: int, seconds: float) -> None:
    """Store trades and only make them alternately in one process; report what storing costs in addition."""
    from tests.archive.stored import START_NS
    from ticker_gui.archive.archive import Archive

    archive = Archive(folder / "archive.sqlite3", now_ns=lambda: START_NS)
    running = asyncio.create_task(archive.run())
    plain, stored = list[Costs](), list[Costs]()
    number = 0
    for _ in range(rounds):
        for costs, used in ((plain, None), (stored, archive)):
            await asyncio.sleep(min(_MAX_PAUSE_S, seconds))  # the last trades are written
            cost, number = await make_trades(used, seconds, number)
            costs.append(cost)
    running.cancel()
    await asyncio.wait((running,))
    base, storing = (Costs(*map(statistics.median, zip(*costs, strict=True))) for costs in (plain, stored))
    harness.report(
        cpu=(storing.cpu - base.cpu) * 100,
        late_ms=storing.longest_s * 1000,
        p99_ms=storing.p99_s * 1000,
        idle_ms=base.longest_s * 1000,
        idle_p99_ms=base.p99_s * 1000,
        lost=archive.lost,
    )


if __name__ == "__main__":
    gc.disable()  # as in the window, which collects at times of its own
    with tempfile.TemporaryDirectory() as temporary:
        if sys.argv[1] == "read":
            asyncio.run(read(Path(temporary), *map(int, sys.argv[2:])))
        else:
            asyncio.run(store_and_compare(Path(temporary), int(sys.argv[2]), float(sys.argv[3])))
