"""The chart types, one line each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from PySide6.QtGui import QPainter

from ticker_gui.chart.chart_data import VisibleData
from ticker_gui.gui.chart.paint import candles, lines
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.view.viewport import Viewport

Draw: TypeAlias = Callable[[QPainter, Viewport, VisibleData, ChartColors, float], None]


class ChartType(NamedTuple):
    """One chart type.

    ``draw`` gets the baseline price as its last argument; ``is_heikin_ashi`` selects Heikin-Ashi bars.
    """

    title: str
    draw: Draw
    has_bars: bool = True
    is_heikin_ashi: bool = False


def _line(painter: QPainter, viewport: Viewport, data: VisibleData, colors: ChartColors, reference: float) -> None:
    lines.plain(painter, viewport, data.line, colors.line)


def _steps(painter: QPainter, viewport: Viewport, data: VisibleData, colors: ChartColors, reference: float) -> None:
    lines.steps(painter, viewport, data.line, colors.line)


def _area(painter: QPainter, viewport: Viewport, data: VisibleData, colors: ChartColors, reference: float) -> None:
    lines.area(painter, viewport, data.line, colors.line)


def _baseline(painter: QPainter, viewport: Viewport, data: VisibleData, colors: ChartColors, reference: float) -> None:
    lines.baseline(painter, viewport, data.line, reference, colors)


def _candles(painter: QPainter, viewport: Viewport, data: VisibleData, colors: ChartColors, reference: float) -> None:
    candles.candles(painter, viewport, data.visible, colors)


def _hollow(painter: QPainter, viewport: Viewport, data: VisibleData, colors: ChartColors, reference: float) -> None:
    candles.hollow_candles(painter, viewport, data.visible, colors)


def _bars(painter: QPainter, viewport: Viewport, data: VisibleData, colors: ChartColors, reference: float) -> None:
    candles.ohlc_bars(painter, viewport, data.visible, colors)


CHART_TYPES: Final = {
    "line": ChartType("Line", _line, has_bars=False),
    "steps": ChartType("Step line", _steps, has_bars=False),
    "area": ChartType("Area", _area, has_bars=False),
    "baseline": ChartType("Baseline", _baseline, has_bars=False),
    "candles": ChartType("Candles", _candles),
    "hollow": ChartType("Hollow candles", _hollow),
    "bars": ChartType("OHLC bars", _bars),
    "heikin-ashi": ChartType("Heikin-Ashi", _candles, is_heikin_ashi=True),
}
DEFAULT_CHART_TYPE: Final = "line"
