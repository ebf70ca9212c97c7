"""A price axis with as many decimals as its steps need, whatever the magnitude."""

from __future__ import annotations

import math
from typing import Final

from ticker_gui.gui.chart.axis import Axis
from ticker_gui.market import formats

_PIXELS_A_LABEL: Final = 44
_MOST_LABELS: Final = 100


class PriceAxis(Axis):
    """Stands on the right, where the newest price is."""

    def __init__(self) -> None:
        super().__init__("right")

    def values(self) -> tuple[list[float], float]:
        """Return the round prices in view, and the step between them."""
        low, high = self.range
        step = round_step((high - low) * _PIXELS_A_LABEL / max(self.length, 1.0))
        first = math.ceil(low / step)
        count = min(int(high / step - first) + 1, _MOST_LABELS)
        return [(first + index) * step for index in range(count)], step

    def text(self, value: float, step: float) -> str:
        """Return a price with the decimals that tell the steps apart."""
        digits = max(0, math.ceil(-math.log10(step) - 1e-9))
        return formats.price(value, digits)


def round_step(least: float) -> float:
    """Return the least of 1, 2 or 5 times a power of ten that is not below ``least``."""
    if not least > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9)))
