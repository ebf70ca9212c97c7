"""The frame of a pane: which stretch of time and of prices it shows, and where they are in it, in pixels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_LEAST: float = 1e-12  # what a logarithm can be taken of
_HIGHEST: float = 300.0  # power of ten that a float can hold


class Frame(NamedTuple):
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
        """Return where places on the ruler are, in pixels from the left edge."""
        return (places - self.left) * (self.width / (self.right - self.left))

    def y(self, prices: Any) -> Any:
        """Return where prices are, in pixels from the upper edge."""
        return (self.top - self.level(prices)) * (self.height / (self.top - self.bottom))

    def level(self, prices: Any) -> Any:
        """Return the height of prices on the scale."""
        return np.log10(np.maximum(prices, _LEAST)) if self.is_log else prices

    def place(self, x: float) -> float:
        """Return what is at a pixel from the left."""
        return self.left + x * self.pixel

    def price(self, y: float) -> float:
        """Return the price at a pixel from above."""
        level = self.top - y * (self.top - self.bottom) / max(1.0, self.height)
        return float(10.0 ** min(level, _HIGHEST)) if self.is_log else level
