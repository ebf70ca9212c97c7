"""Drawing of indicators, over prices or in their own pane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ticker_gui.chart.chart_data import IndicatorSlice, line_through
from ticker_gui.chart.visible_bars import VisibleBars
from ticker_gui.gui.chart.paint import batch, lines
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.theme import mix

_BAND_OPACITY: Final = 26
_TINT_OPACITY: Final = 16
_HISTOGRAM_SHARE: Final = 0.6
_DOT: Final = 3.0  # pixels, of the thinnest line
_DASHES: Final = (4.0, 3.0)


def draw_indicator(
    painter: QPainter,
    viewport: Viewport,
    visible: VisibleBars,
    curves: list[IndicatorSlice],
    pen: QPen,
    colors: ChartColors,
) -> None:
    """Draw all outputs of one indicator in its style, with the color and width of a pen."""
    _fill_band(painter, viewport, visible, curves, pen.color())
    own_colors = colors.outputs([curve.output for curve in curves], pen.color())
    for curve, color in zip(curves, own_colors, strict=True):
        draw = _DRAW_BY_STYLE.get(curve.output.style)
        if draw is not None:
            own = QPen(pen)
            own.setColor(color)
            draw(painter, viewport, visible, curve, own, colors)


def draw_thresholds(
    painter: QPainter, viewport: Viewport, thresholds: tuple[float, ...], color: QColor, colors: ChartColors
) -> None:
    """Draw horizontal lines at an indicator's thresholds, and tint the area between two."""
    if len(thresholds) == 2:
        top, bottom = (viewport.row(threshold) for threshold in reversed(thresholds))
        tint = QColor(color)
        tint.setAlpha(_TINT_OPACITY)  # the grid remains visible
        painter.fillRect(QRectF(0, top, viewport.width, bottom - top), tint)
    painter.setPen(colors.muted)
    for threshold in thresholds:
        batch.dashes(painter, float(viewport.y(threshold)), viewport.width, *_DASHES)


def _plain(
    painter: QPainter, viewport: Viewport, visible: VisibleBars, curve: IndicatorSlice, pen: QPen, colors: ChartColors
) -> None:
    lines.plain(painter, viewport, line_through(visible, curve.lows, curve.highs), pen)


def _histogram(
    painter: QPainter, viewport: Viewport, visible: VisibleBars, curve: IndicatorSlice, pen: QPen, colors: ChartColors
) -> None:
    baseline_y = viewport.row(0.0)
    values = np.where(np.abs(curve.highs) >= np.abs(curve.lows), curve.highs, curve.lows)
    y = np.round(viewport.y(values))
    lefts, rights = np.floor(viewport.x(visible.left)), np.floor(viewport.x(visible.right))
    rights = np.maximum(rights - 1, lefts + 1)
    painter.setPen(Qt.PenStyle.NoPen)
    for is_up, mask in ((True, values >= 0), (False, values < 0)):  # NaN is neither
        painter.setBrush(mix(colors.direction(is_up), colors.base, _HISTOGRAM_SHARE))
        baselines = np.full(int(mask.sum()), baseline_y, float)
        tops, bottoms = (y[mask], baselines) if is_up else (baselines, y[mask])
        batch.rectangles(painter, lefts[mask], tops, rights[mask], bottoms)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _dots(
    painter: QPainter, viewport: Viewport, visible: VisibleBars, curve: IndicatorSlice, pen: QPen, colors: ChartColors
) -> None:
    line = line_through(visible, curve.lows, curve.highs)
    known = np.isfinite(line.prices)
    x, y = np.round(viewport.x(line.positions[known])), np.round(viewport.y(line.prices[known]))
    size = _DOT + pen.width() - 1
    x, y = x - size // 2, y - size // 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    batch.rectangles(painter, x, y, x + size, y + size)
    painter.setBrush(Qt.BrushStyle.NoBrush)


_Draw = Callable[[QPainter, Viewport, VisibleBars, IndicatorSlice, QPen, ChartColors], None]
_DRAW_BY_STYLE: Final[dict[str, _Draw]] = {
    "line": _plain,
    "upper": _plain,
    "lower": _plain,
    "dashed": _plain,  # its own color instead of dashes, which take ten times as long
    "histogram": _histogram,
    "dots": _dots,
}


def _fill_band(
    painter: QPainter, viewport: Viewport, visible: VisibleBars, curves: list[IndicatorSlice], color: QColor
) -> None:
    """Fill the area between the upper and lower band."""
    edges = {curve.output.style: line_through(visible, curve.lows, curve.highs) for curve in curves}
    upper, lower = edges.get("upper"), edges.get("lower")
    if upper is None or lower is None:
        return
    paler = QColor(color)
    paler.setAlpha(_BAND_OPACITY)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paler)
    x, upper_y, lower_y = viewport.x(upper.positions), viewport.y(upper.prices), viewport.y(lower.prices)
    batch.fill_between(painter, x, upper_y, lower_y, upper.is_joined)
    painter.setBrush(Qt.BrushStyle.NoBrush)
