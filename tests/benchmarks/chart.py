"""A frame of the chart with a million trades behind it, against one with two thousand."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator

import numpy as np

from tests.benchmarks import harness
from ticker_gui.domain.events import Trade
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.theme import load_theme
from ticker_gui.market.market import Market
from ticker_gui.stream.clock import steady_clock

MODULE = "tests.benchmarks.chart"
LONG, SHORT = 1_000_000, 2_000
_STEP_NS = 50_000_000  # twenty trades a second
_NEW_A_FRAME = 10


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Compare by turns; the view follows the newest price, and once shows all there is."""
    told = harness.run(MODULE, 20 if quick else 200)
    for view, target in (("following", 1.5), ("all", 3.0)):
        long, short = told[f"{view}_long"], told[f"{view}_short"]
        note = f"{long:.2f} ms against {short:.2f} ms"
        yield harness.Figure(f"chart, {view}: 1,000,000 / 2,000 trades held", long / short, target, note=note)


class Shown:
    """A chart with so many trades behind it."""

    def __init__(self, trades: int) -> None:
        market = Market()
        self._feed = market.feed("desk")
        self.state = self._feed.watch("A", "A")
        market.chart(self.state)
        self._prices = 100 + np.cumsum(np.random.default_rng(1).normal(0, 0.01, trades + 100_000)).round(2)
        self._next = 0
        self.trade(trades)
        self.chart = PriceChart(load_theme("dark"), steady_clock())
        self.chart.resize(800, 700)
        self.chart.show()
        self.chart.show_symbol(self.state)

    def trade(self, count: int) -> None:
        """Let trades happen."""
        for price in self._prices[self._next : self._next + count].tolist():
            self._next += 1
            time_ns = 10**18 + self._next * _STEP_NS
            self._feed.apply(Trade("A", price, 1.0, time_ns), time_ns)

    def show_all(self) -> None:
        """Zoom out to everything held."""
        times = self.state.tape.times_ns
        self.chart._view.setXRange(int(times[0]) / 1e9, int(times[-1]) / 1e9, padding=0)
        self.chart._note_moved()


def main(rounds: int) -> None:
    """Measure in milliseconds: the new trades' way into the line, and its painting."""
    from ticker_gui.gui.application import make_application

    application = make_application()
    charts = {"long": Shown(LONG), "short": Shown(SHORT)}
    times: dict[str, list[float]] = {}
    for view in ("following", "all"):
        for shown in charts.values():
            if view == "all":
                shown.show_all()
            shown.chart.refresh()
        application.processEvents()
        for _ in range(rounds):
            for name, shown in charts.items():
                shown.trade(_NEW_A_FRAME)
                begin = time.perf_counter()
                shown.chart.refresh()
                shown.chart._plot.viewport().repaint()
                times.setdefault(f"{view}_{name}", []).append(1000 * (time.perf_counter() - begin))
                application.processEvents()
    harness.report(**{name: statistics.median(values) for name, values in times.items()})


if __name__ == "__main__":
    main(int(sys.argv[1]))
