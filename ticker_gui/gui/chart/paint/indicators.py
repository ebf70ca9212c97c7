"""Indicators, drawn over the price or in a pane of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter

from ticker_gui.chart.chart_data import IndicatorSlice, line_through
from ticker_gui.chart.visible_bars import VisibleBars
from ticker_gui.gui.chart.paint import batch, lines
from ticker_gui.gui.chart.paint.colors import Palette
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.theme import mixed

_BAND_OPACITY: Final = 26
_HISTOGRAM_SHARE: Final = 0.6
_DOT: Final = 3.0  # pixels
_DASHES: Final = (4.0, 3.0)
_LIMITS: Final = ("upper", "lower")  # of a band, in one colour
_LIKENESS: Final = 150  # how light or dark the second line of an indicator is, in per cent of the first


def draw_study(
    painter: QPainter,
    frame: Viewport,
    visible: VisibleBars,
    curves: list[IndicatorSlice],
    colour: QColor,
    palette: Palette,
) -> None:
    """Draw all outputs of one indicator in its colour; each is drawn as its look says."""
    _fill_band(painter, frame, visible, curves, colour)
    for number, curve in enumerate(curves):
        draw = _LOOKS.get(curve.output.look)
        if draw is not None:
            is_first = number == 0 or curve.output.look in _LIMITS
            draw(painter, frame, visible, curve, colour if is_first else _like(colour, palette), palette)


def draw_levels(painter: QPainter, frame: Viewport, levels: tuple[float, ...], palette: Palette) -> None:
    """Draw lines across the pane at the values that mean something to an indicator."""
    painter.setPen(palette.muted)
    for level in levels:
        batch.dashes(painter, float(frame.y(level)), frame.width, *_DASHES)


def _plain(
    painter: QPainter, frame: Viewport, visible: VisibleBars, curve: IndicatorSlice, colour: QColor, palette: Palette
) -> None:
    lines.plain(painter, frame, line_through(visible, curve.lows, curve.highs), colour)


def _histogram(
    painter: QPainter, frame: Viewport, visible: VisibleBars, curve: IndicatorSlice, colour: QColor, palette: Palette
) -> None:
    ground = frame.row(0.0)
    values = np.where(np.abs(curve.highs) >= np.abs(curve.lows), curve.highs, curve.lows)
    price_range = np.round(frame.y(values))
    lefts, rights = np.floor(frame.x(visible.left)), np.floor(frame.x(visible.right))
    rights = np.maximum(rights - 1, lefts + 1)
    painter.setPen(Qt.PenStyle.NoPen)
    for is_up, mask in ((True, values >= 0), (False, values < 0)):  # not a number is neither
        painter.setBrush(mixed(palette.direction(is_up), palette.base, _HISTOGRAM_SHARE))
        grounds = np.full(int(mask.sum()), ground, float)
        tops, bottoms = (price_range[mask], grounds) if is_up else (grounds, price_range[mask])
        batch.rectangles(painter, lefts[mask], tops, rights[mask], bottoms)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _dots(
    painter: QPainter, frame: Viewport, visible: VisibleBars, curve: IndicatorSlice, colour: QColor, palette: Palette
) -> None:
    line = line_through(visible, curve.lows, curve.highs)
    known = np.isfinite(line.prices)
    x, y = np.round(frame.x(line.places[known])) - 1, np.round(frame.y(line.prices[known])) - 1
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    batch.rectangles(painter, x, y, x + _DOT, y + _DOT)
    painter.setBrush(Qt.BrushStyle.NoBrush)


Look = Callable[[QPainter, Viewport, VisibleBars, IndicatorSlice, QColor, Palette], None]
_LOOKS: Final[dict[str, Look]] = {
    "line": _plain,
    "upper": _plain,
    "lower": _plain,
    "dashed": _plain,  # in a colour of its own; dashes would take ten times as long
    "histogram": _histogram,
    "dots": _dots,
}


def _fill_band(
    painter: QPainter, frame: Viewport, visible: VisibleBars, curves: list[IndicatorSlice], colour: QColor
) -> None:
    """Fill what is between an upper and a lower limit."""
    edges = {curve.output.look: line_through(visible, curve.lows, curve.highs) for curve in curves}
    upper, lower = edges.get("upper"), edges.get("lower")
    if upper is None or lower is None:
        return
    paler = QColor(colour)
    paler.setAlpha(_BAND_OPACITY)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paler)
    batch.fill_between(painter, frame.x(upper.places), frame.y(upper.prices), frame.y(lower.prices), upper.is_joined)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _like(colour: QColor, palette: Palette) -> QColor:
    """Return another colour that belongs to one, and stands out from the ground no less."""
    return colour.lighter(_LIKENESS) if palette.base.lightnessF() < 0.5 else colour.darker(_LIKENESS)
