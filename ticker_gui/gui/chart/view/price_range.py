"""The visible price range: it auto-scales until the user scales it."""

from __future__ import annotations

import math
from typing import Final

_MARGIN: Final = 0.08  # share of the height that stays free above and below
_EDGE: Final = 0.02  # share of the height; prices closer to the edge trigger a fit
_GAP: Final = 0.04  # share of the height between a text at the top and the prices when they are fitted
_MAX_TEXT: Final = 0.4  # share of the height that a text at the top may take from the prices
_MUCH_TEXT: Final = 0.1  # share of the height: if a text takes so much less than before, the range is fitted again
_MIN_FILL: Final = 0.5  # share of the height that prices must fill; below it, the range is fitted again
_MAX_PRICE: Final = 1e24  # volumes are larger than any price
_FLOAT_NOISE: Final = 2e-12  # relative to a price: smaller differences are floating-point noise
_MIN_HEIGHT: Final = 1e-9  # relative to the visible prices: a pixel is still far above float resolution
_MAX_HEIGHT: Final = 1e4  # relative to the visible prices
_MAX_DISTANCE: Final = 1e3  # relative to the visible prices: how far they can be panned out of view
_MIN_LOG: Final = 1.0  # magnitude of a logarithm near 0, which stands for the price 1
_MIN_DIVISOR: Final = 1e-280  # smallest number to divide by
_LOG_LIMIT: Final = 300.0  # largest power of ten in a float
_MAX_HALF: Final = 1.0 - 1e-6  # relative to the price in the middle: the lower end stays positive


class PriceRange:
    """From ``bottom`` to ``top`` in scale coordinates; auto-scaling has hysteresis, to avoid jitter.

    While ``frozen`` (the user drags) it does not auto-scale. Scaling and panning by the user have limits that depend
    on the visible prices, so that something remains visible and floats remain precise; before the first fit, they do
    nothing.
    """

    def __init__(self) -> None:
        self.bottom, self.top = 0.0, 1.0
        self.auto_scale = True
        self.frozen = False
        self.is_log = False
        self._needs_fit = True
        self._low, self._high = 0.0, 1.0  # the visible low and high
        self._text = 0.0  # the share of the height that the text took when the range was fitted

    @property
    def is_known(self) -> bool:
        """Whether the range was fitted to prices since the last reset."""
        return not self._needs_fit

    def fit(self, low: float, high: float, text: float = 0.0) -> None:
        """Auto-scale to the visible low and high, below a text that covers this share of the height at the top."""
        if not self._set_visible(low, high) or not self.auto_scale or (self.frozen and not self._needs_fit):
            return
        span, height = high - low, self.top - self.bottom
        edge, text = _EDGE * height, min(text, _MAX_TEXT)
        is_inside = self.bottom + edge <= low and high <= self.top - max(edge, text * height)
        is_filled = span > _MIN_FILL * (1 - text) * height and text > self._text - _MUCH_TEXT
        if is_inside and is_filled and not self._needs_fit:
            return
        is_flat = span <= max(_FLOAT_NOISE * self._magnitude, _MIN_DIVISOR)
        margin = self._flat_margin if is_flat else _MARGIN * span
        whole = (span + margin) / (1 - text - _GAP) if text else 0.0
        self._text = text
        self._set(low - margin, max(high + margin, low - margin + whole))

    def fit_from_zero(self, base: float, high: float) -> None:
        """Auto-scale with a fixed lower end, as for volume."""
        if (
            self._set_visible(base, high)
            and self.auto_scale
            and (self._needs_fit or not self.frozen)
            and (self._needs_fit or not 0.6 <= self._share(base, high) <= 1.0)
        ):
            self._set(base, base + ((high - base) * (1 + _MARGIN) or 1.0))

    def scale(self, factor: float) -> None:
        """Scale by a factor around the middle, and stop auto-scaling."""
        if not 0.0 < factor < math.inf or factor == 1.0 or self._needs_fit:
            return
        self.auto_scale = False
        middle, height = (self.bottom + self.top) / 2, self.top - self.bottom
        half = min(max(height * factor, min(self._min_height, height)), max(self._max_height, height)) / 2
        self._move(middle, half)

    def pan(self, by: float) -> None:
        """Move by an amount, and stop auto-scaling."""
        if math.isfinite(by) and by and not self._needs_fit:
            self.auto_scale = False
            self._move((self.bottom + self.top) / 2 + by, (self.top - self.bottom) / 2)

    def restore(self, bottom: float, top: float, is_log: bool = False) -> None:
        """Restore a range that the user chose, on its scale, if it is a possible one."""
        self.is_log = is_log
        if self._set(bottom, top):
            self.auto_scale = False

    def set_log(self, is_log: bool) -> None:
        """Switch between logarithmic and linear; a range chosen by the user keeps the price in its middle."""
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
        """Auto-scale again, exactly to the visible prices."""
        self.auto_scale = self._needs_fit = True

    def _set_visible(self, low: float, high: float) -> bool:
        if not (math.isfinite(low) and math.isfinite(high)):
            return False
        self._low, self._high = low, high
        return True

    @property
    def _magnitude(self) -> float:
        """The magnitude of the visible prices; the logarithm 0 stands for the price 1."""
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
        """Set a range around a middle that is not too far from the visible prices."""
        away = _LOG_LIMIT if self.is_log else _MAX_DISTANCE * self._magnitude + half
        middle = min(max(middle, self._low - away), self._high + away)
        self._set(middle - half, middle + half)

    def _share(self, base: float, high: float) -> float:
        return (high - base) / (self.top - base) if self.bottom == base else math.inf

    def _set(self, bottom: float, top: float) -> bool:
        """Set a range if floats can resolve it; return whether they can."""
        minimum = max(_FLOAT_NOISE / 2 * max(abs(bottom), abs(top)), _MIN_DIVISOR / 2)
        is_possible = -_MAX_PRICE < bottom < top < _MAX_PRICE and top - bottom > minimum
        if is_possible:
            self.bottom, self.top = bottom, top
            self._needs_fit = False
        return is_possible
