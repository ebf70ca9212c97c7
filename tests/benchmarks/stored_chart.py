"""From stored bars to a painted chart, changes of its timeframe, and what storing costs at a usual rate."""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from tests.benchmarks import harness
from tests.benchmarks.archive import LoopDelay, cpu_s
from tests.benchmarks.flood_server import symbols
from tests.doubles import until

MODULE = "tests.benchmarks.stored_chart"
RATE = 5_000  # messages per second
_DAYS = 10 * 365  # as bars of a day
_RECENT_DAYS, _RECENT_DAYS_IN_QUICK = 30, 3  # as bars of a minute
_SYMBOLS = 50
_WARM_UP_S = 1.0
_FEED, _SYMBOL = "desk", "A"
_FRAME_MS = 1000 / 60


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure the chart, and receiving with and without an archive alternately."""
    recent = _RECENT_DAYS_IN_QUICK if quick else _RECENT_DAYS
    results = [harness.run(MODULE, "chart", recent) for _ in range(1 if quick else 5)]
    name = f"archive: {recent} days of minute bars to a painted chart"
    yield harness.Figure(name, min(one["painted_ms"] for one in results), 150, "ms", note="CPU time")
    late_ms = statistics.median(one["late_ms"] for one in results)
    yield harness.Figure("archive: loop delay until the chart is painted", late_ms, 16, "ms")
    switch_ms = statistics.median(one["switch_ms"] for one in results)
    note = f"10 years of days and {recent} days of minutes, in view"
    yield harness.Figure("chart: change of the timeframe", switch_ms, 2 * _FRAME_MS, "ms", note=note)
    seconds, rounds = (0.2, 1) if quick else (8.0, 5)
    used: dict[str, list[float]] = {"plain": [], "stored": []}
    delays: dict[str, list[float]] = {"plain": [], "stored": []}
    for _ in range(rounds):
        for kind, shares in used.items():
            with harness.flood(_SYMBOLS, RATE) as url:
                result = harness.run(MODULE, kind, url, seconds)
            shares.append(result["cpu"] / result["rate"] * RATE)
            assert not result["lost"]
            delays[kind].append(result["late_ms"])
    costs = [100 * (stored - plain) for stored, plain in zip(used["stored"], used["plain"], strict=True)]
    note = f"{100 * statistics.median(used['plain']):.0f} % without"
    name = f"archive: storing of {RATE:,} messages/s"
    yield harness.Figure(name, statistics.median(costs), 5, "%", note=f"of a core; {note}")
    note = f"{statistics.median(delays['plain']):.1f} ms without"
    yield harness.Figure(
        "archive: loop delay while they are stored", statistics.median(delays["stored"]), 8, "ms", note=note
    )


def _store(file: Path, now_ns: int, minutes: int) -> None:
    """Store the bars of a symbol, all of which the provider has sent."""
    from ticker_gui.archive.archive import Archive
    from ticker_gui.archive.records import BarsRecord, LoadedRange
    from ticker_gui.bars.provided_bars import BarSource, from_columns
    from ticker_gui.domain.timeframe import BY_NAME

    archive = Archive(file)
    archive.start()
    for name, count in (("1d", _DAYS), ("1m", minutes)):
        timeframe = BY_NAME[name]
        end_ns = timeframe.start_of(now_ns)
        starts = end_ns - np.arange(count, 0, -1) * timeframe.width_ns
        prices = 100 + 10 * np.sin(np.arange(count) / 97) + np.sin(np.arange(count) * 1.7)
        sources = np.full(count, BarSource.PROVIDED, np.int64)
        columns = from_columns([starts, prices, prices + 1, prices - 1, prices, prices * 3, sources])
        archive.record(BarsRecord(_FEED, _SYMBOL, name, columns))
        archive.record(LoadedRange(_FEED, _SYMBOL, name, int(starts[0]), end_ns))
    archive.close(60)


async def paint(folder: Path, recent: int) -> None:
    """Show stored bars on a chart, and change its timeframe."""
    from ticker_gui.archive.archive import Archive
    from ticker_gui.bars.stored_bars import add_stored
    from ticker_gui.domain.events import Trade
    from ticker_gui.domain.timeframe import BY_NAME, DAY_NS
    from ticker_gui.gui.application import make_application
    from ticker_gui.gui.chart.price_chart import PriceChart
    from ticker_gui.gui.widgets.theme import load_theme
    from ticker_gui.market.market import Market
    from ticker_gui.stream.clock import steady_clock

    application, clock, minutes = make_application(), steady_clock(), recent * 1440
    await asyncio.to_thread(_store, folder / "archive.sqlite3", clock(), minutes)
    archive, market = Archive(folder / "archive.sqlite3"), Market()
    feed = market.feed(_FEED)
    state = feed.watch(_SYMBOL, _SYMBOL)
    market.chart(state)
    for price in (100.0, 100.1):
        feed.apply(Trade(_SYMBOL, price, 1.0, clock()), clock())
    chart = PriceChart(load_theme("dark"), clock)
    chart.resize(1200, 800)
    chart.show()

    async def load(timeframe: str, days: int) -> None:
        end_ns = clock()
        period = end_ns - days * DAY_NS, end_ns
        add_stored(state.bars.provided, await archive.load_stored_bars(_FEED, _SYMBOL, BY_NAME[timeframe], *period))

    async def show(timeframe: str, days: int) -> None:
        """Draw a frame, and then let Qt paint it, as the window does."""
        if chart.options.timeframe != timeframe:
            chart.set_options(msgspec.structs.replace(chart.options, kind="candles", timeframe=timeframe))
            chart.refresh()
        chart.time_range.show((clock() - days * DAY_NS) / 1e9, clock() / 1e9)
        chart.invalidate()
        chart.refresh()
        await asyncio.sleep(0)
        application.processEvents()

    async def first() -> None:
        state.bars.provided.clear()
        await load("1m", recent)
        await show("1m", recent)

    chart.show_symbol(state)
    await show("1m", 1)  # imports, fonts and the first painting
    costs = []
    for _ in range(3):
        began_s = cpu_s()
        await first()
        costs.append(cpu_s() - began_s)
    assert chart.chart_data is not None
    assert len(chart.chart_data.series) > minutes - 10
    assert chart.time_range.right - chart.time_range.left > (recent - 1) * 86_400
    delay = LoopDelay()
    measuring = asyncio.create_task(delay.run())
    await asyncio.sleep(0.05)
    delay.delays_s.clear()
    await first()
    await asyncio.sleep(0.02)
    measuring.cancel()
    await load("1d", _DAYS)
    times = []
    shown = ("1d", _DAYS), ("1m", recent), ("1h", recent), ("1w", _DAYS), ("1M", _DAYS), ("5m", recent)
    for timeframe, days in shown * 3:
        began_s = time.thread_time()
        await show(timeframe, days)
        times.append(time.thread_time() - began_s)
    painted_s = min(costs)
    harness.report(
        painted_ms=painted_s * 1000,
        late_ms=delay.longest_s * 1000,
        switch_ms=1000 * statistics.median(times[len(shown) :]),
    )


async def live(url: str, seconds: float, folder: Path | None) -> None:
    """Receive messages without a window, and store them if there is a folder."""
    from ticker_gui.archive.archive import Archive
    from ticker_gui.config.settings import Feed
    from ticker_gui.engine.archiving import ArchiveRecorder
    from ticker_gui.engine.engine import Engine
    from ticker_gui.feeds.providers.demo import Demo

    Demo.is_simulated = False
    engine = Engine([Feed(url, tuple(symbols(_SYMBOLS)), "demo", "demo")])
    tasks = [asyncio.create_task(engine.run())]
    if folder is not None:
        archive = Archive(folder / "archive.sqlite3")
        tasks.append(asyncio.create_task(ArchiveRecorder(engine, archive).run()))
    session = engine.feeds["demo"].session
    await until(lambda: session.frames)
    await harness.wait_own_time(min(_WARM_UP_S, seconds))
    delay = LoopDelay()
    tasks.append(asyncio.create_task(delay.run()))
    began_s, cpu, messages = time.perf_counter(), cpu_s(), session.frames
    await harness.wait_own_time(seconds, lambda: session.frames)
    passed = time.perf_counter() - began_s
    used, rate = (cpu_s() - cpu) / passed, (session.frames - messages) / passed
    lost = 0 if folder is None else archive.lost
    harness.report(cpu=used, rate=rate, late_ms=delay.longest_s * 1000, lost=lost)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        if sys.argv[1] == "chart":
            asyncio.run(paint(Path(temporary), int(sys.argv[2])))
        else:
            gc.disable()  # as in the window, which collects at times of its own
            asyncio.run(live(sys.argv[2], float(sys.argv[3]), Path(temporary) if sys.argv[1] == "stored" else None))
