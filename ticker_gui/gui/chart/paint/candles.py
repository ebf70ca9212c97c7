"""Drawing of candles, hollow candles, OHLC bars and volume."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter

from ticker_gui.bars.arrays import Floats, Mask
from ticker_gui.chart.visible_bars import VisibleBars
from ticker_gui.gui.chart.paint import batch
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.theme import mix

_BODY_SHARE: Final = 0.62  # share of a bar's width
_FILL_SHARE: Final = 0.3  # of the color of a rising candle, inside its outline
_MIN_BODY: Final = 3.0  # pixels; narrower bars have no gap, and isolated bars are at least as wide
_VOLUME_SHARE: Final = 0.42  # share of the color; an opaque mix is filled faster than a transparent color


class _BarPixels(NamedTuple):
    """Pixel columns of bars: the edges of their bodies, and the middle of their wicks."""

    left: Floats
    right: Floats
    middle: Floats


def candles(painter: QPainter, viewport: Viewport, visible: VisibleBars, colors: ChartColors) -> None:
    """Draw candles in the color of their direction: falling ones filled, rising ones outlined with a pale filling."""
    bars, pixels = visible.bars, _bar_pixels(viewport, visible)
    highs, lows = viewport.y(bars.high), viewport.y(bars.low)
    upper, lower = _body(viewport, bars.open, bars.close)
    is_up = bars.close >= bars.open
    for color, mask in _by_direction(is_up, visible.is_partial, colors):
        painter.setPen(color)
        batch.lines(painter, pixels.middle[mask], highs[mask], pixels.middle[mask], lows[mask])
        _fill(painter, color, pixels, upper, lower, mask)
        inside = mask & is_up & (pixels.right - pixels.left > 2) & (lower - upper > 2)
        inner = _BarPixels(pixels.left + 1, pixels.right - 1, pixels.middle)
        _fill(painter, mix(color, colors.base, _FILL_SHARE), inner, upper + 1, lower - 1, inside)


def hollow_candles(painter: QPainter, viewport: Viewport, visible: VisibleBars, colors: ChartColors) -> None:
    """Draw candles that are hollow if they close above their open, in the color of the change from bar to bar."""
    bars, pixels = visible.bars, _bar_pixels(viewport, visible)
    highs, lows = viewport.y(bars.high), viewport.y(bars.low)
    upper, lower = _body(viewport, bars.open, bars.close)
    is_hollow = bars.close > bars.open
    before = np.append(bars.open[:1], bars.close[:-1])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, mask in _by_direction(bars.close >= before, visible.is_partial, colors):
        painter.setPen(color)
        middle, hollow = pixels.middle, mask & is_hollow
        batch.lines(painter, middle[mask], highs[mask], middle[mask], upper[mask])
        batch.lines(painter, middle[mask], lower[mask] - 1, middle[mask], lows[mask])
        _fill(painter, color, pixels, upper, lower, mask & ~is_hollow)
        painter.setPen(color)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        batch.rectangles(painter, pixels.left[hollow], upper[hollow], pixels.right[hollow] - 1, lower[hollow] - 1)


def ohlc_bars(painter: QPainter, viewport: Viewport, visible: VisibleBars, colors: ChartColors) -> None:
    """Draw a line from low to high, with the open to its left and the close to its right."""
    bars, pixels = visible.bars, _bar_pixels(viewport, visible)
    highs, lows = viewport.y(bars.high), viewport.y(bars.low)
    opens, closes = viewport.y(bars.open), viewport.y(bars.close)
    for color, mask in _by_direction(bars.close >= bars.open, visible.is_partial, colors):
        painter.setPen(color)
        middle = pixels.middle[mask]
        batch.lines(painter, middle, highs[mask], middle, lows[mask])
        batch.lines(painter, pixels.left[mask], opens[mask], middle, opens[mask])
        batch.lines(painter, middle, closes[mask], pixels.right[mask] - 1, closes[mask])


def volumes(painter: QPainter, viewport: Viewport, visible: VisibleBars, colors: ChartColors) -> None:
    """Draw the volume of each bar, in the color of its direction."""
    bars, pixels = visible.bars, _bar_pixels(viewport, visible)
    upper, lower = np.round(viewport.y(bars.volume)), np.full(len(bars.volume), viewport.row(0.0), float)
    for color, mask in _by_direction(bars.close >= bars.open, visible.is_partial, colors):
        _fill(painter, mix(color, colors.base, _VOLUME_SHARE), pixels, upper, lower, mask)


def mark_partial_bars(painter: QPainter, viewport: Viewport, visible: VisibleBars, colors: ChartColors) -> None:
    """Mark partial bars at the lower edge."""
    mask = visible.is_partial
    if mask.any():
        pixels = _bar_pixels(viewport, visible)
        edge = np.full(len(mask), viewport.height)
        _fill(painter, colors.warning, pixels, edge - 3, edge, mask)


def _bar_pixels(viewport: Viewport, visible: VisibleBars) -> _BarPixels:
    """Return the pixels of bars; bodies are symmetrical to their wicks if there is room for a gap between them."""
    lefts, rights = viewport.x(visible.left), viewport.x(visible.right)
    left, right = np.floor(lefts), np.floor(rights)
    right = np.maximum(right, left + 1)
    middle = np.floor((left + right - 1) / 2)
    half = np.floor((_BODY_SHARE * (rights - lefts) - 1) / 2)
    has_gap = rights - lefts >= _MIN_BODY
    left, right = np.where(has_gap, middle - half, left), np.where(has_gap, middle + half + 1, right)
    room = np.full(len(middle) + 1, np.inf)  # distance to the neighbors
    np.subtract(middle[1:], middle[:-1], out=room[1:-1])
    side = np.where(np.minimum(room[:-1], room[1:]) > _MIN_BODY, (_MIN_BODY - 1) / 2, 0.0)
    return _BarPixels(np.minimum(left, middle - side), np.maximum(right, middle + side + 1), middle)


def _body(viewport: Viewport, opens: Floats, closes: Floats) -> tuple[Floats, Floats]:
    """Return the upper and lower edge of bodies; the pixels of open and close are included."""
    return np.floor(viewport.y(np.maximum(opens, closes))), np.floor(viewport.y(np.minimum(opens, closes))) + 1


def _by_direction(is_up: Mask, is_partial: Mask, colors: ChartColors) -> list[tuple[QColor, Mask]]:
    """Return color and mask of rising and falling bars, with partial bars separate."""
    found = [(colors.up, is_up & ~is_partial), (colors.down, ~is_up & ~is_partial)]
    if is_partial.any():
        found += [(colors.pale_up, is_up & is_partial), (colors.pale_down, ~is_up & is_partial)]
    return found


def _fill(painter: QPainter, color: QColor, pixels: _BarPixels, upper: Floats, lower: Floats, mask: Mask) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    batch.rectangles(painter, pixels.left[mask], upper[mask], pixels.right[mask], lower[mask])
