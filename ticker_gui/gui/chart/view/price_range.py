"""Which prices are in view: what is visible fits, until the user scales it by hand."""

from __future__ import annotations

import math
from typing import Final

_MARGIN: Final = 0.08  # of the height, above and below
_EDGE: Final = 0.02
_MIN_FILL: Final = 0.5  # of the height that what is visible takes, before it is fitted anew
_MAX_PRICE: Final = 1e24  # volumes are larger than any price
_FLOAT_NOISE: Final = 2e-12  # of a price: smaller differences are the noise of floats
_MIN_HEIGHT: Final = 1e-9  # of what is visible: a pixel is then still many times what floats can tell apart
_MAX_HEIGHT: Final = 1e4  # times what is visible
_MAX_DISTANCE: Final = 1e3  # times what is visible: how far it can be moved away
_MIN_LOG: Final = 1.0  # the size of a logarithm near 0, which is the price 1
_MIN_DIVISOR: Final = 1e-280  # what can be divided by
_LOG_LIMIT: Final = 300.0  # powers of ten that a float can hold
_MAX_HALF: Final = 1.0 - 1e-6  # of the price in the middle, where a logarithm is to be taken of what is below it


class PriceRange:
    """From ``bottom`` to ``top``, on the pane's scale. While it fits, it moves only where it must: it does not tremble.

    While it ``frozen`` it does not move at all: the user drags. Scaling and moving by hand have limits that depend on
    what is visible, so that there is always something to see and nothing that floats cannot tell apart.
    """

    def __init__(self) -> None:
        self.bottom, self.top = 0.0, 1.0
        self.auto_scale = True
        self.frozen = False
        self.is_log = False
        self._needs_fit = True
        self._low, self._high = 0.0, 1.0  # what is visible

    @property
    def is_known(self) -> bool:
        """Whether there has been anything to fit, since it began anew."""
        return not self._needs_fit

    def fit(self, low: float, high: float) -> None:
        """Hear what is visible."""
        if not self._set_visible(low, high) or not self.auto_scale or (self.frozen and not self._needs_fit):
            return
        height, held = high - low, self.top - self.bottom
        edge = _EDGE * held
        is_in = self.bottom + edge <= low and high <= self.top - edge
        if is_in and height > _MIN_FILL * held and not self._needs_fit:
            return
        is_flat = height <= max(_FLOAT_NOISE * self._magnitude, _MIN_DIVISOR)
        margin = self._flat_margin if is_flat else _MARGIN * height
        self._set(low - margin, high + margin)

    def fit_from_zero(self, base: float, high: float) -> None:
        """Hear how high it goes of what stands on a ground: volume does on zero."""
        if (
            self._set_visible(base, high)
            and self.auto_scale
            and (self._needs_fit or not self.frozen)
            and (self._needs_fit or not 0.6 <= self._share(base, high) <= 1.0)
        ):
            self._set(base, base + ((high - base) * (1 + _MARGIN) or 1.0))

    def scale(self, factor: float) -> None:
        """Show so many times as much, by hand, around the middle."""
        self.auto_scale = False
        if not 0.0 < factor < math.inf or self._needs_fit:
            return
        middle, held = (self.bottom + self.top) / 2, self.top - self.bottom
        half = min(max(held * factor, min(self._min_height, held)), max(self._max_height, held)) / 2
        self._move(middle, half)

    def pan(self, by: float) -> None:
        """Move by so much, by hand."""
        self.auto_scale = False
        if math.isfinite(by) and not self._needs_fit:
            self._move((self.bottom + self.top) / 2 + by, (self.top - self.bottom) / 2)

    def restore(self, bottom: float, top: float, is_log: bool = False) -> None:
        """Show again what was chosen by hand, on the scale on which it was."""
        self.auto_scale, self.is_log = False, is_log
        self._set(bottom, top)

    def set_log(self, is_log: bool) -> None:
        """Use a logarithmic scale or a linear one; what was chosen by hand keeps the price in its middle."""
        if is_log is self.is_log:
            return
        self.is_log = is_log
        middle, half = (self.bottom + self.top) / 2, (self.top - self.bottom) / 2
        if self.auto_scale or self._needs_fit or (is_log and middle <= 0) or (not is_log and abs(middle) > _LOG_LIMIT):
            self.reset()
            return
        if is_log:
            share = min(half / middle, _MAX_HALF)
            middle, half = math.log10(middle), math.log10((1 + share) / (1 - share)) / 2
        else:
            middle, half = 10.0**middle, 10.0**middle * math.tanh(half * math.log(10.0))
        if not self._set(middle - half, middle + half):
            self.reset()

    def reset(self) -> None:
        """Fit again, what is visible now and exactly."""
        self.auto_scale = self._needs_fit = True

    def _set_visible(self, low: float, high: float) -> bool:
        if not (math.isfinite(low) and math.isfinite(high)):
            return False
        self._low, self._high = low, high
        return True

    @property
    def _magnitude(self) -> float:
        """How far what is visible is from zero; a logarithm of 0 is a price as others are."""
        return max(abs(self._low), abs(self._high), _MIN_LOG if self.is_log else 0.0) or 1.0

    @property
    def _min_height(self) -> float:
        return max(_MIN_HEIGHT * self._magnitude, _MIN_DIVISOR)

    @property
    def _max_height(self) -> float:
        return _LOG_LIMIT if self.is_log else _MAX_HEIGHT * self._magnitude

    @property
    def _flat_margin(self) -> float:
        if self.is_log:
            return math.log10(1.001)
        return max(0.001 * max(abs(self._low), abs(self._high)), _MIN_DIVISOR) if self._low or self._high else 1.0

    def _move(self, middle: float, half: float) -> None:
        """Show so much around a middle that is not too far from what is visible."""
        away = _LOG_LIMIT if self.is_log else _MAX_DISTANCE * self._magnitude + half
        middle = min(max(middle, self._low - away), self._high + away)
        self._set(middle - half, middle + half)

    def _share(self, base: float, high: float) -> float:
        return (high - base) / (self.top - base) if self.bottom == base else math.inf

    def _set(self, bottom: float, top: float) -> bool:
        """Show this where floats can tell apart what is in it; return whether they can."""
        minimum = max(_FLOAT_NOISE / 2 * max(abs(bottom), abs(top)), _MIN_DIVISOR / 2)
        is_possible = -_MAX_PRICE < bottom < top < _MAX_PRICE and top - bottom > minimum
        if is_possible:
            self.bottom, self.top = bottom, top
            self._needs_fit = False
        return is_possible
