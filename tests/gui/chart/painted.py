"""A sheet to paint on, where its colours are, and invented bars and lines to paint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage, QPainter

from ticker_gui.bars.bar_history import Bars
from ticker_gui.chart.visible_bars import VisibleBars, VisibleLine
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.paint.colors import Palette
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.theme import PALETTES, load_theme

Pixels: TypeAlias = npt.NDArray[np.uint32]
Place: TypeAlias = tuple[int, int]
Draw: TypeAlias = Callable[[QPainter], object]
Row: TypeAlias = tuple[float, float, float, float]

WIDTH: Final = 120
HEIGHT: Final = 100
VIEWPORT: Final = Viewport(0, WIDTH, 0, HEIGHT, WIDTH, HEIGHT)  # a pixel is one of the ruler, and a price of one
COLOURS: Final = {
    f"{theme}, {name}": Palette(load_theme(theme, name)) for theme in ("dark", "light") for name in PALETTES
}
DARK: Final = COLOURS["dark, safe"]
RED: Final = QColor("#ff0000")


def painted(draw: Draw, palette: Palette = DARK, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """Return what is drawn on the ground of a palette, as rows of 0xffrrggbb."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(palette.base)
    painter = QPainter(image)
    try:
        draw(painter)
    finally:
        painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(height, -1)[:, :width].copy()


def places(pixels: Pixels, *colours: QColor) -> set[Place]:
    """Return where one of some colours is, from the left and from above."""
    rows, columns = np.isin(pixels, [colour.rgb() for colour in colours]).nonzero()
    return set(zip(columns.tolist(), rows.tolist(), strict=True))


def ink(pixels: Pixels, palette: Palette = DARK) -> set[Place]:
    """Return where anything is drawn."""
    rows, columns = (pixels != palette.base.rgb()).nonzero()
    return set(zip(columns.tolist(), rows.tolist(), strict=True))


def block(left: int, top: int, right: int, bottom: int) -> set[Place]:
    """Return the places of a rectangle; its last column and row are not in it."""
    return {(x, y) for x in range(left, right) for y in range(top, bottom)}


def column(where: set[Place], x: int) -> list[int]:
    """Return how far from above the places in one column are, the highest first."""
    return sorted(y for column, y in where if column == x)


def row(where: set[Place], y: int) -> list[int]:
    """Return how far from the left the places in one row are."""
    return sorted(x for x, row in where if row == y)


def visible(
    *rows: Row,
    width: float = 10.0,
    begin: float = 0.0,
    volumes: Sequence[float] | None = None,
    partial: Sequence[int] = (),
    merged: int = 1,
) -> VisibleBars:
    """Return bars (open, high, low, close) side by side; ``partial`` are the numbers of those."""
    count = len(rows)
    opens, highs, lows, closes = np.array(rows, np.float64).reshape(count, 4).T.copy()
    numbers = np.arange(count)
    left = begin + width * numbers.astype(np.float64)
    starts = numbers * SECOND_NS
    traded = np.ones(count) if volumes is None else np.array(volumes, np.float64)
    bars = Bars(starts, opens, highs, lows, closes, traded)
    return VisibleBars(
        bars, left, left + width, starts + SECOND_NS, np.isin(numbers, partial), merged, 0, count * merged
    )


def line(*prices: float, step: float = 10.0, broken: Sequence[int] | None = None) -> VisibleLine:
    """Return a line through prices that are a step apart; it does not go on behind the points in ``broken``."""
    numbers = np.arange(len(prices))
    is_joined = None if broken is None else ~np.isin(numbers, broken)
    return VisibleLine(step * numbers.astype(np.float64), np.array(prices, np.float64), is_joined)


def contrast(one: QColor, other: QColor) -> float:
    """Return how far two colours stand out from each other, from 1 to 21, as WCAG 2 counts."""
    darker, lighter = sorted(luminance(colour) + 0.05 for colour in (one, other))
    return lighter / darker


def luminance(colour: QColor) -> float:
    """Return how light a colour is, from 0 to 1, as WCAG 2 counts."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(colour: QColor) -> list[float]:
    """Return how much light there is of red, green and blue: sRGB without its gamma."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
