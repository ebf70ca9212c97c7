"""Which stretch of the ruler is in view, and whether it follows the newest bar."""

from __future__ import annotations

import math
from typing import Final

_USUAL_BARS: Final = 120.0
_FEWEST_BARS: Final = 5.0
_MAX_BARS: Final = 4e6
_MAX_AT_FIRST: Final = 3600.0
_FILLED: Final = 0.25  # of the bars that there is room for at first, where they stand apart
_USUAL_SPACE: Final = 0.06  # of what is in view, behind the newest bar
_MAX_SPACE: Final = 0.25  # of what is in view, where it is the newest bars that are looked at


UNLIMITED: Final = (-1e300, 1e300)


class TimeRange:
    """From ``left`` to ``right``. While it is following, it goes on with the newest bar and keeps the space behind it.

    It stays where it is once the user has moved the newest bar out of view, until they return or ask to follow again.
    """

    def __init__(self) -> None:
        self.left, self.right = 0.0, 1.0
        self.is_following = True
        self.is_at_newest = True  # it is the newest bars that the user wants to see, wherever they are
        self._bars = _USUAL_BARS  # there is room for in view
        self._wanted = _USUAL_BARS  # that the user has chosen, so that another symbol or timeframe shows as many
        self._newest, self._bar = 1.0, 1.0
        self._space = 0.0
        self._spacing = 0.0
        self._limits = UNLIMITED

    @property
    def fewest(self) -> int:
        """How many bars are to be in view at first, even where hardly any second has one."""
        return round(_FILLED * self._wanted)

    @property
    def bars(self) -> float:
        """How many bars there is room for in view."""
        return self._bars

    def use(self, newest: float, bar: float, spacing: float = 0.0, limits: tuple[float, float] = UNLIMITED) -> None:
        """Begin anew: bars are ``bar`` wide and usually so far apart, and the newest ends elsewhere."""
        self._newest, self._bar, self._spacing = newest, bar, spacing
        self._limits = min(limits[0], newest), max(limits[1], newest + _FEWEST_BARS * bar)
        self._begin()

    def follow(self, newest: float, pixel: float) -> bool:
        """Hear where the newest bar ends now; return whether the stretch is another one.

        It moves by whole pixels: less would not be seen.
        """
        self._newest = newest
        pixels = int((newest + self._space - self.right) / pixel)
        if not self.is_following or not pixels:
            return False
        self.left, self.right = self.left + pixels * pixel, self.right + pixels * pixel
        return True

    def zoom(self, factor: float, anchor: float) -> None:
        """Show so many times as much, with a place staying where it is."""
        if not 0.0 < factor < math.inf:
            return
        bars = min(max(self._bars * factor, _FEWEST_BARS), self._max_bars)
        share = (anchor - self.left) / (self.right - self.left)
        self._set(anchor - share * bars * self._bar, bars * self._bar)
        self._wanted = self._bars

    def pan(self, by: float) -> None:
        """Move by so much of the ruler."""
        self._set(self.left + by, self.right - self.left)

    def show(self, left: float, right: float) -> None:
        """Show a stretch that somebody chose."""
        self._set(left, min(max(right - left, _FEWEST_BARS * self._bar), self._max_bars * self._bar))
        self._wanted = self._bars

    def resume_following(self) -> None:
        """Follow the newest bar again, with as much in view as now."""
        width = self._bars * self._bar
        self._space = _USUAL_SPACE * width
        self._set(self._newest + self._space - width, width)

    def follow_with(self, bars: float) -> None:
        """Follow the newest bar, with so many bars in view."""
        self._bars = min(max(bars, _FEWEST_BARS), self._max_bars)
        self.resume_following()

    def centre(self, place: float, bars: float) -> None:
        """Show so many bars around a place."""
        width = min(max(bars, _FEWEST_BARS), self._max_bars) * self._bar
        self._set(place - width / 2, width)
        self.is_at_newest = False

    def reset(self) -> None:
        """Follow, with as many bars as usual."""
        self._wanted = _USUAL_BARS
        self._begin()

    def _begin(self) -> None:
        wide = self.fewest * self._spacing / self._bar / (1 - _USUAL_SPACE)
        self._bars = max(self._wanted, min(wide, _MAX_AT_FIRST))
        self.resume_following()

    @property
    def _max_bars(self) -> float:
        return min(_MAX_BARS, (self._limits[1] - self._limits[0]) / self._bar)

    def _set(self, left: float, width: float) -> None:
        """Show this, moved within the limits."""
        if not (math.isfinite(left) and width > 0.0):
            return
        width = min(width, self._max_bars * self._bar)
        left = max(min(left, self._limits[1] - width), self._limits[0])
        self.left, self.right = left, left + width
        self._bars = width / self._bar
        self._space = self.right - self._newest
        self.is_following = self.left < self._newest <= self.right
        self.is_at_newest = self.is_following and self._space <= _MAX_SPACE * width
