"""What all panes of a chart draw from, and which bar is being read."""

from __future__ import annotations

import math
from datetime import tzinfo
from typing import NamedTuple

import numpy as np

from ticker_gui.bars.bar_history import Bars
from ticker_gui.chart.chart_data import ChartData, VisibleData
from ticker_gui.chart.visible_bars import VisibleLine
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.chart.axes.time_ticks import TimeTicks
from ticker_gui.gui.chart.options import ChartOptions
from ticker_gui.gui.chart.paint.chart_types import ChartType
from ticker_gui.gui.chart.paint.colors import Palette


class Cursor(NamedTuple):
    """Where the cross hair is: a place on the ruler, and a height in pixels in the pane that the pointer is over.

    ``x`` is how far the pointer is from the left edge, in pixels: the place under it changes as the view moves. It is
    ``None`` where bars are read by keys.
    """

    place: float
    pane: object = None
    height: float = 0.0
    x: float | None = None


class Scene(NamedTuple):
    """One moment of a chart. ``now_ns`` is the exchange's clock."""

    chart_data: ChartData
    visible_data: VisibleData
    options: ChartOptions
    kind: ChartType
    palette: Palette
    style: NumberStyle
    zone: tzinfo | None
    times: TimeTicks
    left: float
    right: float
    now_ns: int
    cursor: Cursor | None = None

    @property
    def row(self) -> int:
        """The held bar that is read: the one under the cross hair, or the newest. There has to be one."""
        return cursor_row(self.chart_data, self.cursor)

    @property
    def cursor_position(self) -> float | None:
        """Where the cross hair stands: in the middle of its bar."""
        if self.cursor is None:
            return None
        chart_data, place = self.chart_data, self.cursor.place
        if not len(chart_data.series) or place >= chart_data.time_scale.newest(chart_data.series):
            return place
        return bar_middle(chart_data, self.row)

    @property
    def prices(self) -> VisibleLine:
        """What is drawn as the price, as the points of a line; of bars, highs and lows."""
        visible = self.visible_data.visible
        if not self.kind.has_bars:
            return self.visible_data.line
        return VisibleLine(
            np.tile((visible.left + visible.right) / 2, 2), np.append(visible.bars.high, visible.bars.low)
        )

    @property
    def base(self) -> float | None:
        """The first price in view: what per cents are of."""
        return first_price(self.visible_data.line)

    @property
    def reference(self) -> float:
        """What the baseline stands at: the previous close, or the first price in view where none is known."""
        reference = self.chart_data.state.day.reference
        return (self.base or 0.0) if reference is None else reference

    @property
    def is_percent(self) -> bool:
        """Whether prices are shown as their change: they are where symbols are compared."""
        return bool(self.base) and (self.options.scale == "percent" or bool(self.visible_data.compared))

    def bar(self, row: int) -> Bars:
        """Return one held bar."""
        return self.chart_data.series.bars.rows(row, row + 1)

    def compared(self) -> list[VisibleLine]:
        """Return the lines of other symbols, at the heights where they have changed as much as the price has."""
        return [
            line._replace(prices=line.prices * self._share(first_price(line))) for line in self.visible_data.compared
        ]

    def _share(self, other: float | None) -> float:
        base = self.base
        return math.nan if base is None or not other else base / other


def cursor_row(chart_data: ChartData, cursor: Cursor | None) -> int:
    """Return the held bar that is read with the cross hair somewhere; without one, the newest."""
    newest = len(chart_data.series) - 1
    return (
        newest
        if cursor is None
        else min(chart_data.time_scale.rows(chart_data.series, cursor.place, cursor.place)[0], newest)
    )


def bar_middle(chart_data: ChartData, row: int) -> float:
    """Return where the middle of a held bar is on the ruler."""
    series, number = chart_data.series, chart_data.series.begin + row
    one = slice(row, row + 1)
    left, right = chart_data.time_scale.edges(
        series.bars.start_ns[one], series.ends_ns(row, row + 1), np.array([number]), number + 1
    )
    return float(left[0] + right[0]) / 2


def first_price(line: VisibleLine) -> float | None:
    """Return the first price of a line that is one."""
    known = line.prices[np.isfinite(line.prices)]
    return float(known[0]) if len(known) else None
