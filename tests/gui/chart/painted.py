"""An image to paint on, searches for its colors, and example bars and lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage, QPainter

from ticker_gui.bars.bar_history import Bars
from ticker_gui.chart.visible_bars import VisibleBars, VisibleLine
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.theme import PALETTES, load_theme

Pixels: TypeAlias = npt.NDArray[np.uint32]
Pixel: TypeAlias = tuple[int, int]
Draw: TypeAlias = Callable[[QPainter], object]
Row: TypeAlias = tuple[float, float, float, float]

WIDTH: Final = 120
HEIGHT: Final = 100
VIEWPORT: Final = Viewport(0, WIDTH, 0, HEIGHT, WIDTH, HEIGHT)  # one pixel is one unit of position and price
COLORS: Final = {
    f"{theme}, {name}": ChartColors(load_theme(theme, name)) for theme in ("dark", "light") for name in PALETTES
}
DARK: Final = COLORS["dark, safe"]
RED: Final = QColor("#ff0000")


def painted(draw: Draw, colors: ChartColors = DARK, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """Return the drawing on the background of these colors, as rows of 0xffrrggbb."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(colors.base)
    painter = QPainter(image)
    try:
        draw(painter)
    finally:
        painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(height, -1)[:, :width].copy()


def pixels_of(pixels: Pixels, *colors: QColor) -> set[Pixel]:
    """Return the pixels (x, y) that have one of some colors."""
    rows, columns = np.isin(pixels, [color.rgb() for color in colors]).nonzero()
    return set(zip(columns.tolist(), rows.tolist(), strict=True))


def ink(pixels: Pixels, colors: ChartColors = DARK) -> set[Pixel]:
    """Return the pixels that differ from the background."""
    rows, columns = (pixels != colors.base.rgb()).nonzero()
    return set(zip(columns.tolist(), rows.tolist(), strict=True))


def block(left: int, top: int, right: int, bottom: int) -> set[Pixel]:
    """Return the pixels of a rectangle, without its right and lower edge."""
    return {(x, y) for x in range(left, right) for y in range(top, bottom)}


def column(where: set[Pixel], x: int) -> list[int]:
    """Return the y coordinates of the pixels in one column, in order."""
    return sorted(y for column, y in where if column == x)


def row(where: set[Pixel], y: int) -> list[int]:
    """Return the x coordinates of the pixels in one row, in order."""
    return sorted(x for x, row in where if row == y)


def visible(
    *rows: Row,
    width: float = 10.0,
    begin: float = 0.0,
    volumes: Sequence[float] | None = None,
    partial: Sequence[int] = (),
    bars_per_point: int = 1,
) -> VisibleBars:
    """Return bars (open, high, low, close) side by side; ``partial`` are the indices of partial ones."""
    count = len(rows)
    opens, highs, lows, closes = np.array(rows, np.float64).reshape(count, 4).T.copy()
    numbers = np.arange(count)
    left = begin + width * numbers.astype(np.float64)
    starts = numbers * SECOND_NS
    traded = np.ones(count) if volumes is None else np.array(volumes, np.float64)
    bars = Bars(starts, opens, highs, lows, closes, traded)
    return VisibleBars(
        bars,
        left,
        left + width,
        starts + SECOND_NS,
        np.isin(numbers, partial),
        bars_per_point,
        0,
        count * bars_per_point,
    )


def line(*prices: float, step: float = 10.0, broken: Sequence[int] | None = None) -> VisibleLine:
    """Return a line through equally spaced prices; it is broken after the points in ``broken``."""
    numbers = np.arange(len(prices))
    is_joined = None if broken is None else ~np.isin(numbers, broken)
    return VisibleLine(step * numbers.astype(np.float64), np.array(prices, np.float64), is_joined)


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of two colors according to WCAG 2, from 1 to 21."""
    darker, lighter = sorted(luminance(color) + 0.05 for color in (one, other))
    return lighter / darker


def luminance(color: QColor) -> float:
    """Return the relative luminance of a color according to WCAG 2, from 0 to 1."""
    red, green, blue = linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(color: QColor) -> list[float]:
    """Return red, green and blue in linear light, without the gamma of sRGB."""
    parts = (color.redF(), color.greenF(), color.blueF())
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
