"""Which prices are in view: what is visible fits, until the user scales it by hand."""

from __future__ import annotations

import math
from typing import Final

_MARGIN: Final = 0.08  # of the height, above and below
_EDGE: Final = 0.02
_LEAST_FILL: Final = 0.5  # of the height that what is visible takes, before it is fitted anew
_FARTHEST: Final = 1e15
_FINEST: Final = 1e-12  # of a price: closer ones are told apart by no float


class Heights:
    """From ``bottom`` to ``top``, on the pane's scale. While it fits, it moves only where it must: it does not tremble.

    While it ``rests`` it does not move at all: the user drags.
    """

    def __init__(self) -> None:
        self.bottom, self.top = 0.0, 1.0
        self.fits = True
        self.rests = False
        self._is_new = True

    @property
    def is_known(self) -> bool:
        """Whether there has been anything to fit, since it began anew."""
        return not self._is_new

    def fit(self, low: float, high: float) -> None:
        """Hear what is visible."""
        if not self.fits or self.rests or not (math.isfinite(low) and math.isfinite(high)):
            return
        height, held = high - low, self.top - self.bottom
        edge = _EDGE * held
        is_in = self.bottom + edge <= low and high <= self.top - edge
        if is_in and height > _LEAST_FILL * held and not self._is_new:
            return
        is_flat = height <= 2 * _FINEST * max(abs(low), abs(high))
        margin = (abs(high) * 0.001 or 1.0) if is_flat else _MARGIN * height
        self._set(low - margin, high + margin)

    def stand_on(self, ground: float, high: float) -> None:
        """Hear how high it goes of what stands on a ground: volume does on zero."""
        if (
            self.fits
            and math.isfinite(high)
            and not self.rests
            and (self._is_new or not 0.6 <= self._share(ground, high) <= 1.0)
        ):
            self._set(ground, ground + ((high - ground) * (1 + _MARGIN) or 1.0))

    def scale(self, factor: float) -> None:
        """Show so many times as much, by hand, around the middle."""
        middle = (self.bottom + self.top) / 2
        self.fits = False
        self._set(middle - (middle - self.bottom) * factor, middle + (self.top - middle) * factor)

    def pan(self, by: float) -> None:
        """Move by so much, by hand."""
        self.fits = False
        self._set(self.bottom + by, self.top + by)

    def reset(self) -> None:
        """Fit again, what is visible now and exactly."""
        self.fits = self._is_new = True

    def _share(self, ground: float, high: float) -> float:
        return (high - ground) / (self.top - ground) if self.bottom == ground else math.inf

    def _set(self, bottom: float, top: float) -> None:
        if -_FARTHEST < bottom < top < _FARTHEST and top - bottom > _FINEST * max(abs(bottom), abs(top)):
            self.bottom, self.top = bottom, top
            self._is_new = False
