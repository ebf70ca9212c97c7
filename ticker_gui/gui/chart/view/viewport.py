"""The viewport of a pane: its time and price range, and the conversion to pixels."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

MAX_PIXELS: Final = 32_000.0  # beyond any screen, and within the range of Qt's rasterizer
_MAX_DISTANCE: Final = 1e9  # pixels; fits into Qt's 32-bit integers
_MIN_POSITIVE: Final = 1e-300  # smallest argument of a logarithm
_MAX_EXPONENT: Final = 300.0  # largest power of ten in a float


class Viewport(NamedTuple):
    """Converts positions and prices to pixels. ``bottom`` and ``top`` are prices, or their logarithms if ``is_log``."""

    left: float
    right: float
    bottom: float
    top: float
    width: float
    height: float
    is_log: bool = False

    @property
    def pixel(self) -> float:
        """The width of one pixel on the time scale."""
        return (self.right - self.left) / max(1.0, self.width)

    def x(self, positions: Any) -> Any:
        """Return the x coordinates of positions, in pixels; coordinates far out of view are clipped."""
        return _to_pixels(positions, self.left, self.width, self.right - self.left)

    def y(self, prices: Any) -> Any:
        """Return the y coordinates of prices, in pixels from the top; coordinates far out of view are clipped."""
        return _to_pixels(self.level(prices), self.top, -self.height, self.top - self.bottom)

    def column(self, position: float) -> int:
        """Return the pixel column of a position, within Qt's range."""
        return whole_pixel(self.x(position))

    def row(self, price: float) -> int:
        """Return the pixel row of a price, within Qt's range."""
        return whole_pixel(self.y(price))

    def level(self, prices: Any) -> Any:
        """Return prices in scale coordinates."""
        return np.log10(np.maximum(prices, _MIN_POSITIVE)) if self.is_log else prices

    def position(self, x: float) -> float:
        """Return the position at an x coordinate."""
        return self.left + x * self.pixel

    def price(self, y: float) -> float:
        """Return the price at a y coordinate."""
        level = self.top - y * (self.top - self.bottom) / max(1.0, self.height)
        return float(10.0 ** min(level, _MAX_EXPONENT)) if self.is_log else level


def whole_pixel(at: float) -> int:
    """Return a coordinate rounded to a pixel within Qt's range; NaN is out of view."""
    value = float(at)
    return int(-MAX_PIXELS) if math.isnan(value) else round(min(max(value, -MAX_PIXELS), MAX_PIXELS))


def _to_pixels(values: Any, origin: float, pixels: float, extent: float) -> Any:
    """Return the distance of values from an origin in pixels, within Qt's range; NaN stays NaN."""
    if isinstance(values, float):  # dozens in each frame, for which numpy takes ten times as long
        at = (float(values) - origin) * (pixels / extent)
        return at if math.isnan(at) else min(max(at, -_MAX_DISTANCE), _MAX_DISTANCE)
    with np.errstate(over="ignore", invalid="ignore"):
        at = (values - origin) * (pixels / extent)
        return np.minimum(np.maximum(at, -_MAX_DISTANCE), _MAX_DISTANCE)  # faster than `np.clip`
