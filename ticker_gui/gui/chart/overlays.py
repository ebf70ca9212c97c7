"""Indicators drawn over the price."""

from __future__ import annotations

from typing import Final

import pyqtgraph as pg

from ticker_gui.domain.timeframe import SECOND, SECOND_NS
from ticker_gui.market.bars import BarHistory
from ticker_gui.market.indicators import INDICATORS, Indicator

_COLOURS: Final = ("#c586c0", "#4ec9b0", "#d7ba7d", "#9c8cff", "#ce9178")


class Overlays:
    """One thin line for each indicator that is switched on, over bars of one second."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot = plot
        self._curves: dict[Indicator, pg.PlotCurveItem] = {}

    def show(self, indicator: Indicator, is_shown: bool) -> None:
        """Switch an indicator on or off."""
        if is_shown and indicator not in self._curves:
            colour = _COLOURS[INDICATORS.index(indicator) % len(_COLOURS)]
            curve = pg.PlotCurveItem(pen=pg.mkPen(colour, width=1), skipFiniteCheck=False, connect="finite")
            self._curves[indicator] = curve
            self._plot.addItem(curve, ignoreBounds=True)
        elif not is_shown and indicator in self._curves:
            self._plot.removeItem(self._curves.pop(indicator))

    def refresh(self, history: BarHistory) -> None:
        """Draw what is switched on."""
        if not self._curves:
            return
        bars = history.read(SECOND)
        x = bars.start_ns / SECOND_NS
        for indicator, curve in self._curves.items():
            curve.setData(x, indicator.compute(bars))
