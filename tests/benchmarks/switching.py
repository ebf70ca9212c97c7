"""Memory and objects after many changes of the chart's symbol, type, timeframe and indicators."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator

import msgspec
from PySide6.QtCore import QObject

from tests.benchmarks import harness
from tests.benchmarks.memory import resident
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.options import STANDARD_TIMEFRAMES
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.indicators.registry import INDICATORS, IndicatorConfig
from ticker_gui.market.market import Market
from ticker_gui.stream.clock import steady_clock

MODULE = "tests.benchmarks.switching"
SYMBOLS, TRADES = 4, 20_000
_BEGIN_NS = 1_700_000_000 * SECOND_NS


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Compare after a warm-up that shows every combination once."""
    warm_up, count, trades = (30, 20, TRADES // 10) if quick else (400, 1_000, TRADES)
    results = harness.run(MODULE, warm_up, count, trades, can_fork=False)
    grown, objects, cost = results["grown"] / 2**20, results["objects"], results["cost"]
    note = f"{cost:.0f} ms each, including drawing"
    yield harness.Figure(f"chart: memory growth over {count:,} switches", grown, 4, "MB", note=note)
    yield harness.Figure(f"chart: additional objects after {count:,} switches", objects, 0)


def main(warm_up: int, count: int, trades: int) -> None:
    """Switch the chart, and compare memory and objects before and after."""
    from ticker_gui.gui.application import make_application

    application = make_application()
    market = Market()
    feed = market.feed("desk")
    states = [feed.watch(f"S{number}", f"S{number}") for number in range(SYMBOLS)]
    for state in states:
        market.chart(state)
        for index in range(trades):
            time_ns = _BEGIN_NS + index * SECOND_NS
            feed.apply(Trade(state.symbol, 100.0 + index % 90, 1.0, time_ns), time_ns)
    chart = PriceChart(load_theme("dark"), steady_clock())
    chart.resize(900, 700)
    chart.show()
    kinds, timeframes = list(CHART_TYPES), list(STANDARD_TIMEFRAMES)

    def switch(index: int) -> None:
        chosen = [IndicatorConfig(INDICATORS[(index + 7 * step) % len(INDICATORS)].key) for step in range(index % 4)]
        chart.show_symbol(states[index % SYMBOLS])
        chart.set_options(
            msgspec.structs.replace(
                chart.options,
                kind=kinds[index % len(kinds)],
                timeframe=timeframes[index % len(timeframes)],
                indicators=tuple(chosen),
            )
        )
        chart.refresh()
        application.processEvents()

    def objects() -> int:
        gc.collect()
        scenes = [pane.scene().items() for pane in chart.panes.findChildren(QObject) if hasattr(pane, "scene")]
        return len(chart.findChildren(QObject)) + sum(map(len, scenes))

    for index in range(warm_up):
        switch(index)
    before, objects_before, began = resident(), objects(), time.perf_counter()
    for index in range(count):
        switch(index)
    cost = 1000 * (time.perf_counter() - began) / count
    harness.report(grown=resident() - before, objects=objects() - objects_before, cost=cost)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
