"""The frame of a pane: which stretch of time and of prices it shows, and where they are in it, in pixels."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

MAX_PIXELS: Final = 32_000.0  # nothing farther out can be seen, and Qt's rasterizer cannot count much further
_MAX_DISTANCE: Final = 1e9  # pixels of a line's end that is out of view; it fits into the 32 bits that Qt has
_MIN_POSITIVE: Final = 1e-300  # what a logarithm can be taken of
_MAX_EXPONENT: Final = 300.0  # power of ten that a float can hold


class Viewport(NamedTuple):
    """A pane's view. ``bottom`` and ``top`` are prices, or their logarithms where ``is_log``."""

    left: float
    right: float
    bottom: float
    top: float
    width: float
    height: float
    is_log: bool = False

    @property
    def pixel(self) -> float:
        """How much of the axis of time one pixel is."""
        return (self.right - self.left) / max(1.0, self.width)

    def x(self, places: Any) -> Any:
        """Return where places on the ruler are, in pixels from the left edge; what is far out of view is nearer."""
        return _to_pixels(places, self.left, self.width, self.right - self.left)

    def y(self, prices: Any) -> Any:
        """Return where prices are, in pixels from the upper edge; what is far out of view is nearer."""
        return _to_pixels(self.level(prices), self.top, -self.height, self.top - self.bottom)

    def column(self, place: float) -> int:
        """Return the column of pixels that a place is in, as Qt can take it; what is out of view stays out of view."""
        return whole_pixel(self.x(place))

    def row(self, price: float) -> int:
        """Return the row of pixels that a price is in, as Qt can take it; what is out of view stays out of view."""
        return whole_pixel(self.y(price))

    def level(self, prices: Any) -> Any:
        """Return the height of prices on the scale."""
        return np.log10(np.maximum(prices, _MIN_POSITIVE)) if self.is_log else prices

    def place(self, x: float) -> float:
        """Return what is at a pixel from the left."""
        return self.left + x * self.pixel

    def price(self, y: float) -> float:
        """Return the price at a pixel from above."""
        level = self.top - y * (self.top - self.bottom) / max(1.0, self.height)
        return float(10.0 ** min(level, _MAX_EXPONENT)) if self.is_log else level


def whole_pixel(at: float) -> int:
    """Return a coordinate that Qt can take; what is no number is out of view."""
    value = float(at)
    return int(-MAX_PIXELS) if math.isnan(value) else round(min(max(value, -MAX_PIXELS), MAX_PIXELS))


def _to_pixels(values: Any, origin: float, pixels: float, extent: float) -> Any:
    """Return the distance of values from an origin in pixels, within what Qt can take; NaN stays NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.clip((values - origin) * (pixels / extent), -_MAX_DISTANCE, _MAX_DISTANCE)
