"""Time to draw the chart after one trade: 500 candles, volume, three overlays and two indicator panes.

It is compared with finplot's refresh of the same content, with a long history in memory, and with all of it in view.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
from collections.abc import Iterator

import numpy as np

from tests.benchmarks import harness
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.options import ChartOptions
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.market.limits import Limits
from ticker_gui.market.market import Market
from ticker_gui.stream.clock import steady_clock

MODULE = "tests.benchmarks.chart"
LONG, LONG_IN_QUICK, SHORT, VISIBLE = 1_000_000, 5_000, 500, 500
SIZE = (900, 700)
CHOSEN = (
    IndicatorConfig("sma"),
    IndicatorConfig("ema"),
    IndicatorConfig("bbands"),
    IndicatorConfig("rsi"),
    IndicatorConfig("macd"),
)
_BEGIN_NS = 1_700_000_000 * SECOND_NS


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure alternately; finplot runs in its own process, if it is installed."""
    held = LONG_IN_QUICK if quick else LONG
    results = harness.run(MODULE, 3 if quick else 200, held)
    ours = results["short"]
    name = f"chart, {VISIBLE} candles + volume + 5 indicators"
    yield harness.Figure(f"{name}: frame", ours, 8, "ms")
    if importlib.util.find_spec("finplot") is not None:
        theirs = harness.run("tests.benchmarks.finplot_chart", 1 if quick else 40)["refresh"]
        yield harness.Figure(
            f"{name}: ours / finplot", ours / theirs, 0.15, note=f"{ours:.1f} ms against {theirs:.1f} ms"
        )
    long, every = results["long"], results["all"]
    yield harness.Figure(f"chart: {held:,} bars in memory / 500", long / ours, 1.3, note=f"{long:.1f} ms")
    yield harness.Figure(f"chart: {held:,} bars in view / 500", every / ours, 3.0, note=f"{every:.1f} ms")
    ticks = results["ticks_long"] / results["ticks_short"]
    yield harness.Figure(
        f"chart of ticks: {held:,} in memory / 2,000", ticks, 1.5, note=f"{results['ticks_long']:.1f} ms"
    )


class ChartUnderTest:
    """A chart with one trade in each second."""

    def __init__(self, trades: int, options: ChartOptions) -> None:
        limits = Limits(chart_trades=LONG + 100_000, chart_second_bars=LONG + 100_000)
        market = Market(limits)
        self._feed = market.feed("desk")
        self.state = self._feed.watch("A", "A")
        market.chart(self.state)
        rng = np.random.default_rng(1)
        self._prices = 100 + np.cumsum(rng.normal(0, 0.01, trades + 10_000)).round(2)
        self._next = 0
        for _ in range(trades):
            self.trade(SECOND_NS)
        self.chart = PriceChart(load_theme("dark"), steady_clock())
        self.chart.resize(*SIZE)
        self.chart.show()
        self.chart.set_options(options)
        self.chart.show_symbol(self.state)

    def trade(self, after_ns: int) -> None:
        """Apply a trade at a time after the previous one."""
        before_ns = self.state.last_ns if self._next else _BEGIN_NS
        price = float(self._prices[self._next])
        self._next += 1
        self._feed.apply(Trade("A", price, 1.0, before_ns + after_ns), before_ns + after_ns)

    def show_bars(self, bars: float) -> None:
        """Show this number of bars, including the newest."""
        time_range = self.chart.time_range
        newest = self.state.last_ns / SECOND_NS
        time_range.show(newest - bars, newest + 0.05 * bars)
        self.chart.invalidate()
        self.chart.refresh()

    def frame(self, after_ns: int) -> float:
        """Apply one more trade and return the time to draw it, in milliseconds."""
        self.trade(after_ns)
        began = time.perf_counter()
        self.chart.refresh()
        for pane in self.chart.panes.visible_panes:
            pane.viewport().repaint()
        return 1000 * (time.perf_counter() - began)


def main(rounds: int, held: int) -> None:
    """Measure alternately; every fourth trade begins a new bar."""
    from ticker_gui.gui.application import make_application

    application = make_application()
    candles = ChartOptions(kind="candles", timeframe="1s", indicators=CHOSEN)
    charts = {"short": ChartUnderTest(SHORT, candles), "long": ChartUnderTest(held, candles)}
    ticks = {
        name: ChartUnderTest(count, ChartOptions()) for name, count in (("ticks_short", 2_000), ("ticks_long", held))
    }
    times: dict[str, list[float]] = {}

    def measure(names: dict[str, ChartUnderTest], bars: float, count: int) -> None:
        for chart in names.values():
            application.processEvents()
            chart.show_bars(bars)
        for index in range(count + 5):
            for name, chart in names.items():
                cost = chart.frame(SECOND_NS if index % 4 == 0 else 1_000_000)
                application.processEvents()
                if index >= 5:
                    times.setdefault(name, []).append(cost)

    measure(charts, VISIBLE, rounds)
    measure({"all": charts["long"]}, held, rounds)
    measure(ticks, 120, rounds)
    harness.report(**{name: statistics.median(values) for name, values in times.items()})


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
