"""Drawing of prices as a line: plain, in steps, as an area, or against a baseline."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ticker_gui.bars.arrays import Floats, Mask
from ticker_gui.chart.visible_bars import VisibleLine
from ticker_gui.gui.chart.paint import batch
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.view.viewport import Viewport

_AREA_OPACITY: Final = 40


def plain(painter: QPainter, viewport: Viewport, line: VisibleLine, color: QColor | QPen) -> None:
    """Draw a line from point to point, one pixel wide or with a pen."""
    painter.setPen(color)
    batch.polyline(painter, viewport.x(line.positions), viewport.y(line.prices), line.is_joined)


def steps(painter: QPainter, viewport: Viewport, line: VisibleLine, color: QColor) -> None:
    """Draw a line that stays level until the next point."""
    plain(painter, viewport, _stepped(line), color)


def area(painter: QPainter, viewport: Viewport, line: VisibleLine, color: QColor) -> None:
    """Draw a line and fill the area below it."""
    y = viewport.y(line.prices)
    _fill(painter, viewport.x(line.positions), y, np.full(len(y), viewport.height), line.is_joined, color)
    plain(painter, viewport, line, color)


def baseline(painter: QPainter, viewport: Viewport, line: VisibleLine, reference: float, colors: ChartColors) -> None:
    """Draw a line and fill the area between it and a price: above in the color of up, below in that of down."""
    height = min(max(float(viewport.y(reference)), -1.0), viewport.height + 1.0)  # just out of view
    x, y, is_joined = _split_at(viewport.x(line.positions), viewport.y(line.prices), line.is_joined, height)
    baseline_y = np.full(len(y), height)
    for color, is_there in ((colors.up, y <= height), (colors.down, y >= height)):
        part = np.where(is_there, y, np.nan)
        _fill(painter, x, part, baseline_y, is_joined, color)
        painter.setPen(color)
        batch.polyline(painter, x, part, is_joined)
    painter.setPen(colors.muted)
    painter.drawLine(QPointF(0, round(height)), QPointF(viewport.width, round(height)))


def _stepped(line: VisibleLine) -> VisibleLine:
    positions = np.repeat(line.positions, 2)[1:]
    prices = np.repeat(line.prices, 2)[:-1]
    if line.is_joined is not None:
        prices[1::2][~line.is_joined[:-1]] = np.nan
    return VisibleLine(positions, prices)


def _split_at(x: Floats, y: Floats, is_joined: Mask | None, height: float) -> tuple[Floats, Floats, Mask | None]:
    """Return the points of a line with an additional point wherever it crosses a y coordinate.

    Clipping the painter would be simpler, but Qt's SVG generator ignores it.
    """
    with np.errstate(invalid="ignore"):
        behind = np.flatnonzero((y[:-1] - height) * (y[1:] - height) < 0) + 1
    before = behind - 1
    crossings = x[before] + (x[behind] - x[before]) * (height - y[before]) / (y[behind] - y[before])
    joined = is_joined if is_joined is None else np.insert(is_joined, behind, is_joined[before])
    return np.insert(x, behind, crossings), np.insert(y, behind, height), joined


def _fill(painter: QPainter, x: Floats, edge: Floats, base: Floats, is_joined: Mask | None, color: QColor) -> None:
    paler = QColor(color)
    paler.setAlpha(_AREA_OPACITY)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paler)
    batch.fill_between(painter, x, edge, base, is_joined)
    painter.setBrush(Qt.BrushStyle.NoBrush)
