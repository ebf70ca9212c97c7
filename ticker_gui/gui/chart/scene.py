"""The data that all panes of a chart draw, and the bar under the crosshair."""

from __future__ import annotations

import math
from datetime import tzinfo
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QColor

from ticker_gui.bars.bar_history import Bars
from ticker_gui.bars.series import TimeSeries
from ticker_gui.chart.chart_data import ChartData, VisibleData
from ticker_gui.chart.visible_bars import VisibleLine
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.chart.axes.time_ticks import TimeTicks
from ticker_gui.gui.chart.options import ChartOptions
from ticker_gui.gui.chart.paint.chart_types import ChartType
from ticker_gui.gui.chart.paint.colors import ChartColors


class Crosshair(NamedTuple):
    """The crosshair: a position on the time scale, and a y coordinate in the pane under the mouse.

    ``x`` is the x coordinate of the mouse: the position under it changes while the chart scrolls. It is None if the
    crosshair was placed by keys.
    """

    position: float
    pane: object = None
    y: float = 0.0
    x: float | None = None


class Scene(NamedTuple):
    """A snapshot of a chart. ``now_ns`` is exchange time. Without a connection its data ``is_stale``."""

    chart_data: ChartData
    visible_data: VisibleData
    options: ChartOptions
    chart_type: ChartType
    colors: ChartColors
    style: NumberStyle
    zone: tzinfo | None
    times: TimeTicks
    left: float
    right: float
    now_ns: int
    crosshair: Crosshair | None = None
    is_stale: bool = False

    @property
    def row(self) -> int:
        """The row of the bar under the crosshair, or of the newest one. The series must not be empty."""
        return crosshair_row(self.chart_data, self.crosshair)

    @property
    def crosshair_position(self) -> float | None:
        """The position of the crosshair: in the middle of its bar."""
        if self.crosshair is None:
            return None
        chart_data, position = self.chart_data, self.crosshair.position
        if not len(chart_data.series) or position >= chart_data.time_scale.newest(chart_data.series):
            return position
        return bar_middle(chart_data, self.row)

    @property
    def prices(self) -> VisibleLine:
        """The points that the price is drawn through; for bars, their highs and lows."""
        visible = self.visible_data.visible
        if not self.chart_type.has_bars:
            return self.visible_data.line
        middles = (visible.left + visible.right) / 2
        return VisibleLine(np.concatenate((middles, middles)), np.concatenate((visible.bars.high, visible.bars.low)))

    @property
    def base(self) -> float | None:
        """The first visible price, which percentages refer to."""
        return first_price(self.visible_data.line)

    @property
    def reference(self) -> float:
        """The baseline: the previous close, or the first visible price if that is unknown."""
        reference = self.chart_data.state.day.reference
        return (self.base or 0.0) if reference is None else reference

    @property
    def is_percent(self) -> bool:
        """Whether prices are shown as percentages; always if symbols are compared."""
        return bool(self.base) and (self.options.scale == "percent" or bool(self.visible_data.compared))

    def at(self, now_ns: int) -> Scene | None:
        """Return the scene at a later time, or None if that changes more than the countdown to the bar's close."""
        chart_data, series = self.chart_data, self.chart_data.series
        if self.is_stale or chart_data.state.remembered is not None or not isinstance(series, TimeSeries):
            return None
        start_of = series.timeframe.start_of
        return self._replace(now_ns=now_ns) if start_of(now_ns) == start_of(self.now_ns) else None

    def indicator_color(self, number: int) -> QColor:
        """Return the color of an indicator of the chart."""
        return self.colors.indicator(self.chart_data.studies[number].config.color, number)

    def compared_colors(self) -> list[QColor]:
        """Return the colors of the compared symbols, which no indicator of the chart has."""
        used = [self.indicator_color(number) for number in range(len(self.chart_data.studies))]
        return self.colors.compared(len(self.chart_data.compared), used)

    def bar(self, row: int) -> Bars:
        """Return one bar."""
        return self.chart_data.series.bars.rows(row, row + 1)

    def compared(self) -> list[VisibleLine]:
        """Return the lines of compared symbols, at the prices of this symbol for the same change in percent."""
        return [self._scaled(line) for line in self.visible_data.compared]

    def _scaled(self, line: VisibleLine) -> VisibleLine:
        base, other = self.base, first_price(line)
        if base is None or not other:
            unknown = np.full_like(line.prices, math.nan)
            return line._replace(prices=unknown, closes=unknown)
        scale = abs(base) / abs(other)  # percentages of a negative price refer to its magnitude
        prices, closes = (base + (values - other) * scale for values in (line.prices, line.last_prices))
        return line._replace(prices=prices, closes=closes)


def crosshair_row(chart_data: ChartData, crosshair: Crosshair | None) -> int:
    """Return the row of the bar under a crosshair; without a crosshair, of the newest bar."""
    newest = len(chart_data.series) - 1
    return (
        newest
        if crosshair is None
        else min(chart_data.time_scale.rows(chart_data.series, crosshair.position, crosshair.position)[0], newest)
    )


def bar_middle(chart_data: ChartData, row: int) -> float:
    """Return the position of the middle of a bar on the time scale."""
    series, number = chart_data.series, chart_data.series.begin + row
    one = slice(row, row + 1)
    left, right = chart_data.time_scale.edges(
        series.bars.start_ns[one], series.ends_ns(row, row + 1), np.array([number]), number + 1
    )
    return float(left[0] + right[0]) / 2


def first_price(line: VisibleLine) -> float | None:
    """Return the first price of a line that is known; of a downsampled one, the close of its first point."""
    known = line.last_prices[np.isfinite(line.last_prices)]
    return float(known[0]) if len(known) else None
